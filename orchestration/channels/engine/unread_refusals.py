"""Refusals that could not be read: each counts at its widest for whom it names, or closes the lists to everybody.

A record that names somebody by an id that can be read is a refusal of theirs from its landing on, at its widest. While
one that names nobody is open, nobody's name stands in the audience, the tasks or a list. Both last until the record is
corrected (a later file of its data set brings it) or a person accepts it, with a reason.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import duckdb
import pyarrow as pa

from orchestration import audit_log
from orchestration.account import who_works
from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import MayRefuse
from orchestration.channels.engine.refusal_words import says_refusal
from orchestration.channels.engine.tables import append_rows, transaction
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.files import PRIVATE_MODE, write_text
from orchestration.settings import Settings, SettingsError

#: One row per record or file; the accepted_ columns are null while it is open. is_read_widely: it closes nothing, for
#: it counts for whom it names.
UNREAD: Final[dict[str, str]] = {
    "file_id": "varchar",
    "channel": "varchar",
    "dataset": "varchar",
    "file_name": "varchar",
    "landed_at": "timestamp",
    "line": "bigint",
    "column_name": "varchar",
    "reason": "varchar",
    "remedy": "varchar",
    "is_read_widely": "boolean",
    "accepted_by": "varchar",
    "accepted_why": "varchar",
    "accepted_at": "timestamp",
}
#: One row per id by which such a record names somebody and thing that it refuses at its widest (messages, profiling),
#: from landed_at on; until ended_at, when it was corrected or accepted. Without a message_channel it is every one.
WIDEST: Final[dict[str, str]] = {
    "file_id": "varchar",
    "line": "bigint",
    "refuses": "varchar",
    "id_type": "varchar",
    "id_scope": "varchar",
    "id_token": "varchar",
    "message_channel": "varchar",
    "landed_at": "timestamp",
    "ended_at": "timestamp",
}
#: A file of which nothing could be read is corrected by a later one of its name (also where that came under another one
#: first), which sets no possible refusal aside and brings as many records. Not every format tells how many there were.
_LATER: Final = """
    select min(later.landed_at)
    from channels.ledger as later
    inner join channels.ledger as named
        on later.file_id = named.file_id and named.channel = $channel and named.dataset = $dataset
    where later.channel = $channel and later.dataset = $dataset and later.status = 'loaded'
        and named.file_name = $file_name and later.landed_at > $landed_at
        and later.loaded >= greatest(case when $is_lines then $rows_sent end, 1)
        and not exists (
            select 1 from channels.quarantine as faults
            where faults.file_id = later.file_id and faults.channel = $channel and faults.dataset = $dataset
                and coalesce(faults.may_refuse, true)
        )
"""
_LINES: Final = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz")


class NotAccepted(ValueError):
    """What was to be accepted is not there, or no reason was given."""


def kept_at(settings: Settings) -> Path:
    """Return the file that remembers who accepted what and why."""
    return settings.home / "refusals" / "accepted.jsonl"


def tell_unread(settings: Settings, connection: duckdb.DuckDBPyConnection) -> int:
    """Make ``channels.unread_refusals`` and ``channels.widest_refusals`` anew; return how many are open and close.

    Parameters
    ----------
    settings
        Whose home: its file of acceptances is read.
    connection
        The open warehouse, its ledger and quarantine up to date.
    """
    accepted = {(one["place"], one["file_id"], one["line"]): one for one in _accepted(settings)}
    rows: list[dict[str, Any]] = []
    widest: list[dict[str, Any]] = []
    for row in _set_aside(connection):
        ended_at = _corrected_at(connection, row)
        row["is_read_widely"] = row["widest"] is not None
        if said := accepted.get((place_of(row), row["file_id"], row["line"])):
            row |= {"accepted_by": said["by"], "accepted_why": said["why"]}
            row["accepted_at"] = dt.datetime.fromisoformat(said["at"])
            ended_at = min(filter(None, (ended_at, row["accepted_at"])))
        widest += [row | {"ended_at": ended_at} | refused for refused in _refused(row)]
        if ended_at is None or said:
            rows.append(row)
    with transaction(connection):
        for name, columns, filled in (("unread_refusals", UNREAD, rows), ("widest_refusals", WIDEST, widest)):
            listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            connection.execute(f"create or replace table channels.{name} ({listed})")
            append_rows(connection, name, columns, filled)
    return sum(closes(row) for row in rows)


def closes(row: dict[str, Any]) -> bool:
    """Return whether an unread refusal keeps everybody out: it is open and names nobody for whom it could count.

    One that an earlier release exported does not say whom it names, and keeps everybody out until the next run.
    """
    return row.get("accepted_by") is None and not row.get("is_read_widely")


def _refused(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a record refuses at its widest, a row per id by which it names somebody."""
    names = ("refuses", "id_type", "id_scope", "id_token", "message_channel")
    return [dict(zip(names, one, strict=True)) for one in json.loads(row["widest"] or "[]")]


def listed_unread(settings: Settings) -> list[dict[str, Any]]:
    """Return what the last run could not read, as exported, with what was accepted since; in order of file and line."""
    exported = settings.home / "quarantine" / "unread_refusals.parquet"
    if not exported.exists():
        return []
    rows: pa.Table = duckdb.read_parquet(str(exported)).to_arrow_table()
    accepted = {(one["place"], one["file_id"], one["line"]): one["by"] for one in _accepted(settings)}
    found: list[dict[str, Any]] = rows.to_pylist()
    for row in found:
        row["accepted_by"] = accepted.get((place_of(row), row["file_id"], row["line"]))
    return found


def accept(settings: Settings, place: str, lines: Sequence[int], why: str, by: str | None, at: dt.datetime) -> int:
    """Remember that a person takes open refusals of one file for read; return how many.

    Parameters
    ----------
    settings
        Whose home.
    place
        ``channel/dataset/file name``, as listed.
    lines
        Which of its lines; all that are open when empty.
    why, by
        The reason, and who gives it (the user of the system by default); contact values in them become tokens.
    at
        When, UTC.

    Raises
    ------
    NotAccepted
        There is no reason, no such file, or none of its lines is open.
    """
    if not why.strip():
        raise NotAccepted("--reason is empty: it is what you will be asked for, so say who looked and what was found")
    rows = [row for row in listed_unread(settings) if row["accepted_by"] is None]
    mine = [row for row in rows if place_of(row) == place and (not lines or row["line"] in lines)]
    missing = sorted(set(lines) - {row["line"] for row in mine})
    if not mine or missing:
        known = "; ".join(sorted({place_of(row) for row in rows})) or "none is open"
        what = f"line {', '.join(map(str, missing))} of {place}" if missing else place
        raise NotAccepted(f"{what} is no open refusal; open are: {known} (siyu refusals)")
    scrub = home_tokeniser(settings).scrub
    said = {"by": scrub(by or who_works()), "why": scrub(why.strip()), "at": at.isoformat()}
    news = [{"file_id": row["file_id"], "line": row["line"], "place": place, **said} for row in mine]
    kept = kept_at(settings)
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in [*_accepted(settings), *news])
    write_text(kept, text, PRIVATE_MODE)
    details = {"file": place, "count": len(news), "kept_sha256": hashlib.sha256(text.encode()).hexdigest()}
    audit_log.append(settings, "refusals_accepted", details)
    return len(news)


def place_of(row: dict[str, Any]) -> str:
    """Return a file as people name it: ``channel/dataset/file name``."""
    return f"{row['channel']}/{row['dataset']}/{row['file_name']}"


def _accepted(settings: Settings) -> list[dict[str, Any]]:
    kept = kept_at(settings)
    found = []
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            said = json.loads(line)
            dt.datetime.fromisoformat(said["at"])
            found.append({name: said[name] for name in ("file_id", "line", "place", "by", "why", "at")})
        except (ValueError, KeyError, TypeError):
            raise SettingsError(
                f"{kept}, line {number}: no acceptance can be read there; take the line out and accept again with"
                " siyu refusals accept"
            ) from None
    return found


def _set_aside(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the records, headers and files set aside that may have been refusals, one row each, in order."""
    places = [
        f"{channel.name}/{dataset.name}"
        for channel in registry.channels().values()
        for dataset in channel.datasets
        if dataset.may_refuse is not None
    ]
    found: pa.Table = connection.sql(
        "select faults.file_id, faults.channel, faults.dataset, files.file_name, files.landed_at, faults.line,"
        " faults.reason = 'undeclared_refusal' as is_header,"
        " min(faults.column_name) as column_name, min(faults.reason) as reason, min(faults.remedy) as remedy,"
        " min(faults.key_columns) as key_columns, min(faults.key_hash) as key_hash, min(faults.widest) as widest,"
        " max(files.loaded + files.quarantined) as rows_sent"
        " from channels.quarantine as faults inner join channels.ledger as files"
        " on faults.file_id = files.file_id and faults.channel = files.channel and faults.dataset = files.dataset"
        # the same bytes under another name are another delivery, where nothing was read of the first
        " and (files.status in ('loaded', 'quarantined') or (files.status = 'duplicate' and faults.line is null))"
        " where coalesce(faults.may_refuse, true) and (faults.reason = 'undeclared_refusal'"
        " or concat(faults.channel, '/', faults.dataset) in (select unnest($places::varchar[])))"
        " group by all order by faults.channel, faults.dataset, files.landed_at, files.file_name, faults.line",
        params={"places": places},
    ).to_arrow_table()
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _corrected_at(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> dt.datetime | None:
    """Return when a later file brought what was set aside: nobody has to accept what was delivered again.

    A record is brought by one of its key that could be read, and by nothing else: another list of the same name is
    about other people. A header that nobody declared is corrected by declaring it, whereupon its file is read again.
    """
    if row["is_header"]:
        return None
    if row["line"] is None:
        said = {name: row[name] for name in ("channel", "dataset", "file_name", "landed_at", "rows_sent")}
        said["is_lines"] = row["file_name"].lower().endswith(_LINES)
        ((at,),) = connection.execute(_LATER, said).fetchall()
        return cast("dt.datetime | None", at)
    if row["key_hash"] is None:
        return None
    dataset = next(one for one in registry.channel(row["channel"]).datasets if one.name == row["dataset"])
    where = dataset.may_refuse or MayRefuse()
    names = row["key_columns"].split(",")
    asked = [*filter(None, (where.when_filled, *where.when_said))]
    listed = ", ".join(f'"{name}"' for name in ["_landed_at", *dict.fromkeys(asked)])
    key = " || chr(31) || ".join(f"""coalesce("{name}", '')""" for name in names)
    later = connection.execute(
        f'select {listed} from channels."{row["channel"]}__{row["dataset"]}"'
        f" where _landed_at > ? and _file_id <> ? and sha256({key}) = ? order by _landed_at",
        [row["landed_at"], row["file_id"], row["key_hash"]],
    )
    told = [dict(zip([name for name, *_ in later.description or ()], one, strict=True)) for one in later.fetchall()]
    at = (
        one["_landed_at"]
        for one in told
        if not asked or one.get(where.when_filled) or any(says_refusal(one[name] or "") for name in where.when_said)
    )
    return next(at, None)
