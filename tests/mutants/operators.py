"""How a rule in SQL is broken: one small change of its syntax tree at a time."""

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator
from typing import Final

import sqlglot
from sqlglot import expressions as exp

#: comparison -> the same with its boundary moved, and its opposite
_MOVED: Final = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}
_TURNED: Final = {
    exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.LT: exp.GTE, exp.LTE: exp.GT, exp.GT: exp.LTE, exp.GTE: exp.LT,
}  # fmt: skip
_SWAPPED: Final = {exp.Add: exp.Sub, exp.Sub: exp.Add, exp.And: exp.Or, exp.Or: exp.And}
_AGGREGATES: Final = {exp.Min: exp.Max, exp.Max: exp.Min, exp.Greatest: exp.Least, exp.Least: exp.Greatest}
_FIXTURE: Final = "__dbt__cte__"
#: Columns by which a subquery is known that a macro wrote: the dates of a run, a number of a seed, the states at a
#: date, a fact with its owner. A macro is one rule: broken in the model of MACRO_HOMES, left alone elsewhere.
_MACROS: Final = {
    "run_dates": {"ends_at", "cut_off_at"},
    "segment_number": {"number_of.value"},
    "states_at": {"dates.as_of_date", "states.*"},
    "owned": {"facts.*", "owners.one_id"},
    "owners_and_nobody": {"NULL AS one_id"},
}
_DATE: Final = re.compile(r"CAST\('\d{4}-\d\d-\d\d' AS DATE\)(, )?")
_MORE_DATES: Final = re.compile(r"(?: UNION ALL SELECT +AS as_of_date)+")
MACRO_HOMES: Final = {"states_at": "paid_orders", "owned": "record_states", "owners_and_nobody": "interaction_states"}


@dataclasses.dataclass(frozen=True, order=True)
class Mutation:
    """Where a model is changed and how: the same place in every unit test of the model.

    Attributes
    ----------
    operator
        What is done, for example ``boundary moved``.
    before, after
        The fragment of SQL and what it becomes.
    ordinal
        Which of several equal fragments is meant, from 0.
    """

    operator: str
    before: str
    after: str
    ordinal: int

    def __str__(self) -> str:
        """Return it on one line."""
        return f"{self.operator}: {self.before[:90]} -> {self.after[:90]}"


def parsed(sql: str) -> exp.Expression:
    """Return the syntax tree of a compiled unit test."""
    return sqlglot.parse_one(sql, read="duckdb")


def mutants(tree: exp.Expression, model: str) -> Iterator[tuple[Mutation, Callable[[], exp.Expression]]]:
    """Yield every mutation of a model's compiled unit test and what makes the whole changed tree; fixtures stay.

    The tree is made for who asks: of a model's hundreds of mutations few are drawn, and each is a copy of all of it.
    """
    seen: dict[tuple[str, str], int] = {}
    for node in list(_own(tree, model)):
        for operator, changed in _changes(node):
            before = _fragment(node)
            key = (operator, before)
            ordinal = seen[key] = seen.get(key, -1) + 1
            after = "" if changed is None else _fragment(changed)
            mutation = Mutation(operator, before, after, ordinal)
            yield mutation, functools.partial(_with, tree, node, changed)


def _fragment(node: exp.Expression) -> str:
    """Return a fragment without the dates of the run and the rows of a test: other tests mutate the same place."""
    if node.args.get("with_") is not None:
        node = node.copy()
        node.set("with_", None)
    return _MORE_DATES.sub("", _DATE.sub("", node.sql(dialect="duckdb", comments=False)))


def _own(tree: exp.Expression, model: str) -> Iterator[exp.Expression]:
    """Yield the nodes of the model itself, depth first."""

    def is_foreign(node: exp.Expression) -> bool:
        return _is_foreign(node, model)

    for node in tree.walk(prune=is_foreign):
        if not is_foreign(node):
            yield node


def _is_foreign(node: exp.Expression, model: str) -> bool:
    if isinstance(node, exp.CTE):
        return node.alias.startswith(_FIXTURE)
    if "MICROSECOND" in str(node.args.get("this", ""))[:200] and isinstance(node, exp.Add):
        return True  # known_date: the first date whose cut-off knew an instant
    select = node.this if isinstance(node, exp.Subquery) else None
    while isinstance(select, exp.Union):
        select = select.right
    if not isinstance(select, exp.Select):
        return False
    columns = {column.sql() for column in select.expressions} | {
        column.alias_or_name for column in select.expressions if isinstance(column, exp.Alias)
    }
    written = [
        macro for macro, known in _MACROS.items() if known & columns and known <= columns | {"ends_at", "cut_off_at"}
    ]
    return any(MACRO_HOMES.get(macro) != model for macro in written)


def _with(tree: exp.Expression, node: exp.Expression, changed: exp.Expression | None) -> exp.Expression:
    path: list[exp.Expression] = []
    at: exp.Expression | None = node
    while at is not None:
        path.append(at)
        at = at.parent
    copy = tree.copy()
    twin = copy
    for step in reversed(path[:-1]):
        value = twin.args[step.arg_key]
        twin = value[step.index] if isinstance(value, list) else value
    if changed is None:
        twin.pop()
        return copy
    if twin is copy:
        return changed.copy()
    twin.replace(changed.copy())
    return copy


def _changes(node: exp.Expression) -> Iterator[tuple[str, exp.Expression | None]]:
    kind = type(node)
    if kind in _MOVED:
        yield "boundary moved", _MOVED[kind](this=node.this.copy(), expression=node.expression.copy())
    if kind in _TURNED:
        yield "comparison turned", _TURNED[kind](this=node.this.copy(), expression=node.expression.copy())
    if kind in _SWAPPED and not isinstance(node.expression, exp.Interval):
        swapped = _SWAPPED[kind](this=node.this.copy(), expression=node.expression.copy())
        yield "sign or connective swapped", exp.Paren(this=swapped)
    if isinstance(node, exp.And):
        yield "condition dropped", node.this.copy()
        yield "condition dropped", node.expression.copy()
    if kind in _AGGREGATES:
        yield "extreme swapped", _AGGREGATES[kind](**{name: _copied(value) for name, value in node.args.items()})
    if isinstance(node, exp.Coalesce):
        yield "null kept", node.this.copy()
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        yield "null turned", exp.Not(this=exp.Paren(this=node.copy()))
    if isinstance(node, exp.Join) and node.args.get("on") is not None:
        yield from _joins(node)
    if isinstance(node, exp.Select) and node.args.get("distinct"):
        changed = node.copy()
        changed.set("distinct", None)
        yield "distinct dropped", changed
    if isinstance(node, exp.Distinct) and isinstance(node.parent, exp.Count):
        yield "distinct dropped", node.expressions[0].copy()
    if isinstance(node, exp.Ordered) and isinstance(node.find_ancestor(exp.Window), exp.Window):
        changed = node.copy()
        changed.set("desc", not node.args.get("desc"))
        changed.set("nulls_first", None)
        yield "order turned", changed
    if isinstance(node, exp.Boolean):
        yield "constant changed", exp.Boolean(this=not node.this)
    if isinstance(node, exp.Literal) and not isinstance(node.parent, exp.Interval | exp.DataType | exp.DataTypeParam):
        yield from _constants(node)
    if isinstance(node, exp.Case):
        for place in range(len(node.args["ifs"])):
            if len(node.args["ifs"]) > 1:
                changed = node.copy()
                changed.args["ifs"][place].pop()
                yield "branch deleted", changed
        if node.args.get("default") is not None:
            changed = node.copy()
            changed.set("default", None)
            yield "branch deleted", changed


def _constants(node: exp.Literal) -> Iterator[tuple[str, exp.Expression | None]]:
    if not node.is_string and node.this.isdigit():
        yield "constant changed", exp.Literal.number(int(node.this) + 1)
    elif node.is_string and isinstance(node.parent, exp.EQ | exp.NEQ | exp.In | exp.Alias | exp.If | exp.Case):
        yield "constant changed", exp.Literal.string("mutant")


def _joins(node: exp.Join) -> Iterator[tuple[str, exp.Expression | None]]:
    side = (node.args.get("side") or "").upper()
    changed = node.copy()
    if side == "LEFT":
        changed.set("side", None)
        changed.set("kind", "INNER")
        yield "join kind changed", changed
    elif not side:
        changed.set("side", "LEFT")
        changed.set("kind", None)
        yield "join kind changed", changed


def _copied(value: object) -> object:
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value.copy() if isinstance(value, exp.Expression) else value
