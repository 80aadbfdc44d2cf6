"""What may be done for one person on one date, and what it costs: the trade's rules on one row each."""

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.recall import Rules
from ml.recall.learned import nothing_learned
from ml.recall.treatments import admissible, draw_keys, offer_cost_fen, priced
from tests.unit.recall.people import DATE, make_rules, people, person

RULES = make_rules()
#: What an at-risk buyer of a middling tier may be sent.
EVERYTHING = {
    "wecom none", "wecom recall_90", "sms none", "sms recall_90", "official_account none", "official_account recall_90",
    "app_push none",
}  # fmt: skip
TOP = {"pyramid_tier": "塔尖"}


def candidate(
    policy: str = "recall_at_risk", step: int = 0, purpose: str = "marketing", band: str = "at_risk", **changes: object
) -> dict[str, object]:
    row = person("anna", **changes)
    policies = RULES.seeds["recall_policies"].set_index(["policy_id", "ladder_step"])
    of_policy = policies.loc[
        (policy, step), ["play_id", "audience_kind", "scene_id", "content_theme", "objective"]
    ].to_dict()
    play = of_policy["play_id"] if isinstance(of_policy["play_id"], str) else "stage_at_risk"
    of_policy |= {"play_id": play, "purse": "incentive", "public_kind": of_policy["audience_kind"], "public_step": step}
    chosen = {"policy_id": policy, "ladder_step": step, "consent_purpose": purpose} | of_policy
    return row | chosen | {"candidate": 0, "band": band, "p0": 0.3}


def options(row: dict[str, object], rules: Rules = RULES) -> set[str]:
    found = admissible(people(row), rules.afresh())
    return {f"{option.message_channel} {option.offer_id}" for option in found.itertuples()}


def channels(row: dict[str, object], rules: Rules = RULES) -> set[str]:
    return {option.split()[0] for option in options(row, rules)}


def capped(cap_id: str, most: int) -> Rules:
    rules = make_rules()
    caps = rules.seeds["contact_caps"]
    caps.loc[caps["cap_id"] == cap_id, "most"] = most
    return rules


def test_the_menu_of_a_policy_is_open_to_whom_nothing_forbids():
    assert options(candidate()) == EVERYTHING
    assert options(candidate(**TOP)) == {"wecom none", "wecom recall_90", "call none"}
    assert options(candidate(pyramid_tier="核心")) == {"wecom none", "wecom recall_90", "call none"}
    assert options(candidate(pyramid_tier=None)) == EVERYTHING


def test_the_third_reminder_of_a_right_is_a_call_to_the_top_two_tiers_and_nothing_to_others():
    third = {
        tier: options(candidate("renewal", 3, "service", pyramid_tier=tier)) for tier in ("塔尖", "核心", "成长", None)
    }
    assert third == {"塔尖": {"call none"}, "核心": {"call none"}, "成长": set(), None: set()}
    assert options(candidate("renewal", 2, "service")) == {"sms none"}
    menu = RULES.seeds["recall_menu"]
    policies = RULES.seeds["recall_policies"]
    answers = policies.loc[policies["audience_kind"] == "service", "policy_id"]
    called = menu["message_channel"].eq("call") & ~menu["policy_id"].isin(answers)
    assert set(menu.loc[called, "tiers"]) == {"核心|塔尖"}


def test_a_channel_that_the_menu_names_beside_the_call_is_the_others_third_reminder():
    rules = make_rules()
    row = {"policy_id": "renewal", "ladder_step": 3, "message_channel": "sms", "offer_id": "none", "tiers": "基础|成长"}
    rules.seeds["recall_menu"] = pd.concat([rules.seeds["recall_menu"], pd.DataFrame([row | {"source": "ours"}])])
    assert options(candidate("renewal", 3, "service"), rules) == {"sms none"}
    assert options(candidate("renewal", 3, "service", pyramid_tier="核心"), rules) == {"call none"}


def test_who_is_blocked_gets_nothing_and_a_barred_channel_is_closed_alone():
    assert options(candidate(blocked_because="contact_cap")) == set()
    assert channels(candidate(barred_channels="sms|app_push")) == {"wecom", "official_account"}
    two = people(candidate(barred_channels="sms"), candidate(barred_channels="app_push") | {"candidate": 1})
    found = admissible(two, RULES)
    left = {who: set(rows["message_channel"]) for who, rows in found.groupby("candidate")}
    assert left == {0: {"wecom", "official_account", "app_push"}, 1: {"wecom", "sms", "official_account"}}


@pytest.mark.parametrize(
    ("cap", "counter"), [("wecom_month", "wecom_marketing_month"), ("wecom_recall_month", "wecom_recalls_month")]
)
def test_whom_nobody_ever_contacted_has_room_under_a_cap_of_one(cap, counter):
    rules = capped(cap, 1)
    assert options(candidate(**{counter: None}), rules) == EVERYTHING
    assert options(candidate(**{counter: 1}), rules) != EVERYTHING


def test_a_full_month_of_wecom_closes_wecom_and_nothing_else():
    for full in ({"wecom_marketing_month": 4}, {"wecom_recalls_month": 2}):
        assert channels(candidate(**full)) == {"sms", "official_account", "app_push"}
    assert options(candidate(wecom_marketing_month=3, wecom_recalls_month=1)) == EVERYTHING


def test_a_channel_needs_reach_and_consent_and_no_suppression():
    assert channels(candidate(reachable_channels=["sms", "email"])) == {"sms"}
    assert channels(candidate(consented_channels=["sms", "email"])) == {"sms"}
    assert channels(candidate(suppressed_channels=["sms"])) == {"wecom", "official_account", "app_push"}
    assert channels(candidate(reachable_channels=["sms"], consented_channels=["app_push"])) == set()
    assert channels(candidate(suppressed_channels=None)) == {"wecom", "sms", "official_account", "app_push"}
    assert channels(candidate(reachable_channels=None)) == set()


def test_advertising_asks_for_consent_to_advertising_and_service_for_that_to_service():
    assert channels(candidate(service_channels=[])) == {"wecom", "sms", "official_account", "app_push"}
    assert channels(candidate(consented_channels=[])) == set()
    reminder = {"policy": "renewal", "step": 1, "purpose": "service"}
    assert channels(candidate(**reminder, consented_channels=[])) == {"sms"}
    assert channels(candidate(**reminder, service_channels=[])) == set()


def test_whom_no_member_of_staff_serves_gets_no_personal_message_or_call_but_the_rest():
    assert channels(candidate(owner_staff_id=None, **TOP)) == {"sms", "official_account", "app_push"}
    assert channels(candidate(**TOP)) == {"wecom", "call"}


def test_who_is_confused_or_has_a_problem_is_offered_nothing():
    silent = {"wecom none", "sms none", "official_account none", "app_push none"}
    assert options(candidate(need_state="confused")) == silent
    assert options(candidate(need_state="problem", **TOP)) == {"wecom none", "call none"}
    assert options(candidate(need_state="exploring")) == EVERYTHING


def test_a_small_reseller_is_written_to_without_an_offer():
    assert options(candidate(super_user_role="small_b")) == {option for option in EVERYTHING if option.endswith("none")}
    assert options(candidate(super_user_role="koc")) == EVERYTHING
    assert options(candidate("first_order_ladder", 1, days_since_order=None, super_user_role="small_b")) == set()


def test_the_contact_of_a_company_gets_no_retail_coupon_and_no_first_order_gift():
    assert options(candidate(is_of_company=True)) == {option for option in EVERYTHING if option.endswith("none")}
    assert options(candidate("first_order_ladder", 1, days_since_order=None, is_of_company=True)) == set()


def test_the_dearest_customer_has_the_same_offer_as_everybody_whom_the_rule_fits():
    assert options(candidate(rfm_segment="重要价值", net_paid_fen_365d=9_000_000)) == EVERYTHING


def test_a_first_order_coupon_goes_by_wecom_or_a_mass_list_and_waits_while_a_question_is_open():
    ladder = {"policy": "first_order_ladder", "step": 1, "days_since_order": None}
    assert options(candidate(**ladder)) == {"wecom ladder_1", "official_account ladder_1"}
    assert options(candidate(**ladder, need_state="problem")) == set()


@pytest.mark.parametrize(
    ("days", "offer"),
    [(29, None), (30, "recall_90"), (59, "recall_90"), (60, "recall_85"), (119, "recall_85"), (120, "recall_75")],
)
@pytest.mark.parametrize("policy", ["recall_at_risk", "recall_dormant", "recall_lost"])
def test_how_deep_an_offer_is_depends_on_the_days_without_an_order_and_on_no_stage(policy, days, offer):
    given = {option.split()[1] for option in options(candidate(policy, days_since_order=days))}
    assert given == {"none", *([offer] if offer else [])}


@pytest.mark.parametrize("doubt", ["medium", "low", None])
def test_a_deep_offer_is_for_whom_we_are_sure_of(doubt):
    unsure = {"identity_confidence": doubt}
    assert {option.split()[1] for option in options(candidate(days_since_order=119, **unsure))} == {"none", "recall_85"}
    assert {option.split()[1] for option in options(candidate(days_since_order=120, **unsure))} == {"none"}
    new: dict[str, object] = {"policy": "first_order_ladder", "days_since_order": None} | unsure
    assert options(candidate(step=1, **new)) == {"wecom ladder_1", "official_account ladder_1"}
    assert options(candidate(step=2, **new)) == options(candidate(step=3, **new)) == set()
    climbing: dict[str, object] = {"policy": "after_purchase_climb", "days_since_order": 8} | unsure
    given = [{option.split()[1] for option in options(candidate(step=step, **climbing))} for step in (1, 2, 3)]
    assert [offers - {"none"} for offers in given] == [set(), set(), {"climb_3"}]


def test_the_rules_that_ask_who_somebody_is_are_those_of_a_deep_offer():
    depth = RULES.seeds["offers_catalogue"].set_index("offer_id")["depth"]
    ruled = RULES.seeds["depth_rules"].set_index("offer_id")["identity_confidence"]
    assert set(ruled.index[ruled.eq("high")]) == set(depth.index[depth.eq("deep")])


def test_who_ordered_has_no_first_order_coupon_and_who_never_did_no_recall_coupon():
    assert options(candidate("first_order_ladder", 1, days_since_order=40)) == set()
    never = options(candidate(days_since_order=None, days_registered=400))
    assert never and {option.split()[1] for option in never} == {"none"}
    assert options(candidate("first_order_ladder", 1, days_since_order=None, days_registered=29)) == set()
    assert options(candidate("first_order_ladder", 2, days_since_order=None)) == {
        "wecom ladder_2", "official_account ladder_2",
    }  # fmt: skip
    assert options(candidate("after_purchase_climb", 1, days_since_order=15)) == set()


def test_a_score_alone_brings_no_offer():
    assert {option.split()[1] for option in options(candidate("recall_high_risk", days_since_order=45))} == {"none"}


def test_worth_taste_and_scores_change_no_offer_that_a_person_may_have():
    """Only channel and words may follow them; who is confused or asks a question is let wait."""
    tastes: list[dict[str, object]] = [
        {"rfm_segment": "重要价值"}, {"price_attitude": "value_minded"}, {"price_attitude": "price_minded"},
        {"pyramid_tier": "塔尖"}, {"matrix_cell": "超级用户"}, {"super_user_role": "koc"}, {"need_state": "deciding"},
        {"top_category": "酒水"}, {"preferred_hour": 3}, {"order_count_365d": 1, "net_paid_fen_365d": 100},
        {"average_gap_days": 3.0, "cadence_days": 5}, {"coupons_redeemed_365d": 5}, {"average_order_fen": 900_000},
    ]  # fmt: skip
    for days in (10, 45, 80, 200):
        wanted = {option.split()[1] for option in options(candidate(days_since_order=days))}
        for taste in tastes:
            found = {option.split()[1] for option in options(candidate(days_since_order=days, **taste))}
            assert found == wanted, (days, taste)


def test_what_no_approved_template_says_is_no_option():
    rules = make_rules()
    templates = rules.seeds["message_templates"]
    refused = templates["message_channel"].eq("sms") & templates["price_attitude"].notna()
    templates.loc[refused, "approved"] = False
    assert options(candidate(), rules) == EVERYTHING - {"sms recall_90"}
    templates.loc[templates["message_channel"] == "sms", "approved"] = False
    assert options(candidate(), rules) == EVERYTHING - {"sms recall_90", "sms none"}
    # words that name a category are no words for whom none is known of
    templates.loc[templates["template_id"] == "official_account_recall_plain", "approved"] = False
    no_sms = EVERYTHING - {"sms recall_90", "sms none"}
    assert options(candidate(days_since_order=45), rules) == no_sms - {"official_account none"}
    templates.loc[templates["template_id"] == "official_account_recall_plain", "approved"] = True
    # who bought lately is spoken to in another scene, and that scene has no words for an offer either
    templates.loc[templates["template_id"].str.startswith("wecom_care"), "approved"] = False
    assert channels(candidate(days_since_order=12), rules) == {"official_account", "app_push"}
    assert "wecom" in channels(candidate(days_since_order=45), rules)


def test_a_service_goes_by_mini_program_to_whom_a_subscription_to_its_scene_is_left_and_nothing_else_does():
    reminder = {"policy": "renewal", "step": 1, "purpose": "service"}
    assert options(candidate(**reminder)) == {"sms none"}
    assert options(candidate(**reminder, subscribed_scenes=["care"])) == {"sms none"}
    assert options(candidate(**reminder, subscribed_scenes=["care", "renewal"])) == {"sms none", "mini_program none"}
    assert options(candidate(**reminder, subscribed_scenes=None)) == {"sms none"}
    assert options(candidate(subscribed_scenes=["recall"])) == EVERYTHING
    rules = make_rules()
    row = {"policy_id": "recall_at_risk", "ladder_step": 0, "message_channel": "mini_program", "offer_id": "none"}
    rules.seeds["recall_menu"] = pd.concat([rules.seeds["recall_menu"], pd.DataFrame([row | {"source": "ours"}])])
    # a menu of the brand's own finds no words: no template of the mini-program advertises
    assert options(candidate(subscribed_scenes=["recall"]), rules) == EVERYTHING


def with_caps(**most: int) -> Rules:
    rules = make_rules()
    caps = rules.seeds["contact_caps"]
    for cap_id, number in most.items():
        caps.loc[caps["cap_id"] == cap_id, "most"] = number
    return rules


def test_the_platforms_cap_of_wecom_binds_beside_ours_whichever_is_less():
    generous = with_caps(wecom_month=90, wecom_recall_month=90)
    # the plan of 30 November is sent in December, which has 31 days; that of 30 January in February, which has 28
    assert "wecom" in channels(candidate(wecom_contacts_month=30), generous)
    assert "wecom" not in channels(candidate(wecom_contacts_month=31), generous)
    february = {"as_of_date": dt.date(2018, 1, 31)}
    assert "wecom" in channels(candidate(wecom_contacts_month=27, **february), generous)
    assert "wecom" not in channels(candidate(wecom_contacts_month=28, **february), generous)
    assert "wecom" not in channels(candidate(wecom_marketing_month=4))


def test_a_member_whom_the_platform_gives_no_message_a_day_sends_none():
    assert channels(candidate(), with_caps(wecom_member_day=0)) == {"sms", "official_account", "app_push"}


def test_the_terms_of_an_offer_are_those_landed_for_the_date_and_no_other():
    day_before = DATE - dt.timedelta(days=1)
    catalogue = RULES.seeds["offers_catalogue"]
    landed = pd.concat([
        catalogue.assign(as_of_date=DATE, valid_days=3),
        catalogue.assign(as_of_date=day_before, valid_days=99),
    ])
    assert set(admissible(people(candidate()), dataclasses.replace(RULES, offers=landed))["valid_days"]) == {3}
    assert set(admissible(people(candidate()), RULES)["valid_days"]) == {0, 7}


def prices(rules: Rules = RULES, **changes: object) -> pd.DataFrame:
    now = nothing_learned(RULES)
    basket = pd.Series({DATE: 10_000.0})
    found = priced(admissible(people(candidate(**changes)), rules), rules, basket, now)
    return found.set_index(found["message_channel"] + " " + found["offer_id"])


def test_a_persons_basket_leans_on_the_brands_until_they_have_ordered_more_than_the_seeds_three_times():
    # (7 x 200 yuan + 3 x 100 yuan) / 10 orders
    known = prices(order_count_365d=7, average_order_fen=20_000)
    assert set(known["basket_fen"]) == {17_000}
    assert set(prices(order_count_365d=None, average_order_fen=None)["basket_fen"]) == {10_000}


def test_of_who_orders_in_four_weeks_the_orders_that_come_with_the_first_are_counted():
    """4, 2, 1 and .077 orders come on average; of those who order at all, more: up to the seed's 12."""
    gaps = {0.0: 12.0, 7.0: 4.0746, 14.0: 2.3130, 28.0: 1.5820, 365.0: 1.0388, None: 1.5820}
    for gap, told in gaps.items():
        assert set(prices(average_gap_days=gap)["orders_given_one"].round(4)) == {told}


def test_a_message_costs_the_sending_the_minutes_and_the_risk_of_being_unsubscribed():
    # A year of 2,000 yuan at 25% is 500 yuan of margin, 5% of it hang on being reachable: .001 x 2,500 fen = 2.5 fen.
    bought = prices(**TOP)["fixed_fen"]
    assert bought["wecom none"] == 25 + 2.5
    assert bought["call none"] == 15 + 150 + 2.5
    assert prices()["fixed_fen"]["sms none"] == 5 + 3.75
    own_margin = prices(margin_rate=0.5)["fixed_fen"]
    assert own_margin["wecom none"] == 25 + 5
    returned_more = prices(net_paid_fen_365d=-1_000)["fixed_fen"]
    assert returned_more["wecom none"] == 25


def test_the_margin_is_the_persons_own_where_it_is_measured():
    assert set(prices(margin_rate=0.4)["margin_rate"]) == {0.4}
    assert set(prices(margin_rate=None)["margin_rate"]) == {0.25}


def test_a_lift_earns_a_years_share_once_where_a_friend_or_a_renewal_is_wanted():
    # A year of 2,000 yuan at 25%: of its 500 yuan 5% hang on a friend and 20% on a renewal; an order is worth its own.
    friend = prices(policy="re_add", band="re_add")
    assert set(friend["unit_fen"].round(6)) == {2_500.0}
    assert friend.loc["sms none", "base_fen"] == -(5 + 3.75)
    renewed = prices(policy="renewal", step=1, purpose="service", band="renewal", margin_rate=0.5)
    assert set(renewed["unit_fen"].round(6)) == {20_000.0}
    ordered = prices(order_count_365d=0, average_gap_days=1e9)["unit_fen"]
    assert 0 < ordered["sms none"] < 10_000 * 0.25
    assert friend["orders_given_one"].tolist() == [1.0] * len(friend)


def test_what_a_lift_is_worth_and_what_it_is_thought_to_be_make_the_net():
    found = prices().loc["sms none"]
    now = nothing_learned(RULES).posterior
    assert found["lift"] == pytest.approx(now.mean[int(found["cell"])] * 0.7)  # of those who do not return anyway
    assert found[["lift_p50"]].tolist() == [found["lift"]]
    assert found["lift_p90"] - found["lift"] == pytest.approx(found["lift"] - found["lift_p10"])
    assert found["net_p50_fen"] == pytest.approx(found["base_fen"] + found["unit_fen"] * found["lift"], rel=0.35)


def test_landed_coupons_teach_how_many_redeem_and_a_depth_without_an_order_keeps_the_seeds():
    now, basket = nothing_learned(RULES), pd.Series({DATE: 10_000.0})
    landed = pd.DataFrame([
        {"depth": "light", "orders": 40, "mean": 0.9, "p10": 0.8, "p90": 1.0},
        {"depth": "none", "orders": 0, "mean": 0.5, "p10": 0.5, "p90": 0.5},
    ])
    options_of = admissible(people(candidate()), RULES)
    found = priced(options_of, RULES, basket, dataclasses.replace(now, redemption=landed))
    seeds = priced(options_of, RULES, basket, now)
    points = ["redemption_p10", "redemption_p50", "redemption_p90"]
    taught = found["depth"].eq("light")
    assert taught.any() and found.loc[taught, points].drop_duplicates().to_numpy().tolist() == [[0.8, 0.9, 1.0]]
    assert found.loc[~taught, points].equals(seeds.loc[~taught, points])
    assert (found.loc[taught, "expected_cost_fen"] > seeds.loc[taught, "expected_cost_fen"]).all()


def test_what_plans_earned_over_what_was_reckoned_is_in_the_money_of_the_next_and_not_in_the_seeds():
    """A band whose orders earned half of what was reckoned: half a basket less the coupon, and a smaller net."""
    now, basket = nothing_learned(RULES), pd.Series({DATE: 10_000.0})
    options_of = admissible(people(candidate()), RULES)
    band = options_of["band"].iloc[0]
    halved = pd.DataFrame([{"band": band, "mean": 0.5}, {"band": "of nobody", "mean": 0.1}])
    found = priced(options_of, RULES, basket, dataclasses.replace(now, worth=halved))
    seeds = priced(options_of, RULES, basket, now)
    redeemed = seeds["redemption_p50"].astype(float) * seeds["offer_fen"]
    assert found["unit_fen"].to_numpy() == pytest.approx((0.5 * (seeds["unit_fen"] + redeemed) - redeemed).to_numpy())
    assert found["seed_unit_fen"].equals(seeds["unit_fen"])
    assert found["base_fen"].to_numpy() == pytest.approx(seeds["base_fen"].to_numpy())
    assert (found["net_p50_fen"] < seeds["net_p50_fen"]).all()
    friend = admissible(people(candidate(policy="re_add", band=band)), RULES)
    assert priced(friend, RULES, basket, dataclasses.replace(now, worth=halved))["unit_fen"].equals(
        priced(friend, RULES, basket, now)["unit_fen"]
    )


def test_an_option_without_a_response_curve_or_a_cost_is_named():
    for seed in ("response_priors", "send_costs"):
        rows = RULES.seeds[seed]
        without_sms = {**RULES.seeds, seed: rows[rows["message_channel"] != "sms"]}
        with pytest.raises(ValueError, match="no row for .*sms"):
            prices(dataclasses.replace(RULES, seeds=without_sms))


def test_a_rows_draws_are_the_same_for_ever():
    """Other keys would be other draws: every published interval would move by a little without a reason."""
    rows = pd.DataFrame({
        "one_id": ["p_1", "p_1", "p_2"],
        "offer_id": ["none", "recall_90", "none"],
        "as_of_date": DATE,
    })
    assert draw_keys(rows).tolist() == [64_946_664_509_792_413, 98_223_235_820_670_768, 84_453_827_727_115_992]


WHOLE = {"one_item": False, "items_per_order": 4.0, "maximum_discount_fen": None, "supplier_share": 0.0}
TENTH_OFF = {"kind": "discount", "face_value_fen": None, "pay_rate": 0.9, "minimum_spend_fen": None} | WHOLE


def cost_fen(basket_fen: float, **terms: object) -> float:
    return float(offer_cost_fen(pd.DataFrame([TENTH_OFF | terms]), np.array([basket_fen]))[0])


def test_a_discount_costs_its_part_of_the_basket_up_to_its_cap_less_what_the_supplier_bears():
    assert cost_fen(20_000) == 2_000
    assert cost_fen(20_000, pay_rate=0.75) == 5_000
    assert cost_fen(20_000, maximum_discount_fen=1_500) == 1_500
    assert cost_fen(20_000, maximum_discount_fen=2_500) == 2_000
    assert cost_fen(20_000, supplier_share=0.25) == 1_500
    assert cost_fen(20_000, pay_rate=None) == 0


def test_a_discount_on_one_item_costs_its_part_of_one_item():
    assert cost_fen(20_000, one_item=True) == 500
    assert cost_fen(20_000, one_item=True, items_per_order=None) == 2_000
    assert cost_fen(20_000, one_item=True, items_per_order=0.5) == 2_000


@pytest.mark.parametrize("kind", ["coupon", "points", "gift"])
def test_a_coupon_points_and_a_gift_cost_what_stands_on_them(kind):
    assert cost_fen(20_000, kind=kind, face_value_fen=300, pay_rate=None) == 300
    assert cost_fen(20_000, kind=kind, face_value_fen=None, pay_rate=None) == 0


def test_whoever_redeems_has_spent_the_least_that_is_asked():
    assert cost_fen(8_000, minimum_spend_fen=10_000) == 1_000
    assert cost_fen(12_000, minimum_spend_fen=10_000) == 1_200
