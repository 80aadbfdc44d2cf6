"""The account of a file: its ledger row and its quarantine rows, and the check that its records add up."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, Final

from orchestration.channels.engine.declare import Column, Dataset
from orchestration.channels.engine.files import Landed
from orchestration.channels.engine.landing import Delivery
from orchestration.channels.engine.mapping_headers import in_the_mapping
from orchestration.channels.engine.mappings import MappedDataset
from orchestration.channels.engine.reading import Reading
from orchestration.channels.engine.reasons import RULE_VERSION, BrokenFile, remedy
from orchestration.channels.engine.records import Fault
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.settings import Settings

Row = dict[str, Any]
_PLEASE: Final = "this is an error of the reader, please report it with the file's layout"


class BalanceError(RuntimeError):
    """A file whose records do not add up: an error of ours, never of the sender's."""


def named(delivery: Delivery, dataset: Dataset, settings: Settings) -> Row:
    """Return the part of a ledger row that says which file it is."""
    return {
        "file_id": delivery.file_id,
        "channel": delivery.channel,
        "dataset": delivery.dataset,
        "file_name": delivery.file_name,
        "bytes": delivery.bytes,
        "modified_ns": delivery.modified_ns,
        "landed_at": delivery.landed_at,
        "is_history": delivery.is_history(settings),
        "rule_version": dataset.rule_version,
    }


def loaded_file(
    delivery: Delivery, reading: Reading, dataset: Dataset, settings: Settings, tokeniser: Tokeniser
) -> Row:
    """Return the ledger row of a file that was read to its end.

    Raises
    ------
    BalanceError
        When physical records are not loaded + quarantined + skipped, or do not account for every line.
    """
    tally = reading.tally
    if tally.lines not in (0, tally.physical + tally.beside):
        raise BalanceError(
            f"{delivery.channel}/{delivery.dataset}/{delivery.file_name}: {tally.lines} lines, but {tally.physical} "
            f"records and {tally.beside} lines beside them; {_PLEASE}"
        )
    row = named(delivery, dataset, settings) | {
        "encoding": delivery.probe.encoding if delivery.probe else None,
        "physical_records": tally.physical,
        "loaded": reading.loaded,
        "quarantined": len(tally.rejected),
        "skipped": sum(tally.skipped.values()),
        "status": "loaded",
        "warnings": _warnings(reading, tokeniser),
        "min_event_at": dt.datetime.fromisoformat(reading.earliest) if reading.earliest else None,
        "max_event_at": dt.datetime.fromisoformat(reading.latest) if reading.latest else None,
        "read_again_at": dt.datetime.fromisoformat(reading.read_again_at) if reading.read_again_at else None,
    }
    if row["physical_records"] != row["loaded"] + row["quarantined"] + row["skipped"]:
        raise BalanceError(
            f"{delivery.channel}/{delivery.dataset}/{delivery.file_name}: {row['physical_records']} records, but "
            f"{row['loaded']} loaded, {row['quarantined']} quarantined and {row['skipped']} skipped; "
            f"{_PLEASE}"
        )
    return row


def broken_file(delivery: Delivery, reading: Reading, dataset: Dataset, broken: BrokenFile, settings: Settings) -> Row:
    """Return the ledger row of a file that is set aside whole: all its records count as quarantined."""
    headers = 0 if dataset.headerless or "json" in (delivery.format or "") else 1
    lines = delivery.probe.lines - headers if delivery.probe else 0
    physical = lines if lines > 0 else reading.tally.physical
    return named(delivery, dataset, settings) | {
        "encoding": delivery.probe.encoding if delivery.probe else None,
        "physical_records": physical,
        "loaded": 0,
        "quarantined": physical,
        "skipped": 0,
        "status": "quarantined",
        "reason": broken.reason,
    }


def duplicate_file(delivery: Delivery, physical: int, dataset: Dataset, settings: Settings) -> Row:
    """Return the ledger row of a file whose content came before: all of it is skipped."""
    return named(delivery, dataset, settings) | {
        "physical_records": physical,
        "loaded": 0,
        "quarantined": 0,
        "skipped": physical,
        "status": "duplicate",
        "reason": "same_content",
    }


def waiting_file(channel: str, dataset: str, landed: Landed, file_name: str, reason: str) -> Row:
    """Return the ledger row of a file that is not complete yet."""
    return {
        "channel": channel,
        "dataset": dataset,
        "file_name": file_name,
        "bytes": landed.bytes,
        "modified_ns": landed.modified_ns,
        "physical_records": 0,
        "loaded": 0,
        "quarantined": 0,
        "skipped": 0,
        "status": "waiting",
        "reason": reason,
        "rule_version": RULE_VERSION,
    }


def quarantine_rows(delivery: Delivery, dataset: Dataset, faults: Sequence[Fault], hint: str = "") -> list[Row]:
    """Return one quarantine row per (line, column, reason), without the value itself.

    ``hint`` says where a file belongs whose header is another's.
    """
    place: Row = {
        "file_id": delivery.file_id,
        "channel": delivery.channel,
        "dataset": delivery.dataset,
        "file_name": delivery.file_name,
        "rule_version": dataset.rule_version,
    }
    told: dict[tuple[str | None, str], str] = {}
    rows = []
    for line, column, reason, may_refuse, key, widest in faults:
        if (column, reason) not in told:
            told[column, reason] = remedy_of(dataset, column, reason) + (hint if line is None else "")
        fault = {"line": line, "column_name": column, "reason": reason, "remedy": told[column, reason]}
        fault["may_refuse"] = reason == "undeclared_refusal" or (may_refuse and dataset.may_refuse is not None)
        fault["key_columns"], fault["key_hash"] = key or (None, None)
        fault["widest"] = widest
        rows.append(place | fault)
    return rows


def _warnings(reading: Reading, tokeniser: Tokeniser) -> str | None:
    counts = {f"skipped {what}": count for what, count in reading.tally.skipped.items()} | reading.tally.warnings
    if not reading.tally.physical:
        counts["no_rows"] = 1
    found = reading.tally.physical - sum(reading.tally.skipped.values())
    if reading.tally.announced not in (None, found):
        counts[f"announced_rows {reading.tally.announced}, found"] = found
    told = {tokeniser.scrub(code): count for code, count in sorted(counts.items())}
    return json.dumps(told, ensure_ascii=False) if told else None


def remedy_of(dataset: Dataset, name: str | None, reason: str) -> str:
    """Return what to do about a reason in a column, with the words and bounds of that column, and of a mapping's."""
    more = in_the_mapping(dataset, name, reason) if isinstance(dataset, MappedDataset) else ""
    return " ".join(filter(None, (_remedy_of(dataset, name, reason), more)))


def _remedy_of(dataset: Dataset, name: str | None, reason: str) -> str:
    path, _, plain = (name or "").rpartition(".")
    columns = {child.path: child.columns for child in dataset.children}.get(path, dataset.told_columns)
    column = next((each for each in columns if each.name == plain), None)
    if column is None:
        return remedy(reason, allowed="", minimum="", maximum="")
    return remedy(reason, allowed=", ".join(_spelled(column)), minimum=column.minimum, maximum=column.maximum)


def _spelled(column: Column) -> list[str]:
    """Return the words of a column's list, each with the Chinese one that stands for it, where there is one."""
    chinese: dict[str, str] = {}
    for spelling, value in column.synonyms:
        if not spelling.isascii():
            chinese.setdefault(value, spelling)
    return [f"{chinese[word]} ({word})" if word in chinese else word for word in column.values]
