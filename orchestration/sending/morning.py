"""An export as a person asks for it, by the command or in Dagster's page: what landed meanwhile is read first."""

import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path

from orchestration.labels import labels
from orchestration.rights import require
from orchestration.sending.brakes import stopped
from orchestration.sending.export import current_date, export, published_date
from orchestration.sending.guard import has_news, look
from orchestration.sending.handing_over import Receipt
from orchestration.sending.reasons import Asked
from orchestration.sending.recipients import entrusted
from orchestration.sending.tasks.desk import write_desk
from orchestration.sending.tasks.given import Written
from orchestration.sending.tasks.leads import LeadSheets, write_leads
from orchestration.sending.tasks.lists import write_tasks
from orchestration.settings import Settings
from orchestration.warehouse import connect


def export_as_it_stands(
    settings: Settings,
    lists: tuple[str, ...],
    channels: tuple[str, ...],
    store: str | None,
    recipient: str,
    out: Path,
    now: dt.datetime,
    say: Callable[[str], None],
) -> tuple[dt.date, list[Receipt]]:
    """Export CURRENT's lists after reading what landed since the night; return their date and a receipt per channel.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held, and nobody may hold the warehouse open.
    lists, channels, store
        What is asked for.
    recipient, out
        Who gets the files, and where they are written.
    now
        The home's clock, UTC.
    say
        Told a line now and then.

    Raises
    ------
    ExportRefused
        Nothing is published, the last run was of another date or under other rules, or it cannot be written to ``out``.
    """
    require(settings, "export")
    published_date(settings)
    entrusted(settings, recipient, now)
    date = _read_first(settings, now, say)
    with connect(settings) as warehouse:
        asked = Asked(date, lists, channels, store)
        held = functools.partial(stopped, settings)
        return date, export(settings, warehouse, asked, recipient, out.expanduser().resolve(), now, held, say)


def tasks_as_they_stand(
    settings: Settings, store: str | None, out: Path, now: dt.datetime, say: Callable[[str], None]
) -> tuple[dt.date, Written]:
    """Write CURRENT's tasks after reading what landed since the night; parameters as for ``export_as_it_stands``."""
    require(settings, "tasks")
    published_date(settings)
    date = _read_first(settings, now, say)
    with connect(settings) as warehouse:
        held = functools.partial(stopped, settings)
        return date, write_tasks(settings, warehouse, date, store, out.expanduser().resolve(), now, held, say)


def desk_as_it_stands(
    settings: Settings, out: Path, now: dt.datetime, say: Callable[[str], None]
) -> tuple[dt.date, Written]:
    """Write the service desk's list after reading what landed since the night; parameters as for the tasks."""
    require(settings, "tasks")
    published_date(settings)
    date = _read_first(settings, now, say)
    with connect(settings) as warehouse:
        held = functools.partial(stopped, settings)
        return date, write_desk(settings, warehouse, date, out.expanduser().resolve(), now, held, say)


def leads_as_they_stand(
    settings: Settings, out: Path, now: dt.datetime, say: Callable[[str], None]
) -> tuple[dt.date, LeadSheets]:
    """Write the leads that wait, after reading what landed since the night; parameters as for `export_as_it_stands`."""
    require(settings, "tasks")
    published_date(settings)
    date = _read_first(settings, now, say)
    with connect(settings) as warehouse:
        held = functools.partial(stopped, settings)
        return date, write_leads(settings, warehouse, date, out.expanduser().resolve(), labels(warehouse), held)


def _read_first(settings: Settings, now: dt.datetime, say: Callable[[str], None]) -> dt.date:
    """Read what landed since the night; return the date of CURRENT."""
    with connect(settings) as warehouse:
        date = current_date(settings, warehouse)
    if has_news(settings):
        say("new files in landing/: reading them first")
        look(settings, now, say)
    return date
