"""What the audiences really published came to, read from the journal that publishing keeps."""

import datetime as dt

import dagster as dg
import duckdb
import pandas as pd

from ml.recall.outcomes import JOURNAL, outcomes
from ml.recall.tables import OUTCOMES
from orchestration.defs.recall.tables import load_rules, replace_all
from orchestration.defs.shared import ONE_RUN, OWNERS, PARTITIONS, Home
from orchestration.warehouse import connect

BOUGHT = """
    select people.one_id, orders.order_date, orders.paid_fen - orders.refunded_fen as net_paid_fen
    from segments.paid_orders as orders
    inner join (select distinct person_key, one_id from segments.order_versions) as people using (person_key)
    where orders.as_of_date = $known_on and orders.is_kept
"""
SENT = """
    select messages.audience_id, records.one_id
    from customer.messages inner join segments.customer_records as records using (source, customer_id)
    where records.as_of_date = $known_on and messages.audience_id is not null
        and messages.known_at <= records.cut_off_at
    union
    select tasks.audience_id, tasks.one_id
    from customer.task_results as results inner join recall.tasks as tasks using (task_id)
    where results.status in ('sent', 'replied', 'booked', 'bought', 'refused')
"""
CHANGED = """
    select unnest([one_id_old, one_id]) as one_id, cast(changed_at + interval 8 hour as date) as changed_on
    from identity.redirects
"""


def _dated(con: duckdb.DuckDBPyConnection, sql: str, known_on: dt.date | None = None) -> pd.DataFrame:
    rows = con.sql(sql, params={"known_on": known_on} if known_on else None)
    return rows.to_arrow_table().to_pandas(date_as_object=True)


@dg.asset(
    key=["recall", "outcomes"],
    group_name="recall",
    owners=OWNERS,
    partitions_def=PARTITIONS,
    backfill_policy=ONE_RUN,
    deps=[["recall", "tasks"], ["segments", "paid_orders"], ["customer", "task_results"], ["customer", "messages"]],
    description="One row per (audience_id, read_on_date) of a published audience; empty until one has been sent.",
    kinds={"python"},
)
def recall_outcomes(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
    """Read every published audience whose reading date has come by the newest date of the run."""
    settings, known_on = home.settings, max(home.plan(context).as_of_dates)
    journal_file = settings.published / "journal.parquet"
    with connect(settings) as con:
        found = pd.DataFrame(columns=list(OUTCOMES))
        if journal_file.exists():
            journal = pd.read_parquet(journal_file, columns=list(JOURNAL))
            frames = [_dated(con, BOUGHT, known_on), _dated(con, SENT, known_on), _dated(con, CHANGED)]
            found = outcomes(journal, *frames, load_rules(con, settings), known_on)
        rows = replace_all(con, "recall.outcomes", found, OUTCOMES)
    return dg.MaterializeResult(metadata={"rows": rows})
