"""One file tried without a home: what it is, how it would be read, what would be set aside. Nothing is kept."""

import csv
import dataclasses
import datetime as dt
import itertools
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import openpyxl

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import Channel, Column, Dataset
from orchestration.channels.engine.file_ledger import remedy_of
from orchestration.channels.engine.files import FORMATS, check_shell, probe
from orchestration.channels.engine.guard import Guard
from orchestration.channels.engine.landing import Delivery
from orchestration.channels.engine.lines import line_blocks
from orchestration.channels.engine.look_alikes import (
    Candidate,
    candidates,
    first_record,
    first_rows,
    headers_of,
    opened,
    paths_of,
)
from orchestration.channels.engine.mapped import MappedReader
from orchestration.channels.engine.mappings import CHANNEL, MappedDataset
from orchestration.channels.engine.masking import Masker, is_personal, scrubbed, shown
from orchestration.channels.engine.reading import FileReader, Reading
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import ENVELOPE, Tally, header_keys, names_of
from orchestration.screen import one_line

ROWS: Final = 10
#: So many records are enough to see how a file is read.
ENOUGH: Final = 20_000
#: A file of which fewer headers are known, and no third of them, may be anything.
_SURE: Final = 4


@dataclasses.dataclass
class Trial:
    """What trying a file told; every contact value in it is masked."""

    candidates: list[Candidate]
    chosen: Candidate | None = None
    headers: list[str] = dataclasses.field(default_factory=list)
    #: header, what it becomes, how it is read
    reads: list[tuple[str, str, str]] = dataclasses.field(default_factory=list)
    unread: list[str] = dataclasses.field(default_factory=list)
    before: list[dict[str, str]] = dataclasses.field(default_factory=list)
    after: dict[str, list[dict[str, str]]] = dataclasses.field(default_factory=dict)
    records: int = 0
    loaded: int = 0
    skipped: dict[str, int] = dataclasses.field(default_factory=dict)
    warnings: dict[str, int] = dataclasses.field(default_factory=dict)
    #: column, reason, how many, first line, remedy
    aside: list[tuple[str, str, int, int | None, str]] = dataclasses.field(default_factory=list)
    is_part: bool = False
    words: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    #: where in an API's answer the records lie
    rows_at: str = ""


def try_file(path: Path, mapped: dict[str, MappedDataset], name: str | None, now: dt.datetime, guard: Guard) -> Trial:
    """Return what a file would become.

    Parameters
    ----------
    path
        The file.
    mapped
        The mappings that may read it.
    name
        The mapping or ``channel/dataset`` to read it by; None: the likeliest.
    now
        When (UTC, naive): what lies later is in the future.
    guard
        Opens what is unpacked first, under limits.

    Raises
    ------
    BrokenFile
        The file cannot be read at all, or takes more than the limits.
    """
    file_format = format_of(path)
    check_shell(path, file_format)
    guard.check(path, file_format)
    rows = first_rows(path, file_format or "")
    trial = Trial(candidates(rows, mapped))
    widest = max((sum(bool(cell.strip()) for cell in row) for row in rows), default=0)
    likely = (each for each in trial.candidates if each.is_whole and (each.known >= _SURE or each.known * 3 >= widest))
    trial.chosen = _named(name, mapped) if name else next(likely, None)
    masker = Masker()
    if trial.chosen is None:
        trial.headers = max(rows, key=lambda row: sum(bool(cell.strip()) for cell in row), default=[])
        trial.before = _before(path, file_format or "", trial.headers, masker)
        trial.words = _words(path, file_format or "", trial.headers)
        if file_format == "json":
            trial.rows_at, record = opened(first_record(path, file_format, []))
            trial.headers = [each for each in paths_of(record) if not isinstance(record.get(each), dict | list)]
        return trial
    dataset = trial.chosen.dataset
    trial.headers = headers_of(dataset, rows)
    reads, unread = _columns(dataset, trial.headers)
    # In a file without a header the first line is somebody's data, and any header may hold a number or a sequence.
    trial.reads = [(scrubbed(header, masker), column, how) for header, column, how in reads]
    trial.unread = [scrubbed(header, masker) for header in unread]
    trial.before = _before(path, file_format or "", trial.headers, masker)
    _read(trial, path, file_format or "", masker, now)
    trial.aside = [(scrubbed(each[0], masker), *each[1:]) for each in trial.aside]
    return trial


def skipped(trial: Trial) -> str:
    """Return what is said of the records that are declared to be none: ", 2 skipped (blank, total)"."""
    return f", {sum(trial.skipped.values())} skipped ({', '.join(sorted(trial.skipped))})" if trial.skipped else ""


def with_header(trial: Trial, column: str) -> str:
    """Return a column as a reason names it, with the file's header that it is read from where that is another word."""
    reads = {name.rpartition(".")[2]: header for header, name, _ in reversed(trial.reads)}
    said = [(name, reads.get(name, name)) for name in column.split(", ")]
    return ", ".join(
        name if header_keys(name)[0] == header_keys(header)[0] else f"{name} ({header})" for name, header in said
    )


def format_of(path: Path) -> str | None:
    """Return the format that a file's name says; None where it says none that is read."""
    return next((each for each in FORMATS if path.name.lower().endswith(f".{each}")), None)


def _named(name: str, mapped: dict[str, MappedDataset]) -> Candidate | None:
    if name in mapped:
        return Candidate(CHANNEL, mapped[name], 0, is_whole=True)
    channel, _, dataset = name.partition("/")
    if channel in registry.channels():
        for each in registry.channel(channel).datasets:
            if each.name == dataset:
                return Candidate(channel, each, 0, is_whole=True)
    return None


def _columns(dataset: Dataset, headers: list[str]) -> tuple[list[tuple[str, str, str]], list[str]]:
    told = []
    used: set[str] = set()
    keys = {key: header for header in headers for key in reversed(header_keys(header))}
    if isinstance(dataset, MappedDataset):
        for target in dataset.targets:
            for name, value in target.values:
                column = next(each for each in target.read_as.columns if each.name == name)
                found = [keys[header_keys(each)[0]] for each in value.reads if header_keys(each)[0] in keys]
                used.update(found)
                fixed = f"always {value.constant}" if value.constant is not None else ""
                fixed = "its place in the order" if value.position else fixed
                if found or fixed:
                    read_as = f"{target.dataset.name}.{name}"
                    told.append((" | ".join(found) or fixed, read_as, _how(column, value.unit)))
    else:
        for column in dataset.columns:
            names = (header_keys(name)[0] for name in names_of(column))
            header = next((keys[name] for name in names if name in keys), None)
            if header is not None:
                used.add(header)
                told.append((header, column.name, _how(column)))
    return told, [header for header in headers if header not in used and header not in ENVELOPE]


def _how(column: Column, unit: str = "yuan") -> str:
    how = {"instant": "time", "decimal": "number", "integer": "whole number", "identifier": "id"}.get(
        column.type, column.type
    )
    if column.name.endswith("_yuan"):
        how = f"amount, written in {unit}"
    if column.type == "instant":
        how += {"utc": ", UTC", "epoch_s": ", seconds since 1970", "epoch_ms": ", milliseconds since 1970"}.get(
            column.clock, ", Shanghai"
        )
    if column.values:
        how = "one of " + ", ".join(column.values)
    return how + (", required" if column.required else "")


def _read(trial: Trial, path: Path, file_format: str, masker: Masker, now: dt.datetime) -> None:
    assert trial.chosen is not None
    status = path.stat()
    dataset, channel = trial.chosen.dataset, registry.channel(trial.chosen.channel)
    delivery = Delivery(
        path, "", channel.name, dataset.name, path.name, file_format, status.st_size, status.st_mtime_ns, now,
        in_history=True, probe=probe(path, file_format),
    )  # fmt: skip
    reading = Reading(Tally())
    reader = _reader(channel, dataset, masker)
    try:
        for table, rows in reader.read(delivery, reading, is_history=True):
            shown_rows = trial.after.setdefault(table.partition("__")[2], [])
            times = _times(dataset, table.partition("__")[2])
            for row in rows.slice(0, max(ROWS - len(shown_rows), 0)).to_pylist():
                said = {name: _in_shanghai(value) if name in times else value for name, value in row.items()}
                shown_rows.append({name: one_line(str(value)) for name, value in said.items() if _is_told(name, value)})
            if reading.tally.physical >= ENOUGH and not isinstance(dataset, MappedDataset):
                trial.is_part = True
                break
    except BrokenFile as broken:
        trial.aside.append((
            broken.column or "",
            broken.reason,
            0,
            None,
            " ".join(filter(None, (remedy_of(dataset, broken.column, broken.reason), broken.told))),
        ))
        trial.after = {}
    counts = Counter((fault.column or "", fault.reason) for fault in reading.tally.rejected)
    lines = {(each.column or "", each.reason): each.line for each in reversed(reading.tally.rejected)}
    for (column, reason), count in counts.most_common():
        trial.aside.append((column, reason, count, lines[column, reason], remedy_of(dataset, column, reason)))
    for header, line in reading.tally.refusing.items():
        trial.aside.append((header, "undeclared_refusal", 0, line, remedy_of(dataset, None, "undeclared_refusal")))
    trial.records, trial.loaded = reading.tally.physical, reading.loaded
    trial.skipped = dict(reading.tally.skipped)
    told = ("unknown_column", "absent_columns")
    trial.warnings = {name: count for name, count in reading.tally.warnings.items() if not name.startswith(told)}


def _times(dataset: Dataset, table: str) -> set[str]:
    """Return the columns of a table that hold a moment."""
    declared = [each.dataset for each in dataset.targets] if isinstance(dataset, MappedDataset) else [dataset]
    columns = [column for each in declared if each.name == table for column in each.columns]
    for child in dataset.children:
        if child.name == table:
            inherited = [column for column in dataset.columns if column.name in child.parent]
            columns += [*inherited, *child.columns]
    return {column.name for column in columns if column.type == "instant"}


def _in_shanghai(value: str | None) -> str | None:
    """Return a moment as a clock in Shanghai shows it: tables keep UTC, and nobody's export does."""
    return value and f"{(dt.datetime.fromisoformat(value) + SHANGHAI_OFFSET).isoformat(' ')}+08:00"


def _reader(channel: Channel, dataset: Dataset, masker: Masker) -> FileReader:
    return (MappedReader if isinstance(dataset, MappedDataset) else FileReader)(channel, dataset, masker)


def _is_told(name: str, value: Any) -> bool:
    return value is not None and not name.startswith("_") and not name.endswith("_shape")


def _cells(path: Path, file_format: str) -> list[list[str]]:
    """Return some rows as written, the header among them."""
    if file_format == "xlsx":
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        return [
            ["" if value is None else str(value) for value in row]
            for sheet in book.sheetnames
            for row in itertools.islice(book[sheet].iter_rows(values_only=True), 200)
        ]
    if file_format.startswith("csv"):
        lines = next(iter(line_blocks(path, file_format, probe(path, file_format).encoding)), None)
        texts = [lines.text(place) or "" for place in range(min(len(lines), 200))] if lines else []
        delimiter = max((",", "\t", ";", "|"), key=lambda each: max((text.count(each) for text in texts), default=0))
        return list(csv.reader([f"{text}\n" for text in texts], delimiter=delimiter))
    return []


def _before(path: Path, file_format: str, headers: list[str], masker: Masker) -> list[dict[str, str]]:
    if file_format.startswith("json"):
        with path.open("rb") as file:
            text = file.read(20_000).decode("utf-8", "replace")
        found = []
        for line in text.splitlines()[:ROWS] if file_format.startswith("jsonl") else []:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                payload = record.get("payload", record)
                said = payload if isinstance(payload, dict) else record
                found.append({scrubbed(key, masker): shown(key, _short(value), masker) for key, value in said.items()})
        return found
    rows = _cells(path, file_format)
    wanted = [header_keys(header)[0] for header in headers if header.strip()]
    start = next(
        (at for at, row in enumerate(rows) if [header_keys(cell)[0] for cell in row if cell.strip()] == wanted), None
    )
    if start is None:
        return []
    names = [cell.strip() for cell in rows[start]]
    below = [row for row in rows[start + 1 :] if any(cell.strip() for cell in row)][:ROWS]
    return [
        {
            scrubbed(name, masker): shown(name, cell, masker)
            for name, cell in zip(names, row, strict=False)
            if name and cell.strip()
        }
        for row in below
    ]


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:60]


#: A number of some length, or an address.
_LIKE_A_PERSONS: Final = re.compile(r"\d{5}|@")


def _words(path: Path, file_format: str, headers: list[str]) -> dict[str, list[str]]:
    """Return the words of columns that hold fewer of them than rows: states and kinds, never a person's."""
    rows = _cells(path, file_format)
    names = [header.strip() for header in headers]
    start = next((at for at, row in enumerate(rows) if [cell.strip() for cell in row] == names), None)
    if start is None:
        return {}
    found = {}
    for place, name in enumerate(names):
        if (
            name
            and not is_personal(name)
            and any(word in name.lower() for word in ("状态", "类型", "方式", "status", "state", "type"))
        ):
            values = [row[place].strip() for row in rows[start + 1 :] if len(row) > place and row[place].strip()]
            words = list(dict.fromkeys(values))
            few = 0 < len(words) <= 20 and len(words) < len(values)
            if few and not any(len(word) > 30 or _LIKE_A_PERSONS.search(word) for word in words):
                found[name] = words
    return found
