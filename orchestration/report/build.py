"""Builds the report of a business date from what stands published for it."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.clock import DEMO
from orchestration.door.files import clean
from orchestration.files import write_text
from orchestration.publishing.manifest import UNFINISHED
from orchestration.report import (
    attribution_sections,
    group_sections,
    layer_sections,
    lead_sections,
    leader_sections,
    list_sections,
    loop_sections,
    member_sections,
    model_sections,
    money_sections,
    play_sections,
    quality_sections,
    risk_sections,
    staff_sections,
    stage_sections,
    trade_sections,
)
from orchestration.report.days import numbers
from orchestration.report.facts import Facts, Words, open_version
from orchestration.report.first_screen import date_words, head
from orchestration.report.page import page, section
from orchestration.report.young import is_young, young
from orchestration.settings import Settings

#: What stands folded below the first screen, in its order: who gathers it, its anchor, and its name in the contents.
_BELOW: Final[tuple[tuple[Callable[[Facts], dict[str, Any]], str, Words], ...]] = (
    (list_sections.tasks, "tasks", ("导购任务", "Staff tasks")),
    (risk_sections.at_risk, "risk", ("高价值新风险", "Newly at risk")),
    (list_sections.todays_list, "list", ("今日名单", "Today's list")),
    (staff_sections.staff, "staff", ("导购", "Staff")),
    (staff_sections.stores, "stores", ("门店", "Stores")),
    (play_sections.plays, "plays", ("打法", "Plays")),
    (play_sections.signals, "signals", ("信号", "Signals")),
    (stage_sections.lifecycle, "stages", ("阶段", "Stages")),
    (numbers, "numbers", ("经营数字", "Figures")),
    (stage_sections.rfm, "rfm", ("RFM", "RFM")),
    (member_sections.members, "members", ("会员", "Members")),
    (group_sections.groups, "groups", ("社群", "Chat groups")),
    (lead_sections.leads, "leads", ("线索与公司", "Leads")),
    (leader_sections.leaders, "leaders", ("头羊", "Lead sheep")),
    (stage_sections.matrix, "matrix", ("九宫格", "Matrix")),
    (layer_sections.layers, "layers", ("分层升降", "Layers")),
    (model_sections.models, "models", ("模型", "Models")),
    (loop_sections.loop, "loop", ("学到了什么", "What was learned")),
    (money_sections.money, "money", ("预算", "Budget")),
    (trade_sections.funnel, "funnel", ("来源漏斗", "Funnel")),
    (trade_sections.costs, "costs", ("获客成本", "Costs")),
    (trade_sections.carriers, "carriers", ("载体", "Carriers")),
    (trade_sections.tags, "tags", ("标签", "Tags")),
    (attribution_sections.attribution, "attribution", ("渠道功劳", "Channel credit")),
    (money_sections.answers, "answers", ("回复与成交", "Answers")),
    (quality_sections.quality, "quality", ("数据质量", "Data quality")),
)
#: What a young brand's page has of it: no shares, no risks, no models of a handful of people.
_BELOW_YOUNG: Final = tuple(one for one in _BELOW if one[1] in {"tasks", "quality"})


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
        first, below = _screens(facts)
        parts = [section(gather, facts) for gather in (first, *(gather for gather, *_ in below))]
    finally:
        facts.connection.close()
    target = settings.home / "reports" / facts.as_of_date.isoformat() / "index.html"
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    told = page(
        heading(facts) | {"is_demo": (settings.home / DEMO).is_file()},
        parts,
        [(anchor, words) for _, anchor, words in below],
    )
    write_text(target, clean(settings, told), is_durable=False)
    return target


def _screens(facts: Facts) -> tuple[Callable[[Facts], dict[str, Any]], tuple[Any, ...]]:
    """Return who gathers the first screen, and what stands below it: a brand of companies begins with its leads."""
    if lead_sections.sells_to_companies(facts):
        return lead_sections.companies, _BELOW
    return (young, _BELOW_YOUNG) if is_young(facts) else (head, _BELOW)


def heading(facts: Facts, is_demo: bool = False) -> dict[str, Any]:
    """Return whose page it is, and whether it is a demo's."""
    return {
        "as_of_date": facts.as_of_date.isoformat(),
        "version": facts.version,
        "date_words": date_words(facts),
        "counts_until": counts_until(facts),
        "is_demo": is_demo,
    }


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
