"""Which records of a delivered file are an erased person's: its own reader reads it, the tombstones recognise."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import Channel, Dataset
from orchestration.channels.engine.landing import Delivery, read_again
from orchestration.channels.engine.mapped import MappedReader
from orchestration.channels.engine.mappings import CHANNEL, MappedDataset, mappings
from orchestration.channels.engine.reading import FileReader, Reading
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import Tally
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.erasing.columns import NOBODYS, PLACES, Place, is_of_row, spaces
from orchestration.erasing.tombstones import ANYWHERE, IN_TEXT, Erased, Tombstones
from orchestration.settings import Settings


@dataclasses.dataclass
class Act:
    """What becomes of one record: removed, or kept without some values and under other ids."""

    is_removed: bool = False
    #: the record is a sale: everything that may tell whose it was goes, the sums stay
    is_walk_in: bool = False
    #: values as read that are emptied wherever in the record they stand whole
    emptied: set[str] = dataclasses.field(default_factory=set)
    #: values as read that become another one
    renamed: dict[str, str] = dataclasses.field(default_factory=dict)
    #: elements of a list inside the record that hold one of these values go
    elements: set[str] = dataclasses.field(default_factory=set)


@dataclasses.dataclass
class Found:
    """What of a file is to be cut: acts by line, and the lines set aside, which the cutter looks at by their cells."""

    acts: dict[int, Act] = dataclasses.field(default_factory=dict)
    doubtful: set[int] = dataclasses.field(default_factory=set)
    encoding: str = "utf-8"
    #: None where the file could be read; else why not: every record of it is doubtful then
    broken: str | None = None
    #: a value in the clear stands in it somewhere: all of it is looked through
    is_searched: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the file has to be looked at."""
        return not (self.acts or self.doubtful or self.broken or self.is_searched)

    def settle(self) -> None:
        """End the looking: what is a sale as well stays one, and what is known is not in doubt."""
        for act in self.acts.values():
            act.is_removed &= not act.is_walk_in
        self.doubtful -= self.acts.keys()

    def act(self, line: int) -> Act:
        """Return the act of a line, an empty one at first."""
        return self.acts.setdefault(line, Act())


@dataclasses.dataclass
class Shelf:
    """A dataset as files of it are found in a home: of a channel, or of a mapping."""

    channel: Channel
    dataset: Dataset
    #: folder below raw/, and below landing/
    raw: str
    landing: str


def shelves(settings: Settings) -> list[Shelf]:
    """Return every dataset whose files a home may hold."""
    found = [
        Shelf(channel, dataset, f"{channel.name}/{dataset.name}", f"{channel.name}/{dataset.name}")
        for channel in registry.channels().values()
        for dataset in channel.datasets
    ]
    mapped = registry.channel(CHANNEL)
    return found + [Shelf(mapped, one, f"{CHANNEL}/{name}", name) for name, one in mappings(settings.home).items()]


def find(
    delivery: Delivery,
    shelf: Shelf,
    stones: Tombstones,
    tokeniser: Tokeniser,
    is_kept: Callable[[Erased, dict[str, Any]], bool] = lambda one, row: False,
    saw: Callable[[str, pa.Table], None] = lambda table, rows: None,
) -> Found:
    """Return what is to be cut out of a file.

    Parameters
    ----------
    delivery
        The file, in raw/ or in landing/.
    shelf
        Whose file it is.
    stones
        Who was erased.
    tokeniser
        The home's, with the tombstones in a vault's place: nothing else is kept of what is read here.
    is_kept
        Asked of each record that is an erased person's: whether it stays, because the person came back.
    saw
        Told every table of records that was read.
    """
    found = Found()
    read = delivery if delivery.probe or delivery.broken else read_again(delivery)
    found.encoding = read.probe.encoding if read.probe else "utf-8"
    if not _may_tell(shelf):
        return found
    reading = Reading(Tally())
    try:
        reader_of = MappedReader if isinstance(shelf.dataset, MappedDataset) else FileReader
        reader = reader_of(shelf.channel, shelf.dataset, tokeniser, False, _Every())
        for table, rows in reader.read(read, reading, False):
            saw(table, rows)
            if table in PLACES:
                look(found, PLACES[table], rows, shelf.channel.name, stones, is_kept)
            look_in_texts(found, table, rows, stones)
    except BrokenFile as broken:
        found.broken = str(broken.reason)
    found.is_searched = bool(reading.tally.warnings["other_sheets"])  # of a workbook one sheet is read
    found.doubtful = {fault.line for fault in reading.tally.rejected if fault.line is not None}
    found.settle()
    return found


class _Every:
    """Takes every token of an export for known: what it names is asked of the tombstones alone."""

    def __contains__(self, token: object) -> bool:
        return True


def _may_tell(shelf: Shelf) -> bool:
    if isinstance(shelf.dataset, MappedDataset):
        return True
    names = (shelf.dataset.name, *(child.name for child in shelf.dataset.children))
    return any(f"{shelf.channel.name}__{name}" not in NOBODYS for name in names)


def look(
    found: Found,
    place: Place,
    rows: pa.Table,
    channel: str,
    stones: Tombstones,
    is_kept: Callable[[Erased, dict[str, Any]], bool] = lambda one, row: False,
) -> None:
    """Look at the columns of a table that name people, and at those that name orders."""
    sources = rows["source"].to_pylist() if "source" in rows.column_names else None
    lines = rows["_line"].to_pylist()
    sales = set(_orders(place, rows, channel, stones))
    for column in (*place.people, *place.mentions):
        for at, value, one in _hits(place, column, rows, channel, sources, stones):
            if at not in sales and is_kept(one, _row(rows, at)):
                continue
            act = found.act(lines[at])
            act.emptied.add(value)
            if column in place.mentions:
                continue
            if place.fate == "walk_in":
                sales.add(at)
            elif place.fate == "element":
                act.elements.add(value)
            else:
                act.is_removed = True
    if place.fate == "walk_in":
        for at in sales:
            _rename(found.act(lines[at]), place, rows, at, sources[at] if sources else channel, stones)


def _row(rows: pa.Table, at: int) -> dict[str, Any]:
    return {name: rows[name][at].as_py() for name in rows.column_names}


def _hits(
    place: Place, column: str, rows: pa.Table, channel: str, sources: list[str] | None, stones: Tombstones
) -> Iterator[tuple[int, str, Erased]]:
    """Yield the rows whose value of a column was an erased person's."""
    if column not in rows.column_names:
        return
    if place.typed_by and column == "id_value":
        yield from _typed(place.typed_by, rows, stones)
        return
    values = rows[column].combine_chunks()
    for space in spaces(place, column, channel):
        for scope in sorted({each for each in sources or [] if each}) if is_of_row(space) else [""]:
            matched = stones.matches(space.replace("$source", scope), values)
            if matched:
                mask = pc.fill_null(pc.is_in(values, pa.array(list(matched), values.type)), False)
                for at in np.flatnonzero(np.asarray(mask)).tolist():
                    if not scope or (sources and sources[at] == scope):
                        yield at, values[at].as_py(), matched[values[at].as_py()]


def _typed(typed_by: tuple[str, str], rows: pa.Table, stones: Tombstones) -> Iterator[tuple[int, str, Erased]]:
    """Yield the rows whose ``id_value``, being what its type and scope say, was an erased person's."""
    kinds, scopes = (rows[name].to_pylist() for name in typed_by)
    values = rows["id_value"].combine_chunks()
    spoken = {(kind, scope or "") for kind, scope in zip(kinds, scopes, strict=True)}
    for kind, scope in sorted(spoken, key=str):
        space = {"customer_id": f"customer {scope}", "member_no": f"card {scope}"}.get(kind, ANYWHERE)
        for value, one in stones.matches(space, values).items():
            for at, own in enumerate(values.to_pylist()):
                if own == value and (kinds[at], scopes[at] or "") == (kind, scope):
                    yield at, value, one


def _orders(place: Place, rows: pa.Table, channel: str, stones: Tombstones) -> Iterator[int]:
    """Yield the rows that belong to an erased person's order."""
    sources = rows["source"].to_pylist() if "source" in rows.column_names else [channel] * rows.num_rows
    for column in place.orders:
        if column in rows.column_names:
            values = rows[column].combine_chunks()
            for source in sorted({each for each in sources if each}):
                mask = stones.mask(f"order {source}", values)
                yield from (at for at in np.flatnonzero(mask).tolist() if sources[at] == source)


def _rename(act: Act, place: Place, rows: pa.Table, at: int, source: str, stones: Tombstones) -> None:
    """Give a sale of an erased person new ids."""
    act.is_walk_in = True
    for column in (*place.orders, *place.also_new):
        value = rows[column][at].as_py() if column in rows.column_names else None
        if value and not value.startswith("walk-in-"):
            act.renamed[value] = stones.new_order_id(source, value)


def look_in_texts(found: Found, table: str, rows: pa.Table, stones: Tombstones) -> None:
    """Look for tokens of erased people inside other texts: a remark, a property."""
    place = PLACES.get(table, Place())
    for name in rows.column_names:
        values = rows[name]
        if name in place.people or name.startswith("_") or not pa.types.is_string(values.type):
            continue
        if not pc.any(pc.fill_null(pc.match_substring_regex(values, IN_TEXT), False)).as_py():
            continue
        flat = values.combine_chunks()
        has = np.flatnonzero(np.asarray(pc.fill_null(pc.match_substring_regex(flat, IN_TEXT), False))).tolist()
        for at in has:
            text = flat[at].as_py()
            if stones.matches(ANYWHERE, pa.array(re.findall(IN_TEXT, text), pa.string())):
                found.act(rows["_line"][at].as_py()).emptied.add(text)


def newest_instant(shelf: Shelf, row: dict[str, Any]) -> dt.datetime | None:
    """Return the newest of a record's own instants that may not lie ahead: what it is dated by; None without one."""
    columns = shelf.dataset.columns
    if isinstance(shelf.dataset, MappedDataset):
        columns = tuple(each for target in shelf.dataset.targets for each in target.dataset.columns)
    names = {each.name for each in columns if each.type == "instant" and not each.may_be_future}
    told = [dt.datetime.fromisoformat(str(row[name])) for name in names if row.get(name)]
    return max(told, default=None)
