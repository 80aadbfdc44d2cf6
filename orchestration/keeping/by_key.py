"""Tables of rows that each stand on the landed rows of one key: a night makes anew the keys that files touched.

A model says so itself: ``by_key`` in its meta names the columns. Its query stays as it is written. Where little landed
it is asked of the rows of the touched keys alone, in what it reads, and they take the place of those keys' rows, in one
transaction with the mark of what was read. Marked is a count and a hash of every landed file's rows, so whatever
happens to a file is seen: one that is new touches its keys; one that is gone, or says otherwise than it did, makes the
whole table anew, and so do other rules.
"""

import functools
import json
from collections.abc import Iterable, Iterator
from typing import Final

import duckdb

from orchestration.dbt_graph import models, nodes, parents_of, table_of

#: The files that each table was made of. Written in the transaction that writes the table.
MARKS: Final = "main.by_key_marks"
#: What lies in landed tables now, and how each table is made tonight; read by macros/engine/by_key.sql.
LANDED: Final = "main.by_key_landed"
PLAN: Final = "main.by_key_plan"
#: Above this share of new rows the whole table costs less than its touched keys.
LARGEST_SHARE: Final = 0.25
#: In the place of a landed table: that a table was made at all, where nothing had landed too.
_MADE: Final = "made"

_FILES: Final = "landed varchar, file_id varchar, records bigint, digest hugeint"
_COLUMNS: Final = {
    MARKS: f"relation varchar, rules varchar, {_FILES}",
    LANDED: _FILES,
    # landed is what the table stands on; before and renamed (a JSON object) lead to the touched rows of what it reads
    PLAN: "relation varchar, rules varchar, is_full boolean, landed varchar[], before varchar, renamed varchar,"
    " after varchar",
}


def key_of(unique_id: str) -> list[str]:
    """Return the columns by which a model is made, none where it is made whole."""
    node = nodes()[unique_id]
    return list(node["config"]["meta"].get("by_key", [])) if node["resource_type"] == "model" else []


@functools.cache
def made_by_key() -> tuple[str, ...]:
    """Return the ids of the tables that are made by key; views among such models cost nothing."""
    return tuple(one for one, node in models().items() if key_of(one) and node["config"]["materialized"] == "table")


def _name(unique_id: str) -> str:
    return ".".join(table_of(nodes()[unique_id])) if unique_id in models() else _landed_name(unique_id)


def _landed_name(unique_id: str) -> str:
    node = nodes()[unique_id]
    return f"{node['schema']}.{node['name']}"


def landed_under(unique_id: str) -> tuple[set[str], set[str]]:
    """Return the landed tables whose rows touch single keys of a model, and those of which any touches it whole.

    What is made by another key, or by none, hands on which of its rows changed to nobody.
    """
    key, by_key, whole = key_of(unique_id), set[str](), set[str]()
    for parent in parents_of(unique_id):
        kind = nodes()[parent]["resource_type"]
        if kind == "source":
            by_key.add(_landed_name(parent))
        elif kind == "model" and key_of(parent) == key:
            deeper_by_key, deeper_whole = landed_under(parent)
            by_key |= deeper_by_key
            whole |= deeper_whole
        elif kind == "model":
            whole |= _all_landed_under(parent)
    return by_key, whole


def _all_landed_under(unique_id: str) -> set[str]:
    found: set[str] = set()
    for parent in parents_of(unique_id):
        kind = nodes()[parent]["resource_type"]
        found |= {_landed_name(parent)} if kind == "source" else _all_landed_under(parent) if kind == "model" else set()
    return found


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of this module where they are missing."""
    for table, columns in _COLUMNS.items():
        con.execute(f"create table if not exists {table} ({columns})")


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Forget what every table was made of: all of them are made whole."""
    for table in _COLUMNS:
        con.execute(f"drop table if exists {table}")


def prepare(con: duckdb.DuckDBPyConnection, rules: str, is_full: bool = False) -> dict[str, int | None]:
    """Work out how each table is made tonight, before the first of them is.

    Parameters
    ----------
    con
        The open warehouse; nobody else writes until the tables are made.
    rules
        The fingerprint of the rules (:mod:`orchestration.keeping.rules`).
    is_full
        Make every table whole.

    Returns
    -------
    dict
        Table -> the number of its keys that are made anew; None where it is made whole.
    """
    create(con)
    columns = _columns_of(con)
    con.execute("begin")
    try:
        con.execute(f"delete from {LANDED}")
        con.execute(f"delete from {PLAN}")
        _take(con, columns)
        found = {_name(one): _plan(con, one, columns, rules, is_full) for one in made_by_key()}
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    return found


def touched_name(table: str) -> str:
    """Return the table of a table's touched keys: it goes when they are made."""
    return f"main.touched__{table.replace('.', '__')}"


def _columns_of(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    query = (
        "select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns()"
        " where not internal group by all"
    )
    return dict(con.execute(query).fetchall())


def _take(con: duckdb.DuckDBPyConnection, columns: dict[str, list[str]]) -> None:
    """Sum up every landed table that some table stands on, file by file."""
    stood_on: set[str] = set().union(*(set().union(*landed_under(one)) for one in made_by_key()))
    for landed in sorted(stood_on & set(columns)):
        said = ", ".join(f'"{column}"' for column in columns[landed])
        file = "_file_id" if "_file_id" in columns[landed] else "''"
        con.execute(
            f"insert into {LANDED} select '{landed}', {file}, count(*), sum(cast(hash({said}) as hugeint))"
            f" from {quoted(landed)} group by 2"
        )


def _plan(
    con: duckdb.DuckDBPyConnection, unique_id: str, columns: dict[str, list[str]], rules: str, is_full: bool
) -> int | None:
    table, key = _name(unique_id), key_of(unique_id)
    by_key, whole = landed_under(unique_id)
    # a landed table that lacks a column of the key says nothing of single keys
    without = {landed for landed in by_key if not set(key) <= set(columns.get(landed, ()))}
    by_key, whole = by_key - without, whole | without
    touched = None
    if not is_full and table in columns:
        touched = _touched(con, table, key, by_key, whole, rules)
    before, renamed = "", dict[str, str]()
    if touched is not None:
        reads = [
            _name(parent)
            for parent in sorted(parents_of(unique_id))
            if nodes()[parent]["resource_type"] != "seed" and set(key) <= set(columns.get(_name(parent), ()))
        ]
        renamed = {read: f"of_touched__{read.replace('.', '__')}" for read in reads}
        before = "".join(_of_touched(read, renamed[read], table, key) for read in reads)
    con.execute(
        f"insert into {PLAN} values (?, ?, ?, ?, ?, ?, ?)",
        [
            table, rules, touched is None, sorted(by_key | whole), before, json.dumps(renamed),
            _after(table, key, touched, renamed.values()),
        ],
    )  # fmt: skip
    return touched


def _touched(
    con: duckdb.DuckDBPyConnection, table: str, key: list[str], by_key: set[str], whole: set[str], rules: str
) -> int | None:
    """Lay down the keys that were touched since a table was made, and return their number; None for all of them."""
    marked = f"(select * from {MARKS} where relation = $relation and landed <> '{_MADE}')"
    same_rules = f"select count(*) from {MARKS} where relation = $relation and landed = '{_MADE}' and rules = $rules"
    if con.execute(same_rules, {"relation": table, "rules": rules}).fetchall() != [(1,)]:
        return None
    compared = (
        f"from (select * from {LANDED} where list_contains($landed, landed)) as now"
        f" full outer join {marked} as before on now.landed = before.landed and now.file_id = before.file_id"
    )
    named = {"relation": table, "landed": sorted(by_key | whole)}
    changed = (
        f"select count(*) {compared} where now.digest is distinct from before.digest"
        " and (before.landed is not null or not list_contains($by_key, now.landed))"
    )
    new = f"select now.landed, list(now.file_id order by now.file_id), sum(now.records) {compared}"
    new += " where before.landed is null group by now.landed order by now.landed"
    ((counted,),) = con.execute(changed, {**named, "by_key": sorted(by_key)}).fetchall()
    files = con.execute(new, named).fetchall()
    of_all = f"select coalesce(sum(records), 0) from {LANDED} where list_contains($by_key, landed)"
    ((rows,),) = con.execute(of_all, {"by_key": sorted(by_key)}).fetchall()
    if counted or sum(records for *_, records in files) > LARGEST_SHARE * rows:
        return None
    listed = ", ".join(key)
    parts = [
        f"select {listed} from {quoted(landed)} where _file_id in ({_texts(file_ids)})" for landed, file_ids, _ in files
    ]
    none = f"select {listed} from {table} limit 0"
    name = touched_name(table)
    con.execute(
        f"create or replace table {name} as select distinct {listed} from ({' union all '.join(parts) or none})"
    )
    ((number,),) = con.execute(f"select count(*) from {name}").fetchall()
    return int(number)


def _of_touched(read: str, name: str, table: str, key: list[str]) -> str:
    return (
        f"create or replace temp table {name} as select rows_of_it.* from {quoted(read)} as rows_of_it"
        f" where exists (select 1 from {touched_name(table)} as touched where {_same(key, 'rows_of_it')}); "
    )


def _same(key: list[str], other: str) -> str:
    return " and ".join(f'touched."{column}" is not distinct from {other}."{column}"' for column in key)


def _after(table: str, key: list[str], touched: int | None, temporary: Iterable[str]) -> str:
    """Return what follows the query: its rows (``told_by_key``) take their place, and what was read is marked."""
    parts = [
        f"delete from {MARKS} where relation = '{table}'",
        f"insert into {MARKS} select relation, rules, '{_MADE}', '', 0, 0 from {PLAN} where relation = '{table}'",
        f"insert into {MARKS} select plan.relation, plan.rules, files.* from {LANDED} as files, {PLAN} as plan"
        f" where plan.relation = '{table}' and list_contains(plan.landed, files.landed)",
    ]
    if touched is not None:
        parts = [
            f"delete from {table} as standing using {touched_name(table)} as touched where {_same(key, 'standing')}",
            # what the query reads whole (a parent without the key's columns) tells rows of other keys too: they stand
            f"insert into {table} by name select told.* from told_by_key as told"
            f" where exists (select 1 from {touched_name(table)} as touched where {_same(key, 'told')})",
            *parts,
            *(f"drop table {name}" for name in ("told_by_key", *temporary, touched_name(table))),
        ]
    return "; ".join(parts)


def _texts(values: Iterable[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def quoted(table: str) -> str:
    """Return ``schema.table`` as SQL."""
    schema, _, name = table.partition(".")
    return f'"{schema}"."{name}"'


def statements(con: duckdb.DuckDBPyConnection, table: str, query: str, database: str) -> Iterator[str]:
    """Yield what makes a table of its query: macros/engine/by_key.sql in Python, for who runs compiled SQL."""
    plan = f"select is_full, before, renamed, after from {PLAN} where relation = $relation"
    ((is_full, before, renamed, after),) = con.execute(plan, {"relation": table}).fetchall()
    for read, name in json.loads(renamed).items():
        query = query.replace(f'"{database}".{quoted(read)}', name)
    yield "begin"
    yield before or "select 1"
    yield f"create or replace {f'table {table}' if is_full else 'temp table told_by_key'} as {query}"
    yield after
    yield "commit"
