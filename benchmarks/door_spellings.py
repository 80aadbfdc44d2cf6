"""How many spellings of one number and one address the door finds: python -m benchmarks.door_spellings [PAIRS].

Each spelling of five kinds (digits of other writings, marks between digits, escapes, base64, words for the marks of
mail), then PAIRS of two kinds, one put upon the other, drawn with a fixed seed. What is not found is named.
"""

import base64
import itertools
import json
import quopri
import random
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.door.known import Known
from orchestration.settings import Settings

NUMBER: Final = "13871234590"
ADDRESS: Final = "lin1984@163.com"
PAIRS: Final = 200
Spelling = Callable[[str], str]


def _digits(digits: str) -> Spelling:
    return lambda text: text.translate({ord("0") + at: one for at, one in enumerate(digits.split())})


def _each(form: str) -> Spelling:
    return lambda text: "".join(form.format(ord(one)) for one in text)


def _bytes(form: str) -> Spelling:
    return lambda text: "".join(form.format(one) for one in text.encode())


def _pairs(form: str) -> Spelling:
    return lambda text: "".join(form.format(int(one, 16)) for one in text.encode("utf-16-be").hex(" ", 2).split())


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _lines(length: int, end: str) -> Spelling:
    def spell(text: str) -> str:
        whole = _base64(f"tel: {text} and some more words here".encode())
        return end.join(whole[at : at + length] for at in range(0, len(whole), length))

    return spell


def _words(at: str, dot: str) -> Spelling:
    return lambda text: text.replace("@", at).replace(".", dot)


def _letters_from(first: int) -> Spelling:
    return lambda text: "".join(chr(first + ord(one) - 97) if "a" <= one <= "z" else one for one in text)


KINDS: Final[dict[str, dict[str, Spelling]]] = {
    "digits": {
        "Chinese": _digits("〇 一 二 三 四 五 六 七 八 九"), "spoken": _digits("零 幺 两 三 四 五 六 七 八 九"),
        "accounts": _digits("零 壹 贰 叁 肆 伍 陆 柒 捌 玖"), "merchants": _digits("〇 〡 〢 〣 〤 〥 〦 〧 〨 〩"),
        "ringed ideographs": _digits("〇 ㊀ ㊁ ㊂ ㊃ ㊄ ㊅ ㊆ ㊇ ㊈"), "ringed": _digits("⓪ ① ② ③ ④ ⑤ ⑥ ⑦ ⑧ ⑨"),
        "ringed black": _digits("⓿ ❶ ❷ ❸ ❹ ❺ ❻ ❼ ❽ ❾"), "ringed twice": _digits("⓪ ⓵ ⓶ ⓷ ⓸ ⓹ ⓺ ⓻ ⓼ ⓽"),
        "brackets": _digits("0 ⑴ ⑵ ⑶ ⑷ ⑸ ⑹ ⑺ ⑻ ⑼"), "stops": _digits("🄀 ⒈ ⒉ ⒊ ⒋ ⒌ ⒍ ⒎ ⒏ ⒐"),
        "wide": _digits("０ １ ２ ３ ４ ５ ６ ７ ８ ９"), "Arabic": _digits("٠ ١ ٢ ٣ ٤ ٥ ٦ ٧ ٨ ٩"),
        "Thai": _digits("๐ ๑ ๒ ๓ ๔ ๕ ๖ ๗ ๘ ๙"), "bold": _digits("𝟎 𝟏 𝟐 𝟑 𝟒 𝟓 𝟔 𝟕 𝟖 𝟗"),
        "raised": _digits("⁰ ¹ ² ³ ⁴ ⁵ ⁶ ⁷ ⁸ ⁹"), "keys": _digits(" ".join(f"{one}\ufe0f\u20e3" for one in range(10))),
    },
    "marks": {
        name: mark.join
        for name, mark in {
            "dash": "-", "dot": ".", "underscores": "____", "dashes": "------", "blanks": " " * 8, "mixed": " - . _ ",
            "zero width": "\u200b" * 6, "struck": "\u0336", "variation": "\ufe0f", "emoji": "😀",
            "wide blank": "\u3000", "entity": "&nbsp;", "shown line end": "\\n", "tag": "<br>",
        }.items()
    },
    "escapes": {
        "padded": _each("&#{:07d};"), "hexadecimal": _each("&#X{:06X};"), "no end": _each("&#{:d}"),
        "twice entity": _each("&amp;#{:d};"), "JSON": _pairs("\\u{:04x}"), "JSON twice": _pairs("\\\\u{:04x}"),
        "braces": _each("\\u{{{:x}}}"), "eight": _each("\\U{:08x}"), "bytes": _bytes("\\x{:02x}"),
        "octal": _bytes("\\{:03o}"), "percent": _bytes("%{:02x}"), "percent twice": _bytes("%25{:02X}"),
        "percent thrice": _bytes("%2525{:02x}"), "percent u": _pairs("%u{:04x}"), "printable": _bytes("={:02X}"),
        "soft line end": lambda text: f"{text[:5]}=\r\n{text[5:]}",
        "printable wide": lambda text: quopri.encodestring(f"手{text}".encode()).decode(),
        "entity percent": lambda text: urllib.parse.quote(_each("&#{:d};")(text)),
        "of style sheets": _each("\\{:06x}"), "codes": _each("{:d} "), "listed codes": _each("0x{:02x}, "),
        "hexadecimal dump": lambda text: text.encode().hex(),
    },
    "base64": {
        "plain": lambda text: _base64(text.encode()), "no end": lambda text: _base64(text.encode()).rstrip("="),
        "of addresses": lambda text: base64.urlsafe_b64encode(f"手机？~{text}？？>".encode()).decode(),
        "lines of 76": _lines(76, "\n"), "lines of 20": _lines(20, "\r\n"), "lines of 8": _lines(8, "\\n"),
        "UTF-16": lambda text: _base64(text.encode("utf-16")), "GBK": lambda text: _base64(text.encode("gb18030")),
        "second place": lambda text: _base64(b"x" + text.encode("utf-16-be")),
        "among bytes": lambda text: _base64(b"\xff" * 301 + text.encode() + b"\xfe" * 200),
        "among nulls": lambda text: _base64(b"\0\1\2" * 60 + text.encode() + b"\0" * 90),
        "twice": lambda text: _base64(_base64(text.encode()).encode()),
        "JSON": lambda text: json.dumps(_base64(f"？{text}？".encode())).replace("/", "\\/"),
        "glued": lambda text: f"Abc{_base64(text.encode())}",
        "base32": lambda text: base64.b32encode(text.encode()).decode(),
    },
    "words": {
        "at dot": _words(" at ", " dot "), "(at)": _words("(at)", "."), "[at] [dot]": _words(" [at] ", " [dot] "),
        "_at_": _words("_at_", "_dot_"), "AT DOT": _words(" AT ", " DOT "), "wide": _words("＠", "。"),
        "blanks": _words(" @ ", " . "), "(a)": _words("(a)", "."), "艾特 点": _words("艾特", "点"),
        "#": _words("#", "."),
        "（at）（点）": _words("（at）", "（点）"), "bold": _letters_from(0x1D41A), "ringed": _letters_from(0x24D0),
        "squared": _letters_from(0x1F130), "struck": "\u0336".join,
    },
}  # fmt: skip


def _meets(kind: str, value: str) -> bool:
    """Return whether a kind is written of a value: marks part digits, words are those of mail."""
    return value != {"marks": ADDRESS, "words": NUMBER}.get(kind)


def singles() -> Iterator[tuple[str, str, str]]:
    """Yield kind, name and text of each spelling."""
    for kind, spellings in KINDS.items():
        for name, spell in spellings.items():
            for value in (NUMBER, ADDRESS):
                if _meets(kind, value) and spell(value) != value:
                    yield kind, name, spell(value)


def pairs(count: int) -> list[tuple[str, str, str]]:
    """Return some spellings of two kinds, the second upon the first; what is written last is no escape of letters."""
    found = []
    for first, then in itertools.permutations(KINDS, 2):
        if first in ("escapes", "base64") and then in ("marks", "words"):
            continue
        for one, two in itertools.product(KINDS[first], KINDS[then]):
            for value in (NUMBER, ADDRESS):
                once = KINDS[first][one](value)
                text = KINDS[then][two](once)
                if _meets(first, value) and _meets(then, value) and value != once != text:
                    found.append((f"{first}, then {then}", f"{one}, then {two}", text))
    return random.Random(7).sample(found, count)


def main(count: int) -> None:
    """Print by kind how many are found and which are not."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        with open_vault(settings) as vault:
            tokens = home_tokeniser(settings, vault)
            tokens.token("mobile", NUMBER)
            tokens.token("email", ADDRESS)
        with Known(settings) as known:
            for title, drawn in (("one kind", list(singles())), ("two kinds", pairs(count))):
                _print(title, drawn, [bool(known.find([f"记 {text} 录"])[0]) for *_, text in drawn])


def _print(title: str, drawn: list[tuple[str, str, str]], found: list[bool]) -> None:
    print(f"{title}: {sum(found)} of {len(found)} found")
    for kind in dict.fromkeys(kind for kind, *_ in drawn):
        mine = [(name, is_found) for (of, name, _), is_found in zip(drawn, found, strict=True) if of == kind]
        missed = sorted({name for name, is_found in mine if not is_found})
        said = f"   not: {'; '.join(missed)}" if missed else ""
        print(f"  {kind:<22} {sum(is_found for _, is_found in mine):>3} of {len(mine):>3}{said}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS)
