"""What became of the audiences that were really published: realised profit by assignment, read on fixed dates."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from ml.recall import arms
from ml.recall.rules import Rules, require
from ml.recall.tables import OUTCOMES

#: One row per candidate of a version that CURRENT was moved to, holdouts included, in the order of the moves; publish
#: appends it.
JOURNAL_COLUMNS: Final = (
    "version", "as_of_date", "audience_id", "one_id", "arm", "message_channel",
    "expected_cost_fen", "net_p10_fen", "net_p50_fen", "net_p90_fen",
)  # fmt: skip
#: What the plan knew of them beside, null where its tables are gone: the share held out goes by policy.
PLANNED_WITH: Final = ("policy_id", "margin_rate")
HOLDOUTS: Final = arms.HELD_OUT
#: Half the width of a two-sided 90% interval, in standard errors.
_Z: Final = 1.6448536269514722


def outcomes(
    journal: pd.DataFrame,
    orders: pd.DataFrame,
    sent: pd.DataFrame,
    changed: pd.DataFrame,
    ancestry: pd.DataFrame,
    rules: Rules,
    known_on: dt.date,
) -> pd.DataFrame:
    """Return the outcome of every published audience whose reading date has come.

    Everybody who was not held out is compared with everybody who was, whether or not a message arrived: analysis by
    assignment. Explorers belong to neither side. The difference of the mean margin, times the people offered the
    campaign, less its cost, is the realised net profit. It is taken policy by policy and added up: a policy of many
    candidates holds out another share than a small one, so that together they would compare one policy's people with
    another's.

    Parameters
    ----------
    journal
        Columns ``JOURNAL_COLUMNS`` and ``PLANNED_WITH``.
    orders
        ``one_id, order_date, net_paid_fen``: kept orders as known on ``known_on``.
    sent
        ``audience_id, one_id``: landed messages and task results of those audiences.
    changed
        ``one_id, changed_on``: ids merged or split; whoever changed after the date leaves the analysis, on both sides.
    ancestry
        ``one_id, ancestor_one_id``: a merged person is held out by the draw of any id, which the test of the shares
        has to expect.
    rules
        Margin rate (where the plan's own is not known), horizon h and the share held out.
    known_on
        Audiences are read h and 3 h days after their date, if that day is over.

    Returns
    -------
    DataFrame
        ``OUTCOMES``, its ``as_of_date`` the date it is read on behalf of, ``known_on``; money in fen, ``srm_p_value``
        the probability of a holdout as far from its share by chance.
    """
    require(journal, (*JOURNAL_COLUMNS, *PLANNED_WITH), "published/journal.parquet")
    ancestors = ancestry.groupby("one_id").size()
    rows = []
    last = journal.drop_duplicates("audience_id", keep="last")[["audience_id", "version"]]
    newest = journal.merge(last, on=["audience_id", "version"])
    for (date, audience), everybody in newest.groupby(["as_of_date", "audience_id"]):
        people = everybody[~everybody["one_id"].isin(changed.loc[changed["changed_on"] > date, "one_id"])]
        for horizons in (1, 3):
            read_on = date + dt.timedelta(days=horizons * rules.horizon_days)
            if read_on <= known_on:
                bought = orders[(orders["order_date"] > date) & (orders["order_date"] <= read_on)]
                rows.append(
                    {"as_of_date": known_on, "audience_id": audience, "read_on_date": read_on}
                    | _read(people, bought, sent, ancestors, rules)
                )
    return pd.DataFrame(rows, columns=list(OUTCOMES))


def due_on(journal: pd.DataFrame, dates: list[dt.date], horizon_days: int) -> list[dt.date]:
    """Return the dates by which a published audience can be read; none where nobody was a candidate yet."""
    first = min(journal["as_of_date"], default=None)
    return [date for date in dates if first and first + dt.timedelta(days=horizon_days) <= date]


def _read(
    people: pd.DataFrame, bought: pd.DataFrame, sent: pd.DataFrame, ancestors: pd.Series, rules: Rules
) -> dict[str, object]:
    rate = people["margin_rate"].astype("Float64").fillna(rules.gross_margin_rate).astype(float)
    # As floats before all else: where everybody was merged since, the map of nobody would be a column of text.
    margin = people["one_id"].map(bought.groupby("one_id")["net_paid_fen"].sum()).astype(float).fillna(0.0) * rate
    held = people["arm"].isin(HOLDOUTS)
    offered = ~held & people["arm"].ne(arms.EXPLORE)
    treated = people[people["arm"].eq(arms.TREAT)]
    planned = people[people["message_channel"].notna()]
    arrived = set(sent.loc[sent["audience_id"].isin(people["audience_id"]), "one_id"])
    group = read_together(people["policy_id"], held, offered, int(rules.setting("outcome_holdout_least")))
    # In one order, so that the sums of floats are the same in every process.
    sides = [
        (margin[offered & of].to_numpy(), margin[held & of].to_numpy())
        for of in (group == name for name in sorted(set(group)))
    ]
    net, low, high = margin_of_difference(sides, float(treated["expected_cost_fen"].sum()))
    predicted = {point: int(treated[f"net_{point}_fen"].sum()) for point in ("p10", "p50", "p90")}
    ids = 1 + people["one_id"].map(ancestors).astype(float).fillna(0)
    share = float((1 - (1 - rules.holdout_share) ** ids).mean()) if len(people) else 0.0
    return {
        **{f"predicted_net_{point}_fen": value for point, value in predicted.items()},
        "realised_net_fen": net,
        "realised_low_fen": low,
        "realised_high_fen": high,
        "sent_share": round(float(planned["one_id"].isin(arrived).mean()), 6) if len(planned) else None,
        "srm_p_value": round(srm_p_value(int(people["arm"].eq(arms.HOLDOUT_GLOBAL).sum()), len(people), share), 6),
        "inside_interval": None if net is None else predicted["p10"] <= net <= predicted["p90"],
    }


def read_together(policies: pd.Series, held: pd.Series, offered: pd.Series, least: int) -> pd.Series:
    """Return the group each person is read in: their policy, or all small policies together.

    A policy is small with fewer than ``least`` held out or offered; the small ones hold out the same pooled share.
    Where even together they are too few, the next smallest policy joins them.
    """
    group = policies.fillna("").astype(str)
    counts = pd.DataFrame({"held": held, "offered": offered}).groupby(group).sum().min(axis=1)
    order = counts.reset_index().sort_values([0, "policy_id"])["policy_id"].tolist()
    small = [policy for policy in order if counts[policy] < least]
    while small and len(small) < len(order):
        together = group.isin(small)
        if min(int((held & together).sum()), int((offered & together).sum())) >= least:
            break
        small = order[: len(small) + 1]
    return group.where(~group.isin(small), "small policies")


def margin_of_difference(
    sides: Sequence[tuple[np.ndarray, np.ndarray]], cost: float
) -> tuple[int | None, int | None, int | None]:
    """Return realised net profit with its 90% interval over groups of (offered, held out).

    Unknown where a side of a group has fewer than two people.
    """
    if not sides or min(len(side) for pair in sides for side in pair) < 2:
        return None, None, None
    gained, variance = 0.0, 0.0
    for offered, held in sides:
        gained += len(offered) * float(np.mean(offered) - np.mean(held))
        error = float(np.var(offered, ddof=1)) / len(offered) + float(np.var(held, ddof=1)) / len(held)
        variance += len(offered) ** 2 * error
    net, low, high = (round(gained + z * math.sqrt(variance) - cost) for z in (0.0, -_Z, _Z))
    return net, low, high


def srm_p_value(held: int, people: int, share: float) -> float:
    """Return the chi-square p-value (one degree of freedom) of the number held out against its share."""
    expected = people * share
    if expected <= 0 or expected >= people:
        return 1.0
    chi_square = (held - expected) ** 2 / expected + (held - expected) ** 2 / (people - expected)
    return math.erfc(math.sqrt(chi_square / 2))
