"""The leads that wait for their owners, a sheet each, from CURRENT: no name and no number stands in it."""

import collections
import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from orchestration import audit_log
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE
from orchestration.labels import Labels
from orchestration.publishing.versions import Store
from orchestration.sending import activations
from orchestration.sending.export import make_folder
from orchestration.sending.gateways.cells import write_csv
from orchestration.sending.handing_over import ExportRefused
from orchestration.sending.tasks.lists import file_name
from orchestration.settings import Settings

#: The head of the column that says which lead it is.
LEAD: Final = "线索"
_HEAD: Final = (LEAD, "公司", "步骤", "天数", "下一步", "渠道", "哪天之前", "为什么先找")
_NOBODY: Final = "nobody"
#: What a row of `_WAITING` holds; a lead's play is no policy of the recall, so that no stop of a policy is about it.
_COLUMNS: Final = (
    "staff_id", "lead_id", "company", "step", "days_in_step", "next_play", "message_channel", "due_date", "why",
    "is_refused", "store_id",
)  # fmt: skip
_REFUSED: Final = _COLUMNS.index("is_refused")
#: Who refused since the version was made is left out, as far as the warehouse knows by now.
_WAITING: Final = """
    select leads.staff_id, leads.lead_id, leads.company, leads.step, leads.days_in_step, leads.next_play,
           leads.message_channel, leads.due_date, concat_ws('；', leads.reason_1, leads.reason_2, leads.reason_3),
           refused.one_id is not null or unprofiled.one_id is not null, staff.store_id
    from current_leads as leads
    left join published.do_not_contact_at_publish as refused
        on leads.one_id = refused.one_id and leads.message_channel = refused.message_channel
    left join (select distinct one_id from published.profiling_refused_at_publish where as_of_date = $date)
        as unprofiled on leads.one_id = unprofiled.one_id
    left join current_staff as staff on leads.staff_id = staff.staff_id
    where leads.next_play is not null
    order by leads.staff_id nulls last, leads.status = 'opportunity' desc, leads.status = 'qualified' desc,
             leads.qualifies_28d desc nulls last, leads.due_date, leads.lead_id
"""


@dataclasses.dataclass(frozen=True)
class LeadSheets:
    """What was written: the folder, leads by owner (nobody's under nobody), how many refused since or are stopped."""

    folder: Path
    by_owner: dict[str, int]
    refused_since: int
    stopped: int


def write_leads(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    date: dt.date,
    out: Path,
    words: Labels,
    is_stopped: Callable[[pd.DataFrame], pd.Series],
) -> LeadSheets:
    """Write a sheet for each owner of leads that wait for them, in the order of the report.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held.
    connection
        The warehouse.
    date
        That of CURRENT.
    out
        The folder to write to; a folder of the date is made in it.
    words
        Codes in words.
    is_stopped
        Which rows a person stopped.

    Raises
    ------
    ExportRefused
        A refusal could not be read and may be anybody's, CURRENT is of a release that knew no leads, the sheets of the
        date stand there already, or the folder cannot be written.
    """
    if connection.execute("select is_open from published.sending_gate").fetchall() != [(True,)]:
        raise ExportRefused("a refusal could not be read, so nobody is to be called: see siyu refusals")
    make_folder(settings, out)
    rows = _waiting(settings, connection, date)
    facts = pd.DataFrame(rows, columns=_COLUMNS).assign(policy_id=None)
    held = is_stopped(facts).tolist()
    by_owner: dict[str, list[tuple[object, ...]]] = {}
    for row, is_held in zip(rows, held, strict=True):
        owner, lead, company, step, days, play, channel, due, why, is_refused, _ = row
        if not is_refused and not is_held:
            said = words.zh("lead_step", step), days, words.zh("lead_play", play), words.zh("message_channel", channel)
            by_owner.setdefault(owner or _NOBODY, []).append((lead, company or "", *said, due, why))
    folder, taken = out / f"leads-{date.isoformat()}", set[str]()
    activations.note_place(settings, folder)
    try:
        folder.mkdir(mode=PRIVATE_FOLDER_MODE)
        for owner, mine in by_owner.items():
            write_csv(folder / f"{file_name(owner, taken)}.csv", _HEAD, mine).chmod(PRIVATE_MODE)
    except OSError as error:
        raise ExportRefused(f"{error.filename or out}: {error.strerror or error}") from None
    left_out = collections.Counter(
        "refused" if row[_REFUSED] else "stopped"
        for row, is_held in zip(rows, held, strict=True)
        if row[_REFUSED] or is_held
    )
    done = LeadSheets(
        folder, {owner: len(mine) for owner, mine in by_owner.items()}, left_out["refused"], left_out["stopped"]
    )
    audit_log.append(
        settings,
        "leads_written",
        {"of": date.isoformat(), "leads": sum(done.by_owner.values()), "sheets": len(by_owner), **left_out},
    )
    return done


def _waiting(settings: Settings, connection: duckdb.DuckDBPyConnection, date: dt.date) -> list[tuple[Any, ...]]:
    store = Store(settings.published)
    folder = store.versions / (store.current() or "")
    try:
        connection.register("current_leads", pq.read_table(folder / "lead_stages.parquet"))
        connection.register("current_staff", pq.read_table(folder / "staff.parquet", columns=["staff_id", "store_id"]))
    except FileNotFoundError:
        raise ExportRefused(
            f"CURRENT is of a release that knew no leads; run its date again: siyu daily {date}"
        ) from None
    rows = connection.execute(_WAITING, {"date": date}).fetchall()
    connection.unregister("current_leads")
    connection.unregister("current_staff")
    return rows
