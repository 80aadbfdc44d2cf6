"""The leads that wait for their owners, a sheet each, from CURRENT: no name and no number stands in it."""

import csv
import dataclasses
import datetime as dt
from pathlib import Path
from typing import Final

import duckdb
import pyarrow.parquet as pq

from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE
from orchestration.labels import Labels
from orchestration.publishing.versions import Store
from orchestration.sending.handing_over import ExportRefused
from orchestration.sending.tasks.lists import file_name
from orchestration.settings import Settings

_HEAD: Final = ("线索", "公司", "步骤", "天数", "下一步", "渠道", "哪天之前", "为什么先找")
_NOBODY: Final = "nobody"
#: Who refused since the version was made is left out, as far as the warehouse knows by now.
_WAITING: Final = """
    select leads.staff_id, leads.lead_id, leads.company, leads.step, leads.days_in_step, leads.next_play,
           leads.message_channel, leads.due_date, concat_ws('；', leads.reason_1, leads.reason_2, leads.reason_3),
           refused.one_id is not null or unprofiled.one_id is not null
    from current_leads as leads
    left join published.do_not_contact_at_publish as refused
        on leads.one_id = refused.one_id and leads.message_channel = refused.message_channel
    left join (select distinct one_id from published.profiling_refused_at_publish where as_of_date = $date)
        as unprofiled on leads.one_id = unprofiled.one_id
    where leads.next_play is not null
    order by leads.staff_id nulls last, leads.status = 'opportunity' desc, leads.status = 'qualified' desc,
             leads.qualifies_28d desc nulls last, leads.due_date, leads.lead_id
"""


@dataclasses.dataclass(frozen=True)
class LeadSheets:
    """What was written: the folder, leads by owner (nobody's under nobody), and how many refused since."""

    folder: Path
    by_owner: dict[str, int]
    refused_since: int


def write_leads(
    settings: Settings, connection: duckdb.DuckDBPyConnection, date: dt.date, out: Path, words: Labels
) -> LeadSheets:
    """Write a sheet for each owner of leads that wait for them, in the order of the report.

    Parameters
    ----------
    settings
        Whose home.
    connection
        The warehouse.
    date
        That of CURRENT.
    out
        The folder to write to; a folder of the date is made in it.
    words
        Codes in words.

    Raises
    ------
    ExportRefused
        A refusal could not be read and may be anybody's, the sheets of the date stand there already, or the folder
        cannot be written.
    """
    if connection.execute("select is_open from published.sending_gate").fetchall() != [(True,)]:
        raise ExportRefused("a refusal could not be read, so nobody is to be called: see siyu refusals")
    store = Store(settings.published)
    file = store.versions / (store.current() or "") / "lead_stages.parquet"
    connection.register("current_leads", pq.read_table(file))
    rows = connection.execute(_WAITING, {"date": date}).fetchall()
    connection.unregister("current_leads")
    by_owner: dict[str, list[tuple[object, ...]]] = {}
    for owner, lead, company, step, days, play, channel, due, why, is_refused in rows:
        if not is_refused:
            said = words.zh("lead_step", step), days, words.zh("lead_play", play), words.zh("message_channel", channel)
            by_owner.setdefault(owner or _NOBODY, []).append((lead, company or "", *said, due, why))
    folder, taken = out / f"leads-{date.isoformat()}", set[str]()
    try:
        folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True)
        for owner, mine in by_owner.items():
            path = folder / f"{file_name(owner, taken)}.csv"
            with path.open("w", encoding="utf-8-sig", newline="") as sheet:
                csv.writer(sheet).writerows([_HEAD, *mine])
            path.chmod(PRIVATE_MODE)
    except OSError as error:
        raise ExportRefused(f"{error.filename or out}: {error.strerror or error}") from None
    return LeadSheets(folder, {owner: len(mine) for owner, mine in by_owner.items()}, sum(row[-1] for row in rows))
