"""The tasks of CURRENT, asked once more as of now, written out by store and member, and kept in the log of what left.

A task counts as sent from its list on, like every export; written again it is the same one. What comes of it lands as
standard/task_sheets or standard/task_results and finds it by its id.
"""

import collections
import dataclasses
import datetime as dt
import re
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
from orchestration.channels.engine.vault import Vault, open_vault
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, sha256_of, sync_file, sync_folder
from orchestration.labels import Labels, labels
from orchestration.publishing.versions import Store
from orchestration.sending import activations
from orchestration.sending.export import make_folder, with_addresses, with_words
from orchestration.sending.handing_over import ExportRefused, draft_of, finish, log_rows, rows_out
from orchestration.sending.reasons import Asked, facts, reasons, without_room
from orchestration.sending.recipients import OWN_STAFF
from orchestration.sending.tasks import names
from orchestration.sending.tasks.phone import phone_page
from orchestration.sending.tasks.sheet import write_sheet
from orchestration.settings import Settings

_KEY: Final = ["one_id", "audience_id", "message_channel"]
#: What a task adds to a row of the audience.
_OF_TASKS: Final = (
    "one_id",
    "message_channel",
    "priority",
    "offer_words",
    "talking_point_1",
    "talking_point_2",
    "do_not_say",
    "list_kind",
)
_GIVEN: Final = """
    select distinct sent.one_id, sent.audience_id, sent.message_channel
    from channels.activations as sent
    left join channels.withdrawals as withdrawn
        on sent.export_id = withdrawn.export_id
        and coalesce(withdrawn.recipient_token, sent.recipient_token) = sent.recipient_token
    where withdrawn.export_id is null and sent.recipient = $staff
"""
_NO_STORE: Final = "no-store"
_UNSAFE: Final = re.compile(r"[^0-9A-Za-z_-]+")


@dataclasses.dataclass(frozen=True)
class Written:
    """What was written: tasks named, tasks out, why each other is not, and for how many stores and members."""

    folder: Path | None
    named: int
    out: int
    kept_in: dict[str, int]
    stores: int
    members: int


def write_tasks(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    date: dt.date,
    store: str | None,
    out: Path,
    now: dt.datetime,
    is_stopped: Callable[[pd.DataFrame], pd.Series],
    say: Callable[[str], None] = lambda line: None,
) -> Written:
    """Write the tasks of a date: a sheet for each store and a page for each member of staff.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held.
    connection
        The warehouse, opened for writing.
    date
        That of CURRENT.
    store
        Whose tasks; None for all.
    out
        The folder to write to, made where it is missing; each call writes a folder of its own in it.
    now
        The home's clock, UTC without a zone.
    is_stopped
        Which rows a person stopped.
    say
        Told of an earlier list that is only now handed over.

    Raises
    ------
    ExportRefused
        No such folder, or it cannot be written; no such store.
    """
    make_folder(settings, out)
    finish(settings, say)
    activations.load(settings, connection)
    rows = _asked_again(settings, connection, date, store, now, is_stopped)
    if store and rows.empty and store not in (known := names.stores(connection)):
        raise ExportRefused(f"there is no store {store!r}; stores are: {', '.join(sorted(known)) or 'none'}")
    going = rows[rows["reason"].isna()]
    kept_in = dict(sorted(collections.Counter(rows["reason"].dropna()).items()))
    if going.empty:
        return Written(None, len(rows), 0, kept_in, 0, 0)
    place = out / _next_id(settings, date, out)
    draft = draft_of(place)
    if draft.exists():  # of a process that died before anything was kept: nobody was given it
        shutil.rmtree(draft)
    draft.mkdir(mode=PRIVATE_FOLDER_MODE)
    try:
        with open_vault(settings) as vault:
            tasks = _in_words(connection, vault, going, labels(connection), _local(now).date())
        files = _written(draft, tasks, _yesterday(settings, date))
        _hand_over(settings, going, files, draft, place, now)
    except BaseException as error:
        if place.name in activations.exports(settings):
            raise  # kept: it is handed over by whoever comes next
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            what = f"{error.filename or out}: {error.strerror or error}"
            raise ExportRefused(f"{what}; nothing was handed out: make room and write the tasks again") from None
        raise
    members = {(task["store_id"], task["staff_id"]) for task in tasks}
    return Written(place, len(rows), len(going), kept_in, len({one for one, _ in members}), len(members))


def _asked_again(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    date: dt.date,
    store: str | None,
    now: dt.datetime,
    is_stopped: Callable[[pd.DataFrame], pd.Series],
) -> pd.DataFrame:
    """Return every task with the first reason that keeps it in, its address (calls alone) and its words."""
    version = Store(settings.published)
    file = version.versions / (version.current() or "") / "recall_tasks.parquet"
    tasks = pq.read_table(file, columns=list(_OF_TASKS)).to_pandas()
    asked = Asked(date, ("audience",), tuple(sorted(set(tasks["message_channel"]))), store)
    published = tasks[["one_id", "message_channel"]].assign(list_name="audience")
    rows = facts(connection, asked, published).merge(tasks, on=["one_id", "message_channel"])
    given = connection.execute(_GIVEN, {"staff": OWN_STAFF}).df()
    is_given = pd.MultiIndex.from_frame(rows[_KEY]).isin(pd.MultiIndex.from_frame(given[_KEY]))
    # Written again it is the same task: it is no second message, and it counts already.
    rows = rows.assign(is_given=is_given, is_out=rows["is_out"] & ~is_given, cap_id=rows["cap_id"].mask(is_given))
    listed = connection.sql("select reason, rank from seeds.export_reasons").fetchall()
    rows["reason"] = reasons(rows, now, dict(listed), is_stopped, settings, for_staff=True)
    rows = with_words(with_addresses(settings, rows), settings)
    fresh = rows[~rows["is_given"]]
    rows.loc[fresh.index, "reason"] = without_room(connection, fresh, now, settings.coupon_liability_yuan * 100)
    return rows


def _in_words(
    connection: duckdb.DuckDBPyConnection, vault: Vault, going: pd.DataFrame, words: Labels, day: dt.date
) -> list[dict[str, Any]]:
    """Return the tasks as they are read, by store, member and turn."""
    of_customers = names.customers(connection, vault, going["one_id"].tolist())
    of_staff = names.staff(connection, vault, going["staff_id"].unique().tolist())
    of_stores = names.stores(connection)
    ordered = going.sort_values(["store_id", "staff_id", "priority"], na_position="last")
    tasks, place = [], collections.Counter[str]()
    for row in ordered.astype(object).where(ordered.notna(), None).to_dict("records"):
        name, bars = of_customers[row["one_id"]], [_full_width(one) for one in _sentences(row["do_not_say"])]
        place[row["staff_id"]] += 1
        reason, _, deed = _full_width(str(row["why"])).partition(" → ")
        talking = [_full_width(point) for point in (row["talking_point_1"], row["talking_point_2"]) if point]
        customer = f"{name.shown}（{name.beside}）" if name.beside else name.shown
        tasks.append({
            "store_id": row["store_id"],
            "store": of_stores.get(row["store_id"], row["store_id"]) or "没有门店",
            "staff_id": row["staff_id"],
            "staff_name": of_staff[row["staff_id"]],
            "place": place[row["staff_id"]],
            "customer": customer,
            "list_kind": row["list_kind"],
            "kind": words.zh("list_kind", row["list_kind"]),
            "way": words.zh("message_channel", row["message_channel"]),
            "mobile": row["address"] if row["message_channel"] == "call" else "",
            "reason": f"{reason}。{deed}" if deed else reason,
            "words": name.greeted(row["words"]) if row["words"] else "",
            "talking": talking,
            "talk": "；".join(talking),
            "bars": bars,
            "do_not_say": "；".join(bars),
            "after": f"{_local(row['send_after_at']):%H:%M}",
            "before": f"{_local(row['send_before_at']):%H:%M}",
            "task_id": row["task_id"],
            "day": day.isoformat(),
        })
    return tasks


def _full_width(text: str) -> str:
    """Return a text with the commas of Chinese print, as a person reads it."""
    return text.replace(",", "，").replace(";", "；")


def _sentences(text: str | None) -> list[str]:
    return [one for one in re.split("[;；]", text or "") if one.strip()]


def _written(
    draft: Path, tasks: Sequence[Mapping[str, Any]], yesterday: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Write a sheet a store and a page a member; return the files' sha256 by their names below the folder."""
    found, taken = [], set[str]()
    by_store: dict[str, list[Mapping[str, Any]]] = {}
    for task in tasks:
        by_store.setdefault(task["store_id"] or "", []).append(task)
    for store, mine in by_store.items():
        stem = file_name(store or _NO_STORE, taken)
        found.append(write_sheet(draft / f"tasks-{stem}-{mine[0]['day']}.xlsx", mine))
        folder, pages = draft / stem, set[str]()
        folder.mkdir(mode=PRIVATE_FOLDER_MODE)
        for staff in dict.fromkeys(task["staff_id"] for task in mine):
            own = [task for task in mine if task["staff_id"] == staff]
            page = phone_page(own, own[0]["staff_name"], own[0]["store"], own[0]["day"], yesterday.get(staff))
            found.append(folder / f"{file_name(staff, pages)}.html")
            found[-1].write_text(page, encoding="utf-8")
        sync_folder(folder)
    for file in found:
        file.chmod(PRIVATE_MODE)
        sync_file(file)
    sync_folder(draft)
    return {str(file.relative_to(draft)): sha256_of(file) for file in found}


def file_name(of: str, taken: set[str]) -> str:
    """Return an id as a file may be called, unlike every other one in ``taken``."""
    plain = _UNSAFE.sub("_", of) or "_"
    name = next(
        each for number in range(len(taken) + 1) if (each := f"{plain}~{number}" if number else plain) not in taken
    )
    taken.add(name)
    return name


def _yesterday(settings: Settings, date: dt.date) -> dict[str, dict[str, Any]]:
    """Return what CURRENT says of each member's day: what was on their list of that day, and what came of it."""
    version = Store(settings.published)
    file = version.versions / (version.current() or "") / "staff_daily.parquet"
    if "assigned" not in pq.read_schema(file).names:
        return {}
    rows = pq.read_table(file, filters=[("kpi_date", "=", date)]).to_pylist()
    return {
        row["staff_id"]: {name: row[name] or 0 for name in ("assigned", "sent", "replied", "booked", "bought")}
        for row in rows
        if row["assigned"]
    }


def _hand_over(
    settings: Settings, going: pd.DataFrame, files: Mapping[str, str], draft: Path, place: Path, now: dt.datetime
) -> None:
    """Keep who is new in the log, and give the folder its name; a list of nobody new is only told of."""
    version = Store(settings.published).current()
    fresh = going[~going["is_given"]]
    if not fresh.empty:
        said = {"export_id": place.name, "version": version, "recipient": OWN_STAFF, "files": files}
        table = rows_out(fresh, load_key(settings, "activation"), OWN_STAFF, settings)
        activations.keep(settings, place.name, log_rows(table, fresh, said, now), place)
        finish(settings)
        return
    told = {"export": place.name, "rows": len(going), "version": version, "recipient": OWN_STAFF, "files": dict(files)}
    # told first: a list that stands and of which the log knows nothing is worse than the other way round
    audit_log.append(settings, activations.WRITTEN_AGAIN, told)
    activations.note_again(settings, place)
    draft.rename(place)
    sync_folder(place.parent)


def _next_id(settings: Settings, date: dt.date, out: Path) -> str:
    known, stem, number = set(activations.exports(settings)), f"{date:%Y%m%d}-tasks-", 1
    while (name := f"{stem}{number:03d}") in known or (out / name).exists():
        number += 1
    return name


def _local(at: Any) -> dt.datetime:
    moment = pd.Timestamp(at)
    moment = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
    return (moment + SHANGHAI_OFFSET).to_pydatetime()
