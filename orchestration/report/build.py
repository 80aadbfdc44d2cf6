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
from orchestration.report import detail_sections, summary_sections
from orchestration.report.facts import Facts, open_version
from orchestration.report.page import note, page
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
        parts = [draw(facts) for draw in (*_FIRST_SCREEN, *_BELOW)]
    finally:
        facts.connection.close()
    target = settings.home / "reports" / facts.as_of_date.isoformat() / "index.html"
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    write_text(target, page(facts.as_of_date.isoformat(), facts.version, parts, not_over(facts)), is_durable=False)
    return target


def not_over(facts: Facts) -> str:
    """Return the words that stand above everything where the date was not over; nothing where it was."""
    if (said := facts.manifest.get(UNFINISHED)) is None:
        return ""
    ends = dt.datetime.fromisoformat(said["records_count_until"]).replace(tzinfo=None) + SHANGHAI_OFFSET
    return note(
        f"这一天还没有结束: 记录算到 {ends:%Y-%m-%d %H:%M} (北京时间) 为止, 下面的数字还会变。",
        f"This date was not over: its records count until {ends:%Y-%m-%d %H:%M} in Shanghai, and figures will change.",
    )


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
