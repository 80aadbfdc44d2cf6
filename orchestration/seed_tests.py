"""dbt's tests of the seeds, counted by one query: asked one by one, 170 questions of small tables cost a night 5 CPU s.

What dbt would count is counted; where something is found, dbt itself is asked, whose words a person reads.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import duckdb

from orchestration.dbt_graph import nodes, table_of

#: What dbt's own tests count, of rows ``t`` of the tested column ``c``; a value that is missing is not_null's alone.
_COUNTS: Final = {
    "not_null": "select count(*) from {rows} where {column} is null",
    "unique": (
        "select count(*) from (select 1 from {rows} where {column} is not null group by {column} having count(*) > 1)"
    ),
    "accepted_values": "select count(distinct {column}) from {rows} where {column} not in ({values})",
    "relationships": (
        "select count(*) from {rows} where {column} is not null"
        ' and {column} not in (select "{field}" from {to} where "{field}" is not null)'
    ),
}


def seed_tests() -> dict[str, Mapping[str, Any]]:
    """Return the tests of the manifest that are of a seed, by unique id."""
    return {
        one: node
        for one, node in nodes().items()
        if node["resource_type"] == "test" and (node.get("attached_node") or "").startswith("seed.")
    }


def failures(connection: duckdb.DuckDBPyConnection, tests: Iterable[str]) -> dict[str, int]:
    """Return how many faults each of some tests of seeds counts.

    Parameters
    ----------
    connection
        A warehouse that holds the seeds.
    tests
        Unique ids of the manifest; a test of a kind that is not known here is left out of the answer.
    """
    known = [one for one in sorted(tests) if _is_known(nodes()[one])]
    asked = " union all ".join(f"select {at}, ({_count(nodes()[one])})" for at, one in enumerate(known))
    return {known[at]: found for at, found in connection.execute(asked).fetchall()} if known else {}


def _is_known(test: Mapping[str, Any]) -> bool:
    config = test["config"]
    plain = (config["fail_calc"], config["error_if"], config["severity"], config["limit"]) == (
        "count(*)", "!= 0", "ERROR", None,
    )  # fmt: skip
    asked = (test.get("test_metadata") or {}).get("kwargs", {})
    return plain and (test.get("test_metadata") or {}).get("name") in _COUNTS and asked.get("quote") is not False


def _count(test: Mapping[str, Any]) -> str:
    asked, where = test["test_metadata"]["kwargs"], test["config"]["where"]
    seed = _table(test["attached_node"])
    others = [_table(one) for one in test["depends_on"]["nodes"] if one != test["attached_node"]]
    return _COUNTS[test["test_metadata"]["name"]].format(
        rows=f"(select * from {seed} where {where})" if where else seed,
        column=f'"{asked["column_name"]}"',
        values=", ".join("'" + str(value).replace("'", "''") + "'" for value in asked.get("values", [])),
        field=asked.get("field"),
        to=(others or [seed])[0],
    )


def _table(unique_id: str) -> str:
    stage, name = table_of(nodes()[unique_id])
    return f'{stage}."{name}"'
