"""Checks that follow from a table's declared shape: grain, keys, nulls and its date."""

import dataclasses

from data_quality.checks import Check, duplicates, nulls


@dataclasses.dataclass(frozen=True)
class TableShape:
    """What a table declares of itself.

    ``date_column`` is the column that may not lie after the version's date, empty where the table has none;
    ``is_one_date`` says that it has to equal it.
    """

    name: str
    key: tuple[str, ...]
    never_null: tuple[str, ...]
    date_column: str
    is_one_date: bool


def shape_checks(shape: TableShape, date_literal: str) -> list[Check]:
    """Return the checks of one table's shape; ``date_literal`` is SQL for the version's date."""
    name = shape.name
    checks = [
        Check(
            f"{name}_keys_are_unique",
            name,
            duplicates(shape.key),
            f"Two rows share ({', '.join(shape.key)}); look at the grain of models/published/published_{name}.sql.",
            f"有两行的（{'、'.join(shape.key)}）相同；请看 models/published/published_{name}.sql 的粒度。",
        ),
        Check(
            f"{name}_keys_are_never_null",
            name,
            nulls(shape.key),
            f"A key column of {name} is null; look at the stage that makes it.",
            f"{name} 的主键列有空值；请看生成它的阶段。",
        ),
        Check(
            f"{name}_required_columns_are_never_null",
            name,
            nulls(shape.never_null),
            f"A column documented as never null is null; see docs/published-tables.md, {name}.",
            f"写明不会为空的列有空值；见 docs/zh/published-tables.md 的 {name}。",
        ),
    ]
    if shape.date_column:
        operator = "<>" if shape.is_one_date else ">"
        checks.append(
            Check(
                f"{name}_is_of_its_date",
                name,
                f'count(case when "{shape.date_column}" {operator} {date_literal} then 1 end)',
                f"Rows of {name} belong to another date; rebuild the published models for this date.",
                f"{name} 里有别的日期的行；请为这个日期重建发布表。",
            )
        )
    return checks
