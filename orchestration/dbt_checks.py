"""What dbt's tests found, kept in the warehouse: dbt itself says it once, on its log, and forgets it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import duckdb

from data_quality.report import DBT, Finding
from orchestration.dbt_calls import NodeDone
from orchestration.dbt_graph import nodes, table_of

_TABLE: Final = "main.dbt_checks"
_COLUMNS: Final = "unique_id varchar, stage varchar, table_name varchar, check_name varchar, observed double,"
#: What to do about a value that is missing, or stands twice: dbt's own tests have no words for it.
_REMEDIES: Final = {
    "not_null": ("{column} has no value in some row; {look}.", "某一行的 {column} 没有值；{look}。"),
    "unique": ("{column} has the same value in two rows; {look}.", "有两行的 {column} 相同；{look}。"),
}
_OTHERWISE: Final = ("{column} is not as declared; {look}.", "{column} 与声明不符；{look}。")


def is_test(unique_id: str) -> bool:
    """Whether a node that dbt is through with is a data test."""
    return unique_id in nodes() and nodes()[unique_id]["resource_type"] == "test"


def tables_of_tests() -> dict[str, list[tuple[str, str]]]:
    """Return the tables of each data test by its unique id: that of its column, or all that its query reads."""
    return {one: _tables(node) for one, node in nodes().items() if node["resource_type"] == "test"}


def keep_outcomes(connection: duckdb.DuckDBPyConnection, done: Sequence[NodeDone], said: Sequence[str] = ()) -> None:
    """Replace what the warehouse holds of some tests by how they ended now, and forget tests that are no more.

    Parameters
    ----------
    connection
        An open warehouse.
    done
        How the tests ended.
    said
        What failed tests say of their rows, ``table: what is wrong``: whose fault it is where a test reads several.
    """
    rows = [row for node in done for row in _rows(node, said)]
    connection.execute("begin")
    connection.execute(f"create table if not exists {_TABLE} ({_COLUMNS} passed boolean, remedy varchar)")
    connection.execute(f"alter table {_TABLE} add column if not exists remedy_zh varchar")
    connection.execute(
        f"delete from {_TABLE} where unique_id in (select unnest($done::varchar[]))"
        " or unique_id not in (select unnest($known::varchar[]))",
        {"done": [node.unique_id for node in done], "known": list(tables_of_tests())},
    )
    if rows:
        connection.executemany(f"insert into {_TABLE} values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("commit")


def kept_outcomes(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Return the newest outcome of every test and table, sorted; nothing where this release has run no test."""
    known = (
        "select 1 from duckdb_columns() where schema_name = 'main' and table_name = 'dbt_checks'"
        " and column_name = 'remedy_zh'"
    )
    if not connection.execute(known).fetchone():
        return []
    columns = "stage, table_name, check_name, observed, passed, remedy, coalesce(remedy_zh, '')"
    return [
        Finding(stage, check, stage, table, observed, 0, 0, passed, remedy, remedy_zh, judge=DBT)
        for stage, table, check, observed, passed, remedy, remedy_zh in connection.execute(
            f"select {columns} from {_TABLE} order by all"
        ).fetchall()
    ]


def lacking(connection: duckdb.DuckDBPyConnection, tests: Iterable[str]) -> bool:
    """Whether the warehouse has no outcome of some of these tests."""
    kept = {(one.stage, one.table, one.name) for one in kept_outcomes(connection)}
    return any((*table, nodes()[one]["name"]) not in kept for one in tests for table in tables_of_tests()[one])


def _rows(node: NodeDone, said: Sequence[str]) -> list[tuple[Any, ...]]:
    test = nodes()[node.unique_id]
    tables = _tables(test)
    rows = []
    for stage, table in tables:
        found = sum(line.startswith(f"{table}:") for line in said) if len(tables) > 1 else node.failures
        # a test that could not be asked has failed without a number
        observed = 0.0 if node.succeeded else float(found) if node.failures else None
        passed = node.succeeded or (observed == 0 and bool(said))
        rows.append((node.unique_id, stage, table, test["name"], observed, passed, *remedies_of(test)))
    return rows


def _tables(test: Mapping[str, Any]) -> list[tuple[str, str]]:
    attached = test.get("attached_node")
    read = [attached] if attached else test["depends_on"]["nodes"]
    return sorted(table_of(nodes()[one]) for one in read)


def remedies_of(test: Mapping[str, Any]) -> tuple[str, str]:
    """Return what to do about a test that failed, in English and Chinese; a test of our own says both in its yml."""
    if test["description"]:
        return " ".join(test["description"].split()), test["config"]["meta"]["zh"]
    kind, file = (test.get("test_metadata") or {}).get("name"), nodes()[test["attached_node"]]["original_file_path"]
    looks = (f"look at {file}", f"请看 {file}")
    if file.startswith("seeds/"):
        looks = (f"mend {file}, or your own copy of it in rules/", f"请改 {file}，或你在 rules/ 里的副本")
    english, chinese = (
        words.format(column=test["column_name"], look=look)
        for words, look in zip(_REMEDIES.get(str(kind), _OTHERWISE), looks, strict=True)
    )
    return english, chinese
