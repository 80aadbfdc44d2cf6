"""An export is written to a hidden folder, kept in the log, and gets its name: nobody stands in two, nobody is lost.

A process that dies before the log is written has sent nothing and leaves nothing that counts; one that dies after it is
finished by the next export.
"""

import collections
import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow as pa
from pydantic import TypeAdapter

from ml.recall.saying import fields_of
from orchestration import audit_log
from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.keys import load_key
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, sha256_of, sync_file, sync_folder, write_text
from orchestration.home_rules import seed_file
from orchestration.publishing.files import recipient_token
from orchestration.publishing.versions import Store
from orchestration.seed_rows import read_seed
from orchestration.sending import activations
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.gateways.lists import write_coupons
from orchestration.sending.page import handover_page
from orchestration.sending.reasons import Asked
from orchestration.sending.words import subject
from orchestration.settings import Recipient, Settings

RECEIPT: Final = "receipt.json"
#: What of a list's row a gateway's writer is handed as it is, and what it is handed under another name.
_GIVEN: Final = ("address", "words", "template_id", "offer_id", "staff_id", "store_id", "id_scope", "why")
_READ: Final = (*_GIVEN, "one_id", "message_channel", "audience_id", "template_variables", "consent_purpose")
_TO_TAKE_BACK: Final = """
    select sent.recipient_token, told.recipient_token is not null as was_sent
    from channels.activations as sent
    left join channels.withdrawals as withdrawn
        on sent.export_id = withdrawn.export_id
        and coalesce(withdrawn.recipient_token, sent.recipient_token) = sent.recipient_token
    left join (select distinct recipient_token from customer.messages) as told
        on told.recipient_token in (sent.recipient_token, sent.published_token)
    where sent.export_id = $export_id and withdrawn.export_id is null
"""


class ExportRefused(RuntimeError):
    """Nothing can be exported as it was asked for; the message says why and what to do."""


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What one export did: rows that the list named, rows that went out, and why each other did not."""

    export_id: str
    message_channel: str
    folder: Path
    named: int
    out: int
    kept_in: dict[str, int]


def hand_over(
    settings: Settings,
    channel: str,
    rows: pd.DataFrame,
    recipient: str,
    out: Path,
    now: dt.datetime,
    asked: Asked,
    why: Mapping[str, Any],
) -> Receipt:
    """Write, keep and hand over one channel's export; without anybody to send to there is only the receipt.

    Parameters
    ----------
    settings, recipient, out, now, asked
        As ``export`` was given them.
    channel
        Whose rows.
    rows
        Everybody named, with ``reason`` (null: they go out), ``address`` and ``words``.
    why
        A row of the seed export_reasons by reason.
    """
    going = rows[rows["reason"].isna()]
    kept_in = collections.Counter(rows["reason"].dropna())
    export_id = _next_id(settings, asked.date, channel, recipient, out)
    place = out / export_id
    receipt = Receipt(export_id, channel, place, len(rows), len(going), dict(sorted(kept_in.items())))
    if going.empty:
        return dataclasses.replace(receipt, folder=out)
    draft = draft_of(place)
    if draft.exists():  # of a process that died before anything was kept: it never left the house
        shutil.rmtree(draft)
    try:
        activations.note_place(settings, place)
        table, said = _written(settings, receipt, going, recipient, now, asked, why, draft)
        activations.keep(settings, export_id, log_rows(table, going, said, now), place)
    except BaseException as error:
        if export_id in activations.exports(settings):
            raise  # kept: it left the house, and the next export hands it over
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            what = f"{error.filename or out}: {error.strerror or error}"
            raise ExportRefused(f"{what}; nothing of {export_id} left the house: make room and export again") from None
        raise
    finish(settings)
    return receipt


def finish(settings: Settings, say: Callable[[str], None] = lambda line: None) -> None:
    """Give every export that the log knows its folder: one whose process died in between is handed over now.

    A draft that the log does not know is of a process that died before anything counted: it goes. Where neither the
    draft nor the folder stands, somebody may have uploaded the files and deleted them as the page says: its rows stay
    out, and whoever knows better takes them back.
    """
    forget_drafts(settings)
    for export_id, place in activations.unfinished(settings):
        draft = draft_of(place)
        if draft.exists():
            draft.rename(place)
            sync_folder(place.parent)
            say(f"{export_id}: its process died before it was handed over; it is now in {place}")
        elif not place.exists():
            say(
                f"{export_id}: its folder {place} is gone; its rows count as sent: if they were not,"
                f' siyu withdraw {export_id} --reason "never uploaded"'
            )
        audit_log.append(settings, "exported", _told(settings, export_id))
        activations.finished(settings, export_id)


def forget_drafts(settings: Settings) -> None:
    """Take away what a process wrote that was killed before its export counted; the home's lock has to be held."""
    known = {activations.place_of(settings, export_id) for export_id in activations.exports(settings)}
    for place in activations.noted_places(settings):
        if place not in known and draft_of(place).is_dir():
            shutil.rmtree(draft_of(place))


def _told(settings: Settings, export_id: str) -> dict[str, Any]:
    """Return what the audit log says of an export: how many rows, in which ways, for whom, in which files."""
    rows = activations.rows_of(settings, export_id)
    first = rows.slice(0, 1).to_pylist()[0]
    files = dict(zip(first["file_name"].split("|"), first["file_sha256"].split("|"), strict=True))
    said = {"export": export_id, "rows": rows.num_rows, "ways": activations.ways_of(settings, export_id)}
    return {**said, **{name: first[name] for name in ("version", "recipient")}, "files": files}


def withdraw(
    settings: Settings, connection: duckdb.DuckDBPyConnection, export_id: str, why: str, now: dt.datetime
) -> tuple[int, int]:
    """Take an export back; return how many rows count no more, and how many the platform told that it sent.

    Raises
    ------
    ExportRefused
        No reason, or no export of that name, or all of it was taken back before.
    """
    if not why.strip():
        raise ExportRefused("--reason is empty: it is kept with the rows that are taken back")
    known = activations.exports(settings)
    if export_id not in known:
        raise ExportRefused(
            f"no export is called {export_id!r}; the last ones are: {', '.join(known[-3:] or ['none'])}"
        )
    finish(settings)
    activations.load(settings, connection)
    rows = connection.execute(_TO_TAKE_BACK, {"export_id": export_id}).fetchall()
    back = [
        {"export_id": export_id, "recipient_token": token, "reason": why.strip()} for token, sent in rows if not sent
    ]
    if not back:
        raise ExportRefused(f"{export_id}: nothing of it is left to take back")
    activations.withdraw(settings, back, now)
    activations.load(settings, connection)
    return len(back), len(rows) - len(back)


def draft_of(place: Path) -> Path:
    """Return the hidden folder in which an export is written before it has its name."""
    return place.with_name(f".{place.name}.partial")


def _written(
    settings: Settings,
    receipt: Receipt,
    going: pd.DataFrame,
    recipient: str,
    now: dt.datetime,
    asked: Asked,
    why: Mapping[str, Any],
    draft: Path,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Write the draft, durably; return its rows and what its receipt says."""
    draft.mkdir(mode=PRIVATE_FOLDER_MODE)
    gateway = GATEWAYS[receipt.message_channel]
    due, told = (going[name].iloc[0] for name in ("receipts_due", "receipts_told"))  # the channel's, on every row
    table = rows_out(going, load_key(settings, "activation"), recipient, settings)
    files = [*gateway.write(table, draft), *write_coupons(table, draft)]
    for file in files:
        file.chmod(PRIVATE_MODE)
    said = {
        "export_id": receipt.export_id,
        "message_channel": receipt.message_channel,
        "recipient": recipient,
        "entrusted": json.loads(TypeAdapter(Recipient).dump_json(settings.recipients[recipient])),
        "version": Store(settings.published).current(),
        "as_of_date": asked.date.isoformat(),
        "store": asked.store,
        "exported_at": now.isoformat() + "Z",
        "rows_named": receipt.named,
        "rows_out": receipt.out,
        "kept_in": receipt.kept_in,
        "receipts": None if pd.isna(due) else {"due": int(due), "came": int(told)},
        "channel_is_silent": bool(going["channel_is_silent"].iloc[0]),
        "files": {file.name: sha256_of(file) for file in files},
    }
    write_text(draft / RECEIPT, json.dumps(said, ensure_ascii=False, indent=1) + "\n", PRIVATE_MODE)
    write_text(draft / "index.html", handover_page(said, gateway, going, why), PRIVATE_MODE)
    for file in files:
        sync_file(file)
    sync_folder(draft)
    sync_folder(draft.parent)
    return table, said


def rows_out(going: pd.DataFrame, key: bytes, recipient: str, settings: Settings) -> list[dict[str, Any]]:
    """Return what the gateways' writers read, a row per recipient, in the order of the list."""
    rows, brand = [], settings.brand_name
    fields = fields_of(pd.DataFrame([row for _, row in read_seed(seed_file(settings, "subscription_fields")).cells()]))
    read = going[[name for name in (*_READ, "task_id") if name in going]]
    told = (
        read
        .astype(object)
        .where(read.notna(), None)
        .assign(after=_local(going["send_after_at"]), before=_local(going["send_before_at"]))
    )
    for row in told.to_dict("records"):
        who = (row["one_id"], row["message_channel"], row["audience_id"])
        token = recipient_token(key, *who, recipient)
        rows.append({
            **{name: row[name] for name in _GIVEN},
            "variables": row["template_variables"],
            "title": brand,
            "fields": fields.get(row["template_id"], {}),
            "subject": subject(row["words"], row["consent_purpose"], brand),
            "after": row["after"],
            "before": row["before"],
            "out_id": token,
            "task_id": row.get("task_id"),
            "token": token,
            "published_token": recipient_token(key, *who),
        })
    return rows


def log_rows(
    rows: Sequence[Mapping[str, Any]], going: pd.DataFrame, said: Mapping[str, Any], now: dt.datetime
) -> pa.Table:
    """Return the rows of the log, one per recipient."""
    names, sums = "|".join(said["files"]), "|".join(said["files"].values())
    frame = going.assign(
        export_id=said["export_id"],
        version=said["version"],
        recipient=said["recipient"],
        recipient_token=[row["token"] for row in rows],
        published_token=[row["published_token"] for row in rows],
        task_id=[row["task_id"] for row in rows],
        file_name=names,
        file_sha256=sums,
        exported_at=now,
        expires_at=going["send_before_at"].dt.tz_convert("UTC").dt.tz_localize(None),
        as_of_date=going["as_of_date"].dt.date,
    )
    return pa.Table.from_pandas(frame[activations.ACTIVATIONS.names], activations.ACTIVATIONS, preserve_index=False)


def _next_id(settings: Settings, date: dt.date, channel: str, recipient: str, out: Path) -> str:
    """Return the first free number of a date, channel and recipient; one that stands in ``out`` is not free."""
    stem = f"{date:%Y%m%d}-{channel}-{recipient}-"
    ends = {name.removeprefix(stem) for name in activations.exports(settings) if name.startswith(stem)}
    number = max((int(end) for end in ends if end.isdigit()), default=0) + 1  # not those of cloud-sms to cloud
    while (out / f"{stem}{number:03d}").exists():
        number += 1
    return f"{stem}{number:03d}"


def _local(at: pd.Series) -> pd.Series:
    return (at.dt.tz_convert("UTC").dt.tz_localize(None) + SHANGHAI_OFFSET).dt.strftime("%Y-%m-%d %H:%M:%S")
