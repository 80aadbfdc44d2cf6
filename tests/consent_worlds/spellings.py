"""How a value may be spelled in a file: as the docs write it, as other exports do, and so that nobody can be sure.

The last is a doubt: a refusal so spelled is in force or blocks, and a yes so spelled need not count.
"""

import datetime as dt
import random
import unicodedata
from typing import Final

#: How many cells of a file that lands after the night are spelled in doubt; what landed before would close the night.
DOUBTS: Final = 0.03
_TRUE: Final = (
    "true",
    "TRUE",
    "True",
    "1",
    "1.0",
    "yes",
    "Y",
    "y",
    "t",
    "是",
    "１",
    "Ｙ",
    " true ",
    "ｔｒｕｅ",
    "\u200bY",
)
_FALSE: Final = (
    "false",
    "FALSE",
    "False",
    "0",
    "0.0",
    "no",
    "N",
    "n",
    "f",
    "否",
    "０",
    "Ｎ",
    " false ",
    "ｆａｌｓｅ",
    "\u3000否",
)
_DOUBTFUL: Final = {
    "granted": {
        True: ("同意", "on", "√", "granted", "已授权", ""),
        False: ("不同意", "off", "×", "拒绝", "退订", "", "2"),
    },
    "message_channel": ("短信", "text message", "s m s", "微信", "所有渠道", "sms,wecom", "?"),
    "purpose": ("营销", "promo", "", "all", "marketing;service"),
    "at": ("昨天", "08/03/2026", "3.8.26", "", "2099-01-01 00:00:00", "2026-02-30 10:00:00", "#####"),
    "reason": ("unsubscribe", "退订", "", "not interested", "其他"),
    "id_type": ("phone", "手机", "", "openid?", "电话号码"),
}
_EMPTY: Final = ("", "", " ", "null", "NULL", "\\N", "nan", "None")
_MARKS: Final = ("{}", "{}", " {} ", "\t{}", "'{}", '="{}"', "\u3000{}\u200b", "{}\xa0", "`{}")
_HARD_BLANK: Final = ("\u200b", "\u3000", " ", ".", "-", "\u2060")


def clean(value: object) -> str:
    """Return a value as the docs write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


def dirty(column: str, value: object, chance: random.Random, doubts: float) -> tuple[str, bool]:
    """Return a value as somebody else's export writes it, and whether that leaves a doubt."""
    kind = "at" if column.endswith("_at") else column
    if kind in _DOUBTFUL and chance.random() < doubts and column != "revoked_at":
        listed = _DOUBTFUL[kind]
        return chance.choice(listed[bool(value)] if isinstance(listed, dict) else listed), True
    if value is None or value == "":
        return (chance.choice(_EMPTY) if kind in ("message_channel", "at") else ""), False
    if isinstance(value, bool):
        return chance.choice(_TRUE if value else _FALSE), False
    if isinstance(value, dt.datetime):
        return _time(value, chance), False
    text = str(value)
    if column in ("message_channel", "purpose", "reason", "id_type"):
        return _word(text, chance), False
    if column in ("source", "customer_id", "id_scope"):
        return _id(text, chance)
    if column in ("mobile", "recipient_token"):
        return _mobile(text, chance), False
    if column == "content":
        return _typed(text, chance), False
    if column == "status":
        return _word(text, chance), False
    return text, False


def id_value(id_type: str, value: str, chance: random.Random, doubts: float) -> tuple[str, bool]:
    """Return the value of an identifier of a list of refusals, and whether that leaves a doubt."""
    if id_type != "mobile":
        return (
            _id(value, chance) if id_type != "email" else (chance.choice((value, value.upper(), f" {value} ")), False)
        )
    if chance.random() < doubts * 2:
        return chance.choice((
            f"{value}-123",
            f"{value}/13812345678",
            f"{value[:3]}****{value[7:]}",
            f"{float(value):.5E}",
        )), True
    return _mobile(value, chance), False


def _word(text: str, chance: random.Random) -> str:
    return chance.choice((
        text,
        text,
        text.upper(),
        text.title(),
        _wide(text),
        f" {text} ",
        f"{text}\u200b",
        f"\u3000{text}",
    ))


def _wide(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def _id(text: str, chance: random.Random) -> tuple[str, bool]:
    if chance.random() < 0.04:
        return text.swapcase(), True  # another id to whoever asks for a yes, and the same one to a no
    return chance.choice((*_MARKS, "wide")).format(text).replace("wide", _wide(text)), False


def _mobile(text: str, chance: random.Random) -> str:
    grouped = f"{text[:3]} {text[3:7]} {text[7:]}"
    return chance.choice((
        *(text, grouped, grouped.replace(" ", "-"), f"+86 {text}", f"86-{text}", f"0086{text}", _wide(text)),
        *(
            f'="{text}"',
            f"'{text}",
            f"{text}.0",
            f"手机:{text}",
            f"{text[:3]}\u200b{text[3:]}",
            f"+86{grouped}",
            f" {text}\t",
        ),
    ))


def _typed(text: str, chance: random.Random) -> str:
    """Return a reply as a thumb types it: wide, with blanks and marks inside and after."""
    if not text:
        return text
    found = _wide(text) if text.isascii() and chance.random() < 0.3 else text
    if len(text) > 1 and chance.random() < 0.3:
        found = (
            chance.choice(_HARD_BLANK).join(found)
            if len(text) < 4
            else f"{found[:1]}{chance.choice(_HARD_BLANK)}{found[1:]}"
        )
    if chance.random() < 0.3:
        found = chance.choice(("{}。", "{}!", " {}", "{}\n", "“{}”", "{}谢谢" if len(text) > 1 else "{}")).format(found)
    return unicodedata.normalize("NFC", found.lower() if chance.random() < 0.2 else found)


def _time(at: dt.datetime, chance: random.Random) -> str:
    utc = at - dt.timedelta(hours=8)
    epoch = int(at.replace(tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp())
    forms = [
        *(f"{at:%Y-%m-%d %H:%M:%S}", f"{at:%Y/%m/%d %H:%M:%S}", f"{at:%Y%m%d%H%M%S}", f"{at:%Y.%m.%d %H:%M:%S}"),
        *(f"{at:%Y-%m-%dT%H:%M:%S}+08:00", f"{utc:%Y-%m-%dT%H:%M:%S}Z", f"{utc:%Y-%m-%d %H:%M:%S} UTC"),
        *(str(epoch), f"{epoch}000", f"{epoch}.0", f"{at:%Y-%m-%d %H:%M:%S}.000"),
        *(f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒", _wide(f"{at:%Y-%m-%d %H:%M:%S}")),
        f"{at.year}/{at.month}/{at.day} {'上午' if at.hour < 12 else '下午'}{at.hour % 12 or 12}:{at:%M:%S}",
    ]
    if at.second == 0:
        forms += [f"{at.year}-{at.month}-{at.day} {at.hour}:{at:%M}", f"{at:%Y/%m/%d %H:%M}", f"{_serial(at):.10f}"]
    if (at.hour, at.minute, at.second) == (0, 0, 0):
        forms += [f"{at:%Y-%m-%d}", f"{at:%Y%m%d}", f"{at.year}年{at.month}月{at.day}日"]
    return chance.choice(forms)


def _serial(at: dt.datetime) -> float:
    """Return a moment as a spreadsheet counts it: days since its day zero."""
    return (at - dt.datetime.combine(dt.date(1899, 12, 30), dt.time())).total_seconds() / 86400
