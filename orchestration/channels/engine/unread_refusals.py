"""Refusals that could not be read: while one is open, nobody's name stands in the audience, the tasks or a list.

A record is open until it is corrected (a later file of its data set brings it) or a person accepts it, with a reason.
"""

import datetime as dt
import getpass
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import BOOKKEEPING
from orchestration.channels.engine.tables import append_rows, transaction
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.files import PRIVATE_MODE, write_text
from orchestration.settings import Settings, SettingsError

#: One row per record or file; the accepted_ columns are null while it is open.
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
    "accepted_by": "varchar",
    "accepted_why": "varchar",
    "accepted_at": "timestamp",
}
#: A later file that was read corrects an earlier one when it sets no possible refusal aside, and either brings as many
#: rows as were read and set aside there and repeats each that was read (whatever it is called), or, where none was
#: read, goes by its name. A file delivered again under another name is listed as a duplicate of what it repeats.
_LATER: Final = """
    select later.file_id, coalesce(bool_or(named.file_name = $file_name), false) as has_its_name
    from channels.ledger as later
    left join channels.ledger as named
        on later.file_id = named.file_id and named.channel = $channel and named.dataset = $dataset
    where later.channel = $channel and later.dataset = $dataset and later.status = 'loaded' and later.loaded > 0
        and later.landed_at > $landed_at
        and not exists (
            select 1 from channels.quarantine as faults
            where faults.file_id = later.file_id and faults.channel = $channel and faults.dataset = $dataset
                and coalesce(faults.may_refuse, true)
        )
    group by later.file_id, later.landed_at
    order by later.landed_at, later.file_id
"""


class NotAccepted(ValueError):
    """What was to be accepted is not there, or no reason was given."""


def kept_at(settings: Settings) -> Path:
    """Return the file that remembers who accepted what and why."""
    return settings.home / "refusals" / "accepted.jsonl"


def tell_unread(settings: Settings, connection: duckdb.DuckDBPyConnection) -> int:
    """Make ``channels.unread_refusals`` anew; return how many are open.

    Parameters
    ----------
    settings
        Whose home: its file of acceptances is read.
    connection
        The open warehouse, its ledger and quarantine up to date.
    """
    listed = ", ".join(f"{name} {kind}" for name, kind in UNREAD.items())
    accepted = {(one["place"], one["file_id"], one["line"]): one for one in _accepted(settings)}
    rows = [row for row in _set_aside(connection) if not _is_corrected(connection, row)]
    for row in rows:
        if said := accepted.get((place_of(row), row["file_id"], row["line"])):
            row |= {"accepted_by": said["by"], "accepted_why": said["why"]}
            row["accepted_at"] = dt.datetime.fromisoformat(said["at"])
    with transaction(connection):
        connection.execute(f"create or replace table channels.unread_refusals ({listed})")
        append_rows(connection, "unread_refusals", UNREAD, rows)
    return sum("accepted_by" not in row for row in rows)


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
    said = {"by": scrub(by or getpass.getuser()), "why": scrub(why.strip()), "at": at.isoformat()}
    news = [{"file_id": row["file_id"], "line": row["line"], "place": place, **said} for row in mine]
    kept = kept_at(settings)
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in [*_accepted(settings), *news])
    write_text(kept, text, PRIVATE_MODE)
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
    """Return the records and files set aside that may have been refusals, one row each, in order."""
    places = [
        f"{channel.name}/{dataset.name}"
        for channel in registry.channels().values()
        for dataset in channel.datasets
        if dataset.may_refuse is not None
    ]
    found: pa.Table = connection.sql(
        "select faults.file_id, faults.channel, faults.dataset, files.file_name, files.landed_at, faults.line,"
        " min(faults.column_name) as column_name, min(faults.reason) as reason, min(faults.remedy) as remedy,"
        " max(files.loaded) as loaded, max(files.loaded + files.quarantined) as rows_sent"
        " from channels.quarantine as faults inner join channels.ledger as files"
        " on faults.file_id = files.file_id and faults.channel = files.channel and faults.dataset = files.dataset"
        # the same bytes under another name are another delivery, where nothing was read of the first
        " and (files.status in ('loaded', 'quarantined') or (files.status = 'duplicate' and faults.line is null))"
        " where concat(faults.channel, '/', faults.dataset) in (select unnest($places::varchar[]))"
        " and coalesce(faults.may_refuse, true)"
        " group by all order by faults.channel, faults.dataset, files.landed_at, files.file_name, faults.line",
        params={"places": places},
    ).to_arrow_table()
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _is_corrected(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> bool:
    """Return whether a later file brings what was set aside: nobody has to accept what was delivered again."""
    later = connection.execute(
        _LATER, {name: row[name] for name in ("channel", "dataset", "file_name", "landed_at")}
    ).fetchall()
    if not row["loaded"]:
        return any(has_its_name for _, has_its_name in later)
    table = f'channels."{row["channel"]}__{row["dataset"]}"'
    of_file = f"select distinct * exclude ({', '.join(BOOKKEEPING)}) from {table} where _file_id = ?"
    dataset = next(one for one in registry.channel(row["channel"]).datasets if one.name == row["dataset"])
    filled = dataset.may_refuse.when_filled if dataset.may_refuse else ""
    counted = f'count("{filled}")' if filled else "count(*)"

    def count(file_id: str) -> int:
        ((number,),) = connection.execute(f"select {counted} from ({of_file}) as sent", [file_id]).fetchall()
        return int(number)

    # as many different rows as were read, and one for each that was set aside
    wanted = count(row["file_id"]) + (row["rows_sent"] - row["loaded"] if not filled else 1)
    return any(
        count(file_id) >= wanted
        and not connection.execute(f"{of_file} except {of_file} limit 1", [row["file_id"], file_id]).fetchall()
        for file_id, _ in later
    )
