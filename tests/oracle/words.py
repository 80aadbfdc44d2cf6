"""A text as it is compared with a list of words: docs/segments-and-stages.md, "Taste", in Python's own terms."""

import re
import unicodedata
from functools import cache

from tests.oracle.world import seed

#: What Unicode calls ignorable without calling it a format mark.
_IGNORABLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_HAN = "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"


@cache
def plain(text: str) -> str:
    """Return a text in capitals and plain letters, nothing invisible in it, no blank beside an ideograph."""
    spaced = re.sub(r"[\s\u2800]", " ", text)
    seen = "".join(letter for letter in _IGNORABLE.sub("", spaced) if unicodedata.category(letter) not in ("Cf", "Cc"))
    words = " ".join(unicodedata.normalize("NFKC", seen).split())
    return re.sub(f" ?({_HAN}) ?", r"\1", words).upper()


@cache
def sensitive_classes(text: str) -> frozenset[str]:
    """Return the classes of the sensitive words that a text holds outside of longer words that take them in."""
    plain_text = plain(text)
    found = set()
    for row in seed("sensitive_words"):
        harmless = plain(row["not_within"])
        if plain(row["word"]) in (re.sub(harmless, "|", plain_text) if harmless else plain_text):
            found.add(row["class"])
    return frozenset(found)
