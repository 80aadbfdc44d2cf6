"""Functions that Spark 4.3 has under the name and with the meaning that DuckDB has; sqlglot lets any name pass."""

import re
from typing import Final

FUNCTIONS: Final = frozenset({
    "abs", "array", "array_contains", "avg", "bit_xor", "cast", "ceil", "coalesce", "collect_set", "concat",
    "concat_ws", "count", "count_if", "date_add", "date_trunc", "datediff", "dense_rank", "exp", "explode",
    "extract", "filter", "first_value", "floor", "greatest", "lag", "last_day", "last_value", "lead", "least",
    "left", "length", "ln", "lower", "max", "max_by", "md5", "min", "min_by", "mod", "named_struct", "nullif",
    "percentile_disc", "position", "power", "rank", "regexp_extract", "regexp_replace", "replace", "right", "round",
    "row_number", "sort_array", "split_part", "sqrt", "substr", "sum", "translate", "trim", "upper", "xxhash64",
})  # fmt: skip
#: Words before a bracket that are no function's name.
_WORDS: Final = frozenset({
    "and", "as", "between", "by", "case", "decimal", "distinct", "div", "else", "except", "exists", "filter",
    "from", "group", "having", "in", "inner", "is", "join", "left", "like", "not", "on", "or", "order", "over",
    "partition", "select", "then", "union", "using", "values", "when", "where", "window", "with", "within",
})  # fmt: skip
_TEXT: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|\"[^\"]*\"")
_CALL: Final = re.compile(r"\b([a-z_][a-z_0-9]*)\s*\(", re.IGNORECASE)


def functions_of(sql: str) -> set[str]:
    """Return the names of the functions that a query calls."""
    return {name.lower() for name in _CALL.findall(_TEXT.sub(" ", sql))} - (_WORDS - FUNCTIONS) - _names_of_steps(sql)


def _names_of_steps(sql: str) -> set[str]:
    """Return what a query names with a list of columns (`with days (day) as`, `as dates (day)`)."""
    return {name.lower() for name in re.findall(r"\b([a-z_0-9]+) \([a-z_, ]+\) as", sql)}
