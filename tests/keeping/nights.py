"""Nights of a brand in one DuckDB connection: what landed is read, and the dates that were not kept are made."""

import datetime as dt
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.channels.engine import registry
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.keys import kept_at
from orchestration.channels.engine.landing_summary import finish
from orchestration.dbt_graph import models, parents_of, table_of
from orchestration.home_rules import load_seeds
from orchestration.keeping import by_key
from orchestration.keeping.ledger import Made, decide, forget
from orchestration.keeping.tables import KEPT, is_fact
from orchestration.publishing import plans
from orchestration.python_tables import create_missing
from orchestration.run_plan import plan_run
from orchestration.sending import activations
from orchestration.settings import Settings
from orchestration.warehouse import connect, create_schemas
from tests.builders import give_keys
from tests.keeping.compiled import in_order, run_python

#: What is made and compared: what is kept, and what is published of it.
TABLES = (*KEPT, *(f"published.{name}" for name in ("stage_transitions", "customer_lifecycle", "customer_segments")))
RULES = "the rules of this release"
#: Numbers of one run, which no two runs have in common.
RUN_KEYS = {"order_set_hash", "history_key", "person_key", "order_key", "state_key", "category_key"}


def prepare(settings: Settings) -> None:
    """Make what every run finds: keys, schemas, empty tables of what leaves the house, and the seeds."""
    give_keys(settings.home)
    with connect(settings) as con:
        create_schemas(con)
        for channel in registry.channels():
            ingest(settings, con, channel, dt.datetime(2026, 1, 1))
        finish(settings, con, dt.datetime(2026, 1, 1))
        activations.create_tables(con)
        create_missing(con)
        activations.load(settings, con)
        plans.load(settings, con)
        load_seeds(con, settings)


class Nights:
    """A home whose nights are run as compiled SQL."""

    def __init__(self, settings: Settings, queries: dict[str, str], tables: Sequence[str] = TABLES) -> None:
        self.settings, self._queries = settings, queries
        self._models = needed_for(tables)

    def copied(self, to: Path, **settings: Any) -> "Nights":
        """Return the nights of a copy of this home, with other settings where some are named."""
        # what dbt compiled is in memory: a thousand files
        shutil.copytree(self.settings.home, to, symlinks=True, ignore=shutil.ignore_patterns("target"))
        other = Nights(Settings(home=to, **settings), self._queries)
        other._models = self._models
        return other

    def land(self, now: dt.datetime) -> None:
        """Read what lies in landing/ at an instant (UTC)."""
        with connect(self.settings) as con:
            done = ingest(self.settings, con, "standard", now)
            assert (done.broken, done.quarantined) == ([], 0)
            finish(self.settings, con, now)

    def night(
        self,
        date: dt.date,
        rules: str = RULES,
        is_full: bool = False,
        killed_after: str = "",
        with_facts: bool = True,
    ) -> Made | None:
        """Make a date, and those before it that were not kept; return None where it ended before it decided which.

        ``killed_after`` names the last table that is made; without ``with_facts`` what is said of people stands.
        """
        plan = plan_run(self.settings, [date])
        os.environ["SIYU_ONE_ID_KEY"] = str(kept_at(self.settings, "one_id"))
        with self._open() as con:
            if with_facts:
                by_key.prepare(con, rules, is_full)
            for unique_id in self._models if with_facts else ():
                if is_fact(unique_id):
                    self._make(con, unique_id)
                    if ".".join(table_of(models()[unique_id])) == killed_after:
                        return None
            made = decide(con, plan, rules, self.settings.horizon_days, is_full)
            con.execute("create or replace table run.dates (kind varchar, day date)")
            dates = plan.dates_for_dbt(made.state, made.features)
            con.executemany(
                "insert into run.dates values (?, ?)", [(kind, day) for kind in dates for day in dates[kind]]
            )
            for unique_id in (one for one in self._models if not is_fact(one)):
                self._make(con, unique_id, rules)
                if ".".join(table_of(models()[unique_id])) == killed_after:
                    break
        return made

    def by_key(self, rules: str = RULES, is_full: bool = False, killed_after: str = "") -> dict[str, int | None]:
        """Make what is made by key, and what that reads; return how many keys of each table were (None: all)."""
        of_keys = [one for one in by_key.made_by_key() if one in self._models]
        needed = needed_for([".".join(table_of(models()[one])) for one in of_keys])
        with self._open() as con:
            touched = by_key.prepare(con, rules, is_full)
            for unique_id in needed:
                self._make(con, unique_id)
                if ".".join(table_of(models()[unique_id])) == killed_after:
                    break
        return touched

    def rows_by_key(self) -> dict[str, tuple[int, int]]:
        """Return a count and a hash of every table that is made by key."""
        found = {}
        with self._open() as con:
            for table in sorted(".".join(table_of(models()[one])) for one in by_key.made_by_key()):
                row = ", ".join(f'"{column}"' for column in con.table(table).columns)
                query = f"select count(*), sum(cast(hash({row}) as hugeint)) from {table}"
                found[table] = con.execute(query).fetchone()
        return found

    def made_anew(self, date: dt.date, to: Path, with_facts: bool = False) -> "Nights":
        """Return a copy of this home in which a date was made with nothing kept, of the same facts of people.

        With facts, they are made whole from what landed as well.
        """
        beside = self.copied(to)
        beside.settings = Settings(**{**vars(self.settings), "home": to})
        with beside._open() as con:
            forget(con)
            for unique_id in beside._models:
                if with_facts or not is_fact(unique_id):
                    con.execute(
                        f"drop {_kind(models()[unique_id])} if exists {'.'.join(table_of(models()[unique_id]))}"
                    )
        beside.night(date, with_facts=with_facts)
        return beside

    def says(self, date: dt.date) -> dict[str, tuple[int, int]]:
        """Return a count and a hash of everything that the run of a date publishes, learns from or looks back to."""
        plan = plan_run(self.settings, [date])
        looked_at = {
            **dict.fromkeys(("people.hard_rules", "lifecycle.purchase_stages", "lifecycle.aipl"), plan.state_dates),
            "lifecycle.five_a": plan.state_dates,
            "lifecycle.stage_transitions": plan.state_dates[1:],
            "segments.refreeze_transitions": plan.state_dates[1:],
            "features.customer_features": plan.feature_dates,
            "features.labels": plan.feature_dates,
        }
        # told of the day four weeks before as well
        then = [*plan.as_of_dates, *plan.earlier_dates]
        looked_at |= dict.fromkeys(("people.preferences", "people.attributes", "segments.tags"), then)
        looked_at |= dict.fromkeys(("segments.customer_segments", "segments.activity_scores"), then)
        found = {}
        with self._open() as con:
            for node in (models()[one] for one in self._models):
                table, config = ".".join(table_of(node)), node["config"]
                if config["materialized"] != "incremental" or config["unique_key"] == "frozen_on":
                    continue
                columns = [column for column in con.table(table).columns if column not in RUN_KEYS]
                row = ", ".join(f'"{column}"' for column in columns)
                query = (
                    f"select count(*), sum(cast(hash({row}) as hugeint)) from {table}"
                    f" where {config['unique_key']} in (select unnest($dates::date[]))"
                )
                found[table] = con.execute(query, {"dates": looked_at.get(table, [date])}).fetchone()
        return found

    def _open(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(str(self.settings.warehouse), config={"threads": 1})
        con.execute("set timezone = 'UTC'; create schema if not exists run")
        return con

    def _make(self, con: duckdb.DuckDBPyConnection, unique_id: str, rules: str = "") -> None:
        node, query = models()[unique_id], self._queries[unique_id]
        table, kind = ".".join(table_of(node)), node["config"]["materialized"]
        if node["language"] == "python":
            run_python(con, unique_id)
        elif unique_id in by_key.made_by_key():
            for statement in by_key.statements(con, table, query, self.settings.warehouse.stem):
                con.execute(statement)
        elif kind == "incremental":
            self._tell(con, table, node["config"], query, rules)
        elif not (_is_of_another_channel(node) and _exists(con, table)):
            con.execute(f"create or replace {kind} {table} as {query}")

    def _tell(self, con: duckdb.DuckDBPyConnection, table: str, config: dict[str, Any], query: str, rules: str) -> None:
        key, dates = config["unique_key"], told_dates(config["meta"].get("told_of", "as_of"), self.settings)
        con.execute(f"create or replace temp table told as {query}")
        con.execute(f"create table if not exists {table} as select * from told limit 0")
        con.execute("begin")
        con.execute(f"delete from {table} where {key} in (select {key} from told union all {dates})")
        con.execute(f"insert into {table} by name select * from told")
        if config["meta"].get("is_kept"):
            con.execute(f"delete from main.kept where relation = '{table}' and as_of_date in ({dates})")
            con.execute(f"insert into main.kept select '{table}', day, '{rules}' from ({dates}) as days (day)")
        con.execute("commit")


def told_dates(told_of: str, settings: Settings) -> str:
    """Return the query of the dates that a table tells: the macro run_dates of its kind."""
    of = "select {} from run.dates where kind in ({})".format
    judged = of("day", "'as_of', 'state', 'feature', 'earlier'")
    frozen = of("date_trunc('quarter', day)::date", "'as_of', 'seen', 'feature', 'earlier'")
    monday = "(select date_trunc('week', max(day))::date from run.dates where kind = 'as_of')"
    return {
        "judged": judged,
        "all": f"{judged} union {frozen}",
        "label": f"select day from run.dates where kind = 'feature' and day + {settings.horizon_days} < {monday}",
    }.get(told_of, of("day", f"'{told_of}'"))


def _is_of_another_channel(node: dict[str, Any]) -> bool:
    parts = Path(node["original_file_path"]).parts
    return parts[1] == "staging" and parts[2] not in ("standard", "own", "together") and len(parts) > 3


def needed_for(tables: Sequence[str]) -> list[str]:
    """Return the models that some tables are made from, in an order in which each follows what it reads."""
    wanted: set[str] = set()
    waiting = [one for one, node in models().items() if not tables or ".".join(table_of(node)) in tables]
    while waiting:
        one = waiting.pop()
        if one in models() and one not in wanted:
            wanted.add(one)
            waiting += parents_of(one)
    return [one for one in in_order() if one in wanted]


def _kind(node: dict[str, Any]) -> str:
    return "view" if node["config"]["materialized"] == "view" else "table"


def _exists(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    try:
        con.table(table)
    except duckdb.CatalogException:
        return False
    return True
