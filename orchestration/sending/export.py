"""What leaves the house: a published list becomes files that gateways take, once, and is written down.

An export is written to a hidden folder, then its rows are kept in the log (``activations``), then the folder gets its
name. A process that dies before the log is written has sent nothing and leaves nothing that counts; one that dies after
it is finished by the next command. So nobody stands in two exports of one plan, and nobody is lost between them.
"""

import collections
import dataclasses
import datetime as dt
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.keys import load_key
from orchestration.channels.engine.vault import open_vault
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, sha256_of, sync_file, sync_folder, write_text
from orchestration.home_rules import own_rules
from orchestration.publishing.files import recipient_token
from orchestration.publishing.versions import Store, date_of
from orchestration.release import noted, release_of_rules
from orchestration.sending import activations
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.page import handover_page
from orchestration.sending.reasons import Asked, facts, reasons, without_room
from orchestration.sending.words import filled
from orchestration.settings import Settings

LISTS: Final = ("audience", "general")
_GENERAL: Final = """
    select message_channel, template_id, text_zh from seeds.message_templates where scene_id = 'general' and approved
"""
RECEIPT: Final = "receipt.json"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_IN_VAULT: Final = ("mobile", "email")


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


def export(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    recipient: str,
    out: Path,
    now: dt.datetime,
    is_stopped: Callable[[pd.DataFrame], pd.Series],
    say: Callable[[str], None] = lambda line: None,
) -> list[Receipt]:
    """Export the published lists of a date; return a receipt per channel that has anybody on them.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held.
    connection
        The warehouse, opened for writing.
    asked
        Lists, channels and store; its date is that of CURRENT.
    recipient
        Who gets the files (a gateway, an agency), in letters, digits, - and _; tokens differ by this name.
    out
        The folder to write to, made where it is missing.
    now
        The home's clock, UTC without a zone.
    is_stopped
        Which rows a person stopped.
    say
        Told a line per channel.

    Raises
    ------
    ExportRefused
        No such recipient name or folder, or the warehouse does not hold CURRENT's date.
    """
    if not _NAME.fullmatch(recipient):
        raise ExportRefused(
            f"--recipient {recipient!r}: use letters, digits, - and _, for example --recipient cloud-sms"
        )
    _make_folder(out)
    finish(settings, say)
    activations.load(settings, connection)
    listed = connection.sql("select * from seeds.export_reasons").to_arrow_table().to_pylist()
    words = {row["reason"]: row for row in listed}
    ranks = {reason: row["rank"] for reason, row in words.items()}
    rows = facts(connection, asked, _published(settings, asked))
    rows["reason"] = reasons(rows, now, ranks, is_stopped, settings.wecom_by)
    rows = _with_words(_with_addresses(settings, rows), settings)
    rows["reason"] = without_room(connection, rows, now, settings.coupon_liability_yuan * 100)
    general = connection.execute(_GENERAL).fetchall()
    rows = _with_company(rows, {channel: (name, text) for channel, name, text in general}, _of_home(settings))
    done = []
    for channel in asked.channels:
        mine = rows[rows["message_channel"] == channel]
        if not mine.empty:
            done.append(_one_channel(settings, channel, mine, recipient, out, now, asked, words))
            receipt = done[-1]
            say(f"{channel}: {receipt.out} of {receipt.named} go out" + _said(receipt.kept_in))
    return done


def current_date(settings: Settings, connection: duckdb.DuckDBPyConnection) -> dt.date:
    """Return the date of CURRENT, whose lists are exported.

    Raises
    ------
    ExportRefused
        Nothing is published, or the last run was of another date or under other rules: what is asked now is not there.
    """
    current = Store(settings.published).current()
    if current is None:
        raise ExportRefused("nothing is published yet; start with: siyu daily DATE")
    date = dt.date.fromisoformat(date_of(current))
    if noted(connection, "dbt") != release_of_rules(own=[rules.file for rules in own_rules(settings)]):
        raise ExportRefused(f"the rules changed since the last run; run the date of CURRENT again: siyu daily {date}")
    asked = "select max(as_of_date), coalesce(bool_or(as_of_date = ?), true) from published.contact_consents"
    ((newest, is_held),) = connection.execute(asked, [date]).fetchall()
    if not is_held:
        raise ExportRefused(
            f"CURRENT is of {date}, and the last run was of {newest}: run CURRENT's date again: siyu daily {date}"
        )
    return date


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise ExportRefused(f"--out {out}: {error.strerror}; name a folder that can be written") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise ExportRefused(f"--out {out}: cannot be written; name another folder")


def _published(settings: Settings, asked: Asked) -> pd.DataFrame:
    """Return whom the version that readers read names on its lists."""
    store = Store(settings.published)
    folder = store.versions / (store.current() or "")
    frames = []
    for name, file in (("audience", "recall_audience"), ("general", "general_list")):
        if name in asked.lists:
            frame = pq.read_table(folder / f"{file}.parquet", columns=["one_id", "message_channel"]).to_pandas()
            frames.append(frame.assign(list_name=name))
    return pd.concat(frames, ignore_index=True)


def _with_addresses(settings: Settings, rows: pd.DataFrame) -> pd.DataFrame:
    """Add ``address``: numbers and e-mail addresses out of the vault, a platform's ids as they are."""
    going = rows["reason"].isna()
    in_vault = going & rows["id_type"].isin(_IN_VAULT)
    with open_vault(settings) as vault:
        plain = vault.reveal(rows.loc[in_vault, "id_token"])
    address = rows["id_token"].where(~rows["id_type"].isin(_IN_VAULT), rows["id_token"].map(plain))
    lost = in_vault & address.isna()
    return rows.assign(address=address.where(going), reason=rows["reason"].mask(lost, "not_in_vault"))


def _with_words(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Add ``words``, and keep in whoever's words have a variable that nobody fills."""
    home = _of_home(settings)
    texts = zip(rows["text_zh"], rows["template_variables"], strict=True)
    words = pd.Series([filled(t, v, home) if isinstance(t, str) else "" for t, v in texts], rows.index, dtype=object)
    return rows.assign(words=words, reason=rows["reason"].mask(rows["reason"].isna() & words.isna(), "words_unfilled"))


def _with_company(rows: pd.DataFrame, general: Mapping[str, tuple[str, str]], home: Mapping[str, str]) -> pd.DataFrame:
    """Give whoever is alone with their words the channel's general ones, where a platform sends to no list of one.

    Who was promised an offer is told of it or nothing; who is alone with the general words as well stays in.
    """
    rows = rows.copy()
    for channel, gateway in GATEWAYS.items():
        mine = rows["reason"].isna() & rows["message_channel"].eq(channel)
        alone = mine & _is_alone(rows[mine], gateway.least).reindex(rows.index, fill_value=False)
        if channel in general and (alone & rows["offer_id"].isna()).any():
            template_id, text = general[channel]
            given = alone & rows["offer_id"].isna()
            rows.loc[given, ["template_id", "words"]] = [template_id, filled(text, None, home)]
            alone = mine & _is_alone(rows[mine], gateway.least).reindex(rows.index, fill_value=False)
        rows["reason"] = rows["reason"].mask(alone, "list_too_small")
    return rows


def _of_home(settings: Settings) -> dict[str, str]:
    return {"brand": settings.brand_name, "link": settings.brand_link}


def _is_alone(rows: pd.DataFrame, least: int) -> pd.Series:
    alike = rows["id_scope"].fillna("") + "\x1f" + rows["words"].astype(str)
    return alike.map(alike.value_counts()) < least


def _one_channel(
    settings: Settings,
    channel: str,
    rows: pd.DataFrame,
    recipient: str,
    out: Path,
    now: dt.datetime,
    asked: Asked,
    why: Mapping[str, Any],
) -> Receipt:
    """Write, keep and hand over one channel's export; without anybody to send to there is only the receipt."""
    going = rows[rows["reason"].isna()]
    kept_in = collections.Counter(rows["reason"].dropna())
    export_id = _next_id(settings, asked.date, channel, recipient)
    place = out / export_id
    receipt = Receipt(export_id, channel, place, len(rows), len(going), dict(sorted(kept_in.items())))
    if going.empty:
        return dataclasses.replace(receipt, folder=out)
    draft = out / f".{export_id}.partial"
    if draft.exists():  # of a process that died before anything was kept: it never left the house
        shutil.rmtree(draft)
    draft.mkdir(mode=PRIVATE_FOLDER_MODE)
    key = load_key(settings, "activation")
    table = _rows_out(going, key, recipient)
    files = GATEWAYS[channel].write(table, draft)
    for file in files:
        file.chmod(PRIVATE_MODE)
    said = {
        "export_id": export_id,
        "message_channel": channel,
        "recipient": recipient,
        "version": Store(settings.published).current(),
        "as_of_date": asked.date.isoformat(),
        "store": asked.store,
        "exported_at": now.isoformat() + "Z",
        "rows_named": receipt.named,
        "rows_out": receipt.out,
        "kept_in": receipt.kept_in,
        "files": {file.name: sha256_of(file) for file in files},
    }
    write_text(draft / RECEIPT, json.dumps(said, ensure_ascii=False, indent=1) + "\n", PRIVATE_MODE)
    write_text(draft / "index.html", handover_page(said, GATEWAYS[channel], going, why), PRIVATE_MODE)
    for file in draft.iterdir():
        sync_file(file)
    sync_folder(draft)
    activations.keep(settings, export_id, _log(table, going, said, now), place)
    finish(settings)
    return receipt


def _rows_out(going: pd.DataFrame, key: bytes, recipient: str) -> list[dict[str, Any]]:
    """Return what the gateways' writers read, a row per recipient, in the order of the list."""
    rows = []
    for row in going.astype(object).where(going.notna(), None).to_dict("records"):
        who = (row["one_id"], row["message_channel"], row["audience_id"])
        token = recipient_token(key, *who, recipient)
        rows.append({
            **{
                name: row[name]
                for name in ("address", "words", "template_id", "staff_id", "store_id", "id_scope", "why")
            },
            "variables": row["template_variables"],
            "after": _local(row["send_after_at"]),
            "before": _local(row["send_before_at"]),
            "out_id": token,
            "task_id": row.get("task_id"),
            "token": token,
            "published_token": recipient_token(key, *who),
        })
    return rows


def _log(rows: Sequence[Mapping[str, Any]], going: pd.DataFrame, said: Mapping[str, Any], now: dt.datetime) -> pa.Table:
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


def finish(settings: Settings, say: Callable[[str], None] = lambda line: None) -> None:
    """Give every export that the log knows its folder: one whose process died in between is handed over now."""
    for export_id, place in activations.unfinished(settings):
        draft = place.with_name(f".{export_id}.partial")
        if draft.exists():
            draft.rename(place)
            sync_folder(place.parent)
        if place.exists():
            activations.finished(settings, export_id)
        else:
            say(f"{export_id}: its folder {place} is gone before it was handed over; its rows are taken back")
            row = {"export_id": export_id, "recipient_token": None, "reason": "never_handed_over"}
            activations.withdraw(settings, [row], dt.datetime.now(dt.UTC).replace(tzinfo=None))
            activations.finished(settings, export_id)


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
    if export_id not in activations.exports(settings):
        raise ExportRefused(f"no export is called {export_id!r}; the last ones are: {', '.join(_last(settings))}")
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


def _last(settings: Settings) -> list[str]:
    return activations.exports(settings)[-3:] or ["none"]


def _next_id(settings: Settings, date: dt.date, channel: str, recipient: str) -> str:
    stem = f"{date:%Y%m%d}-{channel}-{recipient}-"
    taken = [int(name.removeprefix(stem)) for name in activations.exports(settings) if name.startswith(stem)]
    return f"{stem}{max(taken, default=0) + 1:03d}"


def _local(at: pd.Timestamp) -> str:
    return f"{at.tz_convert('UTC').tz_localize(None) + SHANGHAI_OFFSET:%Y-%m-%d %H:%M:%S}"


def _said(kept_in: Mapping[str, int]) -> str:
    return "; not: " + ", ".join(f"{reason} {count}" for reason, count in kept_in.items()) if kept_in else ""
