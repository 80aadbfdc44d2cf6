"""What a text says once its escapes are read and its base64 is decoded, in any order and several times over."""

import binascii
import functools
import html
import re
from collections.abc import Callable, Iterator
from typing import Final

from orchestration.door.folding import View

#: An escape may stand for a part of an escape, and base64 for base64: so often.
_DEEPEST: Final = 4
#: Escapes so near one another are read together, with so much before and after them.
_ROUND: Final = 72
#: Each begins with its own letter, so that a search passes over all others at once: a sixteenth of the time.
#: None repeats possessively: Python 3.11.0 to 3.11.4 lose their place in such a group: escapes that end too late.
_PERCENT: Final = "%[0-9A-Fa-f]{2}"
_BACKSLASHES: Final = r"\\(?<!\\\\)\\*"
_HEX4: Final = "[0-9A-Fa-f]{4}"
#: Names of what stands in addresses and between digits; between digits any name is a mark. ``&amp;`` counts where it
#: hides another escape: a page is full of the others.
_NAMES: Final = "commat|period|lowbar|UnderBar|hyphen|dash|plus|num"
_PARTS: Final = (
    rf"{_PERCENT}(?:{_PERCENT})*", rf"%u{_HEX4}(?:%u{_HEX4})*",
    rf"{_BACKSLASHES}u{_HEX4}(?:\\+u{_HEX4})*", rf"{_BACKSLASHES}u\{{[0-9A-Fa-f]{{1,8}}\}}",
    rf"{_BACKSLASHES}U[0-9A-Fa-f]{{8}}",
    rf"{_BACKSLASHES}x[0-9A-Fa-f]{{2}}(?:\\+x[0-9A-Fa-f]{{2}})*",
    rf"{_BACKSLASHES}[0-3][0-7]{{2}}(?:\\+[0-3][0-7]{{2}})*",
    rf"{_BACKSLASHES}/(?=[A-Za-z0-9+/])", rf"{_BACKSLASHES}[nrt](?=[0-9])",
    r"&#(?:[xX][0-9A-Fa-f]{1,20}|[0-9]{1,20});?", "&(?:amp;)+(?=#|[A-Za-z]{2,24};)", rf"&(?:{_NAMES});",
    "&[A-Za-z]{2,24};(?:&[A-Za-z]{2,24};){0,7}(?=[0-9(])",
    # quoted-printable; one alone is a value of something (x=31), unless a number goes on after it
    "=[0-9A-Fa-f]{2}(?:(?:=\r?\n)?=[0-9A-Fa-f]{2})+", "=(?<=[0-9A-Za-z.@=+/_-]=)\r?\n", "=3[0-9](?=[0-9=]{6})",
    "=(?<=[0-9]=)3[0-9](?=[0-9])", "=(?<=[0-9A-Za-z]=)40(?=[0-9A-Za-z])",
)  # fmt: skip
ESCAPES: Final = re.compile("|".join(_PARTS))
#: Bytes as Python shows them, a quote doubled where SQL quotes them once more: in UTF-16 every second one is an escape.
#: Each b before a quote is asked, so that the one of Bob's hides no other; the other kind of quote may stand inside.
_BYTES: Final = re.compile(r"""b(?=\\*(['"])\1?((?:(?!\1)[^\n])*)\1)""")
_SHOWN_BYTE: Final = re.compile(rb"""\\+(?:x([0-9A-Fa-f]{2})|([tnr'"]))""")
_SHORT: Final = {b"t": b"\t", b"n": b"\n", b"r": b"\r"}
#: Letters of ASCII as a list of bytes. (Bytes in a row cost half of all the rest: of those a number is found.)
_LISTED: Final = re.compile("0x[2-7][0-9A-Fa-f](?:[, ]{1,2}0x[2-7][0-9A-Fa-f]){6,}")
_BASE64_LETTERS: Final = "[A-Za-z0-9+/_-]"
_NEW_LINE: Final = r"(?:(?:\r?\n|(?:\\+r)?\\+n)[ \t]{0,8})"
#: A run of base64, on one line or broken over several.
_BASE64: Final = re.compile(rf"{_BASE64_LETTERS}{{8,}}(?:{_NEW_LINE}{_BASE64_LETTERS}{{2,}})*")
_BREAK: Final = re.compile(_NEW_LINE)
_LEAST_BASE64: Final = 12
_BASE64_DIGITS: Final = re.compile("(?:[MNO][DTjz][AEIMQUYcgk][wxyz0-5]){3}")
#: A mark of mail in base64, at each place of three.
_BASE64_AT: Final = re.compile("Q[A-P]|[EUk0][A-D]|[BFJNRVZdhlptx159]A")
#: A run up to here is read from each of the four places at which it may begin, a longer one where it holds digits.
_SHORT_RUN: Final = 400
#: Seven digits or a mark of mail among bytes, in UTF-16 too, or digits in full width.
_PLAIN: Final = re.compile(
    rb"[0-9](?:[^0-9A-Za-z]{0,8}[0-9]){6}|@|[ (\[]\0?[aA]\0?[tT]?\0?[ )\]]|(?:\xef\xbc[\x90-\x99]){7}"
)
#: Letters of UTF-16 without a null byte: digits in full width.
_WIDE_DIGITS: Final = re.compile(rb"(?:[\x10-\x19]\xff){7}|(?:\xff[\x10-\x19]){7}")


def readings(view: View, may_hold: Callable[[str], bool], depth: int = 0) -> Iterator[View]:
    """Yield what a text says once its escapes are read, and what bytes and base64 that it shows stand for.

    Parameters
    ----------
    view
        The text, its letters as they stand.
    may_hold
        Whether a decoded text is worth a look.
    depth
        How often the text was decoded already.
    """
    for inner in _unescaped(view):
        yield inner
        yield from _deeper(inner, may_hold, depth)
    text = view.letters
    for literal in _BYTES.finditer(text):
        for said in _from_bytes(literal.group(2).rstrip("\\")):
            if may_hold(said):
                yield _at(view, said, literal.start(), min(literal.end(2) + 1, len(text)))
    for run in _LISTED.finditer(text):
        said = bytes.fromhex(re.sub("0x|[, ]", "", run.group())).decode("ascii")
        if may_hold(said):
            yield _at(view, said, run.start(), run.end())
    for run in _BASE64.finditer(text):
        shown = run.group()
        if len(shown) < _LEAST_BASE64 or shown in (shown.lower(), shown.upper()):
            continue  # a word, or a number: what base64 says of eleven digits or an address has both cases
        for said in _from_base64(shown, may_hold):
            inner = _at(view, said, run.start(), run.end())
            yield inner
            yield from _deeper(inner, may_hold, depth)


def _deeper(view: View, may_hold: Callable[[str], bool], depth: int) -> Iterator[View]:
    if depth < _DEEPEST:
        yield from readings(view, may_hold, depth + 1)


def _at(view: View, said: str, start: int, end: int) -> View:
    return View(said, [view.starts[start]] * len(said), [view.ends[end - 1]] * len(said))


def unescaped(text: str) -> str:
    """Return a text with its escapes read, those that come to light by it too."""
    for _ in range(_DEEPEST):
        said = ESCAPES.sub(lambda escape: read_escape(escape.group()), text)
        if said == text:
            break
        text = said
    return text


def _unescaped(view: View) -> Iterator[View]:
    """Yield the parts of a text in which escapes stand near one another, with what stands round them, escapes read."""
    near: list[re.Match[str]] = []
    for found in ESCAPES.finditer(view.letters):
        if near and found.start() > near[-1].end() + 2 * _ROUND:
            yield _read(view, near)
            near = []
        near.append(found)
    if near:
        yield _read(view, near)


def _read(view: View, escapes: list[re.Match[str]]) -> View:
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def take_over(start: int, end: int) -> None:
        letters.append(view.letters[start:end])
        starts.extend(view.starts[start:end])
        ends.extend(view.ends[start:end])

    at = max(0, escapes[0].start() - _ROUND)
    for found in escapes:
        take_over(at, found.start())
        said = read_escape(found.group())
        letters.append(said)
        starts.extend([view.starts[found.start()]] * len(said))
        ends.extend([view.ends[found.end() - 1]] * len(said))
        at = found.end()
    take_over(at, min(len(view.letters), at + _ROUND))
    return View("".join(letters), starts, ends)


def read_escape(escape: str) -> str:
    """Return what a run of percents, of shown bytes or of JSON's letters, or an entity, stands for."""
    if escape[0] == "&":
        return _entity(escape)
    if escape[0] == "=":
        return _said_by(re.sub(r"=|\r?\n", "", escape))
    if escape[:2] == "%u":
        return _letters(escape.split("%u")[1:])
    if escape[0] == "%":
        return _said_by(escape.replace("%", ""))
    said = escape.lstrip("\\")
    if said[0] == "u" and said[1] != "{":
        return _letters(re.split(r"\\+u", escape)[1:])
    if said[0] in "uU":
        return _letter(int(said[1:].strip("{}"), 16))
    if said[0] == "x":
        return _said_by(re.sub(r"\\+x", "", escape))
    if said[0] in "0123":
        return next(decoded(bytes(int(one, 8) for one in re.split(r"\\+", escape)[1:])), "")
    return "/" if said[0] == "/" else " "


def _said_by(hexadecimal: str) -> str:
    return next(decoded(bytes.fromhex(hexadecimal)), "")


def _letters(codes: list[str]) -> str:
    """Return what codes of UTF-16 say: a letter beyond the first 65,536 is two of them."""
    return bytes.fromhex("".join(codes)).decode("utf-16-be", "ignore")


def _letter(number: int) -> str:
    return chr(number) if 0 < number < 0xD800 or 0xE000 <= number < 0x110000 else ""


def _entity(escape: str) -> str:
    if escape.replace("amp;", "") == "&":
        return "&"
    if escape[1] != "#":
        return html.unescape(escape)
    digits = escape[2:].rstrip(";")
    return _letter(int(digits[1:], 16) if digits[0] in "xX" else int(digits))


def _from_bytes(shown: str) -> Iterator[str]:
    """Yield what bytes say that Python showed, however often their backslashes were doubled on the way."""
    if "\\x" in shown:
        yield from decoded(_SHOWN_BYTE.sub(_shown_byte, shown.encode("utf-8", "surrogateescape")))


def _shown_byte(escape: re.Match[bytes]) -> bytes:
    """Return the byte of an escape: a thin space of UTF-16 is a tab and a blank to Python, a bullet a quote and one."""
    return bytes.fromhex(escape[1].decode()) if escape[1] else _SHORT.get(escape[2], escape[2])


def decoded(content: bytes) -> Iterator[str]:
    """Yield what bytes say, in each encoding in which they can be text as a whole."""
    if b"\0" in content:
        for encoding in ("utf-16-le", "utf-16-be"):
            yield content[: len(content) // 2 * 2].decode(encoding, "ignore")
        return
    try:
        yield content.decode()
    except UnicodeDecodeError:
        yield content.decode("gb18030", "replace")


def _parts_of(content: bytes) -> Iterator[str]:
    """Yield what bytes say of which a part may be text: plain among other bytes, or UTF-16 from any byte on."""
    yield from decoded(content)
    if not content.isascii() and _PLAIN.search(content):
        yield content.decode("latin-1")
    if b"\0" in content:
        yield content.replace(b"\0", b"").decode("latin-1")
    if b"\0" in content or _WIDE_DIGITS.search(content):
        for encoding in ("utf-16-le", "utf-16-be"):
            yield content.decode(encoding, "ignore")
            yield content[1:].decode(encoding, "ignore")


@functools.lru_cache(maxsize=20_000)
def _from_base64(run: str, may_hold: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the texts that a run of base64 may stand for, at each of the four places at which it may begin."""
    return tuple(dict.fromkeys(_read_base64(run, may_hold)))


def _read_base64(run: str, may_hold: Callable[[str], bool]) -> Iterator[str]:
    joined = _BREAK.sub("", run) if "\n" in run or "\\" in run else run
    if len(joined) < _LEAST_BASE64:
        return
    standard = joined.translate({ord("-"): "+", ord("_"): "/"})
    is_read_from_all = _BASE64_DIGITS.search(standard) or (len(standard) <= _SHORT_RUN and _BASE64_AT.search(standard))
    for skip in range(4) if is_read_from_all else range(1):
        part = standard[skip:]
        part = part[: len(part) - 1] if len(part) % 4 == 1 else part
        try:
            content = binascii.a2b_base64(part + "=" * (-len(part) % 4))
        except binascii.Error:
            continue
        if not skip or _PLAIN.search(content):  # an id of large and small letters has nothing at any of them
            yield from (text for text in _parts_of(content) if may_hold(text))
