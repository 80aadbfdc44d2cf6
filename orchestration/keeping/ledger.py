"""The ledger of kept dates: which date of which table still holds, and why the others are made again."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Final

import duckdb

from orchestration.keeping import by_key, facts
from orchestration.keeping.tables import FACTS, FEATURES, LABELS, OF_STATE, OF_STEPS, REGISTRY
from orchestration.run_plan import RunPlan

#: Filled by dbt in the transaction that writes a table's dates (macros/engine/materializations.sql).
LEDGER: Final = "main.kept"
#: The dates that the last run needed: kept, or why each was made again.
DATES: Final = "main.dates_of_run"
KEPT: Final = "kept"
_COLUMNS: Final = "relation varchar, as_of_date date, rules varchar"
PUBLISHED: Final = "published"
STATE, CUT_OFF, TRAINING = "state", "cut-off", "training"


@dataclasses.dataclass(frozen=True)
class Made:
    """Which dates a run makes, of those its plan needs, and why: the rest is kept."""

    state: list[dt.date]
    features: list[dt.date]
    #: (kind, date) -> why it is made
    causes: dict[tuple[str, dt.date], str]
    #: (kind, date) of what is kept
    kept: list[tuple[str, dt.date]]

    @property
    def trains(self) -> bool:
        """Whether a training date's models may have to be learned: one of its cut-offs is made, or none was yet."""
        return any(kind == TRAINING for kind, _ in self.causes)


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the ledger where it is missing."""
    con.execute(f"create table if not exists {LEDGER} ({_COLUMNS})")
    con.execute(f"create table if not exists {DATES} (kind varchar, as_of_date date, cause varchar)")


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Forget every kept date and what was made by key: whoever drops or rewrites such tables calls it first."""
    by_key.forget(con)
    for table in (LEDGER, facts.DIGESTS):
        con.execute(f"drop table if exists {table}")


def decide(con: duckdb.DuckDBPyConnection, plan: RunPlan, rules: str, horizon_days: int, is_full: bool = False) -> Made:
    """Return which dates of a plan are made, and take the others' word that they hold.

    Called when the tables of ``people`` are made and before anything is made from them. Dates on which facts changed
    leave the ledger in the transaction that notes the new facts: a run killed after it finds them open, one killed
    before it finds the old facts.

    Parameters
    ----------
    con
        The open warehouse.
    plan
        The dates that the run needs.
    rules
        The fingerprint of the rules (:mod:`orchestration.keeping.rules`).
    horizon_days
        Days to which a label looks ahead.
    is_full
        Make every date again, whatever holds.
    """
    create(con)
    facts.take(con)
    changed = facts.changed_from(con)
    before, by_others = _entries(con, rules), _entries(con, None)
    con.execute("begin")
    try:
        con.execute(
            f"delete from {LEDGER} where (rules <> $rules and relation <> $registry) or $all",
            {"rules": rules, "registry": REGISTRY, "all": is_full},
        )
        if changed:
            _reopen(con, min(changed.values()), horizon_days)
            facts.note(con)
        made = _made(plan, _entries(con, rules), _Why(changed, before, by_others, horizon_days, is_full))
        if made.features:  # what was learned from a date that is made again is learned again
            con.execute(
                f"delete from {LEDGER} where relation = $registry and as_of_date > $first",
                {"registry": REGISTRY, "first": min(made.features)},
            )
        con.execute(f"delete from {DATES}")
        rows = [*((*which, cause) for which, cause in made.causes.items()), *((*which, KEPT) for which in made.kept)]
        con.executemany(f"insert into {DATES} values (?, ?, ?)", rows)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    return made


def last_made(con: duckdb.DuckDBPyConnection, plan: RunPlan) -> Made | None:
    """Return what the last run made where it was of the same dates: its views and passing tables hold those alone."""
    create(con)
    rows = con.execute(f"select kind, as_of_date, cause from {DATES} order by all").fetchall()
    if {date for _, date, cause in rows if cause == PUBLISHED} != set(plan.as_of_dates):
        return None
    causes = {(kind, date): cause for kind, date, cause in rows if cause != KEPT}
    state = [date for kind, date in causes if kind == STATE]
    features = sorted({*plan.as_of_dates, *(date for kind, date in causes if kind == CUT_OFF)})
    return Made(state, features, causes, [(kind, date) for kind, date, cause in rows if cause == KEPT])


def _entries(con: duckdb.DuckDBPyConnection, rules: str | None) -> set[tuple[str, dt.date]]:
    """Return the entries made under some rules, or under any; what was learned has a key of its own."""
    query = f"select relation, as_of_date from {LEDGER} where rules = $rules or $rules is null or relation = $registry"
    return set(con.execute(query, {"rules": rules, "registry": REGISTRY}).fetchall())


def _reopen(con: duckdb.DuckDBPyConnection, first: dt.date, horizon_days: int) -> None:
    """Take out of the ledger what a change of facts from a day on says otherwise; a label looks ahead."""
    looks_ahead = f"case when relation = '{LABELS}' then $horizon else 0 end"
    con.execute(
        f"delete from {LEDGER} where as_of_date + cast({looks_ahead} as integer) >= $first",
        {"horizon": horizon_days, "first": first},
    )


def _made(plan: RunPlan, held: set[tuple[str, dt.date]], why: "_Why") -> Made:
    published, planned = set(plan.as_of_dates), set(plan.state_dates)
    causes: dict[tuple[str, dt.date], str] = {}
    kept: list[tuple[str, dt.date]] = []
    for date in plan.state_dates:
        # The first date of a run has no eve, and nobody reads how people stepped on it.
        needed = (*OF_STATE, *OF_STEPS) if date - dt.timedelta(days=1) in planned else OF_STATE
        _judge(STATE, date, needed, date in published, held, why, causes, kept)
    for date in sorted(set(plan.feature_dates) - published):
        _judge(CUT_OFF, date, (FEATURES, LABELS), False, held, why, causes, kept)
    for date, cut_offs in plan.cut_offs.items():
        learned_from = [(CUT_OFF, cut_off) for cut_off in cut_offs]
        if (REGISTRY, date) in held and not any(one in causes for one in learned_from):
            kept.append((TRAINING, date))
        else:
            causes[TRAINING, date] = "not learned yet, or from other dates"
    state = [date for date in plan.state_dates if (STATE, date) in causes]
    features = [date for date in plan.feature_dates if date in published or (CUT_OFF, date) in causes]
    return Made(state, features, causes, kept)


def _judge(
    kind: str,
    date: dt.date,
    needed: Iterable[str],
    is_published: bool,
    held: set[tuple[str, dt.date]],
    why: "_Why",
    causes: dict[tuple[str, dt.date], str],
    kept: list[tuple[str, dt.date]],
) -> None:
    lacking = [table for table in needed if (table, date) not in held]
    if is_published:
        causes[kind, date] = PUBLISHED
    elif lacking:
        causes[kind, date] = why.of(lacking, date)
    else:
        kept.append((kind, date))


@dataclasses.dataclass(frozen=True)
class _Why:
    """What is known of why a date does not hold any more."""

    changed: dict[str, dt.date]
    before: set[tuple[str, dt.date]]
    by_others: set[tuple[str, dt.date]]
    horizon_days: int
    is_full: bool

    def of(self, lacking: list[str], date: dt.date) -> str:
        if self.is_full:
            return "asked for"
        if any((table, date) in self.by_others - self.before for table in lacking):
            return "rules"
        if any((table, date) not in self.by_others for table in lacking):
            return "not made yet"
        until = date + dt.timedelta(days=self.horizon_days if LABELS in lacking else 0)
        return ", ".join(sorted({FACTS[table] for table, first in self.changed.items() if first <= until}))
