"""Which play somebody is met with: what is done, by whom, in which scene, and what stops it.

The seed ``plays`` is the only home. A policy that answers one thing names its play; of the others the first row, by
``priority``, whose trigger fits and of which some channel is open holds (``ways``). A play narrows what the menu and
the public rules leave open and widens nothing but one: who is called out of the care purse need stand in no top tier.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.rules import Rules

#: Trigger kind to the fact that is held against ``trigger`` (values with | between them).
FACTS: Final = {
    "need_state": "need_state",
    "matrix": "matrix_cell",
    "rfm": "rfm_segment",
    "aipl": "aipl_stage",
    "five_a": "five_a_stage",
    "role": "super_user_role",
    "stage": "band",
}
#: Trigger kind to the kind of tag that it is; each may have fallen. A stage's play hangs on the person's own purchase
#: stage, where that is what the policy asks for; who is at high risk is told by a score, which has its own gate.
TAGS: Final = {
    "need_state": "need_state",
    "role": "role",
    "rfm": "rfm",
    "matrix": "matrix",
    "aipl": "aipl",
    "five_a": "five_a",
    "stage": "purchase",
}
#: The purses: money that goes by profit, rights and time that do not, and what is owed.
INCENTIVE: Final = "incentive"
CARE: Final = "care"
OWED: Final = "none"
#: The trigger of what somebody did themselves, and that of a day.
SIGNAL: Final = "signal"
CALENDAR: Final = "calendar"

Flags = npt.NDArray[np.bool_]


def listed(text: str | float | None) -> list[str]:
    """Return the values of a seed's cell, ``a|b``; none where it is empty."""
    return [] if pd.isna(text) else str(text).split("|")


def personal_channels(rules: Rules) -> dict[str, list[str]]:
    """Return by tier of the pyramid the channels by which a person speaks with who stands in it; others have none."""
    return rules.once(_personal_channels)


def _personal_channels(rules: Rules) -> dict[str, list[str]]:
    rows = rules.seeds["pyramid_tiers"][["pyramid_tier", "message_channels"]]
    found = {tier: listed(channels) for tier, channels in rows.itertuples(index=False, name=None)}
    return {tier: channels for tier, channels in found.items() if channels}


def first_channels(rules: Rules) -> dict[str, str]:
    """Return by play the channel that it begins with."""
    rows = rules.seeds["plays"][["play_id", "message_channels"]].itertuples(index=False, name=None)
    return {play: listed(channels)[0] for play, channels in rows}


def fitting_plays(people: pd.DataFrame, audience_kind: str, band: str, rules: Rules) -> pd.DataFrame:
    """Return ``person`` (the row's label), ``play_id`` and ``place`` for every play that fits somebody, 0 the first.

    Parameters
    ----------
    people
        Who falls under a policy that names no play: ``purchase_stage, days_in_stage``, the columns of ``FACTS`` and
        of those that are tags whether the person's own fell (``rfm_fell`` and so on).
    audience_kind, band
        Of the policy.
    rules
        The seed ``plays``.
    """
    fact = {name: people[name].to_numpy(dtype=object) for name in {*FACTS.values(), "purchase_stage"} - {"band"}}
    fact["band"] = np.full(len(people), band, dtype=object)
    fell = {kind: people[f"{tag}_fell"].to_numpy(dtype=bool) for kind, tag in TAGS.items()}
    fell["stage"] = fell["stage"] & (fact["purchase_stage"] == fact["band"])
    age = people["days_in_stage"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    person, play, places = [], [], []
    of_kind = (row for row in rules.once(_plays_by_a_fact) if audience_kind in row["audience_kinds"])
    for place, row in enumerate(of_kind):
        fits = _is_among(fact[FACTS[row["trigger_kind"]]], row["values"])
        if row["trigger_kind"] in fell:
            fits = fits & ~fell[row["trigger_kind"]]
        if row["stages"]:
            fits = fits & _is_among(fact["purchase_stage"], row["stages"])
        if pd.notna(row["within_days"]):
            fits = fits & (age < float(row["within_days"]))
        whom = people.index[fits]
        person.extend(whom)
        play.extend([row["play_id"]] * len(whom))
        places.extend([place] * len(whom))
    return pd.DataFrame({
        "person": np.array(person, dtype=np.int64),
        "play_id": np.array(play, dtype=object),
        "place": np.array(places, dtype=np.int64),
    })


def _plays_by_a_fact(rules: Rules) -> list[dict[str, Any]]:
    """Return the plays with a fact for a trigger, the first to be tried first, their cells as sets of values."""
    plays = rules.seeds["plays"].sort_values("priority", ignore_index=True)
    return [
        row
        | {
            "audience_kinds": listed(row["audience_kind"]),
            "values": frozenset(listed(row["trigger"])),
            "stages": frozenset(listed(row["purchase_stages"])),
        }
        for row in plays[plays["trigger_kind"].isin(FACTS)].to_dict("records")
    ]


def _is_among(found: npt.NDArray[np.object_], values: frozenset[str]) -> Flags:
    return np.fromiter((one in values for one in found), dtype=bool, count=len(found))


def of_plays(people: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the candidates with ``purse``, ``signal`` and the ``scene_id`` of their ``play_id``.

    A small reseller buys at other terms than a shopper, so no contact with one is valued at a shopper's margin: whoever
    has no retail offers by their role is met out of the care purse, whichever play they are met by.
    """
    by_id, signal_of = rules.once(_by_id), rules.once(_signal_of)
    scene = people["play_id"].map(by_id["scene_id"])
    purse = people["play_id"].map(by_id["purse"])
    resells = people["super_user_role"].isin(roles_without_offers(rules)) & purse.eq(INCENTIVE)
    return people.assign(
        purse=purse.mask(resells, CARE),
        signal=people["play_id"].map(signal_of).astype(object),
        scene_id=scene.where(scene.notna(), people["scene_id"]),
    )


def roles_without_offers(rules: Rules) -> frozenset[str]:
    """Return the roles that have no retail offer (``super_user_rules.offers_allowed``)."""
    return rules.once(_roles_without_offers)


def _roles_without_offers(rules: Rules) -> frozenset[str]:
    roles = rules.seeds["super_user_rules"]
    return frozenset(roles.loc[~roles["offers_allowed"].astype(bool), "super_user_role"])


def _by_id(rules: Rules) -> pd.DataFrame:
    return rules.seeds["plays"].set_index("play_id")


def _signal_of(rules: Rules) -> dict[str, str]:
    return dict(rules.seeds["signals"][["play_id", "signal"]].itertuples(index=False, name=None))


def channel_order(options: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return the place of each option's channel in its play, 0 first; -1 where the play does not name it.

    A brand's play is nobody's to carry out by hand: it names no channel of the staff. Who asked is answered by a person
    before any message that a machine sends, and among persons, and among machines, first where they asked
    (``asked_channel``), if the play names that channel at all.
    """
    places = rules.once(_places_of_channels)
    most = len(places)
    rows = options[["play_id", "message_channel", "asked_channel"]].itertuples(index=False, name=None)
    order = []
    for play, channel, asked in rows:
        place = places.get((play, channel), -1)
        if place >= 0 and isinstance(asked, str):
            place = (0 if channel == asked else place + 1) + most * (channel not in rules.staff_channels)
        order.append(place)
    return pd.Series(order, index=options.index, dtype="int64")


def _places_of_channels(rules: Rules) -> dict[tuple[str, str], int]:
    return {
        (play, channel): place
        for play, role, channels in rules.seeds["plays"][["play_id", "sender_role", "message_channels"]].itertuples(
            index=False, name=None
        )
        for place, channel in enumerate(listed(channels))
        if not (role == "brand" and channel in rules.staff_channels)
    }


def offers_of_play(options: pd.DataFrame, rules: Rules) -> Flags:
    """Return whether each option's offer is none, or one of the families of public rules that its play names."""
    named = rules.once(_offers_named)
    return np.array(
        [
            offer == "none" or offer in named[play]
            for play, offer in zip(options["play_id"], options["offer_id"], strict=True)
        ],
        dtype=bool,
    )


def _offers_named(rules: Rules) -> dict[str, frozenset[str]]:
    """Return by play the offers of the families of public rules that it names."""
    depth = rules.seeds["depth_rules"]
    family = depth["rule_id"].str.replace(r"_\d+$", "", regex=True)
    known = set(zip(family, depth["offer_id"], strict=True))
    rows = rules.seeds["plays"][["play_id", "offer_rule"]].itertuples(index=False, name=None)
    return {play: frozenset(offer for of, offer in known if of in listed(rule)) for play, rule in rows}


def stops_of(plans: pd.DataFrame, rules: Rules) -> list[list[str]]:
    """Return what stops each plan before it is sent; who is written to because they left is not stopped by it."""
    stops = {play: listed(text) for play, text in rules.seeds["plays"][["play_id", "stop_if"]].itertuples(index=False)}
    gone = plans["is_deleted_friend"].fillna(False).astype(bool)
    return [
        [stop for stop in stops[play] if not (left and stop == "deleted_friend")]
        for play, left in zip(plans["play_id"], gone, strict=True)
    ]
