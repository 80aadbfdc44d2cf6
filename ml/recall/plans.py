"""The log of a night: one row per planned person, and one per option that was open, each with its probability.

From these two alone an outsider can read what came of the plans and value another policy.
"""

import datetime as dt
import hashlib
from typing import Final

import numpy as np
import pandas as pd

from ml.recall import arms
from ml.recall.rules import Rules
from ml.recall.tables import PLAN_OPTIONS, PLANS

#: The channel and the depth of an option that is not to write.
NOTHING: Final = "nothing"


def episode_id(as_of_date: object, one_id: str, policy_id: str) -> str:
    """Return the id of what a plan opens: the same plan always has the same one."""
    text = f"{pd.Timestamp(str(as_of_date)):%Y-%m-%d}|{one_id}|{policy_id}"
    return "e_" + hashlib.sha256(text.encode()).hexdigest()[:24]


def plan_rows(plans: pd.DataFrame, drew_nothing: pd.DataFrame, rules: Rules, effects_hash: str) -> pd.DataFrame:
    """Return the rows of ``recall.plans`` of one date.

    Parameters
    ----------
    plans
        Chosen options with ``arm``, ``wait_probability``, ``option_probability`` and the money of ``priced``.
    drew_nothing
        Candidates of the random arm who drew nothing, with ``option_probability``; they are planned too.
    rules
        The seeds: how long an episode of a policy is.
    effects_hash
        Which effects the plan rests on.
    """
    nothing = drew_nothing.assign(
        message_channel=NOTHING, offer_id="none", depth="none", wait_probability=0.0, expected_cost_fen=0,
        lift=0.0, lift_p10=0.0, lift_p90=0.0, unit_fen=0.0, seed_unit_fen=0.0, base_fen=0.0,
        net_p10_fen=0, net_p50_fen=0, net_p90_fen=0,
    )  # fmt: skip
    rows = pd.concat([frame for frame in (plans, nothing) if len(frame)] or [plans], ignore_index=True)
    if rows.empty:
        return pd.DataFrame(columns=list(PLANS))
    days = rules.seeds["recall_policies"].drop_duplicates("policy_id").set_index("policy_id")["episode_days"]
    length = rows["policy_id"].map(days).astype(float)
    opens = length.notna() & rows["continues_episode"].isna() & rows["arm"].ne(arms.WAITING)
    ends = [
        date + dt.timedelta(days=int(days)) if is_open else None
        for date, days, is_open in zip(rows["as_of_date"], length.fillna(0), opens, strict=True)
    ]
    ids = [episode_id(*key) for key in rows[["as_of_date", "one_id", "policy_id"]].itertuples(index=False, name=None)]
    owed = rows["consent_purpose"].eq("service")
    base, unit, lift = (rows[name].astype(float) for name in ("base_fen", "unit_fen", "lift"))
    rows = rows.assign(
        episode_id=rows["continues_episode"].where(rows["continues_episode"].notna(), pd.Series(ids)),
        opens_episode=opens,
        ends_on=pd.Series(ends, dtype=object),
        net_mean_fen=np.rint(base + unit * lift).astype(np.int64),
        # of what is owed nothing is claimed
        lift_mean=lift.round(9).where(~owed),
        lift_p10=rows["lift_p10"].astype(float).round(9).where(~owed),
        lift_p90=rows["lift_p90"].astype(float).round(9).where(~owed),
        base_fen=base.round(3),
        # At the seed's money, so that what the past says of it is read against one reckoning and not against itself.
        unit_fen=rows["seed_unit_fen"].astype(float).round(3),
        effects_hash=effects_hash,
    )
    return rows.sort_values(["as_of_date", "one_id"], ignore_index=True)[list(PLANS)]


def option_rows(options: pd.DataFrame, at_random: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``recall.plan_options`` of one date: every option of who was open, and doing nothing.

    Parameters
    ----------
    options
        ``Night.options``: probability, is_chosen and is_repaired by option.
    at_random
        Options of the random arm who had room, with ``probability`` and ``is_chosen``.
    """
    every = pd.concat([options, at_random.assign(is_repaired=False)], ignore_index=True)
    if every.empty:
        return pd.DataFrame(columns=list(PLAN_OPTIONS))
    person = every.groupby(["as_of_date", "one_id"], as_index=False).agg(
        probability=("probability", "sum"), is_chosen=("is_chosen", "any"), is_repaired=("is_repaired", "any")
    )
    nothing = person.assign(
        message_channel=NOTHING,
        offer_id="none",
        probability=(1 - person["probability"]).clip(lower=0.0),
        is_chosen=~person["is_chosen"],
    )
    rows = pd.concat([every, nothing], ignore_index=True)
    rows["probability"] = rows["probability"].round(6)
    key = ["as_of_date", "one_id", "message_channel", "offer_id"]
    return rows.sort_values(key, ignore_index=True)[list(PLAN_OPTIONS)]
