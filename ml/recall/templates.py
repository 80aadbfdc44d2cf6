"""Which scene a plan stands in, which template it is said with, and what its variables are."""

import json

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.rules import Rules
from ml.recall.words import ends_in, in_chinese


def with_scenes(plans: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the plans in their ``scene_id`` and ``content_theme``: who bought lately in those of ``lately_scenes``.

    They are not told that it is long since we met, nor asked why they stay away. Without an offer they are looked
    after and sold nothing; an offer that money chose is named in a scene of its own.
    """
    lately = plans["days_since_order"].astype("Float64") < rules.setting("long_absence_days")
    keys = plans[["scene_id"]].assign(has_offer=plans["offer_id"].ne("none"), place=range(len(plans)))
    own = rules.seeds["lately_scenes"].assign(has_offer=lambda rows: rows["has_offer"].astype(bool))
    found = keys.merge(own, on=["scene_id", "has_offer"], how="left").sort_values("place").set_index(plans.index)
    changed = lately.fillna(False).astype(bool) & found["lately_scene_id"].notna()
    return plans.assign(
        scene_id=plans["scene_id"].mask(changed, found["lately_scene_id"]),
        content_theme=plans["content_theme"].mask(changed, found["content_theme"]),
    )


def can_be_said(options: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
    """Return whether some approved template says each option in its scene: what cannot be said is no plan."""
    templates = rules.seeds["message_templates"]
    templates = templates[templates["approved"].astype(bool) & templates["need_state"].isna()]
    sayable = pd.MultiIndex.from_arrays([
        templates["message_channel"],
        templates["scene_id"],
        templates["price_attitude"].notna().to_numpy(dtype=bool),
    ])
    said = with_scenes(options, rules)
    asked = [said["message_channel"], said["scene_id"], said["offer_id"].ne("none").to_numpy(dtype=bool)]
    return np.asarray(pd.MultiIndex.from_arrays(asked).isin(sayable))


def with_templates(plans: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the plans with ``template_id`` and ``template_variables`` (JSON).

    A template made for the need state or an offer is preferred. What only the sender knows (brand, link) is left out:
    whoever sends fills it.
    """
    templates = rules.seeds["message_templates"]
    templates = templates[templates["approved"].astype(bool)].fillna({
        "need_state": "",
        "price_attitude": "",
        "variables": "",
    })
    priced = plans["offer_id"].ne("none").map({True: "price_minded", False: ""})
    keyed = plans[["message_channel", "scene_id"]].assign(
        row=plans.index, state=plans["need_state"].fillna(""), priced=priced
    )
    pairs = keyed.merge(templates, on=["message_channel", "scene_id"])
    pairs["rank"] = 2 * (pairs["price_attitude"] != pairs["priced"]) + (pairs["need_state"] != pairs["state"])
    pairs = pairs[(pairs["need_state"] == "") | (pairs["need_state"] == pairs["state"])]
    first = pairs.sort_values(["row", "rank", "template_id"]).drop_duplicates("row").set_index("row")
    wanted = first["variables"].reindex(plans.index).fillna("")
    known = plans.assign(
        category=in_chinese(plans["top_category"], rules),
        product=in_chinese(plans["last_product_name"].where(plans["identity_confidence"].eq("high")), rules),
    ).to_dict("records")
    return plans.assign(
        template_id=first["template_id"].reindex(plans.index),
        template_variables=[_variables(names, row) for names, row in zip(wanted, known, strict=True)],
    )


def _variables(names: str, row: dict[str, object]) -> str:
    """Fill a template. A plain name never stands here: the address is 您好, and export greets by name from the vault.

    A product is named only where the identity is certain: else the person could be told of somebody else's shopping.
    """
    values = {
        "title": "您好",
        "category": _text(row["category"]) or "用品",
        "ends": ends_in(row["days_to_entitlement_end"]),
        "offer_words": row["offer_words"],
        "valid_days": _text(row["valid_days"]),
        "store": _text(row["owner_store_name"]) or "门店",
    }
    filled = {name: values[name] for name in names.split("|") if name in values}
    if product := _text(row["product"]):
        filled["product"] = product
    return json.dumps(filled, ensure_ascii=False, sort_keys=True)


def _text(value: object) -> str:
    if value is None or pd.isna(value):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
