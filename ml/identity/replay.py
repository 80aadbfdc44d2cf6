"""The replay: links folded over the days on which they became known, people carried from each day to the next."""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pandas as pd

from ml.identity.fold import Fold
from ml.identity.history import IdentityHistory
from ml.identity.people import Founder
from ml.identity.rules import IdentityRules

#: Columns of the links handed in.
LINK_COLUMNS: Final = (
    "source", "customer_id", "id_type", "id_scope", "id_value", "observed_at", "unbound_at", "known_day", "unbound_day",
    "origin", "no_join_reason", "no_join_day",
)  # fmt: skip
Observation = tuple[Any, ...]


class MissingColumns(ValueError):
    """The links lack a column."""


def replay(
    links: pd.DataFrame,
    rules: IdentityRules,
    key: bytes,
    cut_off: dt.timedelta = dt.timedelta(hours=22),
    *,
    everything: bool = False,
    was_erased: Callable[[str], bool] = lambda one_id: False,
) -> IdentityHistory:
    """Return who was whom, as it was known at the end of each day.

    Parameters
    ----------
    links
        One row per observation (``LINK_COLUMNS``), in any order: a record carried an identifier at ``observed_at``
        (UTC), until ``unbound_at`` where that is known; ``known_day`` and ``unbound_day`` are the business dates
        from which either is known. Origin ``record`` marks a record's own key, ``ruling`` a member merge (the value
        is the other record's key). ``no_join_reason`` keeps a value out of every join, from ``no_join_day`` on where
        there is one: a phone joined people until we knew that it is a shop's.
    rules
        Strengths, limits and caps.
    key
        Of the HMAC that makes one_ids; never rotated.
    cut_off
        A day's cut-off, counted from 00:00 UTC of its date: the moment from which its links are known.
    everything
        Solve every group anew on every day instead of those that the day's links touch: the slow full rebuild that
        the incremental fold has to equal.
    was_erased
        Whether a one_id was that of somebody who was erased: nobody gets it again.

    Raises
    ------
    MissingColumns
        A column is missing.
    NotConverged
        The clusters at the end are not the connected components of the accepted links.
    """
    missing = [column for column in LINK_COLUMNS if column not in links.columns]
    if missing:
        raise MissingColumns(
            f"identity links lack {', '.join(missing)}; see dbt_project/models/identity/identifier_links.sql"
        )
    with _no_collecting():
        fold = Fold(rules, Founder(key, was_erased), cut_off // dt.timedelta(microseconds=1))
        return _folded(links, fold, everything)


def _folded(links: pd.DataFrame, fold: Fold, everything: bool) -> IdentityHistory:
    days: dict[int, list[Observation]] = {}
    for day, observation in _observations(links):
        days.setdefault(day, []).append(observation)
    for day in sorted(days):
        fold.day(day, days[day], everything=everything)
    fold.check()
    return fold.history()


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep Python's cycle collector out: links and values live to the end, and searching them in vain took 2 s of 5."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _observations(links: pd.DataFrame) -> Iterator[tuple[int, Observation]]:
    """Yield (day, record, value key, no_join_reason, origin, bound at, unbound at): one of the two instants is None."""
    columns = {name: links[name] for name in LINK_COLUMNS}
    observed = _microseconds(columns["observed_at"])
    unbound = _microseconds(columns["unbound_at"])
    known_days = _microseconds(columns["known_day"], "s")
    unbound_days = _microseconds(columns["unbound_day"], "s")
    no_join_days = _microseconds(columns["no_join_day"], "s")
    texts = [_texts(columns[name]) for name in (*LINK_COLUMNS[:5], "no_join_reason", "origin")]
    for row, (source, customer_id, id_type, id_scope, value, reason, origin) in enumerate(zip(*texts, strict=True)):
        record, key = (source, customer_id), (id_type, id_scope or "", value)
        known = known_days[row] // 86_400
        apart = known if no_join_days[row] is None else max(known, no_join_days[row] // 86_400)
        yield known, (record, key, reason if apart == known else None, origin, observed[row], None)
        if apart > known:
            yield apart, (record, key, reason, origin, observed[row], None)
        if unbound[row] is not None:
            undone = max(known, unbound_days[row] // 86_400)
            yield undone, (record, key, reason if apart <= undone else None, origin, None, unbound[row])


def _texts(column: pd.Series) -> list[Any]:
    """Return a column's texts, equal ones as one object: as keys they are then hashed once and compared at a glance."""
    codes, texts = pd.factorize(column)
    known = [*texts.tolist(), None]  # what is missing has the code -1
    return [known[code] for code in codes.tolist()]


def _microseconds(column: pd.Series, unit: str = "us") -> list[Any]:
    instants = pd.to_datetime(column).astype(f"datetime64[{unit}]")
    numbers = instants.astype("int64").tolist()
    return [None if missing else number for number, missing in zip(numbers, instants.isna().tolist(), strict=True)]
