"""Contact values become ``k1:`` tokens: HMAC-SHA256 of the normalised value, so that the same person stays joinable."""

import hmac
import re
from typing import Final, Literal, Protocol

from orchestration.channels.engine.contacts import (
    EMBEDDED,
    JOINING_SHAPES,
    MAY_EMBED,
    Phone,
    read_email,
    read_phone,
    seen,
)
from orchestration.channels.engine.fingerprints import FIRST_KEY_ID

Kind = Literal["mobile", "landline", "email", "name", "address", "domain"]
#: A token: the id of the key that made it (the next one after a rekey), and what the key makes of kind and value.
TOKEN: Final = re.compile(r"k\d+:[0-9a-f]{32}(?![0-9a-f])")
#: 128 of the 256 bits (RFC 2104 allows half): two of 10^9 values meet with a chance of 10^-21, and joins stay short.
TOKEN_HEX: Final = 32
_GAP: Final = re.compile(r"\D+")


class Safe(Protocol):
    """Where the plain values of tokens are kept."""

    def keep(self, token: str, kind: str, value: str) -> None:
        """Remember a token's plain value."""


class Tokeniser:
    """Turns contact values into tokens and hands each plain value to the vault once.

    Parameters
    ----------
    key
        The home's ``tokens`` key.
    vault
        Where plain values go; None keeps none (tests, scans).
    key_id
        The id of the key, with which its tokens begin.
    """

    def __init__(self, key: bytes, vault: Safe | None = None, key_id: str = FIRST_KEY_ID) -> None:
        self._key_id = key_id
        self._key = key
        self._vault = vault

    def token(self, kind: Kind, value: str) -> str:
        """Return the token of a value that is already normalised.

        The kind is part of the message, so that a person named like a landline joins nothing.
        """
        digest = hmac.digest(self._key, f"{kind}:{value}".encode("utf-8", "surrogatepass"), "sha256")
        token = f"{self._key_id}:{digest.hex()[:TOKEN_HEX]}"
        if self._vault is not None:
            self._vault.keep(token, kind, value)
        return token

    def contact(self, text: str) -> str | None:
        """Return the token of text that is as a whole a mobile number or an e-mail address, or None."""
        if "@" in text or "\uff20" in text:
            email = read_email(text)
            return self.token("email", email) if email else None
        phone = read_phone(text)
        return self.token("mobile", phone.digits) if phone.shape in JOINING_SHAPES and phone.digits else None

    def scrub(self, text: str) -> str:
        """Return text with every mobile, landline and e-mail address inside it replaced by its token."""
        if not MAY_EMBED.search(text):
            return text

        def replace(match: re.Match[str]) -> str:
            found = match.group(0)
            if match["email"]:
                return self.token("email", found.lower())
            if match["outside"]:
                return match["word"] + self._outside(match["outside"]) + match["tail"]
            number = re.sub(r"\D", "", match["landline"] or match["mobile"])
            kind: Kind = "landline" if match["landline"] else "mobile"
            return match["word"] + self.token(kind, read_phone(number).digits or number) + match["tail"]

        return EMBEDDED.sub(replace, seen(text))

    def _outside(self, found: str) -> str:
        """Return digits with the number that they begin with replaced: what follows it may be another number."""
        for end in [len(found), *(gap.start() for gap in reversed(list(_GAP.finditer(found))))]:
            phone = read_phone(found[:end])
            if phone.digits:
                return self.token(kind_of(phone), phone.digits) + found[end:]
        return found


def kind_of(phone: Phone) -> Kind:
    """Return the kind under which a phone that has digits is kept."""
    return "landline" if phone.shape == "landline" else "mobile"
