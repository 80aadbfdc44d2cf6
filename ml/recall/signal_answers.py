"""What answers each signal the next morning, or in one word why nothing does: no signal goes without either."""

from typing import Final

import numpy as np
import pandas as pd

from ml.recall import arms
from ml.recall.lists import WAITS_FOR_LEARNING, WAITS_FOR_ROOM
from ml.recall.plays import SIGNAL
from ml.recall.rules import Rules
from ml.recall.tables import SIGNAL_ANSWERS
from ml.recall.words import in_chinese

#: What somebody waits for, as the seed ``words`` calls the reason.
WAITS_AS: Final = {WAITS_FOR_ROOM: "staff_full", WAITS_FOR_LEARNING: "learning_full"}
_KEY: Final = ["as_of_date", "one_id"]
TASK: Final = "task"
SERVICE: Final = "service"
AUDIENCE: Final = "audience"
#: Whom a lot holds out, for good or tonight, as the seed ``words`` calls the reason.
_HELD_OUT_AS: Final = {
    **dict.fromkeys((arms.RANDOM, *arms.HELD_OUT), "holdout"),
    arms.IN_EPISODE: "in_episode",
}


def unsent_because(arm: str | None, waits_for: str | None, passed_over_because: str | None) -> str | None:
    """Return the reason (seed ``words``) for which somebody of an arm is sent nothing; null of who is sent or refused.

    Parameters
    ----------
    arm, waits_for, passed_over_because
        Of ``recall.assignment``; null where it has none. A row that an earlier release wrote does not say why it was
        passed over, and neither does the reason then.
    """
    if arm == arms.WAITING:
        return WAITS_AS.get(waits_for or "", "staff_full")
    if arm == arms.NOT_SELECTED:
        return passed_over_because or arms.NOT_SELECTED
    return _HELD_OUT_AS.get(arm or "")


def signal_answers(
    signals: pd.DataFrame | None,
    context: pd.DataFrame,
    people: pd.DataFrame,
    plans: pd.DataFrame,
    without_option: pd.Series,
    rules: Rules,
) -> pd.DataFrame:
    """Return the rows of ``recall.signal_answers``, sorted by its key.

    Parameters
    ----------
    signals
        ``recall.open_signals``.
    context
        ``recall.recall_people``: whom a hard rule keeps out, whose episode is open.
    people
        The candidates with their last arm, ``play_id``, ``candidate`` and ``closed``: what closed the plays before.
    plans
        Who is sent something, with ``message_channel``.
    without_option
        ``refused.last_refusals`` by candidate.
    rules
        The seeds ``signals`` (how long nobody is written to) and ``plays``.
    """
    if signals is None or signals.empty:
        return pd.DataFrame(columns=list(SIGNAL_ANSWERS))
    known = ["may_be_served", "exclusion", "open_episode_id", "is_resting"]
    facts = context[[*_KEY, *(name for name in known if name in context.columns)]]
    rows = signals.merge(facts, on=_KEY, how="left")
    of_people = [*_KEY, "candidate", "arm", "play_id", "policy_id", "closed", "waits_for", "passed_over_because"]
    met = people[of_people].rename(columns={"play_id": "met_by"})
    rows = rows.merge(met, on=_KEY, how="left")
    rows["met_channel"] = rows["candidate"].map(plans.set_index("candidate")["message_channel"])
    is_met = rows["met_by"].eq(rows["play_id"])
    something_is_sent = rows["met_channel"].notna()
    is_sent = is_met & something_is_sent
    staffed = rows["met_channel"].isin(rules.staff_channels)
    by_whom = np.select([staffed, rows["kind"].eq("service")], [TASK, SERVICE], default=AUDIENCE)
    answered = pd.Series(by_whom, index=rows.index, dtype=object).where(is_sent)
    rest = rows["signal"].map(rules.seeds["signals"].set_index("signal")["rest_days"])
    age = (pd.to_datetime(rows["as_of_date"]) - pd.to_datetime(rows["signal_date"])).dt.days
    kinds = rules.seeds["plays"].set_index("play_id")["trigger_kind"]
    told = rows[["arm", "waits_for", "passed_over_because"]].astype(object)
    told = told.where(told.notna(), None)
    of_arm = pd.Series(
        [unsent_because(*row) for row in told.itertuples(index=False, name=None)], index=rows.index, dtype=object
    )
    of_its_own = pd.Series(
        [
            closed.get(play) if isinstance(closed, dict) else None
            for play, closed in rows[["play_id", "closed"]].to_numpy()
        ],
        index=rows.index,
        dtype=object,
    )
    why = np.select(
        [
            ~rows["may_be_served"].fillna(True).astype(bool),
            # what ends lies ahead, and has nothing to rest after
            rest.gt(0) & rest.gt(age),
            is_met & rows["arm"].eq(arms.INELIGIBLE),
            is_met,
            rows["kind"].eq("marketing") & rows["open_episode_id"].notna(),
            of_its_own.notna(),
            # nothing yields to what is not sent: then the reason of the day is the signal's too
            rows["met_by"].notna() & ~something_is_sent & rows["arm"].eq(arms.INELIGIBLE),
            rows["met_by"].notna() & ~something_is_sent,
            rows["met_by"].map(kinds).eq(SIGNAL),
            rows["met_by"].notna(),
        ],
        [
            rows.get("exclusion", "excluded"),
            "rest",
            rows["candidate"].map(without_option).astype(object),
            of_arm,
            "in_episode",
            of_its_own,
            rows["candidate"].map(without_option).astype(object),
            of_arm,
            "another_signal_first",
            "another_play_first",
        ],
        # the next reminder of a right is not due yet
        default="answered",
    )
    rows = rows.assign(
        answered_by=answered,
        message_channel=rows["met_channel"].where(is_sent),
        reason=pd.Series(why, index=rows.index, dtype=object).where(~is_sent),
        asked_category=in_chinese(rows["asked_category"], rules),
    )
    return rows.sort_values([*_KEY, "signal"], ignore_index=True)[list(SIGNAL_ANSWERS)]
