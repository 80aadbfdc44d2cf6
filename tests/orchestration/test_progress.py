"""What a person at the terminal reads of a run, over Dagster's own events."""

import datetime as dt
import io

import dagster as dg

from orchestration.defs.shared import say_by_date
from orchestration.progress import Progress
from orchestration.runner import dg_run_id

DAYS = dg.DailyPartitionsDefinition("2017-11-29")
ROWS = {dt.date(2017, 11, 29): 40, dt.date(2017, 11, 30): 2}


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def told_by_date(context: dg.AssetExecutionContext):
    say_by_date(context, ["told_by_date"], {date: {"rows": count} for date, count in ROWS.items()})
    return dg.MaterializeResult(metadata={"rows": 42})


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
def told_as_a_whole():
    return dg.MaterializeResult(metadata={"rows": 7})


def test_a_run_of_two_dates_says_the_rows_of_both_whether_a_table_tells_them_by_date_or_as_a_whole():
    out = io.StringIO()
    with dg.DagsterInstance.ephemeral() as instance, Progress(out) as progress:
        run_id = dg_run_id()
        instance.add_event_listener(run_id, progress.on_event)
        definitions = dg.Definitions([told_by_date, told_as_a_whole], jobs=[dg.define_asset_job("both")])
        job = definitions.resolve_job_def("both")
        job.execute_in_process(
            instance=instance,
            run_id=run_id,
            tags={
                "dagster/asset_partition_range_start": "2017-11-29",
                "dagster/asset_partition_range_end": "2017-11-30",
            },
        )
    said = dict(line.split()[1:3] for line in out.getvalue().splitlines() if line.split()[0] == "done")
    assert said == {"told_by_date": "42", "told_as_a_whole": "7"}
