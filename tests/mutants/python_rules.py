"""Breaks the rules in ml/ on purpose, one change of a syntax tree at a time, in a copy of the checkout."""

import ast
import copy
import dataclasses
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from orchestration.settings import CHECKOUT

#: Where the rules stand, and the tests that have to notice.
TESTS: Final = {
    "ml/recall": "tests/unit/recall",
    "ml/identity": "tests/unit/identity",
    "ml/labels": "tests/unit/ml",
}
EQUIVALENTS: Final = Path(__file__).with_name("equivalents_python.yml")
_TURNED: Final = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_SWAPPED: Final = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_LEFT_OUT: Final = {".git", ".siyu", ".venv", "logs", "__pycache__"}


@dataclasses.dataclass(frozen=True, order=True)
class PythonMutation:
    """One change of a module: where, and what the line was and becomes."""

    module: str
    line: int
    before: str
    after: str
    ordinal: int

    def __str__(self) -> str:
        """Return it on one line."""
        return f"{self.module}:{self.line}: {self.before[:80]} -> {self.after[:80]}"


def changed(module: str) -> Iterator[tuple[PythonMutation, str]]:
    """Yield every mutation of a module of the checkout with the module's whole changed text."""
    tree = ast.parse((CHECKOUT / module).read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if _kinds(node)]
    for place, node in enumerate(nodes):
        for ordinal, replacement in enumerate(_kinds(node)):
            mutant = copy.deepcopy(tree)
            twin = [other for other in ast.walk(mutant) if _kinds(other)][place]
            _put(mutant, twin, _kinds(twin)[ordinal])
            mutation = PythonMutation(
                module, node.lineno, ast.unparse(node), ast.unparse(ast.fix_missing_locations(replacement)), ordinal
            )
            yield mutation, ast.unparse(ast.fix_missing_locations(mutant))


def _kinds(node: ast.AST) -> list[ast.expr]:
    found: list[ast.expr] = []
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _TURNED:
        found.append(ast.Compare(node.left, [_TURNED[type(node.ops[0])]()], node.comparators))
    if isinstance(node, ast.BinOp) and type(node.op) in _SWAPPED and not isinstance(node.left, ast.Constant):
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
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"min", "max"}:
        found.append(ast.Call(ast.Name("max" if node.func.id == "min" else "min"), node.args, node.keywords))
    return found


def _put(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                setattr(parent, name, [new if item is old else item for item in value])


def modules() -> list[str]:
    """Return the modules of ml/ that hold rules."""
    found = [path for folder in TESTS for path in (CHECKOUT / folder).glob("*.py") if path.stem != "__init__"]
    return sorted(path.relative_to(CHECKOUT).as_posix() for path in found)


def sampled(count: int, seed: int) -> list[tuple[PythonMutation, str]]:
    """Return up to ``count`` mutations over all modules, drawn by seed, those named as equivalent left out."""
    known = yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8")) or {}
    listed = [
        (mutation, text)
        for module in modules()
        for mutation, text in changed(module)
        if not any(one["before"] == mutation.before and one["after"] == mutation.after for one in known.get(module, []))
    ]
    return random.Random(seed).sample(listed, min(count, len(listed)))


def judged(chosen: list[tuple[PythonMutation, str]], folder: Path) -> Iterator[tuple[PythonMutation, bool]]:
    """Run the related unit tests against each mutant in a copy of the checkout; yield whether one of them failed."""
    copied = folder / "checkout"
    shutil.copytree(CHECKOUT, copied, ignore=lambda _, names: _LEFT_OUT & set(names))
    for mutation, text in chosen:
        file = copied / mutation.module
        right = file.read_bytes()
        file.write_text(text, encoding="utf-8")
        tests = TESTS[mutation.module.rpartition("/")[0]]
        command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider", tests]
        try:
            done = subprocess.run(command, cwd=copied, capture_output=True, timeout=120, check=False)
            is_killed = done.returncode == 1
            if done.returncode > 1 and b"error" not in done.stdout.lower():
                raise RuntimeError(done.stdout.decode()[-2000:])
            is_killed = is_killed or done.returncode > 1
        except subprocess.TimeoutExpired:
            is_killed = True
        file.write_bytes(right)
        yield mutation, is_killed
