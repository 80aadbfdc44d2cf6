"""What must not be published is not: every fault blocks, names its check, and leaves CURRENT where it was."""

import datetime as dt
import json

import duckdb
import pytest

from orchestration.publish import PublishBlocked, RollbackRefused, publish, rollback
from orchestration.publishing.manifest import WITHHELD
from orchestration.publishing.versions import Store
from tests.unit.publish.world import DATE, add_date, brand, published_brand

#: What goes wrong in the warehouse -> the check that has to say so; these break others too.
WIDE = {
    "half the customers are gone": (
        "delete from customers where one_id > 'P05'",
        "customers_did_not_halve_or_double_overnight",
    ),
    "a customer stands twice": (
        "insert into customers from customers where one_id = 'P07'",
        "customers_keys_are_unique",
    ),
    "a customer has no id": (
        "update customers set one_id = null where one_id = 'P12'",
        "customers_keys_are_never_null",
    ),
    "a required column is null": (
        "update customers set paid_fen = null where one_id = 'P07'",
        "customers_required_columns_are_never_null",
    ),
    "a child has a score and a plan": (
        "update customers set exclusion = 'minor' where one_id = 'P07'",
        "no_table_lists_whom_a_hard_rule_keeps_out",
    ),
    "a child has a tag": (
        "update customers set exclusion = 'minor', tags = ['night owl'] where one_id = 'P11'",
        "nobody_a_hard_rule_keeps_out_has_a_profile",
    ),
    "a child has an interest": (
        "update customers set exclusion = 'minor' where one_id = 'P11';"
        " update customer_segments set interests = ['games'] where one_id = 'P11'",
        "nobody_a_hard_rule_keeps_out_has_a_profile",
    ),
    "a holdout is sent something": (
        (
            "insert into recall_audience by name select * replace ('P05' as one_id) from recall_audience"
            " where one_id = 'P01'"
        ),
        "nobody_held_out_is_sent_anything",
    ),
    "two plans for one person": (
        "insert into recall_audience from recall_audience where one_id = 'P01'",
        "recall_audience_keys_are_unique",
    ),
    "a task without a plan": ("delete from recall_audience where one_id = 'P04'", "every_task_is_of_a_plan"),
}
#: What breaks one check and no other.
NARROW = {
    # first: it is found by comparison with what is published, when the dates lie near
    "net is not paid less refunded": (
        "update customers set net_paid_fen = 1 where one_id = 'P08'",
        "customers_net_is_paid_less_refunded",
    ),
    "an order from the future": (
        "update customers set last_order_at = last_order_at + interval 1 day where one_id = 'P07'",
        "customers_know_nothing_of_the_future",
    ),
    "orders were lost on the way": (
        "update customers set paid_fen = 9000, net_paid_fen = 9000 where one_id = 'P07'",
        "money_in_equals_money_out",
    ),
    "somebody has no life cycle": (
        "delete from customer_lifecycle where one_id = 'P07'",
        "customers_segments_and_stages_speak_of_the_same_people",
    ),
    "an RFM score of 6": (
        "update customer_segments set r_score = 6 where one_id = 'P07'",
        "rfm_scores_lie_between_1_and_5",
    ),
    "a score above 1": ("update customer_scores set score = 1.2 where one_id = 'P07'", "scores_are_probabilities"),
    "a score of a stranger": (
        "update customer_scores set one_id = 'P99' where one_id = 'P07'",
        "scores_speak_of_customers",
    ),
    "an identifier of two people": (
        "insert into identity_map by name select * replace ('P08' as one_id, known_from + interval 1"
        " hour as known_from)"
        " from identity_map where one_id = 'P07'",
        "an_identifier_is_one_persons_at_a_time",
    ),
    "a link learned later": (
        "update identity_map set known_from = known_from + interval 2 day where one_id = 'P07'",
        "links_were_known_at_the_cut_off",
    ),
    "a held-back person is logged as sent": (
        "update recall_plans set arm = 'treat' where one_id = 'P05'",
        "the_log_of_plans_names_whoever_is_sent_and_nobody_else_as_sent",
    ),
    "somebody is sent what no log knows of": (
        "delete from recall_plans where one_id = 'P02'",
        "the_log_of_plans_names_whoever_is_sent_and_nobody_else_as_sent",
    ),
    "consent was withdrawn": ("delete from contact_consents where one_id = 'P03'", "everybody_sent_has_consented"),
    "consent for another purpose": (
        "update contact_consents set purpose = 'service' where one_id = 'P03'",
        "everybody_sent_has_consented",
    ),
    "a message at night": (
        "update recall_audience set send_before_at = send_after_at + interval 13 hour, send_after_at"
        " = send_after_at + interval 12 hour,"
        " valid_until_at = send_after_at + interval 14 hour where one_id = 'P01'",
        "send_windows_are_in_order_and_outside_quiet_hours",
    ),
    "percentiles out of order": (
        "update recall_audience set net_p10_fen = 101 where one_id = 'P01'",
        "percentiles_are_in_order",
    ),
    "an offer that no public rule admits": (
        "update recall_audience set offer_id = 'recall_90' where one_id = 'P01'",
        "every_offer_is_admitted_by_a_public_rule",
    ),
    "a first-order coupon for a buyer": (
        "update recall_audience set offer_id = 'ladder_1', audience_kind = 'first_order', ladder_step = 1"
        " where one_id = 'P01'",
        "every_offer_is_admitted_by_a_public_rule",
    ),
    "an offer of another campaign's rule": (
        "update recall_audience set offer_id = 'today_95', audience_kind = 'climb' where one_id = 'P01'",
        "every_offer_is_admitted_by_a_public_rule",
    ),
    "a fallback nobody agreed to": (
        "update recall_tasks set fallback_channel = 'sms' where one_id = 'P01'",
        "no_task_falls_back_on_a_refused_channel",
    ),
    "a task without words": (
        "update recall_tasks set template_id = 'w9' where one_id = 'P01'",
        "every_task_has_its_words",
    ),
    "a summary that does not add up": (
        "update recall_audience_summary set customer_count = 5",
        "the_summary_counts_the_audience",
    ),
    "more than the budget": ("update recall_budget set budget_fen = 100", "plans_stay_within_their_budget"),
    "a play on an invalid tag": (
        (
            "update recall_audience set play_id = 'rfm_keep' where one_id = 'P01';"
            " update customer_segments set rfm_segment = '重要保持' where one_id = 'P01';"
            " insert into tag_validity by name select max(as_of_date) as as_of_date, 'rfm:重要保持' as tag,"
            " 'rfm' as kind, 9 as people, 4 as carriers, 1 as carriers_ordered, 5 as rest, 1 as rest_ordered,"
            " 0 as freshness, 'invalid' as verdict, ['rfm_keep'] as plays from recall_audience"
        ),
        "no_play_hangs_on_an_invalid_tag",
    ),
    "attribution makes an order": (
        "update channel_attribution set conversions = conversions + 1 where model = 'shapley'",
        "attribution_models_share_out_the_same_orders",
    ),
    "attribution lacks a model in one window": (
        (
            "insert into channel_attribution by name select * replace (30 as window_days) from channel_attribution"
            " where model <> 'markov'"
        ),
        "attribution_models_share_out_the_same_orders",
    ),
    "attribution makes money": (
        "update channel_attribution set revenue_fen = revenue_fen + 1 where model = 'last'",
        "attribution_models_share_out_the_same_revenue",
    ),
    "an activity rate of 1.5": (
        (
            "insert into kpi_daily by name select * replace ('active_rate' as kpi, 'x' as dimension, 1.5"
            " as value) from kpi_daily where kpi = 'gmv'"
        ),
        "shares_lie_between_0_and_1",
    ),
    "tomorrow's figures": (
        "update kpi_daily set kpi_date = kpi_date + 1 where kpi = 'gmv'",
        "kpi_daily_is_of_its_date",
    ),
}


def _mornings():
    """Return the faults of each morning: a wide one has its own, of the narrow ones no two break the same check."""
    mornings = [[fault] for fault in WIDE]
    for fault, (_, check) in NARROW.items():
        free = (of for of in mornings[len(WIDE) :] if check not in {NARROW[other][1] for other in of})
        if (morning := next(free, None)) is None:
            mornings.append(morning := [])
        morning.append(fault)
    return mornings


FAULTS, MORNINGS = WIDE | NARROW, _mornings()


@pytest.fixture(scope="module")
def blocked(tmp_path_factory):
    """One publish of all mornings, after a good one: the message, and what each fault's results file says failed."""
    settings = brand(tmp_path_factory.mktemp("home"), [DATE])
    good = publish(settings, [DATE]).current
    days = {DATE + dt.timedelta(days=number): faults for number, faults in enumerate(MORNINGS, start=1)}
    for day, faults in days.items():
        add_date(settings, day, ";".join(FAULTS[fault][0] for fault in faults))
    with pytest.raises(PublishBlocked) as raised:
        publish(settings, list(days))
    store = Store(settings.published)
    results = [json.loads(file.read_text(encoding="utf-8")) for file in store.results.iterdir()]
    failed = {result["version"][:10]: {one["name"] for one in result["failed"]} for result in results}
    told = {fault: failed[day.isoformat()] for day, faults in days.items() for fault in faults}
    return good, store, str(raised.value), told


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_the_check_that_is_meant_for_it(blocked, fault):
    _, _, message, failed = blocked
    assert FAULTS[fault][1] in failed[fault] and FAULTS[fault][1] in message


@pytest.mark.parametrize("faults", MORNINGS[len(WIDE) :])
def test_a_narrow_fault_breaks_its_own_check_and_no_other(blocked, faults):
    assert blocked[3][faults[0]] == {NARROW[fault][1] for fault in faults}


def test_after_thirty_faults_current_stands_where_it_stood(blocked):
    good, store, message, failed = blocked
    assert all(failed.values()) and store.current() == good
    assert message.startswith(f"published: blocked; CURRENT stays at {good}")


def test_a_message_holds_no_value_of_a_row(blocked):
    _, store, message, _ = blocked
    told = message + "".join(file.read_text(encoding="utf-8") for file in store.results.iterdir())
    assert [value for value in ("P07", "P01") if value in told] == []


def test_a_single_fault_blocks_a_single_date_and_says_what_to_do(tmp_path):
    settings, published = published_brand(tmp_path)
    good = published.current
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("insert into published.do_not_contact_at_publish values ('P02', 'wecom'), ('P03', 'wecom')")
    with pytest.raises(
        PublishBlocked, match=r"recall_audience: nobody_who_refused_is_sent_anything: 2 \(wanted 0\)\. .*rebuild"
    ):
        publish(settings, [DATE])
    assert Store(settings.published).current() == good


def test_a_stage_that_has_no_words_is_not_published(tmp_path):
    settings = brand(tmp_path)
    with duckdb.connect(str(settings.warehouse)) as con:
        known = "(values ('purchase_stage', 'first_buyer'), ('aipl_stage', 'purchase'), ('five_a_stage', 'act'))"
        con.execute(
            "insert into published.words by name"
            f" select $d as as_of_date, kind, code, code as zh, code as en from {known} as t (kind, code)",
            {"d": DATE},
        )
        con.execute("update published.customer_lifecycle set purchase_stage = 'asleep' where one_id = 'P07'")
    with pytest.raises(PublishBlocked, match=r"stages_are_those_that_have_words: 1 \(wanted 0\)"):
        publish(settings, [DATE])


def test_what_is_whole_passes_every_check(tmp_path):
    settings, done = published_brand(tmp_path)
    results = json.loads((settings.published / "checks" / f"{done.current}.json").read_text(encoding="utf-8"))
    assert results["passed"] is True and results["version"] == done.current
    assert results["checks_run"] == len(results["findings"]) > 100
    assert all(finding["passed"] for finding in results["findings"])


def test_a_version_that_was_blocked_cannot_be_rolled_back_to(tmp_path):
    settings, _ = published_brand(tmp_path)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("update published.customers set net_paid_fen = 0 where one_id = 'P07'")
    with pytest.raises(PublishBlocked):
        publish(settings, [DATE])
    blocked = next(
        name for name in Store(settings.published).by_age() if not Store(settings.published).has_passed(name)
    )
    with pytest.raises(RollbackRefused, match="did not pass its checks"):
        rollback(settings, blocked)


def test_without_a_readable_results_file_current_does_not_move(tmp_path, monkeypatch):
    """The results file is read again from disk: what it says counts, not what the run remembers."""
    from orchestration import files
    from orchestration.publishing import versions

    settings, write = brand(tmp_path), files.write_text

    def torn(path, text, mode=files.FILE_MODE):
        write(path, text[: len(text) // 2] if path.parent.name == "checks" else text, mode)

    monkeypatch.setattr(versions, "write_text", torn)
    with pytest.raises(PublishBlocked, match="cannot be read"):
        publish(settings, [DATE])
    assert Store(settings.published).current() is None


def _unread(settings, **accepted):
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(
            "insert into channels.unread_refusals by name select 'f1' as file_id, 'standard' as channel,"
            " 'suppressions' as dataset, 'stop.csv' as file_name, 3 as line"
        )
        if accepted:
            con.execute("update channels.unread_refusals set accepted_at = timestamp '2026-03-02'")


def test_people_in_the_audience_while_a_refusal_is_unread_block_the_version(tmp_path):
    settings = brand(tmp_path)
    _unread(settings)
    with pytest.raises(PublishBlocked, match="nobody_is_sent_anything_while_a_refusal_is_unread|could not be read"):
        publish(settings, [DATE])
    assert Store(settings.published).current() is None


def test_with_a_refusal_unread_the_other_tables_are_published_and_the_manifest_says_who_is_left_out(tmp_path):
    settings = brand(tmp_path)
    _unread(settings)
    with duckdb.connect(str(settings.warehouse)) as con:
        for table in WITHHELD:
            con.execute(f"delete from published.{table}")
    done = publish(settings, [DATE])
    manifest = json.loads((settings.published / "versions" / done.current / "manifest.json").read_text("utf-8"))
    assert manifest["withheld"] == {"unread_refusals": 1, "tables": list(WITHHELD)}
    assert manifest["tables"]["customers"]["rows"] > 0


def test_an_accepted_refusal_blocks_nobody(tmp_path):
    settings = brand(tmp_path)
    _unread(settings, accepted=True)
    done = publish(settings, [DATE])
    manifest = json.loads((settings.published / "versions" / done.current / "manifest.json").read_text("utf-8"))
    assert "withheld" not in manifest


def test_nobody_goes_back_to_a_version_that_names_people_while_a_refusal_is_unread(tmp_path, monkeypatch):
    from orchestration import publish as publishing

    settings, done = published_brand(tmp_path)
    version = done.current
    open_row = {"accepted_by": None, "file_name": "stop.csv"}
    monkeypatch.setattr(publishing, "listed_unread", lambda _: [open_row])
    with pytest.raises(RollbackRefused, match="siyu refusals"):
        rollback(settings, version)
    monkeypatch.setattr(publishing, "listed_unread", lambda _: [open_row | {"accepted_by": "Wang Min"}])
    assert rollback(settings, version) == version
