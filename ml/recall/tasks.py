"""The morning list: one task per plan that a member of staff carries out, with the words to do it."""

import hashlib
import itertools
from typing import Any, Final

import pandas as pd

from ml.recall.lists import CARE, KINDS, LEARNING
from ml.recall.rules import Rules
from ml.recall.tables import TASKS
from ml.recall.words import ends_on, offer_terms

_SHANGHAI: Final = pd.Timedelta(hours=8)


def task_id(as_of_date: str, audience_id: str, one_id: str, message_channel: str) -> str:
    """Return the task's id: the same plan always has the same one, so that results find their task."""
    return "t_" + hashlib.sha256(f"{as_of_date}|{audience_id}|{one_id}|{message_channel}".encode()).hexdigest()[:24]


def tasks(plans: pd.DataFrame, options: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the tasks, for each member of staff services first, then what is chosen, last what is there to learn.

    A day has two blocks by the clock, what begins in the morning before what begins later, each in that order, so that
    nobody jumps back. Care goes by its plays, who is worth most in a year first; what is chosen begins with the
    matrix's first cells; within all that the most profitable comes first.

    Parameters
    ----------
    plans
        The audience with its candidate columns, ``list_kind``, ``why``, ``offer_words`` and its template.
    options
        Every priced option of the same candidates: where the fallback comes from.
    rules
        The seeds: talking points, what not to say.

    Returns
    -------
    DataFrame
        The columns ``TASKS``; priority 1 is the first of a member's day. ``fallback_channel`` is the candidate's
        best other channel that needs no staff, null where there is none.
    """
    rows = plans[plans["message_channel"].isin(rules.staff_channels)].copy()
    if rows.empty:
        return pd.DataFrame(columns=list(TASKS))
    cells = rules.seeds["matrix_cells"]
    is_care = rows["list_kind"].eq(CARE)
    first = rows["matrix_cell"].isin(set(cells.loc[cells["first_on_list"].astype(bool), "matrix_cell"]))
    rows["first"] = first & ~is_care
    rows["care_play"] = rows["play_id"].map(rules.seeds["plays"].set_index("play_id")["priority"]).where(is_care)
    rows["worth"] = rows["net_paid_fen_365d"].astype("Float64").where(is_care)
    rows["is_learning"] = rows["list_kind"].eq(LEARNING)
    rows["turn"] = rows["list_kind"].map({kind: turn for turn, kind in enumerate(KINDS)})
    hour = (pd.to_datetime(rows["send_after_at"]) + _SHANGHAI).dt.hour
    rows["is_later"] = hour >= rules.setting("later_block_hour")
    rows = rows.sort_values(
        ["as_of_date", "staff_id", "is_later", "turn", "care_play", "worth", "first", "net_p50_fen", "one_id"],
        ascending=[True, True, True, True, True, False, False, False, True],
        ignore_index=True,
    )
    rows["priority"] = rows.groupby(["as_of_date", "staff_id"]).cumcount() + 1
    others = options[~options["message_channel"].isin(rules.staff_channels)]
    best = others.sort_values(
        ["candidate", "net_p50_fen", "message_channel"], ascending=[True, False, True]
    ).drop_duplicates("candidate")
    rows["fallback_channel"] = rows["candidate"].map(best.set_index("candidate")["message_channel"])
    for position in (1, 2):
        rows[f"talking_point_{position}"] = _talking_points(rows, position, rules)
    rows["talking_point_2"] = [
        f"{point};{terms}" if point and terms else point
        for point, terms in zip(rows["talking_point_2"], _terms(rows), strict=True)
    ]
    kind_bars = dict(rules.seeds["do_not_say"][["audience_kind", "words"]].itertuples(index=False, name=None))
    state_bars = dict(rules.seeds["need_state_plays"][["need_state", "do_not_say"]].itertuples(index=False, name=None))
    rows["do_not_say"] = [
        ";".join(bar for bar in (kind_bars.get(kind), state_bars.get(state)) if isinstance(bar, str))
        for kind, state in zip(rows["audience_kind"], rows["need_state"], strict=True)
    ]
    rows["task_id"] = [
        task_id(str(date), audience, one_id, channel)
        for date, audience, one_id, channel in zip(
            pd.to_datetime(rows["as_of_date"]).dt.date,
            rows["audience_id"],
            rows["one_id"],
            rows["message_channel"],
            strict=True,
        )
    ]
    return rows.rename(columns={"net_p50_fen": "expected_net_p50_fen"})[list(TASKS)]


def _talking_points(rows: pd.DataFrame, position: int, rules: Rules) -> list[Any]:
    """Return what to talk about in each task's scene, the most special words that fit.

    Those of the need state come before those of the channel, and these before those of with or without an offer.
    """
    seed = rules.seeds["talking_points"]
    seed = seed[seed["position"].eq(position)]
    offered = seed["has_offer"].map({True: "true", False: "false"})
    named = [seed[name].fillna("") for name in ("scene_id", "need_state", "message_channel")]
    said = dict(zip(zip(*named, offered.fillna(""), strict=True), seed["words"], strict=True))
    has_offer = rows["offer_id"].ne("none").map({True: "true", False: "false"})
    asked = zip(rows["scene_id"], rows["need_state"], rows["message_channel"], has_offer, strict=True)
    return [
        next((said[scene, *of] for of in itertools.product(*((own, "") for own in owns)) if (scene, *of) in said), None)
        for scene, *owns in asked
    ]


def _terms(rows: pd.DataFrame) -> list[str]:
    """Return what each offer is worth at most and its last day, given on the day of the list; empty without an offer.

    For example 「85折券最多减30元,7天内有效,今天发用到12月8日」.
    """
    columns = ["offer_id", "offer_words", "maximum_discount_fen", "valid_days", "as_of_date"]
    return [
        f"{words}{offer_terms(most, days)},今天发用到{ends_on(date, float(days) + 1)}".replace("，", ",")
        if offer != "none" and pd.notna(days)
        else ""
        for offer, words, most, days, date in rows[columns].itertuples(index=False, name=None)
    ]
