"""Patterns say the same on every Python 3.11: the first five lose their place in a group that repeats possessively."""

import ast
import re

import pytest

from orchestration.settings import CHECKOUT

FOLDERS = ("orchestration", "ml", "data_quality", "demo")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_POSSESSIVE = re.compile(r"(?<!\\)[*+?}]\+|\(\?>")


def possessive(source):
    """Return the strings of a module in which something repeats possessively; a class of letters repeats nothing."""
    strings = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    return [said for said in strings if isinstance(said, str) and _POSSESSIVE.search(_CLASS.sub("", said))]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("(?:ab)*+c", 1), ("(?>ab)", 1), ("a{2}+", 1), (r"\++a", 0), ("[a-z*+]{1,64}", 0), ("a+b*", 0)],
)
def test_a_possessive_repeat_is_seen(pattern, found):
    assert len(possessive(f"x = re.compile({pattern!r})")) == found
    assert len(possessive(f"x = re.compile(rf{pattern.replace('{', '{{').replace('}', '}}')!r})")) == found


def test_no_pattern_repeats_possessively():
    modules = [path for folder in FOLDERS for path in sorted((CHECKOUT / folder).rglob("*.py"))]
    assert not {path.name: found for path in modules if (found := possessive(path.read_text(encoding="utf-8")))}
