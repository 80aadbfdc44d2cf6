"""Tombstones: what an erased person was known by, as keyed hashes, so that a later delivery of it is recognised.

The key is derived from the one_id key, which is never rotated. Nothing can be turned back into a value without that
key, and nothing at all where the value is not guessed first.
"""

import dataclasses
import datetime as dt
import functools
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: What names a person everywhere: a one_id, a token of a contact value, a platform's own id, a token of an export.
ANYWHERE: Final = "id"
#: Values that left the vault with the person, names too: a restored vault loses them again.
VAULT: Final = "vault"
#: Numbers and addresses in the clear, as they are normalised: a token is another one after a change of keys.
CONTACT: Final = "contact"
#: Leads, by their source and number together.
LEAD: Final = "lead"
#: A token of a contact value inside a text, whichever key made it.
IN_TEXT: Final = r"k[0-9]+:[0-9a-f]{32}"
_TOKEN: Final = re.compile(IN_TEXT)
_DIGEST_BYTES: Final = 16
_SEPARATOR: Final = "\x1f"


@dataclasses.dataclass(frozen=True, order=True)
class Key:
    """A value by which a person is known, and the space in which it is theirs: ``id``, or ``customer shop``."""

    space: str
    value: str


def customer(source: str, value: str) -> Key:
    """Return the key of a record: the customer's id in one source."""
    return Key(f"customer {source}", value)


def card(scope: str, value: str) -> Key:
    """Return the key of a member number within a programme."""
    return Key(f"card {scope}", value)


def lead(source: str, value: str) -> Key:
    """Return the key of a lead of one source, as accounts are called after it: ``crm:L17``."""
    return Key(LEAD, f"{source}:{value}")


def order(source: str, value: str) -> Key:
    """Return the key of an order of one source."""
    return Key(f"order {source}", value)


def is_token(value: str) -> bool:
    """Return whether a value is a token of the vault."""
    return _TOKEN.fullmatch(value) is not None


@dataclasses.dataclass
class Erased:
    """One erasure: when (UTC, naive), the hashes, and since when the person is back by a consent of their own."""

    erasure_id: str
    at: dt.datetime
    hashes: frozenset[str]
    back_since: dt.datetime | None = None


class Tombstones:
    """All erasures of a home."""

    def __init__(self, secret: bytes, erased: Iterable[Erased] = ()) -> None:
        self._secret = hashlib.blake2b(b"siyu tombstones", key=secret[:64], digest_size=32).digest()
        self.erased = list(erased)
        self._met: dict[str, Erased | None] = {}

    @functools.cached_property
    def all(self) -> dict[str, Erased]:
        """Hash to the erasure that it belongs to; of two, to the later."""
        return {each: one for one in self.erased for each in one.hashes}

    def __bool__(self) -> bool:
        """Return whether anybody was erased."""
        return bool(self.erased)

    def hash(self, key: Key) -> str:
        """Return what stands for a key."""
        text = f"{key.space}{_SEPARATOR}{key.value}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._secret, digest_size=_DIGEST_BYTES).hexdigest()

    def of(self, key: Key) -> Erased | None:
        """Return the erasure that a key belongs to; of a token whose value was met, that of the value."""
        return self.all.get(self.hash(key)) or (self._met.get(key.value) if key.space == ANYWHERE else None)

    def keep(self, token: str, kind: str, value: str) -> None:
        """Note whose a token is, as a vault would note its value: tokens change with the key, values do not."""
        if token not in self._met:
            self._met[token] = self.all.get(self.hash(Key(CONTACT, value)))

    def matches(self, space: str, values: pa.Array) -> dict[str, Erased]:
        """Return which of a column's values were an erased person's."""
        unique: list[str | None] = pc.unique(pc.drop_null(values)).cast(pa.string()).to_pylist()
        found = {}
        for value in unique:
            if value and (one := self.of(Key(space, value))) is not None:
                found[value] = one
        return found

    def mask(self, space: str, values: pa.Array | pa.ChunkedArray) -> np.ndarray:
        """Say of each value of a column whether it was an erased person's."""
        flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        if pa.types.is_dictionary(flat.type):
            flat = flat.cast(pa.string())
        found = list(self.matches(space, flat))
        if not found:
            return np.zeros(len(flat), bool)
        return np.asarray(pc.fill_null(pc.is_in(flat, pa.array(found, flat.type)), False))

    def new_order_id(self, source: str, order_id: str) -> str:
        """Return the id under which an erased person's order stays in the sums: the same for every delivery of it."""
        return f"walk-in-{self.hash(Key(f'walk-in {source}', order_id))[:20]}"

    def with_erased(self, one: Erased) -> "Tombstones":
        """Return these and one more; an erasure that stands already is replaced."""
        others = [each for each in self.erased if each.erasure_id != one.erasure_id]
        return Tombstones.like(self, [*others, one])

    @classmethod
    def like(cls, other: "Tombstones", erased: Iterable[Erased]) -> "Tombstones":
        """Return tombstones of some erasures under the same key."""
        made = cls(b"", erased)
        made._secret = other._secret
        return made


class TornTombstones(ValueError):
    """A file of tombstones that cannot be read to its end."""


def read(file: Path) -> list[Erased]:
    """Return what a file of tombstones holds.

    Raises
    ------
    TornTombstones
        A line that cannot be read: without it somebody would come back.
    """
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            said = json.loads(line)
            back = said.get("back_since")
            found.append(
                Erased(
                    said["erasure"],
                    dt.datetime.fromisoformat(said["at"]),
                    frozenset(map(str, said["hashes"])),
                    dt.datetime.fromisoformat(back) if back else None,
                )
            )
        except (ValueError, KeyError, TypeError):
            raise TornTombstones(f"{file}, line {number}: no tombstone can be read there; restore it") from None
    return found
