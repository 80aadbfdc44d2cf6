"""Recall: one asset that learns, decides and writes its tables, and one that reads what came of what was published."""

import collections
import datetime as dt
import time
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from ml.recall import Salts, plan_recall
from ml.recall.audit import audit, audit_found, carry_over_found, year_claims
from ml.recall.health import health, row_of
from ml.recall.outcomes import outcomes
from ml.recall.posterior import effects
from ml.recall.tables import HEALTH, OUTCOMES, PLANNED
from ml.recall.usual import usual_found
from orchestration.channels.engine.keys import load_key
from orchestration.defs.inputs import require_inputs
from orchestration.defs.shared import (
    ONE_RUN,
    OWNERS,
    PARTITIONS,
    Home,
    of_warehouse,
    rows_by_date,
    say_by_date,
    tags_of,
)
from orchestration.frames import of_dates
from orchestration.recall_inputs import (
    budgets,
    episodes_known,
    known_ancestry,
    landed_known,
    learned_by,
    load_rules,
    usual_of,
    with_margin,
    year_of,
)
from orchestration.warehouse import connect, replace_dates

DEPS = [
    ["recall", "recall_people"],
    ["recall", "open_signals"],
    ["recall", "recall_offers"],
    ["recall", "spoken_templates"],
    ["scores", "customer_scores"],
    ["identity", "ancestry"],
    ["people", "recall_episodes"],
]
READ = [
    ["recall", "plans"],
    ["recall", "spoken_templates"],
    ["people", "recall_episodes"],
    ["people", "landed_assignments"],
    ["people", "order_states"],
    ["people", "record_owners"],
    ["identity", "ancestry"],
    ["customer", "plans"],
]
#: Dates planned together: what bounds memory (28 dates of 4,900 people at once: 0.8 GB).
DATES_AT_ONCE = 7


@dg.multi_asset(
    name="recall",
    specs=[
        dg.AssetSpec(
            ["recall", name],
            group_name="recall",
            owners=OWNERS,
            description=text,
            kinds={"python", "duckdb"},
            tags=tags_of("recall"),
            metadata=of_warehouse("recall", name, columns),
            deps=DEPS,
        )
        for name, (text, columns) in PLANNED.items()
    ],
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
)
def recall(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult]:
    """Learn, plan, draw the lots and write the tasks of every date of the run."""
    started, settings, dates = time.monotonic(), home.settings, home.plan(context).as_of_dates
    salts = Salts(load_key(settings, "holdout"), load_key(settings, "exploration"))
    rows: dict[str, int] = collections.Counter()
    told: dict[dt.date, dict[str, float]] = {}
    of_name: dict[str, dict[dt.date, int]] = collections.defaultdict(dict)
    with connect(settings) as con:
        require_inputs(context, con, home.plan(context))
        rules = load_rules(con, settings, of_dates(con, "recall.recall_offers", dates, key="offer_id"))
        ancestry = known_ancestry(con)
        for at in range(0, len(dates), DATES_AT_ONCE):
            some = dates[at : at + DATES_AT_ONCE]
            frames = [of_dates(con, table, some) for table in ("recall.recall_people", "scores.customer_scores")]
            signals = of_dates(con, "recall.open_signals", some, key="one_id, signal")
            care = dict.fromkeys(some, settings.care_budget_yuan * 100)
            known = {date: learned_by(con, date, episodes_known(con, date), rules) for date in some}
            money = budgets(con, settings, some)
            plan = plan_recall(*frames, ancestry, rules, salts, money, known, signals=signals, care_budgets_fen=care)
            ledger = pd.concat([effects(now.posterior, date) for date, now in known.items()], ignore_index=True)
            tables = {"effects": ledger} | {name: getattr(plan, name) for name in PLANNED if name != "effects"}
            for date in some:
                told[date] = _figures(tables["budget"], date) | {
                    "people": int(_of(tables["audience"], date)["one_id"].nunique())
                }
            for name, (_, columns) in PLANNED.items():
                of_name[name] |= rows_by_date(tables[name], some)
                rows[name] += replace_dates(con, f"recall.{name}", tables[name], some, columns)
    seconds = round(time.monotonic() - started, 2)
    for name in PLANNED:
        drawn = told if name == "budget" else {}
        own = {date: {"rows": count, **drawn.get(date, {})} for date, count in of_name[name].items()}
        say_by_date(context, ["recall", name], own)
        yield dg.MaterializeResult(asset_key=["recall", name], metadata={"rows": rows[name], "seconds": seconds})


def _of(frame: pd.DataFrame, date: dt.date) -> pd.DataFrame:
    return frame[pd.to_datetime(frame["as_of_date"]).dt.date == date]


def _figures(budget: pd.DataFrame, date: dt.date) -> dict[str, float]:
    """Return a date's money as plain numbers, which the page of the table draws over the dates."""
    newest = _of(budget, date)
    named = {"cost_yuan": "expected_cost_fen", "net_yuan": "planned_net_mean_fen"}
    found = {name: float(newest[column].sum()) / 100 for name, column in named.items()}
    return found | {"optimality_gap": float(newest["optimality_gap"].fillna(0).max() if len(newest) else 0)}


@dg.multi_asset(
    name="recall_readings",
    specs=[
        dg.AssetSpec(
            ["recall", name],
            group_name="recall",
            owners=OWNERS,
            description=text,
            kinds={"python", "duckdb"},
            tags=tags_of("recall"),
            metadata=of_warehouse("recall", name, columns),
            deps=READ,
        )
        for name, columns, text in (
            (
                "outcomes",
                OUTCOMES,
                "One row per (as_of_date, week, policy or experiment, window): what was promised, what came.",
            ),
            (
                "health",
                HEALTH,
                "One row per (as_of_date, check, policy): whether the experiment under the recall is in order.",
            ),
        )
    ],
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
)
def recall_readings(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult]:
    """Read, for each date of the run, every episode that was over by then, and look whether its lots are in order."""
    settings, dates = home.settings, home.plan(context).as_of_dates
    rows: dict[str, int] = collections.Counter()
    with connect(settings) as con:
        require_inputs(context, con, home.plan(context))
        rules = load_rules(con, settings)
        for date in dates:
            episodes = episodes_known(con, date)
            priors, least = rules.seeds["response_priors"], int(rules.setting("outcome_holdout_least"))
            read = outcomes(with_margin(episodes, rules), priors, least)
            plans = of_dates(con, "recall.plans", [date])
            checked = health(with_margin(episodes, rules), read, plans, landed_known(con, date), rules.settings)
            people, cost_fen = year_of(con, date, rules)
            if year := audit(people, year_claims(read, date), cost_fen):
                for found in (audit_found(year, rules.setting("audit_alarm_p")), carry_over_found(year)):
                    checked.loc[len(checked)] = row_of(date, found)
            for found in usual_found(usual_of(con, date, rules), rules.settings) if rules.as_usual_share else ():
                checked.loc[len(checked)] = row_of(date, found)
            rows["outcomes"] += replace_dates(con, "recall.outcomes", read, [date], OUTCOMES)
            rows["health"] += replace_dates(con, "recall.health", checked, [date], HEALTH)
    for name, count in rows.items():
        yield dg.MaterializeResult(asset_key=["recall", name], metadata={"rows": count})
