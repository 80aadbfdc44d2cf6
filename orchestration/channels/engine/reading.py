"""One file into rows of its tables: reader by format, rules by column, records with a fault set aside whole."""

import dataclasses
import datetime as dt
from collections.abc import Container, Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.clocks import as_instant_text
from orchestration.channels.engine.column_cleaning import TEXT, Read, read_column
from orchestration.channels.engine.contact_columns import read_columns
from orchestration.channels.engine.declare import BOOKKEEPING, Channel, Column, Dataset
from orchestration.channels.engine.delimited import read_delimited
from orchestration.channels.engine.emptying import empty_optional
from orchestration.channels.engine.json_records import read_array, read_lines
from orchestration.channels.engine.landing import Delivery
from orchestration.channels.engine.lines import line_blocks
from orchestration.channels.engine.medians import Medians
from orchestration.channels.engine.parquet_and_xlsx import read_parquet, read_workbook
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import Batch, Elements, Fault, Tally, key_hash
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.values import Rules
from orchestration.channels.engine.watching import Shares
from orchestration.channels.engine.widest_reading import may_refuse, widest_reading

_ACCOUNT: Final = Column("_account", "identifier")
_FETCHED: Final = Column("_fetched_at", "instant", clock="utc", may_be_future=True)
#: Above this share of one column's values failing by type, columns are swapped and the rest is not to be trusted.
MOSTLY: Final = 0.2
FEWEST_FOR_MOSTLY: Final = 100
_BY_TYPE: Final = frozenset({"not_a_number", "not_a_time", "phone_in_number", "not_a_boolean", "not_an_object"})


@dataclasses.dataclass
class Reading:
    """What a file came to: loaded records, its tally and the range of its event times."""

    tally: Tally
    loaded: int = 0
    earliest: str | None = None
    latest: str | None = None
    #: the first moment (UTC, as text) at which something that lies in the future today does not
    read_again_at: str | None = None
    medians: Medians = dataclasses.field(default_factory=Medians)
    shares: Shares = dataclasses.field(default_factory=Shares)


class FileReader:
    """Reads one delivery of a dataset.

    Parameters
    ----------
    channel, dataset
        What is read.
    tokeniser
        Turns contact values into tokens.
    is_whole
        The sender marks its files as whole, so a last line without a line end is none that was cut.
    sent_tokens
        The tokens of this home's exports.
    now
        When it is read (UTC, naive): what was set aside as later than its landing, by a clock that was wrong, is no
        longer so. The landing by default.
    """

    def __init__(
        self,
        channel: Channel,
        dataset: Dataset,
        tokeniser: Tokeniser,
        is_whole: bool = False,
        sent_tokens: Container[str] = frozenset(),
        now: dt.datetime | None = None,
    ) -> None:
        self._now = now
        self._is_whole = is_whole
        self._sent_tokens = sent_tokens
        self._channel = channel
        self._dataset = dataset
        self._tokeniser = tokeniser
        instants = [column for column in dataset.columns if column.type == "instant" and not column.may_be_future]
        required = [column for column in instants if column.required or column.required_where]
        self._event_time = next(iter([*required, *instants]), None)

    def read(self, delivery: Delivery, reading: Reading, is_history: bool) -> Iterator[tuple[str, pa.Table]]:
        """Yield (table, rows) of a delivery and keep the reading's counts.

        Raises
        ------
        BrokenFile
            When the file is set aside whole; what was yielded before is to be dropped.
        """
        if delivery.broken:
            raise delivery.broken
        rules = self._rules(delivery)
        from_spreadsheet = (delivery.format or "").startswith(("csv", "xlsx"))
        for batch in self._batches(delivery, reading.tally):
            if len(batch):
                yield from self._tables(batch, rules, from_spreadsheet, delivery, is_history, reading)
        self._judge(reading.tally)

    def _rules(self, delivery: Delivery) -> Rules:
        read_at = max(delivery.landed_at, self._now or delivery.landed_at)
        landed_on = (read_at + SHANGHAI_OFFSET).date().isoformat()
        # A landing is known to the second: what happened within that second is not in the future.
        landed_by = read_at.replace(microsecond=999_999)
        return Rules(self._tokeniser, as_instant_text(landed_by), landed_on, self._sent_tokens)

    def _batches(self, delivery: Delivery, tally: Tally) -> Iterator[Batch]:
        path, file_format = delivery.path, delivery.format or ""
        encoding = delivery.probe.encoding if delivery.probe else "utf-8"
        if file_format == "parquet":
            return read_parquet(path, self._dataset, tally)
        if file_format == "xlsx":
            return read_workbook(path, self._dataset, tally)
        if file_format == "json":
            return read_array(path, file_format, encoding, self._dataset, tally)
        blocks = line_blocks(path, file_format, encoding)
        if file_format.startswith("jsonl"):
            return read_lines(blocks, self._dataset, tally)
        return read_delimited(blocks, self._dataset, tally, self._is_whole)

    def _tables(
        self, batch: Batch, rules: Rules, from_spreadsheet: bool, delivery: Delivery, is_history: bool, reading: Reading
    ) -> Iterator[tuple[str, pa.Table]]:
        faults: dict[int, tuple[str, str]] = {}
        own = read_columns(self._dataset.columns, batch.columns, rules, from_spreadsheet, reading.tally)
        _await_times(own, reading)
        own = empty_optional(self._dataset, own, reading.tally, lambda at: may_refuse(self._dataset, own, batch, at))
        for name, read in own.items():
            for position, reason in read.reasons.items():
                if reason != "unknown_token" or not _names_customer(own, position):
                    faults.setdefault(position, (name, reason))
        for position, name in _missing_where(self._dataset.columns, own):
            faults.setdefault(position, (name, "missing_value"))
        for name, unsaid in batch.unsaid.items():
            for position in np.flatnonzero(unsaid).tolist():
                if not may_refuse(self._dataset, own, batch, position):
                    faults.setdefault(position, (name, "not_narrowed"))
        inner = {}
        for child in self._dataset.children:
            elements = batch.children.get(child.name) or _no_elements(child.columns)
            read_child = read_columns(child.columns, elements.columns, rules, False, reading.tally)
            _await_times(read_child, reading)
            inner[child.name] = empty_optional(child, read_child, reading.tally)
            for name, read in inner[child.name].items():
                for position, reason in read.reasons.items():
                    faults.setdefault(int(elements.parents[position]), (f"{child.path}.{name}", reason))
        for position, (reason, holder) in batch.answers.items():
            if position in faults:
                faults[position] = (holder, reason)
        for position, (name, reason) in sorted(faults.items()):
            refuses = may_refuse(self._dataset, own, batch, position)
            key = self._key(own, position) if refuses else None
            widest = widest_reading(self._dataset, own, batch, position) if refuses else None
            if reason == "unknown_token":  # what an export has to bring for it to be read again
                key = name, key_hash([own[name].outputs[0][position].as_py()])
            fault = Fault(int(batch.lines[position]), name, reason, refuses, key, widest)
            reading.tally.rejected.append(fault)
        good = np.ones(len(batch), bool)
        good[list(faults)] = False
        reading.loaded += int(good.sum())
        kept = np.flatnonzero(good)
        if not len(kept):
            return
        self._widen(own, kept, reading)
        books = self._bookkeeping(batch, rules, delivery, is_history)
        prefix = f"{self._channel.name}__"
        rows = _table(_flat(self._dataset.columns, own), None, books, kept)
        reading.medians.add(prefix + self._dataset.name, self._dataset.columns, rows)
        reading.shares.add(prefix + self._dataset.name, self._dataset.columns, rows)
        yield prefix + self._dataset.name, rows
        for child in self._dataset.children:
            elements = batch.children.get(child.name) or _no_elements(child.columns)
            mine = np.flatnonzero(good[elements.parents]) if len(elements.parents) else np.zeros(0, np.int64)
            parents = elements.parents[mine].astype(np.int64)
            inherited = [column for key in child.parent for column in self._dataset.columns if column.name == key]
            above = {name: array.take(pa.array(parents)) for name, array in _flat(inherited, own).items()}
            below = {
                name: array.take(pa.array(mine)) for name, array in _flat(child.columns, inner[child.name]).items()
            }
            ordinals = pa.array(elements.ordinals[mine].astype(np.int64))
            rows = _table({**above, **below}, ordinals, books, parents)
            reading.medians.add(prefix + child.name, child.columns, rows)
            reading.shares.add(prefix + child.name, child.columns, rows)
            yield prefix + child.name, rows

    def _key(self, own: dict[str, Read], position: int) -> tuple[str, str] | None:
        """Return what of a record's natural key could be read; None where it does not say whose record it is."""
        keys = [column for column in self._dataset.columns if column.name in self._dataset.natural_key]
        good = [column for column in keys if position not in own[column.name].reasons]
        values = {column.name: own[column.name].outputs[0][position].as_py() for column in good}
        ids = [each.name for each in keys if each.required and each.type in ("identifier", "phone", "recipient")]
        if not ids or not all(values.get(name) for name in ids):
            return None
        return ",".join(values), key_hash([value or "" for value in values.values()])

    def _widen(self, own: dict[str, Read], kept: np.ndarray, reading: Reading) -> None:
        """Widen the range of event times by a batch."""
        if self._event_time is None:
            return
        times = own[self._event_time.name].outputs[0]
        span = pc.min_max(times if len(kept) == len(times) else times.take(pa.array(kept))).as_py()
        if span["min"] is not None:
            reading.earliest = min(filter(None, (reading.earliest, span["min"])))
            reading.latest = max(filter(None, (reading.latest, span["max"])))

    def _bookkeeping(self, batch: Batch, rules: Rules, delivery: Delivery, is_history: bool) -> dict[str, pa.Array]:
        count = len(batch)
        nothing = pa.nulls(count, TEXT)
        account = read_column(_ACCOUNT, nothing if batch.accounts is None else batch.accounts, rules).outputs[0]
        fetched = read_column(_FETCHED, nothing if batch.fetched is None else batch.fetched, rules).outputs[0]
        return {
            "_file_id": pa.repeat(pa.scalar(delivery.file_id, TEXT), count),
            "_line": pa.array(batch.lines.astype(np.int64)),
            "_landed_at": pa.repeat(pa.scalar(delivery.landed_at, pa.timestamp("us")), count),
            "_is_history": pa.repeat(pa.scalar(is_history), count),
            "_account": account,
            "_fetched_at": fetched.cast(pa.timestamp("us")),
        }

    def _judge(self, tally: Tally) -> None:
        """Set the file aside whole when one kind of fault runs through it."""
        if not tally.rejected:
            return
        counts: dict[tuple[str | None, str], int] = {}
        for fault in tally.rejected:
            counts[fault.column, fault.reason] = counts.get((fault.column, fault.reason), 0) + 1
        for (name, reason), count in counts.items():
            if reason == "undecodable_line" and count * 2 > tally.physical:
                raise BrokenFile("undecodable")
            if reason in _BY_TYPE and tally.physical >= FEWEST_FOR_MOSTLY and count > MOSTLY * tally.physical:
                raise BrokenFile("mostly_bad", name)


def _await_times(own: dict[str, Read], reading: Reading) -> None:
    """Note the earliest of the times that lie in the future: from then on the file is read again."""
    for read in own.values():
        for position, reason in read.reasons.items():
            if reason == "future_time":
                text = read.outputs[0][position].as_py()
                if len(text) == len("2026-01-01"):
                    text = as_instant_text(dt.datetime.fromisoformat(text) - SHANGHAI_OFFSET)
                reading.read_again_at = min(filter(None, (reading.read_again_at, text)))


def _names_customer(own: dict[str, Read], position: int) -> bool:
    """Return whether a record says whose it is without a token."""
    customer = own.get("customer_id")
    return customer is not None and position not in customer.reasons and customer.outputs[0][position].is_valid


def _missing_where(columns: Sequence[Column], own: dict[str, Read]) -> Iterator[tuple[int, str]]:
    """Yield the records, with the column, that lack a value which another of their values calls for."""
    for column in columns:
        if column.required_where:
            other, value = column.required_where
            called_for = pc.fill_null(pc.equal(own[other].outputs[0], value), False)
            missing = pc.and_(called_for, pc.is_null(own[column.name].outputs[0])).to_numpy(zero_copy_only=False)
            yield from ((position, column.name) for position in np.flatnonzero(missing).tolist())


def _flat(columns: Any, read: dict[str, Read]) -> dict[str, pa.Array]:
    return {
        name: array for column in columns for name, array in zip(column.outputs, read[column.name].outputs, strict=True)
    }


def _table(
    arrays: dict[str, pa.Array], ordinals: pa.Array | None, books: dict[str, pa.Array], rows: np.ndarray
) -> pa.Table:
    """Return rows of a table: a child's arrays are already its own, its bookkeeping is its parents'."""
    own = pa.table(arrays if ordinals is None else {**arrays, "_ordinal": ordinals})
    books_of = pa.table({name: books[name] for name in BOOKKEEPING})
    if ordinals is None:
        own = _rows_of(own, rows)
    made = _rows_of(books_of, rows)
    return pa.Table.from_arrays([*own.columns, *made.columns], names=[*own.column_names, *made.column_names])


def _rows_of(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """Return rows of a table; all of them are the table itself."""
    return table if len(rows) == len(table) and (np.diff(rows) == 1).all() else table.take(pa.array(rows))


def _no_elements(columns: tuple[Column, ...]) -> Elements:
    nothing = np.zeros(0, np.int64)
    return Elements(nothing, nothing, {column.name: pa.nulls(0, TEXT) for column in columns})
