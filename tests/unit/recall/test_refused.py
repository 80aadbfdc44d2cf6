"""Why an option may not be used: the first rule that refuses it is named, and every option has a verdict."""

from ml.recall.refused import last_refusals
from ml.recall.treatments import considered, usable
from tests.unit.recall.people import make_rules, people, person

RULES = make_rules()
PLAY = {"play_id": "stage_at_risk", "purse": "incentive", "public_kind": "recall", "public_step": 0}


def candidate(**changes: object) -> dict[str, object]:
    policies = RULES.seeds["recall_policies"].set_index(["policy_id", "ladder_step"])
    columns = ["audience_kind", "scene_id", "content_theme", "objective", "consent_purpose", "band"]
    policy = policies.loc[("recall_at_risk", 0), columns].to_dict() | {"policy_id": "recall_at_risk", "ladder_step": 0}
    return person("anna", **changes) | policy | {"candidate": 0, "p0": 0.3} | PLAY


def verdicts(play_id: str = "stage_at_risk", **changes: object) -> dict[str, str]:
    found = considered(people(candidate(**changes) | {"play_id": play_id}), RULES)
    return dict(
        zip(found["message_channel"] + " " + found["offer_id"], found["refused_because"].fillna("open"), strict=True)
    )


def test_each_option_of_the_menu_is_open_or_names_the_rule_that_refuses_it():
    deeper = {
        f"{channel} recall_{depth}": "no_public_rule"
        for channel in ("wecom", "sms", "official_account")
        for depth in (85, 75)
    }
    offered = {
        f"{channel} {offer}" for channel in ("wecom", "sms", "official_account") for offer in ("none", "recall_90")
    }
    open_ones = (*offered, "app_push none")
    assert verdicts() == deeper | dict.fromkeys(open_ones, "open") | {"call none": "tier"}


def test_what_blocks_a_person_refuses_every_option_and_is_named_itself():
    assert set(verdicts(blocked_because="complaint_open").values()) == {"complaint_open"}
    assert set(verdicts(blocked_because="contact_cap", reachable_channels=[]).values()) == {"contact_cap"}


def test_a_refusal_comes_before_reach_and_reach_before_consent():
    found = verdicts(suppressed_channels=["sms"], reachable_channels=["sms", "wecom"], consented_channels=["sms"])
    assert (found["sms none"], found["official_account none"], found["wecom none"]) == (
        "refused_channel", "unreachable", "no_consent",
    )  # fmt: skip


def test_wecom_without_an_owner_or_past_its_cap_says_so_and_sms_stays_open():
    assert verdicts(owner_staff_id=None)["wecom none"] == "no_owner"
    assert verdicts(wecom_recalls_month=2)["wecom none"] == "contact_cap"
    assert verdicts(wecom_recalls_month=2)["sms none"] == "open"


def test_who_asked_a_question_gets_no_offer_and_a_small_reseller_none_either():
    assert verdicts(need_state="problem")["wecom recall_90"] == "need_bars_offer"
    assert verdicts(super_user_role="small_b")["wecom recall_90"] == "small_b"
    assert verdicts(is_of_company=True)["wecom recall_90"] == "lead_price"
    assert verdicts(is_of_company=True)["wecom none"] == "open"
    assert verdicts(barred_channels="sms|app_push")["sms none"] == "need_bars_channel"


def test_a_play_that_does_not_name_a_channel_closes_it_and_what_is_owed_waits_for_no_complaint():
    assert verdicts(play_id="rfm_general_win_back", owner_staff_id="S1")["wecom none"] == "not_in_play"
    reminder = candidate() | {
        "policy_id": "renewal",
        "ladder_step": 1,
        "consent_purpose": "service",
        "play_id": "renewal",
    }
    found = considered(people(reminder | {"blocked_because": "complaint_open"}), RULES)
    assert found.set_index("message_channel")["refused_because"].fillna("open")["sms"] == "open"


def test_a_message_says_once_that_a_question_is_known_and_somebody_in_person_may_still_answer():
    policy = {"policy_id": "signal_question_open", "ladder_step": 0, "consent_purpose": "service"}
    asked = candidate() | policy | {"play_id": "question_open", "scene_id": "question_open", "is_told": True}
    found = considered(people(asked), RULES).set_index("message_channel")["refused_because"].fillna("open")
    assert (found["sms"], found["wecom"]) == ("told", "open")
    first = considered(people(asked | {"is_told": False}), RULES).set_index("message_channel")["refused_because"]
    assert first.fillna("open")["sms"] == "open"


def test_of_who_has_no_option_the_rule_that_took_the_last_one_is_named():
    nobody = [candidate(consented_channels=[]), candidate(blocked_because="refund_open") | {"candidate": 1}]
    found = considered(people(*nobody, candidate() | {"candidate": 2}), RULES)
    said = last_refusals(found)
    assert (said[0], said[1]) == ("no_consent", "refund_open")


def test_what_is_usable_is_what_nothing_refuses():
    found = considered(people(candidate(suppressed_channels=["sms"], need_state="problem")), RULES)
    left = usable(found, RULES)
    open_ones = found[found["refused_because"].isna()]
    assert list(left["message_channel"]) == ["wecom", "official_account", "app_push"]  # in the order of the play
    assert set(left["offer_id"]) == {"none"}
    assert len(left) == len(open_ones)
