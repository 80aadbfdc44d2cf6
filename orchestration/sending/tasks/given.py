"""What is given to people to work by: asked once more as of now, written as a draft, kept in the log, handed over."""

import collections
import dataclasses
import datetime as dt
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from orchestration import audit_log
from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.keys import load_key
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, sha256_of, sync_file, sync_folder
from orchestration.publishing.versions import Store
from orchestration.sending import activations
from orchestration.sending.export import with_addresses, with_words
from orchestration.sending.handing_over import ExportRefused, draft_of, finish, log_rows, rows_out
from orchestration.sending.reasons import Asked, facts, reasons, without_room
from orchestration.sending.recipients import OWN_STAFF
from orchestration.settings import Settings

_KEY: Final = ["one_id", "audience_id", "message_channel"]
_GIVEN: Final = """
    select distinct sent.one_id, sent.audience_id, sent.message_channel
    from channels.activations as sent
    left join channels.withdrawals as withdrawn
        on sent.export_id = withdrawn.export_id
        and coalesce(withdrawn.recipient_token, sent.recipient_token) = sent.recipient_token
    where withdrawn.export_id is null and sent.recipient = $staff
"""


@dataclasses.dataclass(frozen=True)
class Written:
    """What was written: tasks named, tasks out, why each other is not; how many stores and members, or by each way."""

    folder: Path | None
    named: int
    out: int
    kept_in: dict[str, int]
    stores: int
    members: int
    ways: Mapping[str, int] = dataclasses.field(default_factory=dict)


def current_rows(settings: Settings, table: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of a table of CURRENT.

    Raises
    ------
    ExportRefused
        CURRENT is of a release that had no such table.
    """
    version = Store(settings.published)
    file = version.versions / (version.current() or "") / f"{table}.parquet"
    if not file.exists():
        raise ExportRefused(f"CURRENT is of a release that had no {table}; run its date again: siyu daily DATE")
    return pq.read_table(file, columns=list(columns)).to_pandas()


def asked_again(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    named: pd.DataFrame,
    now: dt.datetime,
    is_stopped: Callable[[pd.DataFrame], pd.Series],
) -> pd.DataFrame:
    """Return everybody named with the first reason that keeps them in, their address (calls alone) and their words.

    Who is awaited (the service desk's) is contacted by nobody: no words are sent to them, no address is asked for, and
    no channel is full or silent for them.
    """
    (list_name,) = asked.lists
    published = named[["one_id", "message_channel"]].assign(list_name=list_name)
    rows = facts(connection, asked, published).merge(named, on=["one_id", "message_channel"])
    given = connection.execute(_GIVEN, {"staff": OWN_STAFF}).df()
    is_given = pd.MultiIndex.from_frame(rows[_KEY]).isin(pd.MultiIndex.from_frame(given[_KEY]))
    # Written again it is the same task: it is no second message, and it counts already.
    rows = rows.assign(is_given=is_given, is_out=rows["is_out"] & ~is_given, cap_id=rows["cap_id"].mask(is_given))
    awaited = rows["is_awaited"].fillna(False).astype(bool)
    rows = rows.assign(
        has_approved_words=rows["has_approved_words"].astype(bool) | awaited,
        channel_is_silent=rows["channel_is_silent"].astype(bool) & ~awaited,
        id_type=rows["id_type"].mask(awaited),
        id_token=rows["id_token"].mask(awaited, ""),
    )
    listed = connection.sql("select reason, rank from seeds.export_reasons").fetchall()
    rows["reason"] = reasons(rows, now, dict(listed), is_stopped, settings, for_staff=True)
    rows = with_words(with_addresses(settings, rows), settings)
    fresh = rows[~rows["is_given"] & ~awaited]
    rows.loc[fresh.index, "reason"] = without_room(connection, fresh, now, settings.coupon_liability_yuan * 100)
    return rows


def kept_in(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many are kept in by each reason."""
    return dict(sorted(collections.Counter(rows["reason"].dropna()).items()))


def hand_out(
    settings: Settings,
    going: pd.DataFrame,
    date: dt.date,
    kind: str,
    out: Path,
    now: dt.datetime,
    write: Callable[[Path], Mapping[str, str]],
) -> Path | None:
    """Write the files of who goes out to a new folder, keep them in the log and give the folder its name.

    Parameters
    ----------
    settings
        Whose home.
    going
        Who goes out, from ``asked_again``; without anybody nothing is written.
    date
        That of the list.
    kind
        What the folder is called after the date: ``tasks``, ``desk``.
    out
        The folder to write to.
    now
        The home's clock, UTC.
    write
        Writes the files to the draft; returns their sha256 by their names below it.

    Raises
    ------
    ExportRefused
        It cannot be written.
    """
    if going.empty:
        return None
    place = out / _next_id(settings, date, kind, out)
    draft = draft_of(place)
    if draft.exists():  # of a process that died before anything was kept: nobody was given it
        shutil.rmtree(draft)
    try:
        activations.note_place(settings, place)
        draft.mkdir(mode=PRIVATE_FOLDER_MODE)
        _hand_over(settings, going, write(draft), draft, place, now)
    except BaseException as error:
        if place.name in activations.exports(settings):
            raise  # kept: it is handed over by whoever comes next
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            what = f"{error.filename or out}: {error.strerror or error}"
            raise ExportRefused(f"{what}; nothing was handed out: make room and write the tasks again") from None
        raise
    return place


def sealed(draft: Path, files: Sequence[Path]) -> dict[str, str]:
    """Make the files their owner's alone and durable; return their sha256 by their names below the draft."""
    for file in files:
        file.chmod(PRIVATE_MODE)
        sync_file(file)
    sync_folder(draft)
    return {str(file.relative_to(draft)): sha256_of(file) for file in files}


def _hand_over(
    settings: Settings, going: pd.DataFrame, files: Mapping[str, str], draft: Path, place: Path, now: dt.datetime
) -> None:
    """Keep who is new in the log, and give the folder its name; a list of nobody new is only told of."""
    version = Store(settings.published).current()
    fresh = going[~going["is_given"]]
    if not fresh.empty:
        said = {"export_id": place.name, "version": version, "recipient": OWN_STAFF, "files": files}
        table = rows_out(fresh, load_key(settings, "activation"), OWN_STAFF, settings)
        ways = fresh["reached_by"].value_counts().to_dict() if "reached_by" in fresh else None
        activations.keep(settings, place.name, log_rows(table, fresh, said, now), place, ways)
        finish(settings)
        return
    told = {"export": place.name, "rows": len(going), "version": version, "recipient": OWN_STAFF, "files": dict(files)}
    # told first: a list that stands and of which the log knows nothing is worse than the other way round
    audit_log.append(settings, activations.WRITTEN_AGAIN, told)
    draft.rename(place)
    sync_folder(place.parent)


def _next_id(settings: Settings, date: dt.date, kind: str, out: Path) -> str:
    known, stem, number = set(activations.exports(settings)), f"{date:%Y%m%d}-{kind}-", 1
    while (name := f"{stem}{number:03d}") in known or (out / name).exists():
        number += 1
    return name


def local(at: Any) -> dt.datetime:
    """Return a moment as clocks in Shanghai show it."""
    moment = pd.Timestamp(at)
    moment = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
    shown: dt.datetime = (moment + SHANGHAI_OFFSET).to_pydatetime()
    return shown


def full_width(text: str) -> str:
    """Return a text with the commas of Chinese print, as a person reads it."""
    return text.replace(",", "，").replace(";", "；")
