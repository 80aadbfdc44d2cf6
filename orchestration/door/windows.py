"""The candidate windows of a text: what in it could be a phone or an address of mail, however it is written.

The door shares no pattern with what scrubs at ingest: where that one errs, this one has to see. A window is a guess;
whether it is somebody's value is asked of the vault (``known``).
"""

import binascii
import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from orchestration.channels.engine.tokens import Kind

#: Letters that show nothing; everything else that shows nothing or parts is neither a letter nor a number.
_BLANK_LETTERS: Final = "\u115f\u1160\u3164\uffa0"
#: Numbers that are no decimal digits to Python, and become some by NFKC.
_ODD_DIGITS: Final = "\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089\u2460-\u2468\u24ea"
#: So many marks may part two digits of one number.
_MOST_MARKS: Final = 4
_DIGIT: Final = rf"[\d{_ODD_DIGITS}]"
_MARKS: Final = rf"[\W_{_BLANK_LETTERS}]{{0,{_MOST_MARKS}}}"
_NUMBER: Final = rf"{_DIGIT}(?:{_MARKS}{_DIGIT}){{6,}}"
_BASE64_DIGITS: Final = "(?:[MNO][DTjz][AEIMQUYcgk][wxyz0-5]){3}"
#: A mark of mail, as it is written, in percents, as Python shows bytes, or as an entity; told on, backslashes double.
_AT: Final = r"[@\uff20\ufe6b]"
#: Each begins with its own letter, so that a search passes over all others at once: a sixteenth of the time.
#: None repeats possessively: Python 3.11.0 to 3.11.4 lose their place in such a group: escapes that end too late.
_PERCENT: Final = "%[0-9A-Fa-f]{2}"
_BACKSLASHES: Final = r"\\(?<!\\\\)\\*"
_BYTE: Final = rf"{_BACKSLASHES}x[0-9A-Fa-f]{{2}}"
_ESCAPED: Final = rf"{_PERCENT}|{_BACKSLASHES}u[0-9A-Fa-f]{{4}}|{_BYTE}|&#x?[0-9A-Fa-f]{{2,5}};"
ESCAPES: Final = re.compile(rf"{_PERCENT}(?:{_PERCENT})*|{_BYTE}(?:{_BYTE})*|{_ESCAPED}")
#: Bytes as Python shows them, a quote doubled where SQL quotes them once more: in UTF-16 every second one is an escape.
#: Each b before a quote is asked, so that the one of Bob's hides no other; the other kind of quote may stand inside.
_BYTES: Final = re.compile(r"""b(?=\\*(['"])\1?((?:(?!\1)[^\n])*)\1)""")
_SHOWN_BYTE: Final = re.compile(rb"""\\+(?:x([0-9A-Fa-f]{2})|([tnr'"]))""")
_SHORT: Final = {b"t": b"\t", b"n": b"\n", b"r": b"\r"}
_BASE64: Final = r"[A-Za-z0-9+/_-]{12,}={0,2}"
#: ``_ANY`` for texts of ASCII alone, in the words of RE2: seven digits, a mark of mail, an escape, or base64. Nothing
#: else can hold a phone or an address. (With classes of Unicode in it RE2 took 3.8 s a version, where this takes 0.04.)
PREFILTER: Final = (
    rf"[0-9](?:[^0-9A-Za-z]{{0,{_MOST_MARKS}}}[0-9]){{6}}|@"
    r"|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|&#|[A-Za-z0-9+/_-]{12}"
)
#: Ids of our own making, checked by their shape: tokens, people, versions, models, hashes, ids of runs, and instants.
#: Its first letter is asked first, so that a search passes over all that begin none: half of the time.
OWN: Final = re.compile(
    r"[0-9a-fkpr](?<![0-9A-Za-z].)(?:(?<=k)\d+:[0-9a-f]{32}|(?<=r)1:[0-9a-f]{64}|(?<=p)_[0-9a-f]{24}"
    r"|(?<=[0-9a-f])(?:[0-9a-f]{63}|[0-9a-f]{39}|[0-9a-f]{31}|[0-9a-f]{7}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?:(?<=1)9|(?<=2)0)\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])"
    r"(?:-[0-9a-f]{12}(?:[0-9a-f]{4})?"
    r"|[T ](?:[01]\d|2[0-3]):?[0-5]\d:?(?:[0-5]\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)?"
    r")(?![0-9A-Za-z])"
)
_PARTED: Final = re.compile(rf"({_DIGIT}){_MARKS}(?={_DIGIT})")
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
_MAIL_LOCAL: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}\Z")
_MAIL_DOMAIN: Final = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
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


class View(NamedTuple):
    """A text as a reader of one of its spellings sees it, with the place of each letter in the text itself."""

    letters: str
    starts: list[int]
    ends: list[int]

    def window(self, kind: Kind, value: str, start: int, end: int) -> Window:
        """Return a window at a place in the view."""
        return Window(kind, value, self.starts[start], self.ends[end - 1])

    def part(self, start: int, end: int) -> "View":
        """Return a part of the view."""
        return View(self.letters[start:end], self.starts[start:end], self.ends[start:end])


_ANY: Final = re.compile(f"{_NUMBER}|{_AT}|{_ESCAPED}|{_BASE64}")


def may_hold(text: str) -> bool:
    """Return whether a text could hold a value at all."""
    return _ANY.search(text) is not None


def windows(text: str) -> Iterator[Window]:
    """Yield every window of a text, in its own spelling and in those that it may be the escaped or encoded form of."""
    shown = OWN.sub(lambda own: "x" * len(own.group()), text)
    for start, end in _numbers(shown):
        yield from _of_numbers(_folded(_plain_view(shown, start, end)))
    for ahead, behind in _mails(shown):
        yield from _of_mail(_folded(_plain_view(shown, *ahead)), _folded(_plain_view(shown, *behind)))
    for view in _decoded_views(shown):
        for start, end in _numbers(view.letters):
            yield from _of_numbers(_folded(view.part(start, end)))
        for ahead, behind in _mails(view.letters):
            yield from _of_mail(_folded(view.part(*ahead)), _folded(view.part(*behind)))


def _plain_view(text: str, start: int, end: int) -> View:
    letters = text[start:end]
    return View(letters, list(range(start, start + len(letters))), list(range(start + 1, start + len(letters) + 1)))


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield where seven digits and more stand, with a plus before them."""
    for number in _SEVEN_DIGITS.finditer(text):
        plus = _PLUS.search(text, max(0, number.start() - 1 - _MOST_MARKS), number.start())
        yield (plus or number).start(), number.end()


def _mails(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield what is looked at before each mark of mail and after it."""
    for mark in _MAIL_MARK.finditer(text):
        yield (max(0, mark.start() - _BEFORE_AT), mark.start()), (mark.end(), mark.end() + _AFTER_AT)


def _decoded_views(text: str) -> Iterator[View]:
    """Yield what a text says once its escapes are read, and what each run of base64 in it stands for."""
    for start, end in _around_escapes(text):
        yield _unescaped(text, start, end)
    for shown in _BYTES.finditer(text):
        for inner in _from_bytes(shown.group(2).rstrip("\\")):
            yield View(inner, [shown.start()] * len(inner), [shown.end(2) + 1] * len(inner))
    for run in re.finditer(_BASE64, text):
        if run.group() in (run.group().lower(), run.group().upper()):
            continue  # a word, or a number: what base64 says of eleven digits or an address has both cases
        for inner in _from_base64(run.group()):
            yield View(inner, [run.start()] * len(inner), [run.end()] * len(inner))


_SEVEN_DIGITS: Final = re.compile(_NUMBER)
_PLUS: Final = re.compile(rf"[+\uff0b]{_MARKS}\Z")
_MAIL_MARK: Final = re.compile(_AT)


def _folded(view: View) -> View:
    """Return a view with its letters folded (NFKC, lower case) and what is invisible taken off."""
    if view.letters.isascii():  # letter by letter the same
        return View(view.letters.lower(), view.starts, view.ends)
    letters, starts, ends = [], [], []
    for letter, start, end in zip(*view, strict=True):
        folded = letter.lower() if letter.isascii() else fold(letter)
        letters.append(folded)
        starts += [start] * len(folded)
        ends += [end] * len(folded)
    return View("".join(letters), starts, ends)


def fold(letter: str) -> str:
    """Return a letter folded by NFKC and small, any script's digit as one of ASCII; of what shows nothing, nothing."""
    if unicodedata.category(letter) in ("Cf", "Mn", "Me") or letter in _BLANK_LETTERS:
        return ""
    return "".join(str(unicodedata.decimal(one, one)) for one in unicodedata.normalize("NFKC", letter)).lower()


def _of_numbers(view: View) -> Iterator[Window]:
    places = [place for place, letter in enumerate(view.letters) if letter.isdigit() and letter.isascii()]
    for first, last in _joined(view.letters, places):
        run = places[first:last]
        digits = "".join(view.letters[place] for place in run)
        for kind, pattern, country in _IN_DIGITS:
            for found in pattern.finditer(digits):
                yield view.window(kind, country + found[1], run[found.start()], run[found.end(1) - 1] + 1)
        for found in _LANDLINE.finditer(digits):
            for length in range(_LANDLINE_DIGITS[0], min(len(found[1]), _LANDLINE_DIGITS[-1]) + 1):
                at = found.start()
                yield view.window("landline", digits[at : at + length], run[at], run[at + length - 1] + 1)
        sign = "+" if view.letters[max(0, run[0] - _MOST_MARKS) : run[0]].count("+") else ""
        for found in _ABROAD.finditer(sign + digits):
            for length in range(8, len(found[1]) + 1):
                at = found.start(1) - len(sign)
                yield view.window("mobile", found[1][:length], run[at], run[at + length - 1] + 1)
                yield view.window("landline", found[1][:length], run[at], run[at + length - 1] + 1)


def _joined(letters: str, places: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans of ``places`` that are one run of digits: nothing but marks between two of them."""
    first = 0
    for at in range(1, len(places) + 1):
        between = letters[places[at - 1] + 1 : places[at]] if at < len(places) else "x"
        if len(between) > _MOST_MARKS or any(letter.isalnum() for letter in between):
            if at - first >= 7:
                yield first, at
            first = at


def _of_mail(ahead: View, behind: View) -> Iterator[Window]:
    """Yield every address that could begin before a mark of mail and end after it."""
    name, rest = ahead.letters.rstrip(), behind.letters.lstrip()
    local = _MAIL_LOCAL.search(name, max(0, len(name) - 64))
    domain = _MAIL_DOMAIN.match(rest)
    if local is None or domain is None:
        return
    cut = len(behind.letters) - len(rest)
    for end in range(domain.group().index(".") + 2, len(domain.group()) + 1):
        if domain.group()[end - 1] in ".-":
            continue
        for start in range(len(local.group())):
            value = f"{local.group()[start:]}@{domain.group()[:end]}"
            yield Window("email", value, ahead.starts[local.start() + start], behind.ends[cut + end - 1])


def _around_escapes(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text in which escapes stand near one another, with what stands round them."""
    start = end = -1
    for found in re.finditer(_ESCAPED, text):
        if start >= 0 and found.start() > end + 2 * _BEFORE_AT:
            yield max(0, start - _BEFORE_AT), end + _BEFORE_AT
            start = -1
        start, end = (found.start() if start < 0 else start), found.end()
    if start >= 0:
        yield max(0, start - _BEFORE_AT), end + _BEFORE_AT


def _unescaped(text: str, begin: int, stop: int) -> View:
    """Return a part of a text with percents, escapes of JSON and entities read, percents as utf-8, else as GBK."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def take_over(start: int, end: int) -> None:
        letters.append(text[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    at, stop = begin, min(stop, len(text))
    for found in ESCAPES.finditer(text, begin, stop):
        take_over(at, found.start())
        said = read_escape(found.group())
        letters.append(said)
        starts.extend([found.start()] * len(said))
        ends.extend([found.end()] * len(said))
        at = found.end()
    take_over(at, stop)
    return View("".join(letters), starts, ends)


def read_escape(escape: str) -> str:
    """Return what a run of percents or of shown bytes, an escape of JSON or an entity stands for."""
    if escape[0] == "%":
        return next(decoded(bytes.fromhex(escape.replace("%", ""))), "")
    if escape[0] == "\\":
        digits = escape.lstrip("\\")
        if digits[0] == "x":
            return next(decoded(bytes.fromhex(re.sub(r"\\+x", "", escape))), "")
        return _letter(int(digits[1:], 16))
    digits = re.sub(r"[^0-9A-Fa-f]", "", escape[3:] if escape[2] in "xX" else escape[2:])
    if escape[2] in "xX":
        return _letter(int(digits or "0", 16))
    return _letter(int(digits)) if digits.isdigit() else ""


def _letter(number: int) -> str:
    return chr(number) if 0 < number < 0xD800 or 0xE000 <= number < 0x110000 else ""


def _from_bytes(shown: str) -> Iterator[str]:
    """Yield what bytes say that Python showed, however often their backslashes were doubled on the way."""
    if "\\x" not in shown:
        return
    content = _SHOWN_BYTE.sub(_shown_byte, shown.encode("utf-8", "surrogateescape"))
    yield from (text for text in decoded(content) if may_hold_plain(text))


def _shown_byte(escape: re.Match[bytes]) -> bytes:
    """Return the byte of an escape: a thin space of UTF-16 is a tab and a blank to Python, a bullet a quote and one."""
    return bytes.fromhex(escape[1].decode()) if escape[1] else _SHORT.get(escape[2], escape[2])


def decoded(content: bytes) -> Iterator[str]:
    """Yield what bytes say, in each encoding in which they can be text."""
    if b"\0" in content:
        for encoding in ("utf-16-le", "utf-16-be"):
            yield content[: len(content) // 2 * 2].decode(encoding, "ignore")
        return
    try:
        yield content.decode()
    except UnicodeDecodeError:
        yield content.decode("gb18030", "replace")


@functools.lru_cache(maxsize=20_000)
def _from_base64(run: str) -> tuple[str, ...]:
    """Return the texts that a run of base64 may stand for, at each of the four places at which it may begin."""
    return tuple(_read_base64(run))


def _read_base64(run: str) -> Iterator[str]:
    standard = run.translate({ord("-"): "+", ord("_"): "/"}).rstrip("=")
    for skip in range(4) if re.search(_BASE64_DIGITS, standard) else range(1):
        part = standard[skip:]
        part = part[: len(part) - 1] if len(part) % 4 == 1 else part
        try:
            content = binascii.a2b_base64(part + "=" * (-len(part) % 4))
        except binascii.Error:
            continue
        yield from (text for text in decoded(content) if may_hold_plain(text))


def may_hold_plain(text: str) -> bool:
    """Return whether a decoded text could hold a value as it stands."""
    return (_SEVEN_DIGITS.search(text) or _MAIL_MARK.search(text)) is not None
