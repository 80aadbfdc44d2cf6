"""A check is one number that an aggregate over a relation gives, and the bounds it has to lie in."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import duckdb

#: Stands for a number that the query could not give: it lies within no bounds, so it is never passed over.
UNKNOWN: Final = float("nan")
#: A query over all 83 relations of a version costs a small one twice what queries over a few do: planning its joins.
_RELATIONS_AT_ONCE: Final = 4


@dataclasses.dataclass(frozen=True)
class Check:
    """One number and its bounds.

    Attributes
    ----------
    name
        What holds when it passes, for example ``customers_keys_are_unique``; unique within its gate.
    table
        The table that is at fault when it does not.
    stage
        The stage that the table stands in, by default the gate's.
    expression
        SQL aggregate giving one number, over ``relation``.
    relation
        What the expression reads: the table itself, or a join of several.
    low, high
        Inclusive bounds; None is open.
    remedy
        What a person can do about a failure.
    remedy_zh
        The same in Chinese; it stands beside the English where the check is declared.
    is_comparison
        Whether the bounds are about the change since what was published before: such a failure may be a real change,
        and a person may release the version in spite of it.
    """

    name: str
    table: str
    expression: str
    remedy: str
    remedy_zh: str = ""
    relation: str = ""
    low: float | None = 0
    high: float | None = 0
    is_comparison: bool = False
    stage: str = ""

    @property
    def reads(self) -> str:
        """The relation, by default the table."""
        return self.relation or self.table


def aggregate_query(checks: Sequence[Check]) -> str:
    """Return the query that gives every check's number as a column of a single row; each relation is read once."""
    by_relation: dict[str, list[Check]] = {}
    for check in checks:
        by_relation.setdefault(check.reads, []).append(check)
    parts = []
    for number, (relation, listed) in enumerate(by_relation.items()):
        columns = ",\n        ".join(f'cast({check.expression} as double) as "{check.name}"' for check in listed)
        parts.append(f"read_{number} as (\n    select\n        {columns}\n    from {relation}\n)")
    reads = "\ncross join ".join(f"read_{number}" for number in range(len(by_relation)))
    return "with " + ",\n".join(parts) + f"\nselect *\nfrom {reads}"


def measure(connection: duckdb.DuckDBPyConnection, checks: Sequence[Check]) -> dict[str, float]:
    """Return every check's number by its name, :data:`UNKNOWN` where the relation gave none."""
    measured: dict[str, float] = {}
    relations = list(dict.fromkeys(check.reads for check in checks))
    for at in range(0, len(relations), _RELATIONS_AT_ONCE):
        some = set(relations[at : at + _RELATIONS_AT_ONCE])
        cursor = connection.execute(aggregate_query([check for check in checks if check.reads in some]))
        names = [column[0] for column in cursor.description or ()]
        # all rows, though there is one: a result left unfinished keeps the connection in use
        row: tuple[Any, ...] = next(iter(cursor.fetchall()), (None,) * len(names))
        measured |= {name: UNKNOWN if value is None else float(value) for name, value in zip(names, row, strict=True)}
    return measured


def duplicates(key: Sequence[str]) -> str:
    """Return the aggregate that counts rows whose key another row has already."""
    return (
        f"count(*) - count(distinct ({', '.join(_quoted(key))},))"
        if len(key) == 1
        else (f"count(*) - count(distinct ({', '.join(_quoted(key))}))")
    )


def nulls(columns: Sequence[str]) -> str:
    """Return the aggregate that counts nulls over several columns; 0 when none is named."""
    return " + ".join(f"count(*) - count({column})" for column in _quoted(columns)) or "0"


def _quoted(columns: Sequence[str]) -> list[str]:
    return ['"' + column.replace('"', '""') + '"' for column in columns]
