"""The words of a message: a template with its variables, the brand and the link filled in."""

import json
import re
from collections.abc import Mapping
from typing import Final

_VARIABLE: Final = re.compile(r"\{(\w+)\}")
#: 互联网电子邮件服务管理办法 art. 13 (law_rules: mail_subject): the front of a commercial mail's subject says so.
ADVERTISING: Final = "广告"
_CLAUSE_ENDS: Final = re.compile(r"[，,。.？?！!；;…\r\n\t\v\f\x85\u2028\u2029]|https?:")
#: Mobile networks of China bill a message of more than 70 characters in parts of 67 (3GPP TS 23.040, UCS-2).
ONE_PART, EACH_PART = 70, 67


def filled(text: str, variables: str | None, home: Mapping[str, str]) -> str | None:
    """Return a template's words for one person, None where a variable has no value.

    Parameters
    ----------
    text
        The template, with ``{variables}``.
    variables
        A JSON object: what the plan knows of the person.
    home
        What the home fills in for all: brand and link.
    """
    said = {**home, **json.loads(variables or "{}")}
    known = {name: value for name, value in said.items() if value is not None and str(value).strip()}
    missing = set(_VARIABLE.findall(text)) - set(known)
    return None if missing else _VARIABLE.sub(lambda match: str(known[match[1]]), text)


def subject(words: str, purpose: str, brand: str) -> str:
    """Return the subject of a mail: the brand and the first clause of its words, marked as what it is.

    Parameters
    ----------
    words
        The filled words.
    purpose
        What the consent was given to: marketing is marked.
    brand
        The setting brand_name, empty where none is given.
    """
    clause = _CLAUSE_ENDS.split(words.strip(), maxsplit=1)[0].strip()
    mark = ADVERTISING if purpose == "marketing" else ""
    return "：".join(part for part in (f"{mark} {brand}".strip(), clause) if part)


def parts(words: str) -> int:
    """Return in how many parts a text message is sent and billed; an emoji takes the room of two characters."""
    length = len(words.encode("utf-16-le")) // 2
    return 1 if length <= ONE_PART else -(-length // EACH_PART)
