"""What a file of rules means: its text without what no table depends on (comments, descriptions, docstrings)."""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

#: A quoted text is left as it is, also where it holds two dashes; a comment of SQL or of Jinja goes.
_QUOTED_OR_COMMENT: Final = re.compile(r"('(?:[^']|'')*'|\"[^\"]*\")|--[^\n]*|\{#.*?#\}", re.DOTALL)
_DESCRIPTION: Final = re.compile(r"^(\s*(?:- )?)description:")


def meaning(name: str, content: bytes) -> bytes:
    """Return what of a file decides rows and columns.

    Parameters
    ----------
    name
        The file's name: its ending says in which language it is written.
    content
        Its bytes.

    Returns
    -------
    bytes
        SQL and YAML without comments and descriptions, Python as its syntax tree without docstrings, anything else
        (seeds) as it is. Two files with equal bytes here do the same; that the reverse holds is not promised.
    """
    if name.endswith(".sql"):
        return "\0".join(_pieces(content.decode())).encode()
    if name.endswith((".yml", ".yaml")):
        return "\n".join(_said(content.decode())).encode()
    if name.endswith(".py"):
        return _python(content.decode()).encode()
    return content


def hash_of(files: Iterable[Path]) -> str:
    """Return a hash of the names of some files and of what each means."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: (file.name, file)):
        if file.is_file():
            digest.update(file.name.encode() + meaning(file.name, file.read_bytes()))
    return digest.hexdigest()


def _pieces(text: str) -> Iterator[str]:
    """Yield a query's quoted texts as they stand and what lies between them, its blanks made one."""
    at = 0
    for found in _QUOTED_OR_COMMENT.finditer(text):
        if between := " ".join(text[at : found.start()].split()):
            yield between
        if found.group(1):
            yield found.group(1)
        at = found.end()
    if rest := " ".join(text[at:].split()):
        yield rest


def _said(text: str) -> Iterator[str]:
    """Yield the lines of a YAML file but comments and descriptions: a description's text stands deeper than its key."""
    depth: int | None = None
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if depth is not None and len(line) - len(line.lstrip()) > depth:
            continue
        depth = None
        if found := _DESCRIPTION.match(line):
            depth = len(found.group(1))
            if "-" in found.group(1):
                yield found.group(1)  # an item of a list that begins with its description begins all the same
            continue
        yield line


def _python(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            body[0] = ast.Pass()  # type: ignore[index]
    return ast.dump(tree)
