"""One person's numbers and addresses, found with the door's eyes however they are written."""

import base64
from collections.abc import Iterable, Sequence
from typing import Final

from orchestration.channels.engine.contacts import MOBILE
from orchestration.channels.engine.tokens import Kind
from orchestration.door.escapes import unescaped
from orchestration.door.folding import letters_and_digits
from orchestration.door.known import Found
from orchestration.door.windows import windows

#: What a text has in it whose escapes may hide a letter.
_ESCAPING: Final = (b"%", b"\\", b"&", b"=")
_AS_BASE64: Final = bytes.maketrans(b"-_", b"+/")


class Theirs:
    """The contact values of one person in the clear; for searching, never for keeping.

    Parameters
    ----------
    values
        Numbers and addresses of mail as the vault keeps them: digits alone, small letters.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._windows: set[tuple[Kind, str]] = set()
        self._letters: list[bytes] = []
        self._base64: list[bytes] = []
        self._as_they_are: list[bytes] = []
        for value in sorted(set(values)):
            kinds: tuple[Kind, ...] = ("email",) if "@" in value else ("mobile", "landline")
            self._windows |= {(kind, value) for kind in kinds}
            self._letters += sorted(set(map(letters_and_digits, _in_words(value))))
            for form in sorted({value, *_grouped(value)}):
                encoded = [form.encode(), form.encode("utf-16-le"), form.encode("utf-16-be")]
                self._as_they_are += encoded
                self._base64 += [part for content in encoded for part in _in_base64(content)]

    def __bool__(self) -> bool:
        """Return whether there is anything to look for."""
        return bool(self._windows)

    def stand_as_they_are_in(self, content: bytes) -> bool:
        """Return whether one stands in bytes that are no text, plainly or in base64: a look of no cost."""
        return any(one in content for one in (*self._as_they_are, *self._base64))

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        """Return, for each text, where one of the values stands in it."""
        return [self._of(text) if self.may_stand_in(text) else [] for text in texts]

    def without(self, text: str) -> tuple[str, int]:
        """Return a text without the values, and how many stood in it."""
        found = self.find([text])[0]
        for one in sorted(found, key=lambda each: (-each.start, -each.end)):
            text = text[: one.start] + text[max(one.start, min(one.end, len(text))) :]
        return text, len(found)

    def _of(self, text: str) -> list[Found]:
        # one that lies in another (139… in 86139…) is masked with it
        spans = sorted(
            {Found(w.kind, w.start, w.end) for w in windows(text) if (w.kind, w.value) in self._windows},
            key=lambda each: (each.start, -each.end),
        )
        found: list[Found] = []
        for one in spans:
            if not found or one.end > found[-1].end:
                found.append(one)
        return found

    def may_stand_in(self, text: str) -> bool:
        """Return whether a text could hold one: a look that costs little, for windows cost a second a megabyte."""
        raw = text.encode("utf-8", "surrogateescape")
        joined = raw.translate(_AS_BASE64, b"\r\n")  # base64 is broken over lines
        if any(one in joined for one in self._base64):
            return True
        letters = letters_and_digits(text)
        if any(one in letters for one in self._letters):
            return True
        if not any(mark in raw for mark in _ESCAPING):
            return False
        letters = letters_and_digits(unescaped(text))
        return any(one in letters for one in self._letters)


def _in_words(value: str) -> list[str]:
    """Return a value, and an address as people spell it out."""
    return [value.replace("@", at).replace(".", dot) for at in ("@", "at", "a") for dot in (".", "dot")]


def _grouped(value: str) -> list[str]:
    """Return a mobile in the two groupings of forms."""
    return [mark.join((value[:3], value[3:7], value[7:])) for mark in "- "] if MOBILE.fullmatch(value) else []


def _in_base64(content: bytes) -> list[bytes]:
    """Return what every base64 holds in which bytes stand, at each of the three places at which they may begin."""
    found = []
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + content)
        last = (before + len(content)) // 3 * 4
        found.append(whole[(0, 4, 4)[before] : last])
    return found
