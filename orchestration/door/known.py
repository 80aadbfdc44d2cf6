"""Which windows are values that the vault knows: hashed with the home's key and looked up. Nothing is decrypted."""

import bisect
import itertools
import re
import sqlite3
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self

from orchestration.channels.engine.keys import contacts_file
from orchestration.channels.engine.tokens import Kind
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.door.own import OWN
from orchestration.door.windows import MOST_WINDOWS, Window, may_hold, windows
from orchestration.settings import Settings

#: Tokens asked for in one statement.
_AT_ONCE: Final = 500
#: Between the groups of a number that stands by itself; commas part the amounts of a list.
_GAP: Final = "[^0-9A-Za-z,，、;；|]{1,3}"
#: Endings of files: logo@2x.png is a picture for fine screens.
_ENDINGS: Final = (
    "png|jpe?g|gif|svg|webp|avif|ico|bmp|css|scss|js|mjs|ts|json|html?|pdf|csv|tsv|txt|xlsx?|docx?|zip|gz|md|ya?ml|sql|py"
    "|parquet|mp[34]|mov|woff2?|ttf"
)
#: A mobile or an address of mail standing by itself: withheld from a published cell though nobody is known under it.
_SHAPES: Final = re.compile(
    r"(?<![0-9A-Za-z])(?<![0-9][.,])(?:\+?86[- ]?)?"
    rf"1[3-9]\d(?:[- ]?\d{{4}}[- ]?|{_GAP}\d{{4}}{_GAP})\d{{4}}(?![0-9A-Za-z])"
    r"|(?:\+|00)[- ]?(?:85[23][- ]?[2-9]\d{3}|886[- ]?0?9\d\d[- ]?\d\d)[- ]?\d{4}(?![0-9A-Za-z])"
    rf"|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?!(?i:{_ENDINGS})(?![A-Za-z0-9]))[A-Za-z]{{2,}}"
    r"(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
)
#: Texts are looked at together up to so many letters, and so apart that no number, address, escape, base64 or id of
#: ours goes on from one into the next.
_TOGETHER: Final = 65_536
_APART: Final = "\n x \n"
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
        guesses = guesses_in(texts)
        self._ask({(window.kind, window.value) for mine in guesses for window in mine or ()})
        return [
            [Found(_EVERYTHING, 0, len(text))]
            if mine is None
            else sorted({Found(w.kind, w.start, w.end) for w in mine if self._answers[w.kind, w.value]})
            for text, mine in zip(texts, guesses, strict=True)
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


def guesses_in(texts: Sequence[str]) -> list[list[Window] | None]:
    """Return the windows of each text, None for one that has more than may be looked at.

    Short ones are looked at together: most of what an id of 30 letters costs is the beginning of each search.
    """
    guesses: list[list[Window] | None] = [[] for _ in texts]
    waiting: list[int] = []
    letters = 0
    for place, text in enumerate(texts):
        if len(text) > _TOGETHER:  # whether a page may hold one costs a tenth of looking
            guesses[place] = _guesses(text)
            continue
        if not may_hold(text):
            continue
        if letters + len(text) > _TOGETHER:
            _guess_together(texts, waiting, guesses)
            waiting, letters = [], 0
        waiting.append(place)
        letters += len(text)
    _guess_together(texts, waiting, guesses)
    return guesses


def _guesses(text: str) -> list[Window] | None:
    mine = list(itertools.islice(windows(text), MOST_WINDOWS + 1))
    return None if len(mine) > MOST_WINDOWS else mine


def _guess_together(texts: Sequence[str], places: Sequence[int], guesses: list[list[Window] | None]) -> None:
    ends = list(itertools.accumulate(len(texts[place]) + len(_APART) for place in places))
    together = _guesses(_APART.join(texts[place] for place in places))
    if together is None:  # one of them is a trap
        for place in places:
            guesses[place] = _guesses(texts[place])
        return
    for window in together:
        at = bisect.bisect_right(ends, window.start)
        begin = ends[at] - len(_APART) - len(texts[places[at]])
        if (mine := guesses[places[at]]) is not None:
            mine.append(window._replace(start=window.start - begin, end=window.end - begin))


def looks_like_one(text: str) -> bool:
    """Return whether a text that is none of our own ids has the shape of a mobile or an address of mail."""
    return _SHAPES.search(OWN.sub("x", text)) is not None


def masked(text: str, found: Sequence[Found], mark: str = "*") -> str:
    """Return a text of the same length with what was found in it starred."""
    for one in found:
        text = text[: one.start] + mark * (one.end - one.start) + text[one.end :]
    return text
