"""What the audiences really published came to, read from the journal that publishing keeps."""

import datetime as dt

import dagster as dg
import duckdb
import pandas as pd

from ml.recall.outcomes import JOURNAL, outcomes
from ml.recall.tables import OUTCOMES
from orchestration.defs.recall.tables import load_rules
from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home
from orchestration.warehouse import connect, replace_dates

BOUGHT = """
    select one_id, order_date, goods_paid_fen - refunded_fen as net_paid_fen
    from people.order_states
    where from_date <= $known_on and (to_date is null or to_date > $known_on)
        and counts_as_purchase and one_id is not null
"""
SENT = """
    select audience_id, one_id
    from people.message_states
    where from_date <= $known_on and (to_date is null or to_date > $known_on)
        and audience_id is not null and one_id is not null
    union
    select tasks.audience_id, tasks.one_id
    from people.task_result_states as results inner join recall.tasks as tasks using (task_id)
    where results.status in ('sent', 'replied', 'booked', 'bought', 'refused')
        and results.from_date <= $known_on
"""
PLANNED_WITH = """
    select drawn.as_of_date, drawn.one_id, drawn.policy_id, cast(context.margin_rate as double) as margin_rate
    from recall.assignment as drawn
    left join features.recall_context as context using (as_of_date, one_id)
    where drawn.as_of_date in (select unnest($dates::date[]))
"""
ANCESTRY = "select one_id, ancestor_one_id from identity.ancestry"
CHANGED = """
    select unnest([one_id_old, one_id]) as one_id, cast(changed_at + interval 8 hour as date) as changed_on
    from identity.redirects
"""


def _dated(con: duckdb.DuckDBPyConnection, sql: str, **params: object) -> pd.DataFrame:
    return con.sql(sql, params=params or None).to_arrow_table().to_pandas(date_as_object=True)


@dg.asset(
    key=["recall", "outcomes"],
    group_name="recall",
    owners=OWNERS,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    deps=[
        ["recall", "tasks"],
        ["people", "order_states"],
        ["people", "task_result_states"],
        ["people", "message_states"],
    ],
    description="One row per (as_of_date, audience_id, read_on_date) of a published audience that is due by the date.",
    kinds={"python"},
)
def recall_outcomes(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
    """Read, for each date of the run, every published audience whose reading date has come by it."""
    settings, dates = home.settings, home.plan(context).as_of_dates
    journal_file = settings.published / "journal.parquet"
    with connect(settings) as con:
        found = [pd.DataFrame(columns=list(OUTCOMES))]
        if journal_file.exists():
            journal = pd.read_parquet(journal_file, columns=list(JOURNAL))
            first = journal["as_of_date"].min() + dt.timedelta(days=settings.horizon_days)
            due = [date for date in dates if first <= date]
            if due:
                planned = _dated(con, PLANNED_WITH, dates=journal["as_of_date"].unique().tolist())
                journal = journal.merge(planned, on=["as_of_date", "one_id"], how="left")
                changed, ancestry, rules = _dated(con, CHANGED), _dated(con, ANCESTRY), load_rules(con, settings)
            for date in due:
                bought, sent = _dated(con, BOUGHT, known_on=date), _dated(con, SENT, known_on=date)
                found.append(outcomes(journal, bought, sent, changed, ancestry, rules, date))
        read = pd.concat([frame for frame in found if len(frame)] or found[:1], ignore_index=True)
        rows = replace_dates(con, "recall.outcomes", read, dates, OUTCOMES)
    return dg.MaterializeResult(metadata={"rows": rows})
