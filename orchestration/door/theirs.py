"""One person's numbers and addresses, found with the door's eyes however they are written."""

import base64
import sys
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from orchestration.channels.engine.contacts import MOBILE
from orchestration.channels.engine.tokens import Kind
from orchestration.door.known import Found
from orchestration.door.windows import ESCAPES, fold, read_escape, windows

#: Bytes that are no letter or digit of ASCII: between the digits of a number they are marks.
_MARKS: Final = bytes(byte for byte in range(256) if not bytes((byte,)).isalnum())
#: What each letter is in ASCII, by its code: 0 where it is nothing there, and two marks: for one that is several (the
#: ligature fi), and for one that was not asked yet. Letter by letter a file of 7 MB took four seconds.
_LONGER, _UNASKED = 254, 255
_PLAIN: Final = np.full(sys.maxunicode + 1, _UNASKED, np.uint8)
_ESCAPING: Final = (b"%", b"\\u", b"\\x", b"&#")


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
            self._letters.append(_letters(value))
            for form in sorted({value, *_grouped(value)}):
                self._base64 += _in_base64(form)
                self._as_they_are += [form.encode(), form.encode("utf-16-le"), form.encode("utf-16-be")]

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
        if any(one in raw for one in self._base64):
            return True
        letters = _letters(text)
        if any(one in letters for one in self._letters):
            return True
        if not any(mark in raw for mark in _ESCAPING):
            return False
        letters = _letters(ESCAPES.sub(lambda escape: read_escape(escape.group()), text))
        return any(one in letters for one in self._letters)


def _letters(text: str) -> bytes:
    """Return the letters and digits of a text alone, as ASCII and small, folded as the door folds them."""
    if text.isascii():
        return text.encode("ascii").translate(None, _MARKS).lower()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    for code in np.unique(codes[_PLAIN[codes] == _UNASKED]):
        plain = _plain(chr(code))
        _PLAIN[code] = _LONGER if len(plain) > 1 else ord(plain or "\0")
    plain_codes = _PLAIN[codes]
    if (longer := codes[plain_codes == _LONGER]).size:
        for code in np.unique(longer):
            text = text.replace(chr(code), _plain(chr(code)))
        return _letters(text)
    return plain_codes[plain_codes > 0].tobytes()


def _plain(letter: str) -> str:
    """Return the letters and digits of ASCII that a letter stands for."""
    return "".join(one for one in fold(letter) if one.isascii() and one.isalnum())


def _grouped(value: str) -> list[str]:
    """Return a mobile in the two groupings of forms."""
    return [mark.join((value[:3], value[3:7], value[7:])) for mark in "- "] if MOBILE.fullmatch(value) else []


def _in_base64(text: str) -> list[bytes]:
    """Return what every base64 holds in which a text stands, at each of the three places at which it may begin."""
    found = []
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + text.encode())
        last = (before + len(text)) // 3 * 4
        found.append(whole[(0, 4, 4)[before] : last])
    return found
