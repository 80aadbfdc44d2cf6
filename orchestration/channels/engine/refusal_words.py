"""Whether a text says that somebody refuses: a header that nobody declared, a message's status, a task's result."""

import re
import unicodedata
from typing import Final

from orchestration.channels.engine.vocabularies import REFUSAL_WORDS, REFUSAL_WORDS_ALONE

_JOINERS: Final = re.compile(r"[\s_\-./\\()\[\]{}【】*:,;!?\"'\u2019\u2010-\u2015。，；！？]+")


def says_refusal(text: str) -> bool:
    """Return whether a text holds a word of refusal.

    Parameters
    ----------
    text
        A header or a status, as written.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    word = _JOINERS.sub("", seen)
    return word in REFUSAL_WORDS_ALONE or any(each in word for each in REFUSAL_WORDS)
