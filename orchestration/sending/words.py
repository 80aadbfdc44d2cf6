"""What stands above the words of a message: the subject of a mail, the title of a push."""

import re
from typing import Final

#: 互联网电子邮件服务管理办法 art. 13 (law_rules: mail_subject): the front of a commercial mail's subject says so.
ADVERTISING: Final = "广告"
_CLAUSE_ENDS: Final = re.compile(r"[，,。.？?！!；;…\r\n\t\v\f\x85\u2028\u2029]|https?:")


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
