"""Checks that follow from a table's declared shape: grain, keys, nulls, its date, and no contact value in any text."""

import dataclasses
from collections.abc import Iterable
from typing import Final

from data_quality.checks import Check, duplicates, nulls

#: A mobile number or an e-mail address standing by itself; digits inside a hash or a longer id are neither. Whatever
#: stands between the groups of a number but the bar between two columns.
CONTACT_PATTERN: Final = (
    "(^|[^0-9A-Za-z])(\\+?86[- ]?)?1[3-9][0-9][^0-9A-Za-z|]{0,3}[0-9]{4}[^0-9A-Za-z|]{0,3}[0-9]{4}($|[^0-9A-Za-z])"
    "|(\\+|00)[- ]?(85[23][- ]?[2-9][0-9]{3}|886[- ]?0?9[0-9]{2}[- ]?[0-9]{2})[- ]?[0-9]{4}($|[^0-9A-Za-z])"
    "|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}"
)


@dataclasses.dataclass(frozen=True)
class TableShape:
    """What a table declares of itself.

    ``date_column`` is the column that may not lie after the version's date, empty where the table has none;
    ``is_one_date`` says that it has to equal it.
    """

    name: str
    key: tuple[str, ...]
    never_null: tuple[str, ...]
    text_columns: tuple[str, ...]
    list_columns: tuple[str, ...]
    date_column: str
    is_one_date: bool


def contact_rows(text_columns: Iterable[str], list_columns: Iterable[str] = ()) -> str:
    """Return the aggregate that counts rows in which any text has the shape of a contact value."""
    texts = [f'"{column}"' for column in text_columns]
    texts += [f"array_to_string(\"{column}\", '|')" for column in list_columns]
    if not texts:
        return "0"
    return f"count(case when regexp_matches(concat_ws('|', {', '.join(texts)}), '{CONTACT_PATTERN}') then 1 end)"


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
        Check(
            f"{name}_holds_no_contact_value",
            name,
            contact_rows(shape.text_columns, shape.list_columns),
            "A text has the shape of a mobile number or e-mail; declare its column as contact or free text in the"
            " channel's module, so that the door tokenises it.",
            "有文本看上去是手机号或邮箱；请在渠道模块里把这一列声明为联系方式或自由文本，入库时就会换成代号。",
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
