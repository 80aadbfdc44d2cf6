"""Builds the report of a business date from what stands published for it."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.files import write_text
from orchestration.publishing.manifest import UNFINISHED
from orchestration.report import detail_sections, loop_sections, summary_sections
from orchestration.report.facts import Facts, open_version
from orchestration.report.page import page, section
from orchestration.settings import Settings

_FIRST_SCREEN = (
    summary_sections.completeness,
    summary_sections.yesterday,
    summary_sections.friends,
    summary_sections.tasks_done,
    summary_sections.todays_list,
    summary_sections.at_risk,
    summary_sections.coupons,
    summary_sections.complaints,
)
_BELOW = (
    detail_sections.rfm,
    detail_sections.matrix,
    detail_sections.lifecycle,
    detail_sections.models,
    detail_sections.money,
    loop_sections.loop,
    detail_sections.answers,
    detail_sections.quality,
)


def build_report(settings: Settings, folder: Path, cards: list[dict[str, Any]], roi_curve: pd.DataFrame) -> Path:
    """Write ``reports/<as_of_date>/index.html`` for one published version.

    Parameters
    ----------
    settings
        Whose home.
    folder
        The version's folder.
    cards
        The cards of the models that scored the date.
    roi_curve
        Expected net profit by budget: as_of_date, audience_id, budget_fen and net_p10/p50/p90_fen.

    Returns
    -------
    Path
        The page; its bytes depend on the version and the journal of plans alone.
    """
    facts = open_version(settings, folder, cards)
    try:
        facts.connection.register("roi_curve", roi_curve)
        parts = [section(gather, facts) for gather in (*_FIRST_SCREEN, *_BELOW)]
    finally:
        facts.connection.close()
    target = settings.home / "reports" / facts.as_of_date.isoformat() / "index.html"
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    write_text(target, page(facts.as_of_date.isoformat(), facts.version, parts, counts_until(facts)), is_durable=False)
    return target


def counts_until(facts: Facts) -> str:
    """Return until when the records of a date that was not over count, in Shanghai; empty where it was over."""
    if (said := facts.manifest.get(UNFINISHED)) is None:
        return ""
    ends = dt.datetime.fromisoformat(said["records_count_until"]).replace(tzinfo=None) + SHANGHAI_OFFSET
    return f"{ends:%Y-%m-%d %H:%M}"


def inputs(connection: duckdb.DuckDBPyConnection, date: dt.date) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """Return the cards of the models that scored a date and its curve of profit by budget, from the warehouse."""
    cards = connection.execute(
        """
        select card from models.registry
        where training_date = (select max(training_date) from models.registry where training_date <= $date)
        order by model
        """,
        {"date": date},
    ).fetchall()
    curve = connection.execute("select * from recall.roi_curve where as_of_date = $date", {"date": date}).df()
    return [json.loads(card) for (card,) in cards], curve
