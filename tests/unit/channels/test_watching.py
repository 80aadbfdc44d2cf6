"""A file that says otherwise than its channel's last 28 days says so in its ledger row, by column; it loads."""

import datetime as dt
import json

import pytest

from orchestration.channels.engine.watching import landing_limits
from orchestration.settings import Settings
from tests.unit.channels.door import NOON, Door

HEADER = "source,customer_id,mobile,level,city,updated_at"


@pytest.fixture
def door(tmp_path):
    """A home of customers."""
    return Door(tmp_path / "home", "standard")


def members(day, count=40, level="金卡", mobile=True, source="web"):
    lines = [
        f"{source},c{day}-{n},{f'139{day:04d}{n:04d}' if mobile else ''},{level if n % 2 else '银卡'},上海,"
        f"2026-05-{day:02d} 12:00:00"
        for n in range(count)
    ]
    return "\n".join((HEADER, *lines, ""))


def told(door, name):
    warnings = json.loads(door.ledger()[name]["warnings"] or "{}")
    words = ("more_empty", "unknown_words", "moved_median")
    return {code: count for code, count in warnings.items() if code.startswith(words)}


def test_a_column_that_became_empty_is_named_and_the_file_loads(door):
    door.land("customers", "a.csv", members(1))
    door.land("customers", "b.csv", members(8, mobile=False))
    done = door.ingest()
    assert (told(door, "a.csv"), told(door, "b.csv")) == ({}, {"more_empty mobile": 100})
    assert door.ledger()["b.csv"]["loaded"] == 40
    assert done.changed == ["standard/customers/b.csv: more_empty mobile, 100 %"]


def test_words_that_nobody_wrote_in_four_weeks_are_named_and_an_older_word_is_no_news(door):
    door.land("customers", "a.csv", members(1))
    door.ingest()
    door.land("customers", "b.csv", members(8, level="黄金会员"))
    door.ingest(NOON + dt.timedelta(days=1))
    assert told(door, "b.csv") == {"unknown_words level": 50}
    door.land("customers", "c.csv", members(9, level="黄金会员"))
    door.ingest(NOON + dt.timedelta(days=2))
    assert told(door, "c.csv") == {}, "said once, it is a word of the channel"


def test_thirty_rows_are_asked_for_on_both_sides_and_every_source_is_held_against_itself(door):
    door.land("customers", "a.csv", members(1, count=29))
    door.land("customers", "b.csv", members(8, mobile=False))
    door.land("customers", "c.csv", members(9, count=29, level="新词"))
    door.land("customers", "d.csv", members(10, level="新词", source="till"))
    door.ingest()
    assert {name: told(door, name) for name in door.ledger()} == {f"{name}.csv": {} for name in "abcd"}


def test_what_was_five_weeks_ago_is_no_measure(door):
    door.land("customers", "a.csv", members(1))
    door.ingest()
    door.land("customers", "b.csv", members(8, mobile=False))
    door.ingest(NOON + dt.timedelta(days=35))
    assert told(door, "b.csv") == {}


def test_a_median_that_moves_threefold_is_said_and_one_that_moves_twentyfold_is_set_aside(door):
    def orders(day, yuan):
        rows = [f"web,o{day}-{n},2026-05-{day:02d} 12:00:00,paid,{yuan + n / 100:.2f}" for n in range(40)]
        return "\n".join(("source,order_id,ordered_at,status,amount_yuan", *rows, ""))

    for day, yuan in ((1, 100), (8, 350), (10, 10_000)):
        door.land("orders", f"{day:02d}.csv", orders(day, yuan))
    door.ingest()
    assert (told(door, "01.csv"), told(door, "08.csv")) == ({}, {"moved_median amount_yuan": 350})
    assert door.ledger()["10.csv"]["status"] == "quarantined"
    assert [row[3] for row in door.quarantine()] == ["another_unit"]


def test_a_homes_own_limits_hold(door):
    rules = door.home / "rules"
    rules.mkdir(parents=True)
    shipped = landing_limits(Settings(home=door.home))
    (rules / "landing_limits.csv").write_text(
        "name,value,source\nwatched_days,28,x\nfewest_rows,5,x\nunit_fold,20,x\nmoved_fold,3,x\n"
        "more_empty_share,0.2,x\nunknown_word_share,0.1,x\n",
        encoding="utf-8",
    )
    assert (shipped.fewest_rows, landing_limits(door.settings).fewest_rows) == (30, 5)
    door.land("customers", "a.csv", members(1, count=6))
    door.land("customers", "b.csv", members(8, count=6, mobile=False))
    door.ingest()
    assert told(door, "b.csv") == {"more_empty mobile": 100}
