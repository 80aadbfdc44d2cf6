"""One file that a mapping reads: its rows become rows of several data sets of ``standard``, all of a row's or none."""

import decimal
import itertools
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine.column_cleaning import TEXT
from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.landing import Delivery
from orchestration.channels.engine.mapping_headers import ONE_PER_ORDER, Absent, absent_headers, told
from orchestration.channels.engine.mappings import MappedDataset, Target, Value
from orchestration.channels.engine.reading import FileReader, Reading
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import Batch, Fault, Tally, header_keys
from orchestration.channels.engine.values import MASK, NULL_WORDS, Rules, read_value, unwrap

#: A person's export is held in memory whole; what is larger comes as the data sets of ``standard``.
MOST_ROWS: Final = 2_000_000
_AMOUNT: Final = Column("amount", "decimal")


class MappedReader(FileReader):
    """Reads a delivery of a mapping's folder; ``_line`` of every row it makes is the file's own."""

    def read(self, delivery: Delivery, reading: Reading, is_history: bool) -> Iterator[tuple[str, pa.Table]]:
        """Yield (table, rows) of a delivery and keep the reading's counts; raises as :meth:`FileReader.read`."""
        if delivery.broken:
            raise delivery.broken
        mapped = self._dataset
        assert isinstance(mapped, MappedDataset)
        rules = self._rules(delivery)
        if not (mapped.verified or mapped.is_own):
            reading.tally.warnings["unverified_mapping"] = 1
        try:
            batches = [batch for batch in self._batches(delivery, reading.tally) if len(batch)]
        except BrokenFile as broken:
            raise self._with_nearest(broken, reading.tally) from None
        self._check_headers(reading.tally, batches)
        rows = _Rows(mapped, batches, rules)
        made: list[tuple[str, pa.Table]] = []
        faults: dict[int, Fault] = {}
        used = np.zeros(len(rows.lines), bool)
        for target in mapped.targets:
            for line, told_columns in rows.of_several_orders(target).items():
                faults.setdefault(line, Fault(line, told_columns, "not_one_order", may_refuse=False))
            mask, columns = rows.of(target)
            used |= mask
            inner = Reading(Tally())
            reader = FileReader(
                self._channel, target.read_as, self._tokeniser, self._is_whole, self._sent_tokens, self._now
            )
            batch = Batch(rows.lines[mask], columns)
            if len(batch):
                from_spreadsheet = (delivery.format or "").startswith(("csv", "xlsx"))
                made += reader._tables(batch, rules, from_spreadsheet, delivery, is_history, inner)
            for fault in inner.tally.rejected:
                faults.setdefault(int(fault.line or 0), fault._replace(may_refuse=False, key=None))
            _add(reading, inner)
        for line in rows.with_their_order(set(faults)):
            faults[line] = Fault(line, None, "with_its_order", may_refuse=False)
        reading.tally.rejected += [faults[line] for line in sorted(faults)]
        is_bad = np.isin(rows.lines, list(faults))
        if unused := int((~used & ~is_bad).sum()):
            reading.tally.skipped["no_data_set"] += unused
        reading.loaded += int((used & ~is_bad).sum())
        bad = pa.array(sorted(faults), pa.int64())
        for table, part in made:
            kept = part.filter(pc.invert(pc.is_in(part["_line"], bad))) if len(bad) else part
            yield table, kept
        self._judge(reading.tally)

    def _with_nearest(self, broken: BrokenFile, tally: Tally) -> BrokenFile:
        """Return what is said of a file that lacks a column that it must have, with the headers nearest to it."""
        mapped = self._dataset
        assert isinstance(mapped, MappedDataset)
        if broken.reason != "missing_column" or not tally.headers:
            return broken
        names = (broken.column or "").split(", ")
        absent = [Absent("", name, decides=True) for name in names]
        said = self._tokeniser.scrub(told(mapped, absent, tally.headers))
        return BrokenFile(broken.reason, broken.column, said)

    def _check_headers(self, tally: Tally, batches: list[Batch]) -> None:
        """Set a table aside that lacks a header on which money or people hang; count what else is absent.

        A record of JSON leaves out what it has nothing for, so that what none of a file has is only counted.
        """
        mapped = self._dataset
        assert isinstance(mapped, MappedDataset)
        filled = {name for batch in batches for name, texts in batch.columns.items() if texts.null_count < len(texts)}
        absent = absent_headers(mapped, tally.headers or filled) if batches else []
        deciding = [each for each in absent if each.decides]
        if not tally.headers:
            absent = [each._replace(decides=False) for each in deciding]
        elif deciding:
            places = ", ".join(dict.fromkeys(each.place.lstrip(".") for each in deciding))
            said = self._tokeniser.scrub(told(mapped, deciding, tally.headers))
            raise BrokenFile("absent_header", places, said)
        for each in absent:
            code = f"absent_header {told(mapped, [each], tally.headers).rstrip('.')}"
            tally.warnings[self._tokeniser.scrub(code)] = 1


def _says(text: str | None) -> bool:
    """Say whether a cell holds anything: not so a dash where nothing is."""
    return text is not None and text.strip().casefold() not in NULL_WORDS


def _add(reading: Reading, inner: Reading) -> None:
    """Add what a target's reading told to the file's."""
    reading.tally.warnings.update(inner.tally.warnings)
    reading.earliest = min(filter(None, (reading.earliest, inner.earliest)), default=None)
    reading.latest = max(filter(None, (reading.latest, inner.latest)), default=None)
    reading.read_again_at = min(filter(None, (reading.read_again_at, inner.read_again_at)), default=None)
    reading.medians.values |= inner.medians.values
    reading.shares.columns |= inner.shares.columns


class _Rows:
    """The rows of a file as written, by header, and what a mapping makes of them."""

    def __init__(self, mapped: MappedDataset, batches: list[Batch], rules: Rules) -> None:
        if sum(map(len, batches)) > MOST_ROWS:
            raise BrokenFile("oversize")
        self.lines = np.concatenate([batch.lines for batch in batches]) if batches else np.zeros(0, np.int64)
        self._rules = rules
        self._mapped = mapped
        names = [column.name for column in mapped.columns]
        arrays = {name: [batch.columns[name] for batch in batches] for name in names}
        self._written = {
            header_keys(name)[0]: pa.concat_arrays([each.cast(TEXT) for each in parts]) if parts else pa.nulls(0, TEXT)
            for name, parts in arrays.items()
        }
        self._groups: list[str | None] = [None] * len(self.lines)
        if mapped.order_id:
            self._groups = [unwrap(text) if text else None for text in self._column(mapped.order_id)]

    def of_several_orders(self, target: Target) -> dict[int, str]:
        """Return the lines of order numbers whose rows are not one order, each with the columns in which they differ.

        An order's number stands once per row of it, and each row says the same store, time and customer or nothing.
        """
        if target.dataset.name != "orders" or not target.once_per:
            return {}
        said = dict(target.values)
        places = np.flatnonzero(self._mask(target)).tolist()
        parts = [self._column(said[name]) for name in target.once_per]
        keys = {place: tuple(unwrap(part[place] or "") for part in parts) for place in places}
        differ: dict[tuple[str, ...], list[str]] = {}
        for name in (each for each in ONE_PER_ORDER if each in said):
            texts = self._column(said[name])
            seen: dict[tuple[str, ...], set[str]] = {}
            for place in places:
                if _says(text := texts[place]):
                    seen.setdefault(keys[place], set()).add(unwrap(text or ""))
            for key, spelled in seen.items():
                if len(spelled) > 1 and all(key):
                    differ.setdefault(key, []).append(name)
        lines = self.lines.tolist()
        return {lines[place]: ", ".join(differ[keys[place]]) for place in places if keys[place] in differ}

    def of(self, target: Target) -> tuple[np.ndarray, dict[str, pa.Array]]:
        """Return which rows a data set has, and its columns of those."""
        mask = self._mask(target)
        said = dict(target.values)
        columns = {
            column.name: self._column(said[column.name]) if column.name in said else [None] * len(self.lines)
            for column in target.dataset.columns
        }
        if target.once_per:
            seen: set[tuple[Any, ...]] = set()
            for place in np.flatnonzero(mask).tolist():
                key = tuple(unwrap(columns[name][place] or "") for name in target.once_per)
                mask[place] = key not in seen
                seen.add(key)
        chosen = pa.array(mask)
        return mask, {name: pa.array(texts, TEXT).filter(chosen) for name, texts in columns.items()}

    def _mask(self, target: Target) -> np.ndarray:
        """Return which rows of the file a data set takes, before those that say an order again are left out."""
        mask = np.ones(len(self.lines), bool)
        if target.where_filled:
            # Somebody under the stars is nobody that a record could be made of.
            nobody = MASK if target.dataset.name == "customers" else None
            texts = self._texts(target.where_filled)
            mask &= np.array([_says(text) and not (nobody and nobody in (text or "")) for text in texts], bool)
        if target.where_above_0:
            amounts = self._amounts((target.where_above_0,))
            mask &= np.array([amount is not None and amount > 0 for amount in amounts], bool)
        for header, words in target.where_is:
            mask &= np.array([text is not None and unwrap(text) in words for text in self._texts(header)], bool)
        return mask

    def with_their_order(self, bad: set[int]) -> list[int]:
        """Return the lines of orders of which another line is set aside: an order without one would not add up."""
        groups = {group for group, line in zip(self._groups, self.lines.tolist(), strict=True) if line in bad and group}
        pairs = zip(self._groups, self.lines.tolist(), strict=True)
        return [line for group, line in pairs if group in groups and line not in bad]

    def _texts(self, header: str) -> list[str | None]:
        if not header:
            return [None] * len(self.lines)
        # A payment bill guards every cell with a backtick, its words and times too.
        texts = (text and text.lstrip("`") for text in self._written[header_keys(header)[0]].to_pylist())
        return [text if text and text.strip() else None for text in texts]

    def _column(self, value: Value) -> list[str | None]:
        if value.constant is not None:
            return [value.constant] * len(self.lines)
        if value.if_filled:
            return [value.then if _says(text) else value.otherwise for text in self._texts(value.if_filled)]
        if value.position:
            counts: dict[str | None, itertools.count[int]] = {}
            return [str(next(counts.setdefault(group, itertools.count(1)))) for group in self._groups]
        if value.joined:
            parts = zip(*(self._texts(header) for header in value.joined), strict=True)
            texts = ["-".join(unwrap(part) for part in row if part) if all(row) else None for row in parts]
        else:
            every = [self._texts(header) for header in value.headers]
            texts = [next((text for text in row if _says(text)), row[-1]) for row in zip(*every, strict=True)]
        if value.plus or value.times or value.unit == "fen" or value.of_the_order or value.without_sign:
            texts = self._summed(texts, value)
        for header, meanings in value.words_where_filled:
            meant = dict(meanings)
            pairs = zip(texts, self._texts(header), strict=True)
            texts = [meant.get(unwrap(text), text) if text and _says(filled) else text for text, filled in pairs]
        if value.of_the_order:
            texts = self._of_the_order(texts)
        return [text and f"{value.before}{unwrap(text)}" for text in texts] if value.before else texts

    def _summed(self, texts: list[str | None], value: Value) -> list[str | None]:
        """Return amounts in yuan, others added to them; what is no amount stays as written and is set aside later."""
        own = self._read_amounts(texts)
        added = [self._amounts((header,)) for header in value.plus]
        times = self._amounts((value.times,)) if value.times else None
        found: list[str | None] = []
        for place, (text, amount) in enumerate(zip(texts, own, strict=True)):
            if amount is None:
                found.append(text)
                continue
            total = amount + sum((each[place] or decimal.Decimal(0) for each in added), decimal.Decimal(0))
            if times is not None:
                if times[place] is None:
                    found.append(None)
                    continue
                total *= times[place] or decimal.Decimal(0)
            total = abs(total) if value.without_sign else total
            found.append(format(total / 100 if value.unit == "fen" else total, "f"))
        return found

    def _of_the_order(self, texts: list[str | None]) -> list[str | None]:
        """Return for each row what all rows of its order say together; what is no amount stays as written."""
        amounts = self._read_amounts(texts)
        sums: dict[str, decimal.Decimal] = {}
        for group, amount in zip(self._groups, amounts, strict=True):
            if group is not None and amount is not None:
                sums[group] = sums.get(group, decimal.Decimal(0)) + amount
        return [
            text if group is None or amount is None else format(sums[group], "f")
            for group, text, amount in zip(self._groups, texts, amounts, strict=True)
        ]

    def _amounts(self, headers: tuple[str, ...]) -> list[decimal.Decimal | None]:
        return self._read_amounts(self._texts(headers[0]))

    def _read_amounts(self, texts: list[str | None]) -> list[decimal.Decimal | None]:
        read = {text: read_value(text, _AMOUNT, self._rules).value for text in set(texts) if text}
        return [decimal.Decimal(read[text]) if text and read[text] is not None else None for text in texts]  # type: ignore[arg-type]
