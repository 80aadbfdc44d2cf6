"""What a contact value looks like: phones in their spellings, e-mail addresses, and both inside other text."""

import re
import unicodedata
from typing import Final, NamedTuple

from orchestration.channels.engine.outside_numbers import read_outside
from orchestration.channels.engine.vocabularies import NON_VALUES

#: Longer text than this is never a phone or an address of mail; keeps every pattern linear on hostile input.
LONGEST_CONTACT: Final = 320

#: Characters that show nothing: they stand between the digits of what was copied from a chat or a web page.
_UNSEEN: Final = (
    r"\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3\u3164\ufe00-\ufe0f\ufeff"
)
#: What people put between the groups of a number; no colon, which stands in times.
_BETWEEN: Final = (
    r"\s./\\_,|~()\[\]{}\-\u00b7\u2010-\u2015\u2022\u2027\u2212\u3001\u3010\u3011\u3014\u3015\u30fb"
    r"\uff08\uff09\uff0c\uff0d\uff0e\uff0f\uff3b\uff3c\uff3d\uff3f\uff5e"
)
_GAP: Final = rf"[{_BETWEEN}{_UNSEEN}]{{0,3}}"
_GAPS: Final = rf"[{_BETWEEN}{_UNSEEN}]{{1,3}}"
MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_COUNTRY: Final = rf"(?:(?:\+|00)?86{_GAP})?"
#: The ways in which eleven digits are grouped: 3-4-4, 4-3-4, 4-4-3, 3-3-5, pairs, one by one. Others are left alone:
#: dates, addresses of computers and order numbers have eleven digits as well.
_GROUPED: Final = (
    rf"(?:1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}|1[3-9]\d\d{_GAPS}(?:\d{{3}}{_GAPS}\d{{4}}|\d{{4}}{_GAPS}\d{{3}})"
    rf"|1[3-9]\d{_GAPS}\d{{3}}{_GAPS}\d{{5}}|1[3-9](?:{_GAPS}\d\d){{4}}{_GAPS}\d"
    rf"|1{_GAPS}[3-9](?:{_GAPS}\d){{9}})"
)
#: A whole id or property that is a mobile number, as people and cash desks type it.
MOBILE_SHAPED: Final = re.compile(rf"[(\[]?{_COUNTRY}{_GROUPED}")
_VIRTUAL: Final = re.compile(rf"{_COUNTRY}1\d{{10}}(?:[-,#x*]|ext\.?|转)\s*\d{{2,6}}", re.IGNORECASE)
_SERVICE: Final = re.compile(r"95\d{3,11}|106\d{5,17}|96\d{3,8}")
_LANDLINE: Final = re.compile(r"(?:(?:\+|00)?86-?)?(?:0\d{2,3}-?\d{7,8}(?:-\d{1,5})?|[48]00-?\d{3}-?\d{4})")
_COUNTRY_OF_LANDLINE: Final = re.compile(r"^(?:\+|00)?86(?=0|[48]00)")
#: A mainland mobile once its marks are gone, with its country and the 0 that some dial before it.
_MAINLAND: Final = re.compile(r"(?:(?:\+|00)?86)?0?(1[3-9]\d{9})")
#: What stands between the digits of one number.
_MARKS: Final = re.compile(r"[\s().\u2010-\u2015-]")
_BREAKS: Final = re.compile(r"[\s()]+")
_DIGIT: Final = re.compile(r"\d")
#: The line behind a switchboard, or a marketplace's number for one order: 021-60000000转8001, 分机 8001, ext. 8001.
_EXTENSION: Final = re.compile(r"[\s,(-]*(?:转|分机号?|ext(?:ension)?\.?|#)[\s:]*(\d{1,6})\)?$", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"(\d)\1*|1\d{2}(\d)\2{7}|1?234567890\d?|1?0{4,}")
#: Numbers and addresses that forms, manuals and people give for none; a token of theirs would join strangers.
_FILLERS: Final = frozenset({
    "13800138000", "test@test.com", "test@example.com", "user@example.com", "noreply@example.com", "admin@admin.com",
    "a@a.com", "aa@aa.com", "abc@abc.com", "123@123.com", "123456@qq.com", "none@none.com", "no@no.com", "na@na.com",
    "xxx@xxx.com",
})  # fmt: skip
_NON_VALUES: Final = frozenset(word for word in NON_VALUES if word.isascii() and len(word) > 2)
_REPEATED: Final = re.compile("|".join(f"(?:{word})+" for word in sorted(_NON_VALUES) if len(word) > 3))
_SCIENTIFIC: Final = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
_SEPARATORS: Final = re.compile(r"[/;；、|]|,(?=\s*\+?\d{7})|(?<=\d{11}) +(?=1[3-9])")
#: The shapes of a phone that is one person's.
JOINING_SHAPES: Final = ("mobile", "mobile_outside")
#: What people write round a number that says no more than that it is one: 手机:139…, tel:+86…, 139…(微信同号). Any
#: other word may say whose it is (139… 妈妈), so that such a value stays unread.
_LABEL: Final = (
    r"(?:(?:我的|本人|客户|会员|顾客|联系|注册)?(?:移动电话|手机号码|手机号|手机|电话号码|电话|号码)|联系方式"
    r"|微信同号|同微信|微信号|微信|同号|座机|固话|telephone|tel|phone|mobile|mob|cell|call|sms|whatsapp|wechat|weixin|wx|vx?)"
)
_WORDS_BEFORE: Final = re.compile(rf"^(?:[\s(\[【]*{_LABEL}[\s:.,=/|)\]】-]*)+", re.IGNORECASE)
_WORDS_AFTER: Final = re.compile(rf"[\s,.;:/|(\[【-]*(?:{_LABEL}[\s,.;:/|)\]】]*)+$", re.IGNORECASE)
EMAIL: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}", re.IGNORECASE
)

#: What people write against a number without a space: Tel13812345678, VX13812345678, VIP13812345678, 13812345678vip.
#: Other letters say nothing: SO19010112345 is an order of the first of January 2019.
_WORDS: Final = r"(?i:tel|phone|mobile|mob|cell|call|sms|wechat|weixin|wx|vx?|s?vip|uid|id|user|member)?"
#: Numbers of Hong Kong, Macau and Taiwan, also without a + where their digits are grouped as such, and any with a +.
_OUTSIDE: Final = (
    rf"(?:(?:\+|00){_GAP})?85[23]{_GAP}[2-9]\d{{3}}{_GAP}\d{{4}}"
    rf"|(?:(?:(?:\+|00){_GAP})?886{_GAP}(?:0{_GAP})?|0)9\d\d{_GAP}\d{{3}}{_GAP}\d{{3}}"
    rf"|(?:\+|00)(?!86)[1-9](?:{_GAP}\d){{7,14}}"
)
#: A contact value inside other text. The bounds keep hex digests and long order numbers out.
EMBEDDED: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?P<word>{_WORDS})(?:(?P<mobile>(?:{_COUNTRY}|0){_GROUPED})"
    rf"|(?P<landline>\(?0\d{{2,3}}{_GAPS}\d{{3,4}}{_GAP}\d{{4}})|(?P<outside>{_OUTSIDE}))"
    rf"(?P<tail>{_WORDS})(?![0-9A-Za-z])"
    r"|(?P<email>(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
)
#: Cheap test that text may hold one; everything else is left alone without a closer look.
MAY_EMBED: Final = re.compile(rf"\d[\d{_BETWEEN}{_UNSEEN}]{{9,}}|[@\uFF20]")
_UNSEEN_AT_DIGITS: Final = re.compile(rf"(?<=[\d+@])[{_UNSEEN}]+|[{_UNSEEN}]+(?=[\d@])")
_FULL_WIDTH: Final = {0xFF20: "@", 0xFF0B: "+"}


class Phone(NamedTuple):
    """A phone as written: its shape, its digits where it is a number that can be called, and what was odd."""

    shape: str
    digits: str | None
    warning: str | None = None


def is_scientific(text: str) -> bool:
    """Say whether a spreadsheet has turned a number into powers of ten, and so lost its digits."""
    return _SCIENTIFIC.fullmatch(text) is not None


def plain(text: str) -> str:
    """Return text with full-width forms folded and invisible characters removed."""
    if text.isascii():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Cf").strip()


def seen(text: str) -> str:
    """Return text with its digits in ASCII and nothing invisible between them: as a reader sees a number in it."""
    if text.isascii():
        return text
    folded = "".join(str(unicodedata.decimal(letter, letter)) for letter in text).translate(_FULL_WIDTH)
    return _UNSEEN_AT_DIGITS.sub("", folded)


def read_phone(text: str) -> Phone:
    """Return the shape and digits of a phone as written, with the words that people put round it.

    ``mobile`` (of the mainland) and ``mobile_outside`` (of Hong Kong, Macau, Taiwan or another country; its digits
    with their country) are the shapes that join people. ``landline`` belongs to a household or a firm; ``masked``,
    ``virtual`` (a marketplace's number with an extension, a service number), ``placeholder`` and ``invalid`` have no
    digits. Of several numbers in one field the first mobile is kept.
    """
    value = plain(text[:LONGEST_CONTACT])
    if MOBILE.fullmatch(value) and value.isascii() and not _PLACEHOLDER.fullmatch(value) and value not in _FILLERS:
        return Phone("mobile", value)
    if not MOBILE_SHAPED.fullmatch(value):
        value = _without_words(value)
    if MOBILE_SHAPED.fullmatch(value):
        return _read_one(re.sub(r"\D", "", value))
    phones = [_read_one(part) for part in _SEPARATORS.split(value) if _DIGIT.search(part)] or [Phone("invalid", None)]
    first = next((phone for phone in phones if phone.shape in JOINING_SHAPES), phones[0])
    return first._replace(warning="several_phones") if len({phone.digits for phone in phones}) > 1 else first


def _without_words(value: str) -> str:
    """Return a phone without what says that it is one, and without stops at its end."""
    value = _WORDS_BEFORE.sub("", value.strip())
    return _WORDS_AFTER.sub("", value).rstrip(" ,.;:。、")


def _read_one(part: str) -> Phone:
    value = part if part.isdigit() else _without_words(part)
    if "*" in value:
        return Phone("masked", None)
    number, extension = value, ""
    if match := _EXTENSION.search(value):
        number, extension = value[: match.start()], f"-{match[1]}"
    digits = _MARKS.sub("", number.removesuffix(".0"))
    if _PLACEHOLDER.fullmatch(digits):
        return Phone("placeholder", None)
    if match := _MAINLAND.fullmatch(digits):
        digits = match[1]
        if _PLACEHOLDER.fullmatch(digits) or digits in _FILLERS:
            return Phone("placeholder", None)
        return Phone("virtual", None) if extension else Phone("mobile", digits)
    if _VIRTUAL.fullmatch(value):
        return Phone("virtual", None)
    if outside := read_outside(digits):
        if _PLACEHOLDER.fullmatch(outside.national):
            return Phone("placeholder", None)
        if outside.shape == "virtual" or (extension and outside.shape != "landline"):
            return Phone("virtual", None)
        return Phone(outside.shape, outside.digits + extension)
    grouped = _BREAKS.sub("-", number).strip("-")
    if _LANDLINE.fullmatch(grouped + extension) or _LANDLINE.fullmatch(digits + extension):
        return Phone("landline", _COUNTRY_OF_LANDLINE.sub("", digits + extension.removeprefix("-")))
    return Phone("virtual" if _SERVICE.fullmatch(digits) else "invalid", None)


def read_email(text: str) -> str | None:
    """Return an e-mail address in lower case, or None where the text is none, a masked one or a filler."""
    value = plain(text[: LONGEST_CONTACT + 1]).lower()
    is_one = "*" not in value and EMAIL.fullmatch(value) and value not in _FILLERS
    if not is_one:
        return None
    local, _, domain = value.partition("@")
    return None if _is_for_nothing(local) or _is_for_nothing(domain.split(".")[0]) else value


def read_domain(text: str) -> str | None:
    """Return the domain of an e-mail address, or a bare domain, in lower case; None where the text is neither."""
    if email := read_email(text):
        return email.partition("@")[2]
    # A domain alone is read as the address of somebody there would be.
    named = read_email(f"office@{plain(text).lstrip('@')}") if "@" not in text.lstrip("@") else None
    return named.partition("@")[2] if named else None


def _is_for_nothing(part: str) -> bool:
    """Say whether a part of an address is a word for no value, alone or repeated; a letter or two are initials."""
    words = [word for word in re.split(r"[^a-z0-9]+", part) if word]
    return bool(words) and (
        all(word in _NON_VALUES for word in words) or _REPEATED.fullmatch("".join(words)) is not None
    )
