"""What the command line prints: a terminal obeys control characters, and files are full of what others wrote.

A header or a file name with an escape sequence in it could clear the screen, forge a line of ours or hide what stands
before it; so nothing that prints goes past :func:`say`.
"""

import sys
import unicodedata
from typing import Final, TextIO

#: Line end and tab are ours; a right-to-left override is no control character by its category, and hides as well.
_KEPT: Final = "\n\t"
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKING: Final = frozenset("\u2028\u2029")


def harmless(text: str) -> str:
    r"""Return a text of which a terminal obeys nothing: ``\u001b[2J`` is shown as it is written here."""
    if text.isprintable():
        return text
    return "".join(_shown(letter) for letter in text)


def one_line(text: str) -> str:
    """Return what somebody else wrote as part of a line of ours: line ends become blanks."""
    return harmless(" ".join(text.split()))


def say(text: object = "", *, file: TextIO | None = None, end: str = "\n", flush: bool = False) -> None:
    """Print a line, harmless."""
    print(harmless(str(text)), file=file or sys.stdout, end=end, flush=flush)


def say_styled(text: str) -> None:
    """Print what a library coloured, of which every value went through :func:`harmless`."""
    print(text)


def _shown(letter: str) -> str:
    if letter in _KEPT:
        return letter
    if letter in _TURNING or letter in _BREAKING or unicodedata.category(letter) in ("Cc", "Cs"):
        return f"\\u{ord(letter):04x}"
    return letter
