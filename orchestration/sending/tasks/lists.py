"""The tasks of CURRENT, asked once more as of now, written out by store and member, and kept in the log of what left.

A task counts as sent from its list on, like every export; written again it is the same one. What comes of it lands as
standard/task_sheets or standard/task_results and finds it by its id.
"""

import collections
import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from orchestration.channels.engine.vault import Vault, open_vault
from orchestration.files import PRIVATE_FOLDER_MODE, sync_folder
from orchestration.labels import Labels, labels
from orchestration.publishing.versions import Store
from orchestration.sending import activations
from orchestration.sending.export import make_folder
from orchestration.sending.handing_over import ExportRefused, finish
from orchestration.sending.reasons import Asked
from orchestration.sending.tasks import names
from orchestration.sending.tasks.given import (
    Written,
    asked_again,
    current_rows,
    full_width,
    hand_out,
    kept_in,
    local,
    sealed,
)
from orchestration.sending.tasks.phone import phone_page
from orchestration.sending.tasks.sheet import write_sheet
from orchestration.settings import Settings

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
_NO_STORE: Final = "no-store"
_UNSAFE: Final = re.compile(r"[^0-9A-Za-z_-]+")


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
    tasks = current_rows(settings, "recall_tasks", _OF_TASKS)
    asked = Asked(date, ("audience",), tuple(sorted(set(tasks["message_channel"]))), store)
    rows = asked_again(settings, connection, asked, tasks, now, is_stopped)
    if store and rows.empty and store not in (known := names.stores(connection)):
        raise ExportRefused(f"there is no store {store!r}; stores are: {', '.join(sorted(known)) or 'none'}")
    going = rows[rows["reason"].isna()]
    found: list[dict[str, Any]] = []

    def written(draft: Path) -> dict[str, str]:
        with open_vault(settings) as vault:
            found.extend(_in_words(connection, vault, going, labels(connection), local(now).date()))
        return _written(draft, found, _yesterday(settings, date))

    folder = hand_out(settings, going, date, "tasks", out, now, written)
    members = {(task["store_id"], task["staff_id"]) for task in found}
    return Written(folder, len(rows), len(going), kept_in(rows), len({one for one, _ in members}), len(members))


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
        name, bars = of_customers[row["one_id"]], [full_width(one) for one in _sentences(row["do_not_say"])]
        place[row["staff_id"]] += 1
        reason, _, deed = full_width(str(row["why"])).partition(" → ")
        talking = [full_width(point) for point in (row["talking_point_1"], row["talking_point_2"]) if point]
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
            "after": f"{local(row['send_after_at']):%H:%M}",
            "before": f"{local(row['send_before_at']):%H:%M}",
            "task_id": row["task_id"],
            "day": day.isoformat(),
        })
    return tasks


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
    return sealed(draft, found)


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
