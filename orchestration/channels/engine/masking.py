"""Contact values as a person may see them on a screen: enough to recognise, too little to write to."""

import re
import unicodedata
from typing import Final

from orchestration.channels.engine.tokens import Kind, Tokeniser
from orchestration.screen import one_line

#: Headers under which a person stands, whatever the column is read as.
_PERSONAL: Final = re.compile(
    r"手机|电话|联系方式|姓名|名字|昵称|会员名|收货人|收件人|提货人|联系人|客户名|买家|地址|邮箱|微信|身份证|证件|生日|出生"
    r"|id_?no|id_?card|identity|phone|mobile|tel|name|nick|address|mail|birth|contact|wechat|receiver|recipient|buyer",
    re.IGNORECASE,
)
#: An identity card's number, in full width too.
_ID_CARD: Final = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")


class Masker(Tokeniser):
    """A tokeniser of no home: where a token would stand, it leaves a masked value."""

    def __init__(self) -> None:
        super().__init__(b"no home", None)

    def token(self, kind: Kind, value: str) -> str:
        """Return a value with its middle starred."""
        return masked(value)


def masked(value: str) -> str:
    """Return a value of which only the ends can be read: 138****5678, l***@example.com, 林**."""
    local, at, domain = value.partition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    digits = re.sub(r"\D", "", value)
    if len(digits) >= len(value) / 2 and len(digits) >= 7:
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else f"{digits[:2]}****{digits[-2:]}"
    return value[:1] + "*" * min(max(len(value) - 1, 1), 6) if value else value


def shown(header: str, value: str, masker: Masker) -> str:
    """Return a cell as it may be shown: masked where its header is about a person, or where a contact value stands."""
    text = value.strip()
    if not text:
        return ""
    if is_personal(header) and not re.fullmatch(r"[\d.,¥元-]{1,6}", text):
        return masked(one_line(text))
    return scrubbed(text, masker)


def is_personal(header: str) -> bool:
    """Return whether what stands under a header is about a person."""
    return _PERSONAL.search(header) is not None


def scrubbed(text: str, masker: Masker) -> str:
    """Return a text, a header or a key too, on one line and without the contact values and numbers that stand in it."""
    text = unicodedata.normalize("NFKC", one_line(text))
    return masker.scrub(_ID_CARD.sub(lambda found: masked(found.group()), text))
