"""The service desk's list of CURRENT: whom nobody else answers, on one sheet and one page for whoever of it works.

First who is called, then whose question is answered where they asked it, last who is awaited; nobody becomes anybody's
customer by it. What the desk fills in under 结果 comes back as a task's result does, and closes the question.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from ml.recall.words import asked_on, ordered_since
from orchestration.channels.engine.vault import open_vault
from orchestration.channels.engine.vocabularies import DESK_SHEET_WORDS
from orchestration.files import PRIVATE_FOLDER_MODE, sync_folder
from orchestration.labels import Labels, labels
from orchestration.sending import activations
from orchestration.sending.export import make_folder
from orchestration.sending.handing_over import finish
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
from orchestration.sending.tasks.sheet import DESK_COLUMNS, write_sheet
from orchestration.settings import Settings

DESK: Final = "desk"
_NAME: Final = "客服台"
_OF_DESK: Final = (
    "one_id", "message_channel", "priority", "reached_by", "asked_at", "asked_in", "object_type", "asked_category",
    "last_date", "ordered_date", "told_date", "told_by",
)  # fmt: skip
_SCENE: Final = "question_open"
_SEEDS: Final = {
    "places": "select code, words_zh from seeds.question_words where kind = 'asked_in'",
    "topics": "select code, words_zh from seeds.question_words where kind = 'asked_about'",
}
_TALKING: Final = """
    select words from seeds.talking_points where scene_id = $scene and message_channel is null order by position
"""
_BARS: Final = "select words from seeds.do_not_say where audience_kind = 'service'"
_HOURS: Final = "select opens, closes from seeds.channel_windows where message_channel = 'call' order by opens"
#: What is said first on the phone: the words of a call that name neither a store nor an adviser.
_CALL: Final = """
    select text_zh from seeds.message_templates
    where message_channel = 'call' and scene_id = $scene and approved and variables = 'brand|question'
    order by template_id limit 1
"""


def write_desk(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    date: dt.date,
    out: Path,
    now: dt.datetime,
    is_stopped: Callable[[pd.DataFrame], pd.Series],
    say: Callable[[str], None] = lambda line: None,
) -> Written:
    """Write the service desk's list of a date: one sheet, and one page for a phone.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held.
    connection
        The warehouse, opened for writing.
    date
        That of CURRENT.
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
        CURRENT is of a release without a service desk, or the folder cannot be written.
    """
    make_folder(settings, out)
    finish(settings, say)
    activations.load(settings, connection)
    named = current_rows(settings, "service_desk", _OF_DESK)
    asked = Asked(date, (DESK,), tuple(sorted(set(named["message_channel"]))))
    rows = asked_again(settings, connection, asked, named, now, is_stopped)
    going = _in_turn(rows[rows["reason"].isna()])

    def written(draft: Path) -> dict[str, str]:
        day = local(now).date()
        tasks = _in_words(settings, connection, going, labels(connection), day)
        folder = draft / DESK
        folder.mkdir(mode=PRIVATE_FOLDER_MODE)
        page = folder / f"{DESK}-{day.isoformat()}.html"
        words = [word for word, _ in DESK_SHEET_WORDS]
        page.write_text(phone_page(tasks, _NAME, "", day.isoformat(), None, words), encoding="utf-8")
        sheet = write_sheet(draft / f"{DESK}-{day.isoformat()}.xlsx", tasks, DESK_COLUMNS, words)
        sync_folder(folder)
        return sealed(draft, [sheet, page])

    folder = hand_out(settings, going, date, DESK, out, now, written)
    ways = {way: int(going["reached_by"].eq(way).sum()) for way in going["reached_by"].unique()}
    return Written(folder, len(rows), len(going), kept_in(rows), 0, 0, ways)


def _in_turn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in their turn: who refused profiling since the night has no tier to come before others by."""
    first = rows.groupby("reached_by")["priority"].transform("min")
    turn = rows.assign(first_of_way=first, has_no_tier=rows["exclusion"].notna())
    return turn.sort_values(["first_of_way", "has_no_tier", "priority"]).drop(columns=["first_of_way", "has_no_tier"])


def _in_words(
    settings: Settings, connection: duckdb.DuckDBPyConnection, going: pd.DataFrame, words: Labels, day: dt.date
) -> list[dict[str, Any]]:
    """Return the list as it is read, in its order."""
    with open_vault(settings) as vault:
        of_customers = names.customers(connection, vault, going["one_id"].tolist())
    seeds = {name: dict(connection.execute(query).fetchall()) for name, query in _SEEDS.items()}
    talking = [full_width(said) for (said,) in connection.execute(_TALKING, {"scene": _SCENE}).fetchall()]
    bars = [full_width(said) for (said,) in connection.execute(_BARS).fetchall()]
    hours = connection.execute(_HOURS).fetchall()
    opening = connection.execute(_CALL, {"scene": _SCENE}).fetchone()
    sizes = going["reached_by"].value_counts()
    tasks, last = list[dict[str, Any]](), ""
    for place, row in enumerate(going.astype(object).where(going.notna(), None).to_dict("records"), 1):
        name, way, calls = of_customers[row["one_id"]], row["reached_by"], row["reached_by"] == "call"
        told = words.zh("reached_by", way)
        tasks.append({
            "staff_name": "",
            "place": place,
            "group": f"{told}：{sizes[way]} 位" if way != last else "",
            "customer": f"{name.shown}（{name.beside}）" if name.beside else name.shown,
            "list_kind": "service",
            "kind": words.zh("list_kind", "service"),
            "way": told,
            "mobile": row["address"] if calls else "",
            "reason": _reason(row, _question(row, seeds, row["asked_category"]), words, day),
            "words": opening[0].format(brand=settings.brand_name, question=_question(row, seeds))
            if calls and opening
            else "",
            "talking": talking,
            "talk": "；".join(talking),
            "bars": bars,
            "do_not_say": "；".join(bars),
            "last": f"{row['last_date'].month}月{row['last_date'].day}日",
            "after": hours[0][0] if calls and hours else "",
            "before": "，".join([hours[0][1], *(f"{opens} 到 {closes}" for opens, closes in hours[1:])])
            if calls and hours
            else "",
            "task_id": row["task_id"],
            "staff_id": row["staff_id"],
            "day": day.isoformat(),
        })
        last = way
    return tasks


def _question(row: Mapping[str, Any], seeds: Mapping[str, Mapping[str, str]], kind: str | None = None) -> str:
    """Return what they asked, as far as it is known: ``11月28日在App问的商品问题``; of a kind, for the desk's eyes."""
    place, topic = seeds["places"].get(row["asked_in"]), seeds["topics"].get(row["object_type"])
    said = f"{topic}（{kind}）" if topic and kind else topic
    return asked_on(local(row["asked_at"]), place, said) or ""


def _reason(row: Mapping[str, Any], question: str, words: Labels, day: dt.date) -> str:
    """Return what whoever answers has to know: the question, how long it waits, what was ordered and said since."""
    parts = [f"{question}，等了{(day - local(row['asked_at']).date()).days}天"]
    if row["ordered_date"]:
        parts.append(ordered_since(row["ordered_date"]))
    if row["told_date"]:
        parts.append(f"系统{row['told_date'].month}月{row['told_date'].day}日告知过在跟进")
    if row["told_by"]:
        parts.append(f"今天计划给对方发一条{words.zh('message_channel', row['told_by'])}，说问题还没答复、可以接着说")
    return "；".join(parts)
