"""Which play somebody is met with: what is done, by whom, in which scene, and what stops it.

The seed ``plays`` is the only home. A policy that answers one thing names its play; of the others the first row, by
``priority``, whose trigger fits and of which some channel is open holds (``ways``). A play narrows what the menu and
the public rules leave open and widens nothing but one: who is called out of the care purse need stand in no top tier.
"""

from typing import Final

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
#: The trigger kinds that are tags, and so may have fallen.
TAGS: Final = ("rfm", "matrix", "aipl", "five_a")
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
    rows = rules.seeds["pyramid_tiers"][["pyramid_tier", "message_channels"]]
    found = {tier: listed(channels) for tier, channels in rows.itertuples(index=False, name=None)}
    return {tier: channels for tier, channels in found.items() if channels}


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
    plays = rules.seeds["plays"].sort_values("priority", ignore_index=True)
    plays = plays[
        plays["trigger_kind"].isin(FACTS) & plays["audience_kind"].map(lambda of: audience_kind in listed(of))
    ]
    people = people.assign(band=band)
    age = people["days_in_stage"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    found = []
    for place, row in enumerate(plays.to_dict("records")):
        fits = people[FACTS[row["trigger_kind"]]].isin(listed(row["trigger"])).to_numpy(dtype=bool)
        if row["trigger_kind"] in TAGS:
            fits = fits & ~people[f"{row['trigger_kind']}_fell"].to_numpy(dtype=bool)
        if stages := listed(row["purchase_stages"]):
            fits = fits & people["purchase_stage"].isin(stages).to_numpy(dtype=bool)
        if pd.notna(row["within_days"]):
            fits = fits & (age < float(row["within_days"]))
        found.append(pd.DataFrame({"person": people.index[fits], "play_id": row["play_id"], "place": place}))
    return pd.concat(found, ignore_index=True)


def of_plays(people: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the candidates with ``purse``, ``signal`` and the ``scene_id`` of their ``play_id``."""
    by_id = rules.seeds["plays"].set_index("play_id")
    signal_of = dict(rules.seeds["signals"][["play_id", "signal"]].itertuples(index=False, name=None))
    scene = people["play_id"].map(by_id["scene_id"])
    return people.assign(
        purse=people["play_id"].map(by_id["purse"]),
        signal=people["play_id"].map(signal_of).astype(object),
        scene_id=scene.where(scene.notna(), people["scene_id"]),
    )


def channel_order(options: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return the place of each option's channel in its play, 0 first; -1 where the play does not name it.

    A brand's play is nobody's to carry out by hand: it names no channel of the staff.
    """
    places = {
        (play, channel): place
        for play, role, channels in rules.seeds["plays"][["play_id", "sender_role", "message_channels"]].itertuples(
            index=False, name=None
        )
        for place, channel in enumerate(listed(channels))
        if not (role == "brand" and channel in rules.staff_channels)
    }
    pairs = options[["play_id", "message_channel"]].itertuples(index=False, name=None)
    return pd.Series([places.get(pair, -1) for pair in pairs], index=options.index, dtype="int64")


def offers_of_play(options: pd.DataFrame, rules: Rules) -> Flags:
    """Return whether each option's offer is none, or one of the families of public rules that its play names."""
    families = {
        play: listed(rule)
        for play, rule in rules.seeds["plays"][["play_id", "offer_rule"]].itertuples(index=False, name=None)
    }
    depth = rules.seeds["depth_rules"]
    family = depth["rule_id"].str.replace(r"_\d+$", "", regex=True)
    known = set(zip(family, depth["offer_id"], strict=True))
    named = zip(options["play_id"].map(families), options["offer_id"], strict=True)
    return np.array(
        [offer == "none" or any((rule, offer) in known for rule in of_play) for of_play, offer in named], dtype=bool
    )


def stops_of(plans: pd.DataFrame, rules: Rules) -> list[list[str]]:
    """Return what stops each plan before it is sent; who is written to because they left is not stopped by it."""
    stops = {play: listed(text) for play, text in rules.seeds["plays"][["play_id", "stop_if"]].itertuples(index=False)}
    gone = plans["is_deleted_friend"].fillna(False).astype(bool)
    return [
        [stop for stop in stops[play] if not (left and stop == "deleted_friend")]
        for play, left in zip(plans["play_id"], gone, strict=True)
    ]
