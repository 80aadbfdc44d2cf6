"""The SQL models on Spark by dbt's target ``spark``: handed what they read, made in one session, told one by one."""

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.dbt_calls import PROJECT, own_variables
from orchestration.dbt_graph import models, table_of
from orchestration.settings import Settings
from orchestration.spark.handing_over import export, take_in
from orchestration.spark.models import read_by
from orchestration.warehouse import connect

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HANDED, TABLES = "handed", "tables"


@dataclasses.dataclass(frozen=True)
class Made:
    """How one model ended on Spark: the seconds, and where it was refused, why."""

    unique_id: str
    seconds: float
    refusal: str


def make(
    session: "SparkSession",
    settings: Settings,
    wanted: Sequence[str],
    dates: Mapping[str, Sequence[str]],
    folder: Path,
) -> list[Made]:
    """Make some models on Spark, for the dates of a run; what they read and is not among them is handed over.

    Parameters
    ----------
    session
        Spark, with its tables below ``folder/tables``.
    settings
        Whose warehouse what landed, the seeds and the tables of Python stages are read from; nothing is written there.
    wanted
        The models by unique id; SQL all of them.
    dates
        The run's dates by kind, for the macro ``dates_of``.
    folder
        Where what is handed over lies; it has to be one that all of Spark's workers see.

    Returns
    -------
    list of Made
        One for each model that dbt came to, in the order in which they ended.
    """
    from dbt.cli.main import dbtRunner

    with connect(settings, readable=[folder]) as warehouse:
        take_in(session, export(warehouse, read_by(wanted), folder / HANDED))
    for schema in sorted({table_of(models()[one])[0] for one in wanted}):
        session.sql(f"create schema if not exists {schema}")
    own = own_variables(settings)
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target", "spark"]
    where += ["--target-path", str(folder / "dbt"), "--log-path", str(folder / "dbt"), "--vars", json.dumps(own)]
    quiet = ["--no-write-json", "--log-level", "none", "--log-level-file", "warn"]
    os.environ["SIYU_RUN_DATES"] = json.dumps({kind: list(days) for kind, days in dates.items()})
    names = [models()[one]["name"] for one in wanted]
    done = dbtRunner().invoke([*quiet, "run", *where, "--select", *names])
    if not getattr(done.result, "results", None):
        raise RuntimeError(f"dbt did not begin: {done.exception or 'it did not say why'}")
    return [_made(one) for one in done.result.results]


def _made(one: Any) -> Made:
    said = "" if one.status == "success" else " ".join(str(one.message or one.status).split())
    return Made(one.node.unique_id, round(one.execution_time, 2), said)
