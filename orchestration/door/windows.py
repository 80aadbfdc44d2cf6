"""The candidate windows of a text: what in it could be a phone or an address of mail, however it is written.

The door shares no pattern with what scrubs at ingest: where that one errs, this one has to see. A window is a guess;
whether it is somebody's value is asked of the vault (``known``).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from orchestration.channels.engine.tokens import Kind
from orchestration.door.escapes import readings
from orchestration.door.folding import LETTER, MARK, View, folded
from orchestration.door.own import OWN

#: So many marks that are seen may part two digits of one number; of those that are not, any number.
_MOST_MARKS: Final = 8
#: Of a folded text: a digit, and what may stand between two.
_MARKS: Final = rf"[^0-9a-z{LETTER}]{{0,{_MOST_MARKS}}}"
_SEVEN_DIGITS: Final = re.compile(rf"[0-9](?:{_MARKS}[0-9]){{6,}}")
_PLUS: Final = re.compile(rf"\+{_MARKS}\Z")
#: What parts words of mail, before and after: blanks and brackets.
_AHEAD: Final = rf"[ \t(\[{{<_*{MARK}-]"
_BEHIND: Final = rf"[ \t)\]}}>_*{MARK}-]"
_DOT: Final = rf"(?:[ (\[{{<]{{0,2}}\.[ )\]}}>]{{0,2}}|{_AHEAD}{{1,3}}dot{_BEHIND}{{1,3}})"
_HOST: Final = rf"[a-z0-9-]{{1,63}}{_DOT}[a-z]"
#: A mark of mail in a folded text: the sign, the word, a letter in brackets, or the sign that people put for it.
_MAIL_MARK: Final = re.compile(
    rf"@|#(?<=[a-z0-9]#)(?={_HOST})|a(?:(?<={_AHEAD}a)t{_BEHIND}{{1,3}}(?={_HOST})|(?<=[(\[{{<]a)[)\]}}>](?={_HOST}))"
)
#: For a look that costs little, at a text as it stands. In texts of ASCII alone, and in the words of RE2: seven digits,
#: a mark of mail, the beginning of an escape, or base64. (With classes of Unicode in it RE2 took 3.8 s a version, where
#: this takes 0.04.)
PREFILTER: Final = (
    rf"[0-9](?:[^0-9A-Za-z]{{0,{_MOST_MARKS}}}[0-9]){{6}}|@|[A-Za-z0-9]#[A-Za-z0-9-]{{1,63}} {{0,2}}\."
    r"|[ \t(\[{<_*-][aA][tT]?[ \t)\]}>_*-]{1,3}[A-Za-z0-9-]{1,63}[ \t(\[{<_*-]{0,3}(?:\.|[dD][oO][tT])"
    r"|%u?[0-9A-Fa-f]{2}|\\[uUx][0-9A-Fa-f{]|\\[nrt][0-9]|\\[0-3][0-7]{2}|&#|&amp;|&[A-Za-z]{2,24};|=[0-9A-Fa-f]{2}[0-9=]|=\r?\n"
    r"|=40[0-9A-Za-z]|0x[2-7]|[A-Za-z0-9+/_-]{12}|[A-Za-z0-9+/_-]{8}[\r\n\\]"
)
#: The same, where after a mark of mail a stop comes, or what may be the escape of one: of the bytes that an id of large
#: and small letters is in base64 every fourth has such a mark.
_ANY: Final = re.compile(PREFILTER.replace("|@|", r"|@(?s:.){1,200}?(?:[.%&\\=]|[dD][oO][tT])|"))
_IN_DIGITS: Final[tuple[tuple[Kind, re.Pattern[str], str], ...]] = (
    ("mobile", re.compile(r"(?=(1[3-9]\d{9}))"), ""),
    ("mobile", re.compile(r"(?=(85[23][2-9]\d{7}))"), ""),
    ("mobile", re.compile(r"(?=(8869\d{8}))"), ""),
    ("mobile", re.compile(r"(?=8860(9\d{8}))"), "886"),
    ("mobile", re.compile(r"(?=0(9\d{8}))"), "886"),
    ("landline", re.compile(r"(?=([48]00\d{7}))"), ""),
)
_LANDLINE: Final = re.compile(r"(?=(0[1-9]\d{8,15}))")
_LANDLINE_DIGITS: Final = range(10, 18)
_ABROAD: Final = re.compile(r"(?:\+|00)([1-9]\d{7,14})")
#: A mobile's eleven digits as bytes in hexadecimal.
_HEXADECIMAL: Final = re.compile(r"(?=(31(?:3\d){10}))")
_MAIL_LOCAL: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}\Z")
_MAIL_DOMAIN: Final = re.compile(rf"[a-z0-9-]{{1,63}}(?:{_DOT}[a-z0-9-]{{1,63}}){{1,8}}")
_DOT_OR_LETTER: Final = re.compile(rf"({_DOT})|.")
#: What is looked at before a mark of mail and after it.
_BEFORE_AT: Final = 72
_AFTER_AT: Final = 200
#: Windows of one text: beyond them it is a trap for whoever looks, and counts as a hit.
MOST_WINDOWS: Final = 200_000


class Window(NamedTuple):
    """A piece of a text that could be a value: the kind and value it would be, and where it stands."""

    kind: Kind
    value: str
    start: int
    end: int


def may_hold(text: str) -> bool:
    """Return whether a text could hold a value at all."""
    return _ANY.search(text if text.isascii() else folded(View.of(text)).letters) is not None


def windows(text: str) -> Iterator[Window]:
    """Yield every window of a text, in its own spelling and in those that it may be the escaped or encoded form of."""
    shown = folded(View.of(_without_own(text)))
    yield from _of(shown)
    for view in readings(shown, may_hold):
        yield from _of(folded(View(_without_own(view.letters), view.starts, view.ends)))


def _without_own(text: str) -> str:
    return OWN.sub(lambda own: "x" * len(own.group()), text)


def _of(view: View) -> Iterator[Window]:
    """Yield the windows of a folded text."""
    view = View(view.letters.lower(), view.starts, view.ends)
    for number in _SEVEN_DIGITS.finditer(view.letters):
        first = max(0, number.start() - 1 - _MOST_MARKS)
        plus = "+" in view.letters[first : number.start()] and _PLUS.search(view.letters, first, number.start())
        yield from _of_number(view, number.start(), number.end(), "+" if plus else "")
    for mark in _MAIL_MARK.finditer(view.letters):
        ahead = view.part(max(0, mark.start() - _BEFORE_AT), mark.start())
        yield from _of_mail(ahead, view.part(mark.end(), mark.end() + _AFTER_AT))


def _window(view: View, kind: Kind, value: str, start: int, end: int) -> Window:
    return Window(kind, value, int(view.starts[start]), int(view.ends[end - 1]))


def _of_number(view: View, start: int, end: int, sign: str) -> Iterator[Window]:
    """Yield every number that may stand in a run of digits."""
    digits = view.letters[start:end]
    run: Sequence[int] = range(start, end)
    if not digits.isdigit():
        run = [place for place, letter in enumerate(digits, start) if "0" <= letter <= "9"]
        digits = "".join([view.letters[place] for place in run])
    for kind, pattern, country in _IN_DIGITS:
        for found in pattern.finditer(digits):
            yield _window(view, kind, country + found[1], run[found.start()], run[found.end(1) - 1] + 1)
    for found in _LANDLINE.finditer(digits):
        for length in range(_LANDLINE_DIGITS[0], min(len(found[1]), _LANDLINE_DIGITS[-1]) + 1):
            at = found.start()
            yield _window(view, "landline", digits[at : at + length], run[at], run[at + length - 1] + 1)
    for found in _ABROAD.finditer(sign + digits):
        for length in range(8, len(found[1]) + 1):
            at = found.start(1) - len(sign)
            yield _window(view, "mobile", found[1][:length], run[at], run[at + length - 1] + 1)
            yield _window(view, "landline", found[1][:length], run[at], run[at + length - 1] + 1)
    for found in _HEXADECIMAL.finditer(digits):
        yield _window(view, "mobile", found[1][1::2], run[found.start()], run[found.end(1) - 1] + 1)


def _of_mail(ahead: View, behind: View) -> Iterator[Window]:
    """Yield every address that could begin before a mark of mail and end after it."""
    name, rest = ahead.letters.rstrip(f" \t([{{<{MARK}"), behind.letters.lstrip(f" \t)]}}>{MARK}")
    local = _MAIL_LOCAL.search(name, max(0, len(name) - 64)) or _MAIL_LOCAL.search(name.rstrip("_*-"))
    domain = _MAIL_DOMAIN.match(rest)
    if local is None or domain is None:
        return
    cut = len(behind.letters) - len(rest)
    parts = list(_DOT_OR_LETTER.finditer(domain.group()))
    host = "".join("." if part[1] else part.group() for part in parts)
    names = {name[start:] for name in (local.group(), local.group().rstrip("_*-")) for start in range(len(name))}
    for end in range(host.index(".") + 2, len(host) + 1):
        if host[end - 1] in ".-":
            continue
        place = int(behind.ends[cut + parts[end - 1].end() - 1])
        for one in names:
            start = local.start() + local.group().index(one)
            yield Window("email", f"{one}@{host[:end]}", int(ahead.starts[start]), place)
