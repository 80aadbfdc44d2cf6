"""What an export costs against writing the same rows with csv alone, and caps over twenty mornings.

Usage: ``python -m benchmarks.exports [PEOPLE]`` (100,000 by default). The home is made for it: its vault holds a number
for everybody, and ``published.sending_facts`` is a table of as many rows that would all go out by SMS. What the view
behind that name costs on a warehouse is measured apart (``benchmarks.exports HOME DATE`` on a finished home).

``benchmarks.exports mornings HOME`` exports a list of a hundred people on twenty mornings, each person by a channel of
chance, and counts from the log how often anybody was above a cap. The view of the caps is that of a finished home; what
went out is what it counts.
"""

import csv
import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.seed_rows import SEEDS
from orchestration.sending import activations
from orchestration.settings import Settings
from orchestration.warehouse import connect


def exported(folder: Path, people: int) -> tuple[float, float]:
    """Return the seconds of an export of everybody, and those of csv alone for the rows that it wrote."""
    from tests.unit.sending.world import World, row

    world = World(folder / "home", *(row(f"p{number}") for number in range(people)))
    world.ask("update seeds.contact_caps set most = 10000000 where cap_id = 'channel_day'")
    began = time.perf_counter()
    done = world.export(folder / "out")["sms"]
    seconds = time.perf_counter() - began
    assert done.out == people, done
    with (done.folder / "sms.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    began = time.perf_counter()
    with (folder / "alone.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    return seconds, time.perf_counter() - began


def asked(home: Path, date: dt.date) -> tuple[int, float]:
    """Return how many people a finished home's lists name on a date, and the seconds that the view takes."""
    with connect(Settings(home=home), read_only=True) as warehouse:
        began = time.perf_counter()
        sql = "select * from published.sending_facts where as_of_date = ?"
        rows = len(warehouse.execute(sql, [date]).fetchall())
    return rows, time.perf_counter() - began


def mornings(home: Path, folder: Path, people: int = 100, days: int = 20) -> tuple[int, dict[str, int]]:
    """Return how many messages went out over the mornings, and by cap how many windows had more than it allows."""
    from tests.unit.sending.world import DATE, World, row

    with connect(Settings(home=home), read_only=True) as warehouse:
        asked = "select sql from duckdb_views() where schema_name = 'published' and view_name = 'sending_caps'"
        ((view,),) = warehouse.execute(asked).fetchall()
        contacts = warehouse.sql("select * from people.contacts limit 0").to_arrow_table()
        seen = warehouse.sql("select * from people.activation_states limit 0").to_arrow_table()
        policies = warehouse.sql("select * from seeds.recall_policies").to_arrow_table()
    world = World(folder / "home", wecom_by="template")
    with connect(world.settings) as warehouse:
        activations.create_tables(warehouse)
        warehouse.execute("create schema people")
        tables = {"people.contacts": contacts, "people.activation_states": seen, "seeds.recall_policies": policies}
        for name, table in tables.items():
            warehouse.register("given", table)
            warehouse.execute(f"create table {name} as select * from given")
            warehouse.unregister("given")
    chance = random.Random(1)
    for day in range(days):
        date = DATE + dt.timedelta(days=day)
        end = pd.Timestamp(date + dt.timedelta(days=1), tz="UTC") + pd.Timedelta(hours=12)
        told = {"as_of_date": date, "send_before_at": end, "audience_id": f"of_{date}"}
        rows = [row(f"p{n}", chance.choice(("sms", "wecom", "wecom", "email")), **told) for n in range(people)]
        world.lists(*rows)
        with connect(world.settings) as warehouse:
            activations.load(world.settings, warehouse)
            listed = "as_of_date, list_name, one_id, message_channel, consent_purpose from published.sending_facts"
            warehouse.execute(f"create or replace table published.sending_list as select {listed}")
            if not day:
                warehouse.execute(view)
            full = "select one_id from published.sending_caps"
            warehouse.execute(f"update published.sending_facts set cap_id = 'full' where one_id in ({full})")
        world.export(folder / "out", date=date, now=dt.datetime.combine(date + dt.timedelta(days=1), dt.time(1)))
    sent = world.ask("select one_id, message_channel, exported_at from channels.activations")
    sent += [
        (one["one_id"], one["message_channel"], one["exported_at"])
        for name in activations.exports(world.settings)
        if not world.ask(f"select 1 from channels.activations where export_id = '{name}' limit 1")
        for one in activations.rows_of(world.settings, name).to_pylist()
    ]
    return len(sent), _above(sent)


def _above(sent: Sequence[tuple[str, str, dt.datetime]]) -> dict[str, int]:
    """Count in plain Python the days, weeks and months in which a person got more than the shipped caps allow."""
    with (SEEDS / "contact_caps.csv").open(encoding="utf-8") as file:
        most = {one["cap_id"]: int(one["most"]) for one in csv.DictReader(file)}
    by_person: dict[str, list[tuple[dt.date, str]]] = {}
    for one_id, channel, at in sent:
        by_person.setdefault(one_id, []).append(((at + SHANGHAI_OFFSET).date(), channel))
    above = dict.fromkeys(("any_1d", "any_7d", "wecom_recall_month"), 0)
    for days in by_person.values():
        for date, _ in days:
            above["any_1d"] += sum(other == date for other, _ in days) > most["any_1d"]
            above["any_7d"] += sum(0 <= (date - other).days < 7 for other, _ in days) > most["any_7d"]
            month = [other for other, channel in days if channel == "wecom" and other.month == date.month]
            above["wecom_recall_month"] += len(month) > most["wecom_recall_month"]
    return above


def main() -> None:
    """Print the figures."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["mornings"]:
        with tempfile.TemporaryDirectory() as folder:
            count, above = mornings(Path(arguments[1]), Path(folder))
        print(f"20 mornings, 100 people: {count} messages went out, above a cap: {above}")
        return
    if len(arguments) == 2:
        rows, seconds = asked(Path(arguments[0]), dt.date.fromisoformat(arguments[1]))
        print(f"published.sending_facts: {rows} rows in {seconds:.2f} s")
        return
    people = int(arguments[0]) if arguments else 100_000
    with tempfile.TemporaryDirectory() as folder:
        seconds, alone = exported(Path(folder), people)
    print(f"{people} rows exported in {seconds:.1f} s, {seconds / alone:.0f} times csv alone ({alone:.2f} s)")
    print(f"duckdb {duckdb.__version__}")


if __name__ == "__main__":
    main()
