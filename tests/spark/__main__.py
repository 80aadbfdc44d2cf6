"""Run the models of a small brand on Spark beside DuckDB: ``python -m tests.spark [--home FOLDER] [--only WORDS]``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.dbt_graph import models, table_of
from orchestration.publishing.contract import tables
from orchestration.run_plan import plan_run
from orchestration.settings import Settings
from orchestration.spark.models import NOT_ON_SPARK, sql_models
from orchestration.spark.run import TABLES, Made, make
from orchestration.spark.session import start
from tests.spark import brand, readers, stages
from tests.spark.compare import Compared, compare

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def main() -> int:
    """Make the brand, run the models on Spark, compare, and print what was compared and what was not and why."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="a home that the brand was made in before, or will be kept in")
    parser.add_argument("--only", default="", help="stages or models, with commas; the rest is handed over from DuckDB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = options.home or Path(scratch) / "home"
        done = (home / "warehouse.duckdb").exists()
        settings = Settings(home=home) if done else brand.night(home)
        return _beside(settings, Path(scratch) / "spark", _wanted(options.only))


def _wanted(only: str) -> list[str]:
    named = set(filter(None, only.split(",")))
    return [one for one in sql_models() if not named or named & {models()[one]["name"], models()[one]["schema"]}]


def _beside(settings: Settings, folder: Path, wanted: list[str]) -> int:
    folder.mkdir()
    started = time.monotonic()
    session = start(folder / TABLES)
    try:
        _stages(session, folder)
        made = make(session, settings, wanted, plan_run(settings, [brand.DATE]).dates_for_dbt(), folder)
        said = [_compared(settings, one, folder / TABLES) for one in made if not one.refusal]
    finally:
        session.stop()
    return _say(wanted, made, said, time.monotonic() - started)


def _stages(session: "SparkSession", folder: Path) -> None:
    """Print what the Python stages and the readers came to."""
    told = {"identity, folded by component": stages.identity(session)}
    told |= {f"scores, {form}": stages.scoring(session, folder / form, form) for form in ("linear", "boosted")}
    for what, (rows, is_equal) in told.items():
        print(f"  {'equal  ' if is_equal else 'differs'}  {what}: {rows} rows", flush=True)
        assert is_equal, what
    version = readers.version(folder / "published")
    for tool, differing in (
        ("polars", readers.read_by_polars(version)),
        ("spark", readers.read_by_spark(session, version)),
    ):
        print(f"  read by {tool}: {len(tables()) - len(differing)} of {len(tables())} published tables", flush=True)
        assert not differing, differing


def _compared(settings: Settings, one: Made, tables: Path) -> Compared:
    schema, name = table_of(models()[one.unique_id])
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        return compare(con, (schema, name), tables / f"{schema}.db" / name)


def _say(wanted: list[str], made: list[Made], compared: list[Compared], seconds: float) -> int:
    refused = [one for one in made if one.refusal]
    unequal = [one for one in compared if not one.is_equal]
    for one in refused:
        print(f"  refused  {one.unique_id}: {one.refusal[:400]}")
    for one in unequal:
        print(f"  differs  {one.table}: {one.rows} rows, Spark {one.rows_of_spark}; {one.example}")
    for unique_id, reason in NOT_ON_SPARK.items():
        print(f"  not run  {unique_id}: {reason}")
    rows = sum(one.rows for one in compared)
    differences = sum(one.only_duckdb + one.only_spark for one in compared)
    print(
        f"spark: {len(made)} of {len(wanted)} models analysed, {len(refused)} refused, {len(compared)} run and"
        f" compared, {rows} rows, {differences} differences in {len(unequal)} models ({seconds:.0f} s)"
    )
    return 1 if refused or unequal or len(made) < len(wanted) else 0


if __name__ == "__main__":
    sys.exit(main())
