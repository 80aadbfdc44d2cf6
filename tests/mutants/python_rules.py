"""How a rule in ml/ is broken: one small change of its syntax tree at a time."""

import ast
import copy
import dataclasses
import functools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType
from typing import Final

import yaml

from orchestration.settings import CHECKOUT

#: Where the rules stand, and the tests that have to notice.
TESTS: Final = {
    "ml/recall": "tests/unit/recall",
    "ml/identity": "tests/unit/identity",
    "ml/labels": "tests/unit/ml",
}
#: An optimiser, no rule: its answers are held to the bound it publishes, and many wrong turns lead to the same one.
OPTIMISER: Final = ("ml/recall/knapsack.py", "ml/recall/knapsack_primal.py", "ml/recall/knapsack_problem.py")
#: Whose mistakes cost money, write to somebody who refused or spoil the comparison: a few are broken in `make test`.
CRITICAL: Final = tuple(
    f"ml/recall/{name}.py"
    for name in ("assignment", "audit", "candidates", "design", "health", "holdouts", "outcomes", "roi", "treatments")
)
EQUIVALENTS: Final = Path(__file__).with_name("equivalents_python.yml")
_TURNED: Final = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SWAPPED: Final = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_EXTREMES: Final = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}


@dataclasses.dataclass(frozen=True, order=True)
class PythonMutation:
    """One change of a module: what the statement was and becomes, the how-manyeth node and which of its changes."""

    module: str
    line: int
    before: str
    after: str
    place: int
    ordinal: int

    def __str__(self) -> str:
        """Return it on one line, with what stands around the first difference."""
        same = (at for at, pair in enumerate(zip(self.before, self.after, strict=False)) if len({*pair}) > 1)
        at = max(next(same, 0) - 40, 0)
        return f"{self.module}:{self.line}: {self.before[at : at + 90]}  ->  {self.after[at : at + 90]}"


def mutations(module: str) -> Iterator[PythonMutation]:
    """Yield every mutation of a module of the checkout."""
    tree = _parsed(module)
    for statement in (node for node in ast.walk(tree) if isinstance(node, ast.stmt)):
        for node in _own(statement):
            for ordinal, changed in enumerate(_kinds(node)):
                mutant = copy.deepcopy(statement, {id(node): changed})
                yield PythonMutation(
                    module, node.lineno, _head(statement), _head(mutant), _nodes(tree).index(node), ordinal
                )


def mutated(mutation: PythonMutation) -> CodeType:
    """Return the compiled module with the mutation in it; its lines keep their numbers."""
    tree = _parsed(mutation.module)
    node = _nodes(tree)[mutation.place]
    changed = ast.copy_location(_kinds(node)[mutation.ordinal], node)
    mutant = ast.fix_missing_locations(copy.deepcopy(tree, {id(node): changed}))
    return compile(mutant, str(CHECKOUT / mutation.module), "exec")


@functools.cache
def _parsed(module: str) -> ast.Module:
    return ast.parse((CHECKOUT / module).read_text(encoding="utf-8"))


@functools.cache
def _nodes(tree: ast.Module) -> list[ast.AST]:
    return list(ast.walk(tree))


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a statement's expressions, without those of the statements inside it and without what types it names."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.stmt) and name not in {"annotation", "returns"}:
                yield child
                yield from _own(child)


def _head(statement: ast.stmt) -> str:
    """Return a statement's text on one line, without the statements inside it."""
    short = copy.copy(statement)
    if hasattr(short, "body"):
        short.body = [ast.Pass()]
    if getattr(short, "orelse", None):
        short.orelse = []
    return " ".join(ast.unparse(short).split())


def _kinds(node: ast.AST) -> list[ast.expr]:
    """Return what an expression may become."""
    found: list[ast.expr] = []
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _TURNED:
        found.append(ast.Compare(node.left, [_TURNED[type(node.ops[0])]()], node.comparators))
    if isinstance(node, ast.BinOp) and type(node.op) in _SWAPPED and not _is_text(node.left):
        found.append(ast.BinOp(node.left, _SWAPPED[type(node.op)](), node.right))
    if isinstance(node, ast.BoolOp):
        found.append(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
        found.append(node.values[0])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert | ast.USub):
        found.append(node.operand)
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        found.append(ast.Constant(node.value + 1))
    if isinstance(node, ast.IfExp):
        found += [node.body, node.orelse]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _EXTREMES:
        found.append(ast.Call(ast.Name(_EXTREMES[node.func.id], ast.Load()), node.args, node.keywords))
    if isinstance(node, ast.Attribute) and node.attr in _EXTREMES:
        found.append(ast.Attribute(node.value, _EXTREMES[node.attr], ast.Load()))
    return found


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def modules() -> list[str]:
    """Return the modules of ml/ that hold rules."""
    found = [path for folder in TESTS for path in (CHECKOUT / folder).glob("*.py") if path.stem != "__init__"]
    return sorted({path.relative_to(CHECKOUT).as_posix() for path in found} - {*OPTIMISER})


def equivalents() -> list[tuple[str, str]]:
    """Return the mutants named as changing nothing anybody could see: module, and what its statement becomes."""
    known = yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8")) or {}
    return [(module, one["becomes"]) for module, named in known.items() for one in named]


def stale_equivalents(among: Sequence[str]) -> list[str]:
    """Return what is named as equivalent of some modules and no mutant becomes."""
    return [
        f"{module}: {becomes}" for module, becomes in equivalents()
        if module in among and not any(is_equivalent(one, [(module, becomes)]) for one in mutations(module))
    ]  # fmt: skip


def is_equivalent(mutation: PythonMutation, known: Sequence[tuple[str, str]]) -> bool:
    """Return whether a mutant is named as equivalent: its statement has come to be or to hold what is named."""
    return any(
        module == mutation.module
        and (becomes == mutation.after or (becomes in mutation.after and becomes not in mutation.before))
        for module, becomes in known
    )


def sampled(count: int, seed: int, among: Sequence[str]) -> list[PythonMutation]:
    """Return up to ``count`` mutations of some modules, drawn by seed, those named as equivalent left out."""
    known = equivalents()
    listed = [one for module in among for one in mutations(module) if not is_equivalent(one, known)]
    return random.Random(seed).sample(listed, min(count, len(listed)))
