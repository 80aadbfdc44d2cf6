"""What was set aside, for people: listed, explained by line, and a file accepted as it is. Reads what was exported."""

import datetime as dt
import json
from typing import Any

import duckdb

from orchestration.channels.engine.accepted_files import accept_file
from orchestration.home_facts import reading
from orchestration.settings import Settings, SettingsError

#: What a person may take for true: everything else that speaks against a whole file cannot be read at all.
ACCEPTABLE = ("another_unit", "full_sheet")

#: What a file says otherwise than its channel did in the 28 days before it.
_CHANGED = {
    "more_empty": "empty in {} % of the rows, and was not",
    "unknown_words": "{} % of the filled rows have words that nobody wrote in the 28 days before",
    "moved_median": "its median is {} % of what it was",
}


def listed(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Return (file, reason, column, how many rows) of everything set aside, by file."""
    rows = _rows(
        settings,
        "quarantine/quarantine.parquet",
        "select coalesce(channel || '/' || dataset || '/' || file_name, file_name), reason, coalesce(column_name, ''),"
        " count(line), count(*) from read_parquet($file) group by all order by 1, 5 desc, 2",
    )
    return [
        (place, reason, column, f"{lines:,} rows" if lines else "the whole file")
        for place, reason, column, lines, _ in rows
    ]


def explained(settings: Settings, place: str) -> list[str]:
    """Return what was set aside of a file, line by line, and what of it became empty."""
    named = "channel || '/' || dataset || '/' || file_name = $place or file_name = $place"
    rows = _rows(
        settings,
        "quarantine/quarantine.parquet",
        "select coalesce(column_name, ''), reason, remedy, list(line order by line) from read_parquet($file)"
        f" where {named} group by all order by count(*) desc, 1, 2",
        place,
    )
    said = []
    for column, reason, remedy, lines in rows:
        numbers = [str(line) for line in lines if line is not None]
        where = (
            f"lines {', '.join(numbers[:20])}{' and more' if len(numbers) > 20 else ''}"
            if numbers
            else "the whole file"
        )
        said.append(f"{where}: {reason}{f' in {column}' if column else ''}\n  {remedy}")
    warnings = _rows(settings, "ledger.parquet", f"select warnings from read_parquet($file) where {named}", place)
    for (text,) in warnings:
        for code, count in json.loads(text or "{}").items():
            if code.startswith("emptied_"):
                reason, _, column = code.removeprefix("emptied_").partition(" ")
                said.append(f"{count:,} values of {column} became empty: {reason}; what was written stands in raw/")
            what, _, column = code.partition(" ")
            if what in _CHANGED:
                said.append(f"{column}: {_CHANGED[what].format(count)}; the file loaded, look whether it is right")
    return said


def accept_whole(settings: Settings, place: str, why: str, by: str | None, at: dt.datetime) -> str:
    """Remember that a person takes a file as it is; return what to say.

    Raises
    ------
    SettingsError
        No reason was given, or nothing that can be accepted speaks against that file.
    """
    if not why.strip():
        raise SettingsError("--reason is empty: it is what you will be asked for, so say who looked and what was found")
    rows = _rows(
        settings,
        "quarantine/quarantine.parquet",
        "select file_id, reason from read_parquet($file) where line is null"
        " and channel || '/' || dataset || '/' || file_name = $place",
        place,
    )
    found = [file_id for file_id, reason in rows if reason in ACCEPTABLE]
    if not found:
        raise SettingsError(f"{place} is not set aside as {', '.join(ACCEPTABLE)}; siyu quarantine lists what is")
    accept_file(settings, found[0], place, why, by, at)
    return f"{place} is taken as it is; the next run reads it"


def _rows(settings: Settings, name: str, query: str, place: str | None = None) -> list[tuple[Any, ...]]:
    file = settings.home / name
    if not file.exists():
        return []
    with reading(file):
        parameters = {"file": str(file)} | ({"place": place} if place is not None else {})
        return duckdb.execute(query, parameters).fetchall()
