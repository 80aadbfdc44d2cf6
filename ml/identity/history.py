"""The history that a replay writes: rows with the days on which they were known, kept as slowly changing states."""

import dataclasses
from collections.abc import Hashable, Sequence
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from ml.identity.rules import US_PER_DAY

_INSTANT: Final = pa.timestamp("us")
#: Columns of the long table, in order.
LONG_SCHEMA: Final = pa.schema([
    ("record_kind", pa.string()),
    ("source", pa.string()),
    ("customer_id", pa.string()),
    ("id_type", pa.string()),
    ("id_scope", pa.string()),
    ("id_token", pa.string()),
    ("one_id", pa.string()),
    ("into_one_id", pa.string()),
    ("known_from", _INSTANT),
    ("known_to", _INSTANT),
    ("valid_from", _INSTANT),
    ("valid_to", _INSTANT),
    ("link_strength", pa.int64()),
    ("status", pa.string()),
    ("cause", pa.string()),
    ("identifier_count", pa.int64()),
    ("source_record_count", pa.int64()),
    ("is_island", pa.bool_()),
])
#: Columns of each kind of row.
KINDS: Final[dict[str, list[str]]] = {
    kind: columns.split()
    for kind, columns in {
        "source_record": "source customer_id one_id known_from known_to",
        "identifier": "id_type id_scope id_token one_id valid_from valid_to link_strength cause known_from known_to",
        "person": "one_id valid_from identifier_count source_record_count status cause is_island known_from known_to",
        "redirect": "one_id known_from into_one_id status cause",
        "ancestor": "one_id into_one_id known_from",
        "conflict": "known_from status id_type id_scope id_token source customer_id one_id into_one_id cause",
        "link": "source customer_id id_type id_scope id_token status link_strength known_from valid_from valid_to",
    }.items()
}


@dataclasses.dataclass
class IdentityHistory:
    """Rows by kind, in the order they arose; the tables made of them are in a total order."""

    rows: dict[str, list[tuple[Any, ...]]]

    def frame(self, kind: str) -> pd.DataFrame:
        """Return one kind's rows (``KINDS`` has its columns); instants are UTC without a zone."""
        return _table(kind, self.rows[kind]).select(KINDS[kind]).to_pandas()


def long_table(history: IdentityHistory) -> pa.Table:
    """Return all kinds in one table of ``LONG_SCHEMA``, told apart by ``record_kind``."""
    return pa.concat_tables([_table(kind, history.rows[kind]) for kind in KINDS])


def _table(kind: str, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns: dict[str, Sequence[Any]] = {"record_kind": [kind] * len(rows)}
    if rows:
        columns |= {name: [row[place] for row in rows] for place, name in enumerate(KINDS[kind])}
    arrays = [
        pa.array(columns[field.name], type=field.type) if field.name in columns else pa.nulls(len(rows), field.type)
        for field in LONG_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=LONG_SCHEMA).sort_by([(name, "ascending") for name in KINDS[kind]])


class Recorder:
    """Takes states as they change from day to day and turns them into rows with known_from and known_to."""

    def __init__(self, cut_off_us: int) -> None:
        self._cut_off_us = cut_off_us
        self._open: dict[str, dict[Hashable, tuple[tuple[Any, ...], int]]] = {
            "source_record": {},
            "identifier": {},
            "person": {},
        }
        self._rows: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in KINDS}

    def instant(self, day: int) -> int:
        """Return the cut-off of a day: the moment from which what it taught is known."""
        return day * US_PER_DAY + self._cut_off_us

    def state(self, kind: str, key: Hashable) -> tuple[Any, ...] | None:
        """Return a key's present state, or None."""
        found = self._open[kind].get(key)
        return None if found is None else found[0]

    def set_state(self, kind: str, key: tuple[Any, ...], state: tuple[Any, ...] | None, day: int) -> None:
        """Let a key have a state from a day on; None ends it."""
        self._set(kind, key, state, self.instant(day))

    def end_holding(self, key: tuple[Any, ...], state: tuple[Any, ...], day: int) -> None:
        """Note that an identifier's holding ended, an instant before its next state is set.

        The microsecond keeps (identifier, known_from) a key, and one row the current one, while the ended holding
        stays in the history with its valid_to.
        """
        self._set("identifier", key, state, self.instant(day) - 1)

    def add(self, kind: str, row: tuple[Any, ...]) -> None:
        """Add a row that never changes."""
        self._rows[kind].append(row)

    def history(self) -> IdentityHistory:
        """Close the books: rows of states still open have no known_to."""
        for kind, states in self._open.items():
            self._rows[kind] += [(*key, *state, since, None) for key, (state, since) in states.items()]  # type: ignore[misc]
            states.clear()
        return IdentityHistory(self._rows)

    def _set(self, kind: str, key: tuple[Any, ...], state: tuple[Any, ...] | None, instant: int) -> None:
        states = self._open[kind]
        before = states.get(key)
        if before is not None:
            if before[0] == state:
                return
            self._rows[kind].append((*key, *before[0], before[1], instant))
        if state is None:
            states.pop(key, None)
        else:
            states[key] = (state, instant)
