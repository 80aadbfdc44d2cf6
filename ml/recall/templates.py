"""Which scene a plan stands in, which template it is said with, and what its variables are."""

import json
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.plays import listed
from ml.recall.rules import Rules
from ml.recall.words import (
    CARE,
    booked_for,
    ends_on,
    ends_on_english,
    in_chinese,
    in_english,
    offer_terms,
    offer_words_en,
)

#: What a plan may lack, because no policy of its scene needs it: a column that is not there is known of nobody.
_OF_SCENES: Final = (
    "as_of_date", "days_to_entitlement_end", "days_to_coupon_end", "days_to_points_end", "points_ending", "next_level",
    "growth_missing", "appointment_at",
    "appointment_place", "booked_zh", "booked_en", "festival_zh", "festival_en", "question_zh", "question_en",
    "last_category",
)  # fmt: skip
_SHANGHAI: Final = pd.Timedelta(hours=8)


def with_scenes(plans: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the plans in their ``scene_id`` and ``content_theme``, with ``is_long_absent, bought_lately``.

    Who bought lately, came to a store or spoke with us, stands in the scenes of ``lately_scenes``. They are not told
    that it is long since we met, nor asked why they stay away. Without an offer they are looked after and sold nothing:
    who bought within ``satisfied_days`` is asked how they like it, the others are greeted. An offer that money chose is
    named in a scene of its own.
    """
    ordered, met = (
        plans[name].astype("Float64").to_numpy(np.float64, na_value=np.nan)
        for name in ("days_since_order", "days_since_met")
    )
    lately = np.fmin(ordered, met) < rules.setting("long_absence_days")
    bought = ordered <= rules.setting("satisfied_days")
    scenes = rules.once(_lately)
    keys = zip(plans["scene_id"], plans["offer_id"].ne("none"), bought.tolist(), strict=True)
    own = [scenes.get(key) if is_lately else None for key, is_lately in zip(keys, lately.tolist(), strict=True)]
    changed = np.array([scene is not None for scene in own], dtype=bool)
    found = plans.assign(is_long_absent=plans["days_since_order"].notna() & ~lately, bought_lately=bought)
    for at, name in enumerate(("scene_id", "content_theme")):
        told = pd.Series([scene and scene[at] for scene in own], index=plans.index, dtype=plans[name].dtype)
        found[name] = plans[name].mask(changed, told)
    return found


def wants_a_person(plans: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
    """Return whether a plan's scene is a greeting that asks for an answer, in their need state: a person's to say.

    ``lately_scenes.in_person_states`` names the need states of each scene, ``all`` for everybody.
    """
    said, states = with_scenes(plans, rules), rules.once(_in_person_states)
    asked = zip(said["scene_id"], said["need_state"], strict=True)
    return np.array([bool({"all", state} & states.get(scene, frozenset())) for scene, state in asked], dtype=bool)


def _in_person_states(rules: Rules) -> dict[str, frozenset[str]]:
    """Return by scene of who bought or was met lately the need states in which only a person says it."""
    rows = rules.seeds["lately_scenes"].groupby("lately_scene_id")["in_person_states"]
    return {str(scene): frozenset(state for cell in cells for state in listed(cell)) for scene, cells in rows}


def _lately(rules: Rules) -> dict[tuple[str, bool, bool], tuple[str, str]]:
    """Return the scene and theme of who bought or was met lately, by their own scene, has_offer and bought_lately."""
    columns = ["scene_id", "has_offer", "bought_lately", "lately_scene_id", "content_theme"]
    rows = rules.seeds["lately_scenes"][columns].itertuples(index=False, name=None)
    return {(own, bool(has), bool(bought)): (scene, theme) for own, has, bought, scene, theme in rows}


def can_be_said(options: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
    """Return whether some approved template says each option in its scene: what cannot be said is no plan.

    A template counts that says it to everybody: one that names what is not known of all is preferred where it is known.
    """
    sayable, said = rules.once(_sayable), with_scenes(options, rules)
    asked = zip(said["message_channel"], said["scene_id"], said["offer_id"].ne("none"), strict=True)
    return np.array([one in sayable for one in asked], dtype=bool)


def _sayable(rules: Rules) -> frozenset[tuple[str, str, bool]]:
    """Return the channels and scenes that some template for everybody speaks in, with an offer and without."""
    templates = rules.once(_approved)
    templates = templates[templates["need_state"].eq("") & templates["optional"].map(len).eq(0)]
    columns = (templates["message_channel"], templates["scene_id"], templates["price_attitude"].ne(""))
    return frozenset(zip(*columns, strict=True))


def with_templates(plans: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the plans with ``template_id``, ``template_variables`` and ``english_variables`` (JSON).

    Only a template whose variables are all known of the person is taken; then one made for the need state is preferred,
    then one that says more of the person. What the home fills in for all (brand, link) is left out.
    """
    known = _known(plans, rules)
    templates = rules.once(_approved)
    priced = plans["offer_id"].ne("none").map({True: "price_minded", False: ""})
    keyed = plans[["message_channel", "scene_id"]].assign(
        row=plans.index, state=plans["need_state"].fillna(""), price_attitude=priced
    )
    pairs = keyed.merge(templates, on=["message_channel", "scene_id", "price_attitude"])
    pairs = pairs[pairs["need_state"].eq("") | pairs["need_state"].eq(pairs["state"])]
    optional = sorted({name for names in templates["optional"] for name in names})
    has = known[[f"{name}_zh" for name in optional]].notna().to_numpy()
    of_row = {
        row: {name for name, it in zip(optional, flags, strict=True) if it}
        for row, flags in zip(known.index, has.tolist(), strict=True)
    }
    is_filled = [names <= of_row[row] for names, row in zip(pairs["optional"], pairs["row"], strict=True)]
    pairs = pairs[np.array(is_filled, dtype=bool)]
    pairs = pairs.assign(of_state=pairs["need_state"].ne(""), said_of=pairs["optional"].map(len))
    pairs = pairs.sort_values(["row", "of_state", "said_of", "template_id"], ascending=[True, False, False, True])
    first = pairs.drop_duplicates("row").set_index("row")
    wanted = first["variables"].reindex(plans.index).fillna("")
    told = known.to_dict("records")
    return plans.assign(
        template_id=first["template_id"].reindex(plans.index),
        template_variables=[_json(names, row, "zh") for names, row in zip(wanted, told, strict=True)],
        english_variables=[_json(names, row, "en") for names, row in zip(wanted, told, strict=True)],
    )


def _approved(rules: Rules) -> pd.DataFrame:
    """Return the templates that may be said, with ``optional``: the variables that are not known of everybody."""
    rows = rules.seeds["message_templates"]
    rows = rows[rows["approved"].astype(bool)].fillna({"need_state": "", "price_attitude": "", "variables": ""})
    variables = rules.seeds["template_variables"]
    optional = set(variables.loc[~variables["is_always_known"].astype(bool), "variable"])
    return rows.assign(optional=[optional & set(names.split("|")) for names in rows["variables"]])


def _known(plans: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return what is known of each person: ``<variable>_zh`` and ``<variable>_en``, null where it is not.

    A plain name never stands here: the address is 您好. A product or a category is named only where the identity is
    certain: else the person could be told of somebody else's shopping.
    """
    rows = plans.reindex(columns=plans.columns.union(_OF_SCENES, sort=False))
    is_sure = rows["identity_confidence"].eq("high")
    # who is asked how they like it is asked of what the last order held: of a favourite it may be long ago
    favourite = rows["top_category"].where(rows["scene_id"].ne(CARE), rows["last_category"])
    category, product = favourite.where(is_sure), rows["last_product_name"].where(is_sure)
    offered = rows["offer_id"].ne("none")
    caps, days = rows["maximum_discount_fen"], rows["valid_days"]
    date, ends, coupon = rows["as_of_date"], rows["days_to_entitlement_end"], rows["days_to_coupon_end"]
    points = rows["days_to_points_end"]
    when = (pd.to_datetime(rows["appointment_at"]) + _SHANGHAI).map(_clock, na_action="ignore")
    said: dict[str, tuple[pd.Series, pd.Series]] = {
        "title": (_all(rows, "您好"), _all(rows, "Hello")),
        "category": (in_chinese(category, rules), in_english(category, rules)),
        "product": (in_chinese(product, rules), product),
        "offer_words": (rows["offer_words"], offer_words_en(rows)),
        "offer_terms": (
            _each(offer_terms, caps, days),
            _each(lambda most, valid: offer_terms(most, valid, in_english=True), caps, days),
        ),
        "valid_days": (_each(_whole, days), _each(_whole, days)),
        "ends": (_each(ends_on, date, ends), _each(ends_on_english, date, ends)),
        "coupon_ends": (_each(ends_on, date, coupon), _each(ends_on_english, date, coupon)),
        "points_ends": (_each(ends_on, date, points), _each(ends_on_english, date, points)),
        "points": (_each(_whole, rows["points_ending"]), _each(_whole, rows["points_ending"])),
        "level": (rows["next_level"], rows["next_level"]),
        "growth_missing": (_each(_whole, rows["growth_missing"]), _each(_whole, rows["growth_missing"])),
        "when": (when, when),
        "booked": (
            _each(booked_for, when, rows["booked_zh"]),
            _each(lambda at, what: booked_for(at, what, in_english=True), when, rows["booked_en"]),
        ),
        "place": (rows["appointment_place"], rows["appointment_place"]),
        "festival": (rows["festival_zh"], rows["festival_en"]),
        "store": (rows["owner_store_name"], rows["owner_store_name"]),
        "question": (rows["question_zh"], rows["question_en"]),
    }
    of_offer = {"offer_words", "offer_terms", "valid_days"}
    found = {
        f"{name}_{language}": (values.where(offered) if name in of_offer else values).astype(object)
        for name, pair in said.items()
        for language, values in zip(("zh", "en"), pair, strict=True)
    }
    return pd.DataFrame(found, index=plans.index)


def _json(names: str, row: dict[str, object], language: str) -> str:
    """Return the wanted variables that are known; of an offer always its words and days, and a product where known."""
    wanted = {*filter(None, names.split("|")), "product", "offer_words", "valid_days"}
    told = {name: row.get(f"{name}_{language}") for name in wanted}
    filled = {name: str(value) for name, value in told.items() if value is not None and not pd.isna(value)}
    return json.dumps(filled, ensure_ascii=False, sort_keys=True)


def _all(rows: pd.DataFrame, value: str) -> pd.Series:
    return pd.Series(value, index=rows.index, dtype=object)


def _each(said: object, *columns: pd.Series) -> pd.Series:
    call = said if callable(said) else str
    return pd.Series([call(*values) for values in zip(*columns, strict=True)], index=columns[0].index, dtype=object)


def _whole(value: object) -> str | None:
    return None if value is None or pd.isna(value) else f"{float(str(value)):g}"


def _clock(at: pd.Timestamp) -> str:
    return f"{at.month}月{at.day}日 {at:%H:%M}"
