"""Homes with hundreds of worlds: one night, a morning, and what the product says of everybody then."""

import datetime as dt
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from orchestration.channels.engine.unread_refusals import accept, closes, listed_unread, place_of
from orchestration.sending import activations
from orchestration.sending.reasons import Asked, facts, reasons
from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.builders import give_keys, siyu
from tests.consent_worlds import files
from tests.consent_worlds.draw import CHANNELS, DATE, EXPORTED, Person
from tests.consent_worlds.reading import KINDS
from tests.consent_worlds.spellings import clean

#: What keeps somebody in whom the law lets be written to: the plan, the clock and the addresses.
LAWFUL: Final = ("excluded", "refused", "no_consent")
#: Results of tasks as staff write them, and what they close: the task's channel, everything (all), or nothing.
RESULTS: Final = (
    *(("refused", "channel"), ("拒绝", "channel"), (" Refused ", "channel"), ("客户拒绝", "channel")),
    *(
        ("do_not_contact", "all"),
        ("DO_NOT_CONTACT", "all"),
        ("退订", "all"),
        ("不要再打了", "all"),
        ("请勿打扰", "all"),
    ),
    *(("sent", ""), ("replied", ""), ("not_sent", ""), ("booked", ""), ("wrong_number", "")),
)
Answers = dict[tuple[str, str, str, str], bool]


def night(home: Path, parts: list[files.Part], others: Callable[[], None], seed: int) -> None:
    """Land the first delivery of worlds, and what ``others`` land, and run the night, unless a kept home had it."""
    give_keys(home)
    (home / "siyu.toml").write_text(
        'sms_gateway = "aliyun"\nbrand_name = "小店"\nbrand_link = "https://example.com/a"\n', encoding="utf-8"
    )
    files.shop(home)
    for part in parts:
        people = [person for world in part.worlds for person in world.people]
        files.customers(home, people, f"{part.spelling}.csv")
        files.words(home, part, False, seed)
    others()
    if not (home / "runs.log").exists():
        command(home, "daily", DATE.isoformat())


def morning(home: Path, parts: list[files.Part], names: dict[str, str], seed: int) -> list[tuple[str, str | None]]:
    """Land the second delivery and what staff were told, and let the guard read it; return what staff were told."""
    for part in parts:
        files.words(home, part, True, seed)
    told = _task_results(home, names, random.Random(f"tasks {seed}"))
    command(home, "guard")
    return told


def unread(home: Path, is_closing: bool) -> set[tuple[str, str, int]]:
    """Return (data set, file, line) of every refusal that could not be read: those that close, or those that count."""
    rows = [row for row in listed_unread(Settings(home=home)) if closes(row) == is_closing]
    return {(row["dataset"], row["file_name"], row["line"]) for row in rows}


def accepted(home: Path) -> None:
    """Accept what could not be read and names nobody, so that the others are read one by one."""
    settings = Settings(home=home)
    lines: dict[str, list[int]] = {}
    for row in filter(closes, listed_unread(settings)):
        lines.setdefault(place_of(row), []).append(row["line"])
    for place, mine in sorted(lines.items()):
        which = [] if None in mine else mine
        accept(settings, place, which, "looked at", "lead", dt.datetime.now(dt.UTC).replace(tzinfo=None))
    command(home, "guard")


def one_ids(home: Path, people: Iterable[Person]) -> dict[str, str]:
    """Return the id of each person by name; one whose records have two is named with both."""
    with connect(Settings(home=home), read_only=True) as warehouse:
        owners = {
            (source, customer_id): one_id
            for source, customer_id, one_id in warehouse.execute(
                "select source, customer_id, one_id from people.record_owners where to_date is null"
            ).fetchall()
        }
    return {
        person.name: " ".join(sorted({owners[record.source, record.customer_id] for record in person.records}))
        for person in people
    }


def answers(home: Path, names: dict[str, str]) -> Answers:
    """Return yes or no by (person, channel, list, purpose): what an export would say of lists that name everybody."""
    settings = Settings(home=home)
    found: Answers = {}
    by_id = {one_id: name for name, one_id in names.items()}
    with connect(settings) as warehouse:
        activations.load(settings, warehouse)
        ranks = dict(warehouse.execute("select reason, rank from seeds.export_reasons").fetchall())
        for listed, purpose in KINDS:
            rows = _named(warehouse, sorted(by_id), listed, purpose)
            kept = reasons(rows, EXPORTED - dt.timedelta(hours=8), ranks, _nothing, settings)
            bars = kept.isin((*LAWFUL, "unread_refusals"))
            for one_id, channel, is_barred in zip(rows["one_id"], rows["message_channel"], bars, strict=True):
                found[by_id[one_id], channel, listed, purpose] = not is_barred
    return found


def published(home: Path, names: dict[str, str]) -> list[tuple[str, str, str, str]]:
    """Return (person, channel, list, purpose) of what the night published."""
    by_id = {one_id: name for name, one_id in names.items()}
    with connect(Settings(home=home), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select one_id, message_channel, list_name, consent_purpose from published.sending_list"
            " where as_of_date = $date",
            {"date": DATE},
        ).fetchall()
    return [(by_id[one_id], *rest) for one_id, *rest in rows if one_id in by_id]


def _named(connection: duckdb.DuckDBPyConnection, people: list[str], listed: str, purpose: str) -> pd.DataFrame:
    """Return what the last check says of a list that names everybody on every channel."""
    ((view,),) = connection.execute(
        "select sql from duckdb_views() where schema_name = 'published' and view_name = 'sending_list'"
    ).fetchall()
    own = connection.sql("select * from published.sending_list limit 0")
    plan: dict[str, Any] = {"as_of_date": "given.as_of_date", "list_name": f"'{listed}'", "one_id": "given.one_id"}
    plan |= {"message_channel": "given.message_channel", "consent_purpose": f"'{purpose}'", "audience_id": "'all'"}
    columns = [
        f"cast({plan.get(name, 'null')} as {kind}) as {name}" for name, kind in zip(own.columns, own.types, strict=True)
    ]
    everybody = pd.DataFrame([(DATE, one, channel) for one in people for channel in CHANNELS])
    everybody.columns = ["as_of_date", "one_id", "message_channel"]
    connection.register("everybody", everybody)
    connection.execute("create temp table given as select * from everybody")
    connection.execute(f"create or replace view published.sending_list as select {', '.join(columns)} from temp.given")
    try:
        return facts(connection, Asked(DATE, (listed,), CHANNELS), everybody.assign(list_name=listed))
    finally:
        connection.execute(view.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
        connection.execute("drop table temp.given")
        connection.unregister("everybody")


def _nothing(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(False, rows.index)


def _task_results(home: Path, names: dict[str, str], chance: random.Random) -> list[tuple[str, str | None]]:
    """Land results for half of the named people's tasks; return who refused which channel (None: everything)."""
    by_id = {one_id: name for name, one_id in names.items()}
    with connect(Settings(home=home), read_only=True) as warehouse:
        tasks = warehouse.execute(
            "select task_id, one_id, message_channel, staff_id from published.recall_tasks where as_of_date = $date"
            " order by all",
            {"date": DATE},
        ).fetchall()
    rows, told = [], []
    for task_id, one_id, channel, staff_id in tasks:
        if one_id in by_id and chance.random() < 0.5:
            status, closes = chance.choice(RESULTS)
            rows.append({"task_id": task_id, "staff_id": staff_id, "status": status, "changed_at": clean(EXPORTED)})
            if closes:
                told.append((by_id[one_id], channel if closes == "channel" else None))
    if rows:
        files.write(home, "task_results", rows, "results.csv")
    return told


def command(home: Path, *arguments: str) -> None:
    """Run siyu on a home; what it says stands in the home's runs.log."""
    outcome = siyu(home, *arguments)
    with (home / "runs.log").open("a", encoding="utf-8") as log:
        log.write(outcome.stdout)
    if outcome.returncode:
        raise RuntimeError(f"siyu {' '.join(arguments)}\n{outcome.stdout[-3000:]}{outcome.stderr[-3000:]}")
