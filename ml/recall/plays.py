"""Which play somebody is met with: what is done, by whom, in which scene, and what stops it.

The seed ``plays`` is the only home. A policy that answers one thing names its play; of the others the first row, by
``priority``, whose trigger fits holds. A play narrows what the menu and the public rules leave open and widens nothing
but one: who is called out of the care purse need not stand in a top tier.
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
    "stage": "band",
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


def with_plays(people: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the candidates that some play fits, with ``play_id, purse, signal`` and the play's ``scene_id``.

    Parameters
    ----------
    people
        With ``play_id`` of their policy (null: the first that fits), ``audience_kind, purchase_stage, days_in_stage,
        scene_id`` and the columns of ``FACTS``.
    rules
        The seeds ``plays`` and ``signals``.
    """
    plays = rules.seeds["plays"].sort_values("priority", ignore_index=True)
    play = people["play_id"].astype(object).to_numpy(copy=True)
    open_ones = pd.isna(play)
    kind, stage = people["audience_kind"], people["purchase_stage"]
    age = people["days_in_stage"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    for row in plays[plays["trigger_kind"].isin(FACTS)].to_dict("records"):
        fits = open_ones & people[FACTS[row["trigger_kind"]]].isin(listed(row["trigger"])).to_numpy(dtype=bool)
        fits = fits & kind.isin(listed(row["audience_kind"])).to_numpy(dtype=bool)
        if stages := listed(row["purchase_stages"]):
            fits = fits & stage.isin(stages).to_numpy(dtype=bool)
        if pd.notna(row["within_days"]):
            fits = fits & (age < float(row["within_days"]))
        play[fits] = row["play_id"]
        open_ones = open_ones & ~fits
    by_id = plays.set_index("play_id")
    signal_of = dict(rules.seeds["signals"][["play_id", "signal"]].itertuples(index=False, name=None))
    found = people.assign(play_id=play)[~open_ones].reset_index(drop=True)
    scene = found["play_id"].map(by_id["scene_id"])
    return found.assign(
        purse=found["play_id"].map(by_id["purse"]),
        signal=found["play_id"].map(signal_of).astype(object),
        scene_id=scene.where(scene.notna(), found["scene_id"]),
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
    """Return whether each option's offer is none, or one of the family of public rules that its play names."""
    families = dict(rules.seeds["plays"][["play_id", "offer_rule"]].itertuples(index=False, name=None))
    depth = rules.seeds["depth_rules"]
    family = depth["rule_id"].str.replace(r"_\d+$", "", regex=True)
    known = set(zip(family, depth["offer_id"], strict=True))
    named = zip(options["play_id"].map(families), options["offer_id"], strict=True)
    return np.array([offer == "none" or (rule, offer) in known for rule, offer in named], dtype=bool)


def stops_of(plans: pd.DataFrame, rules: Rules) -> list[list[str]]:
    """Return what stops each plan before it is sent; who is written to because they left is not stopped by it."""
    stops = {play: listed(text) for play, text in rules.seeds["plays"][["play_id", "stop_if"]].itertuples(index=False)}
    gone = plans["is_deleted_friend"].fillna(False).astype(bool)
    return [
        [stop for stop in stops[play] if not (left and stop == "deleted_friend")]
        for play, left in zip(plans["play_id"], gone, strict=True)
    ]
