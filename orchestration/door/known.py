"""Which windows are values that the vault knows: hashed with the home's key and looked up. Nothing is decrypted."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self

from orchestration.channels.engine.keys import contacts_file
from orchestration.channels.engine.tokens import Kind
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.door.windows import MOST_WINDOWS, OWN, may_hold, windows
from orchestration.settings import Settings

#: Tokens asked for in one statement.
_AT_ONCE: Final = 500
#: A mobile or an address of mail standing by itself: withheld from a published cell though nobody is known under it.
_SHAPES: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d[^0-9A-Za-z]{0,3}\d{4}[^0-9A-Za-z]{0,3}\d{4}(?![0-9A-Za-z])"
    r"|(?:\+|00)[- ]?(?:85[23][- ]?[2-9]\d{3}|886[- ]?0?9\d\d[- ]?\d\d)[- ]?\d{4}(?![0-9A-Za-z])"
    r"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
)
#: In a text with more windows than may be looked at, everything counts as found.
_EVERYTHING: Final = "everything"


class Found(NamedTuple):
    """A value in a text: its kind, and where it stands there; never the value itself."""

    kind: str
    start: int
    end: int


class Finder(Protocol):
    """What finds values in texts."""

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """Return, for each text, what was found in it."""


class Known:
    """The values of a home's vault, asked by their tokens.

    Parameters
    ----------
    settings
        Whose vault and key. A home without a vault knows nobody.
    """

    def __init__(self, settings: Settings) -> None:
        self._tokens = home_tokeniser(settings)
        path = contacts_file(settings)
        self._database = (
            sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None) if path.is_file() else None
        )
        self._answers: dict[tuple[Kind, str], bool] = {}

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """Return, for each text, the known values in it, those that hold another left out."""
        guesses = []
        for text in texts:
            mine, is_trap = [], False
            if may_hold(text):
                for window in windows(text):
                    mine.append(window)
                    if is_trap := len(mine) > MOST_WINDOWS:
                        break
            guesses.append((text, [] if is_trap else mine, is_trap))
        self._ask({(window.kind, window.value) for _, mine, _ in guesses for window in mine})
        return [
            [Found(_EVERYTHING, 0, len(text))]
            if is_trap
            else sorted({Found(w.kind, w.start, w.end) for w in mine if self._answers[w.kind, w.value]})
            for text, mine, is_trap in guesses
        ]

    def holding(self, texts: Sequence[str]) -> list[bool]:
        """Return whether each of some published texts holds a value, a known one or one that looks like one."""
        return [bool(found) or looks_like_one(text) for text, found in zip(texts, self.find(texts), strict=True)]

    def _ask(self, asked: Iterable[tuple[Kind, str]]) -> None:
        new = [one for one in asked if one not in self._answers]
        tokens = {self._tokens.token(kind, value): (kind, value) for kind, value in new}
        self._answers.update(dict.fromkeys(new, False))
        if self._database is None:
            return
        names = list(tokens)
        for at in range(0, len(names), _AT_ONCE):
            some = names[at : at + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            for (token,) in self._database.execute(f"select token from contacts where token in ({marks})", some):
                self._answers[tokens[token]] = True

    def __enter__(self) -> Self:
        """Return the open vault's tokens."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the vault."""
        if self._database is not None:
            self._database.close()


def looks_like_one(text: str) -> bool:
    """Return whether a text that is none of our own ids has the shape of a mobile or an address of mail."""
    return _SHAPES.search(OWN.sub("x", text)) is not None


def masked(text: str, found: Sequence[Found], mark: str = "*") -> str:
    """Return a text of the same length with what was found in it starred."""
    for one in found:
        text = text[: one.start] + mark * (one.end - one.start) + text[one.end :]
    return text
