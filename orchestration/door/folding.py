"""A text as its reader takes it: letters of ASCII, a digit for a digit of any writing, nothing that is unseen."""

import sys
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

#: What stands in a folded text for a letter that is none of ASCII, and for a mark that is none.
LETTER: Final = "\x80"
MARK: Final = "\x81"
#: Letters that show nothing; everything else that shows nothing or parts is neither a letter nor a number.
BLANK_LETTERS: Final = "\u115f\u1160\u3164\uffa0"
#: 两 is no number to Unicode 14; every list of spoken digits has it.
_SPOKEN: Final = {"两": "2"}
#: Words of mail that need no blank before them, as marks of the same length: places stay as they are.
_WORDS: Final = (
    ("艾特", "@\u200b"), ("爱特", "@\u200b"), ("圈a", "@\u200b"), ("圈A", "@\u200b"), ("点", "."), ("點", "."),
)  # fmt: skip
#: Full stops of Chinese, which stand in addresses for a dot.
_STOPS: Final = "。｡．﹒"
#: What a letter is in the table, by its code: these, or a letter of ASCII or one of the two above.
_NOTHING, _LONGER, _UNASKED = 253, 254, 255
_TABLE: Final = np.full(sys.maxunicode + 1, _UNASKED, np.uint8)
_TABLE[:128] = np.arange(128)


Codes = np.ndarray[tuple[int], np.dtype[np.uint32]]
Plain = np.ndarray[tuple[int], np.dtype[np.uint8]]
Places = np.ndarray[tuple[int], np.dtype[np.intp]]


class View(NamedTuple):
    """A text as a reader of one of its spellings sees it, with the place of each letter in the text itself."""

    letters: str
    starts: Sequence[int] | Places
    ends: Sequence[int] | Places

    @classmethod
    def of(cls, text: str) -> "View":
        """Return a text as it stands."""
        return cls(text, range(len(text)), range(1, len(text) + 1))

    def part(self, start: int, end: int) -> "View":
        """Return a part of the view."""
        return View(self.letters[start:end], self.starts[start:end], self.ends[start:end])


def folded(view: View) -> View:
    """Return a view with its letters folded: one of ASCII, ``LETTER`` or ``MARK`` each; what is unseen is left out.

    Large letters stay large: base64 tells them from small ones.
    """
    if view.letters.isascii():
        return view
    text = view.letters
    for word, mark in _WORDS:
        text = text.replace(word, mark)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    plain = _plain(codes)
    places = np.flatnonzero(plain != _NOTHING)
    plain = plain[places]
    if (longer := np.flatnonzero(plain == _LONGER)).size:
        several = [fold(chr(codes[places[at]])) for at in longer]
        plain = _put_in(plain, longer, several)
        places = np.repeat(places, _lengths(places.size, longer, several))
    letters = plain.tobytes().decode("latin-1")
    return View(letters, _picked(view.starts, places), _picked(view.ends, places))


def letters_and_digits(text: str) -> bytes:
    """Return the letters and digits of ASCII that a text has once it is folded: whatever parts them is left out."""
    return folded(View.of(text)).letters.encode("latin-1").translate(None, _NO_LETTERS).lower()


_NO_LETTERS: Final = bytes(byte for byte in range(256) if not bytes((byte,)).isalnum())


def fold(letter: str) -> str:
    """Return a letter folded by NFKC, any digit as one of ASCII; of what shows nothing, nothing."""
    if unicodedata.category(letter) in ("Cf", "Mn", "Me") or letter in BLANK_LETTERS:
        return ""
    return "".join(map(_digit, unicodedata.normalize("NFKC", letter)))


def _digit(one: str) -> str:
    value = unicodedata.numeric(one, -1)
    return str(int(value)) if value in range(10) else _SPOKEN.get(one, one)


def _plain(codes: Codes) -> Plain:
    """Return what each letter is by the table, which learns a letter when it is first asked for it."""
    plain: Plain = _TABLE[codes]
    if (unasked := codes[plain == _UNASKED]).size:
        for code in np.unique(unasked):
            _TABLE[code] = _of_letter(chr(code))
        plain = _TABLE[codes]
    return plain


def _of_letter(letter: str) -> int:
    said = fold(letter)
    shown = [one for one in said if one.isascii() and one.isalnum()]
    if len(shown) > 1:
        return _LONGER
    if shown:  # the brackets of ⑴ are marks like any other
        return ord(shown[0])
    if not said:
        return _NOTHING
    if any(one.isalnum() for one in said):
        return ord(LETTER)
    if letter in _STOPS:
        return ord(".")
    return ord(next((one for one in said if one.isascii()), MARK))


def _put_in(
    plain: Plain,
    longer: Places,
    several: Sequence[str],
) -> Plain:
    """Return letters with those that are several ones of ASCII written out (the ligature fi, 11 in a ring)."""
    parts: list[Plain] = []
    last = 0
    for at, said in zip(longer, several, strict=True):
        parts += [plain[last:at], np.frombuffer(said.encode("ascii", "replace"), np.uint8)]
        last = int(at) + 1
    return np.concatenate([*parts, plain[last:]])


def _lengths(size: int, longer: Places, several: Sequence[str]) -> Places:
    lengths = np.ones(size, np.intp)
    lengths[longer] = list(map(len, several))
    return lengths


def _picked(places: Sequence[int] | Places, which: Places) -> Places:
    if isinstance(places, range):
        return which + places.start
    return np.asarray(places)[which]
