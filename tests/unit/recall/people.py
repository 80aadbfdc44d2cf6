"""Literal people for recall's tests, and the seeds that ship."""

import datetime as dt
import functools
from pathlib import Path

import pandas as pd

from ml.recall import SEEDS, Rules
from ml.recall.plays import TAGS
from ml.recall.words import REASONS
from orchestration.business_time import cut_off_at

SEED_FOLDER = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds"
DATE = dt.date(2017, 11, 30)
ALL_CHANNELS = ["app_push", "call", "email", "mini_program", "official_account", "sms", "wecom"]


def person(one_id: str, **changes: object) -> dict[str, object]:
    """Return a row of recall.recall_people: an at-risk buyer of 200 yuan baskets, reachable everywhere."""
    row: dict[str, object] = {
        "as_of_date": DATE,
        "cut_off_at": cut_off_at(DATE, 6),
        "one_id": one_id,
        "is_excluded": False,
        "may_be_served": True,
        "purchase_stage": "at_risk",
        "days_registered": 400,
        "days_since_order": 51,
        "days_since_met": None,
        "bought_elsewhere": False,
        "average_gap_days": 32.0,
        "cadence_days": 45,
        "days_in_stage": 20,
        "aipl_stage": None,
        "five_a_stage": None,
        "is_birthday": False,
        **dict.fromkeys((f"{kind}_fell" for kind in TAGS.values()), False),
        "days_to_entitlement_end": None,
        "first_order_step": 0,
        "days_since_first_order_step": None,
        "orders_since_first_order_ladder": 0,
        "climb_step": 0,
        "renewal_step": 0,
        "days_since_renewal_step": None,
        "is_deleted_friend": False,
        "days_since_deleted": 30 if changes.get("is_deleted_friend") else None,
        "reachable_channels": ALL_CHANNELS,
        "consented_channels": ALL_CHANNELS,
        "service_channels": ALL_CHANNELS,
        "suppressed_channels": [],
        "subscribed_scenes": [],
        "blocked_because": None,
        "is_told": False,
        "asked_channel": None,
        "is_resting": False,
        "barred_channels": "",
        "wecom_contacts_month": 0,
        "wecom_marketing_month": 0,
        "wecom_recalls_month": 0,
        "owner_staff_id": "S1",
        "owner_message_capacity": 80,
        "owner_call_capacity": 40,
        "owner_store_id": "store2",
        "owner_store_name": "二店",
        "store_id": "store1",
        "pyramid_tier": "成长",
        "rfm_segment": "一般保持",
        "matrix_cell": None,
        "need_state": None,
        "super_user_role": None,
        "is_of_company": False,
        "price_attitude": None,
        "preferred_hour": 19,
        "order_count_365d": 10,
        "net_paid_fen_365d": 200_000,
        "average_order_fen": 20_000,
        "margin_rate": None,
        "items_per_order": 4.0,
        "top_category": "母婴",
        "last_product_name": "奶粉",
        "identity_confidence": "high",
        "coupons_issued_365d": 5,
        "coupons_redeemed_365d": 0,
        "contacts_28d": 0,
        "coupon_taste": None,
        "wecom_answers": None,
        "open_episode_id": None,
        "open_episode_kind": None,
        "open_episode_arm": None,
        "open_episode_step": None,
    }
    row["last_category"] = changes.get("top_category", row["top_category"])
    assert set(changes) <= set(row), f"unknown columns {set(changes) - set(row)}"
    return row | changes


def people(*rows: dict[str, object]) -> pd.DataFrame:
    """Return a context frame."""
    return pd.DataFrame(list(rows))


def scores(**by_person: tuple[str, float]) -> pd.DataFrame:
    """Return customer_scores: ``scores(anna=("return_at_risk", .2))``."""
    rows = [
        {"as_of_date": DATE, "one_id": one_id, "model": model, "score": score} | dict.fromkeys(REASONS)
        for one_id, (model, score) in by_person.items()
    ]
    return pd.DataFrame(rows, columns=["as_of_date", "one_id", "model", "score", *REASONS])


NO_ANCESTRY = pd.DataFrame({
    "one_id": pd.Series(dtype=str),
    "ancestor_one_id": pd.Series(dtype=str),
    "known_from": pd.Series(dtype="datetime64[us]"),
})


#: What is planned is sent, and everybody's draw of the response is its mean.
KNOWN = {
    "held_back_first": 0.0, "held_back_least": 0.0, "sd_brand": 0.0, "sd_channel": 0.0, "sd_depth": 0.0, "sd_band": 0.0,
    "sd_cell": 1e-9,
}  # fmt: skip


#: How the brand of these tests signs, and where its messages lead.
BRAND, LINK = "四域", "https://s.example.com/a"


def of_home(templates: pd.DataFrame, brand: str = BRAND, link: str = LINK) -> pd.DataFrame:
    """Return the templates as recall.spoken_templates has them: with the words of a home that set its name and link."""
    home = {"{brand}": brand, "{link}": link, "{add_link}": link}
    texts = {column: templates[column] for column in ("text_zh", "text_en")}
    for column in texts:
        for variable, value in home.items():
            texts[column] = texts[column].str.replace(variable, value or variable, regex=False)
    lacks = [
        "|".join(name for name, variable in (("brand_name", "{brand}"), ("brand_link", "{link}")) if variable in text)
        for text in texts["text_zh"]
    ]
    return templates.assign(
        home_text=texts["text_zh"], home_text_en=texts["text_en"], text_lacks=[lack or None for lack in lacks]
    )


@functools.cache
def _shipped() -> dict[str, pd.DataFrame]:
    seeds = {name: pd.read_csv(SEED_FOLDER / f"{name}.csv") for name in SEEDS}
    return seeds | {"message_templates": of_home(seeds["message_templates"])}


def make_rules(**changes: object) -> Rules:
    """Return the shipped seeds under settings that draw nobody out, so that a test sees the rule it is about."""
    # every test may change its own
    seeds = {name: frame.copy() for name, frame in _shipped().items()}
    settings: dict[str, object] = {
        "gross_margin_rate": 0.25,
        "holdout_share": 0.0,
        "exploration_share": 0.0,
        "horizon_days": 28,
        "staff_channels": ("wecom", "call"),
    }
    for name, value in changes.items():
        if name in settings:
            settings[name] = value
        else:
            rows = next(seeds[of] for of in ("recall_settings", "learning_settings") if name in set(seeds[of]["name"]))
            rows.loc[rows["name"] == name, "value"] = value
    return Rules(seeds=seeds, **settings)  # type: ignore[arg-type]
