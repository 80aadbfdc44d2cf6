"""What a night keeps is what it would have made: after each of these, the same rows as made anew from what landed."""

import csv
import datetime as dt
import random

import duckdb
import pytest

from orchestration.keeping.ledger import TRAINING
from tests.builders import phone
from tests.keeping.conftest import TODAY, YESTERDAY

DAY = dt.timedelta(days=1)
MORNING = dt.datetime(2026, 3, 11, 22)
SHOP = {"source": "shop"}


def customer(number, **more):
    row = {"customer_id": f"C{number:04d}", "mobile": phone(number), "level": "银卡", "gender": "male"}
    return "customers", SHOP | row | {"registered_at": "2025-08-01 09:00:00"} | more


def order(order_id, number, day, **more):
    at = f"{day} 12:00:00"
    row = {"order_id": order_id, "customer_id": f"C{number:04d}", "ordered_at": at, "paid_at": at, "status": "paid"}
    return "orders", SHOP | row | {"amount_yuan": "88.00", "store_id": "S1"} | more


def line(order_id, sku_id, **more):
    row = {"order_id": order_id, "line_id": "1", "sku_id": sku_id, "quantity": 1, "amount_yuan": "88.00"}
    return "order_lines", SHOP | row | more


def event(event_id, number, day, kind="view"):
    row = {"event_id": event_id, "customer_id": f"C{number:04d}", "event_type": kind, "channel": "app"}
    return "events", SHOP | row | {"occurred_at": f"{day} 11:00:00"}


def identifier(number, seen, mobile, **more):
    row = {"customer_id": f"C{number:04d}", "id_type": "mobile", "id_value": mobile}
    return "identifiers", SHOP | row | {"observed_at": f"{seen} 10:00:00"} | more


TODAYS = [order("T1", 1, TODAY), line("T1", "K1"), event("T2", 2, TODAY), event("T3", 3, TODAY, "share")]

#: What is delivered before the night of the 11th -> the first date before it that the night has to make again.
DELIVERED = {
    "nothing": ([], None),
    "the day's own records": (TODAYS, None),
    "an order of two weeks ago": ([*TODAYS, order("L1", 4, "2026-02-25"), line("L1", "K2")], "2026-02-25"),
    "an event of last night": ([event("L2", 5, "2026-03-10", "add_to_cart")], "2026-03-10"),
    "an order of half a year ago": ([order("L3", 4, "2025-09-20"), line("L3", "K3")], "2025-09-20"),
    "a refund after forty days": (
        [
            (
                "refunds",
                SHOP
                | {"refund_id": "R1", "order_id": "O000020", "status": "succeeded", "amount_yuan": "10"}
                | {"refunded_at": f"{TODAY} 10:00:00"},
            )
        ],
        None,
    ),
    "a level that went up and down again": (
        [
            customer(1, level=level, updated_at=f"2026-03-{day} 10:00:00")
            for level, day in (("金卡", "05"), ("银卡", "07"))
        ],
        "2026-03-05",
    ),
    "a number that two members share": ([customer(2, mobile=phone(3), updated_at=f"{TODAY} 10:00:00")], None),
    "a ruling that two are one member, as of a week ago": (
        [
            (
                "member_merges",
                SHOP | {"customer_id_from": "C0001", "customer_id_to": "C0002", "merged_at": "2026-03-04 10:00:00"},
            )
        ],
        "2026-03-04",
    ),
    "a number that was taken off its holder": (
        [
            identifier(7, "2025-12-01", phone(8)),
            identifier(7, "2025-12-01", phone(8), unbound_at="2026-03-01 10:00:00"),
        ],
        "2025-12-01",
    ),
    "a number handed out again": (
        [
            customer(90, mobile=phone(9), registered_at=f"{TODAY} 09:00:00", updated_at=f"{TODAY} 09:00:00"),
            customer(91, mobile=phone(90), registered_at="2026-03-02 09:00:00", updated_at="2026-03-02 09:00:00"),
        ],
        "2026-03-02",
    ),
    "a friendship of long ago that ended today": (
        [
            (
                "follows",
                SHOP
                | {"staff_id": "G1", "customer_id": "C0001", "added_at": "2025-09-01 12:00:00"}
                | {"deleted_by_customer_at": f"{TODAY} 09:00:00"},
            )
        ],
        "2025-09-01",
    ),
    "a product that nothing names": ([("products", SHOP | {"sku_id": "NEW", "name": "new", "category": "c9"})], None),
    "a product that lines name": ([("products", SHOP | {"sku_id": "K1", "name": "x", "category": "c9"})], None),
    "somebody who refuses to be profiled": (
        [
            (
                "consents",
                SHOP
                | {"customer_id": "C0004", "purpose": "profiling", "message_channel": "", "granted": "false"}
                | {"changed_at": "2026-03-09 10:00:00"},
            )
        ],
        "2026-03-09",
    ),
    "a line of an order that had none": ([line("O000030", "K5", line_id="9", category="c7")], "2025-09-20"),
}


def deliver(nights, rows, name="later.csv", now=MORNING):
    by_dataset = {}
    for dataset, row in rows:
        by_dataset.setdefault(dataset, []).append(row)
    for dataset, mine in by_dataset.items():
        file = nights.settings.landing / "standard" / dataset / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, list(dict.fromkeys(key for row in mine for key in row)), restval="")
            writer.writeheader()
            writer.writerows(mine)
    nights.land(now)


def made_before(made, date=TODAY):
    """Return the dates of state before a date that a night made again."""
    return [day for day in made.state if day < date]


def causes(made):
    """Return why dates are made, but for what is learned: no night of these trains."""
    return {cause for (kind, _), cause in made.causes.items() if kind != TRAINING}


def differences(nights, anew, date=TODAY):
    kept, full = nights.says(date), anew.says(date)
    assert sum(rows for rows, _ in full.values()) > 100
    return [table for table in full if kept[table] != full[table]]


@pytest.mark.parametrize("what", DELIVERED)
def test_what_is_kept_is_what_would_be_made_after(first_night, tmp_path, what):
    rows, first = DELIVERED[what]
    nights = first_night.copied(tmp_path / "home")
    deliver(nights, rows)
    made = nights.night(TODAY)
    assert [str(day) for day in made_before(made)[:1]] == ([max(first, "2026-02-11")] if first else [])
    assert differences(nights, nights.made_anew(TODAY, tmp_path / "anew")) == []


def test_a_record_that_vanished_opens_the_dates_from_its_own_on(first_night, tmp_path):
    nights = first_night.copied(tmp_path / "home")
    with duckdb.connect(str(nights.settings.warehouse)) as con:
        gone = "select order_id from channels.standard__orders where ordered_at < '2026-03-01' order by ordered_at desc"
        ((order_id,),) = con.execute(f"{gone} limit 1").fetchall()
        con.execute("delete from channels.standard__orders where order_id = ?", [order_id])
    made = nights.night(TODAY)
    assert dt.date(2026, 2, 20) < made_before(made)[0] < dt.date(2026, 3, 2)
    assert differences(nights, nights.made_anew(TODAY, tmp_path / "anew")) == []


def test_a_day_from_which_a_channel_is_live_opens_what_it_makes_known_later(first_night, tmp_path):
    """What landed on the 11th for the 1st is known on the 11th where the channel is live, and on the 1st where not."""
    nights = first_night.copied(tmp_path / "home", live_from={"standard": "2026-03-01"})
    deliver(nights, [order("L1", 4, "2026-03-01"), line("L1", "K2")])
    made = nights.night(TODAY, rules="other rules")
    assert len(made.state) == 29
    assert differences(nights, nights.made_anew(TODAY, tmp_path / "anew")) == []


def test_other_rules_open_everything_and_the_same_again_nothing(first_night, tmp_path):
    nights = first_night.copied(tmp_path / "home")
    made = nights.night(YESTERDAY, rules="other rules")
    assert (len(made.state), causes(made)) == (29, {"published", "rules"})
    assert made_before(nights.night(YESTERDAY, rules="other rules"), YESTERDAY) == []
    made = nights.night(YESTERDAY, rules="other rules", is_full=True)
    assert (len(made.state), causes(made)) == (29, {"published", "asked for"})


@pytest.mark.parametrize("table", ["people.customer_records", "lifecycle.aipl", "features.customer_features"])
def test_a_night_that_is_killed_between_two_tables_keeps_nothing_wrong(first_night, tmp_path, table):
    nights = first_night.copied(tmp_path / "home")
    deliver(nights, [*TODAYS, order("L1", 4, "2026-02-25"), line("L1", "K2")])
    nights.night(TODAY, killed_after=table)
    deliver(nights, [order("L2", 5, "2026-03-03"), line("L2", "K3")], "again.csv")
    nights.night(TODAY)
    assert differences(nights, nights.made_anew(TODAY, tmp_path / "anew")) == []


def schedule(seed):
    """Return what lands before each of three nights: the deliveries above in an order, some of them more than once."""
    chance = random.Random(seed)
    chosen = chance.sample(sorted(set(DELIVERED) - {"nothing"}), 6)
    nights = [[], [], []]
    for name in chosen:
        for at in {chance.randrange(3), chance.randrange(3)}:
            nights[at] += DELIVERED[name][0]
    return nights


@pytest.mark.parametrize("seed", [1, 2])
def test_any_delivery_in_any_order_over_three_nights_is_kept_rightly(first_night, tmp_path, seed):
    nights = first_night.copied(tmp_path / "home")
    for number, rows in enumerate(schedule(seed)):
        deliver(nights, rows, f"night{number}.csv", MORNING + number * DAY)
        nights.night(TODAY + number * DAY)
    anew = nights.made_anew(TODAY + 2 * DAY, tmp_path / "anew", with_facts=True)
    assert differences(nights, anew, TODAY + 2 * DAY) == []


def test_a_file_a_night_says_what_all_at_once_says(first_night, tmp_path):
    several, once = first_night.copied(tmp_path / "several"), first_night.copied(tmp_path / "once")
    parts = [TODAYS, [order("L1", 4, "2026-02-25"), line("L1", "K2")], [event("L2", 5, "2026-03-10", "share")]]
    for number, rows in enumerate(parts):
        for nights in (several, once):
            deliver(nights, rows, f"part{number}.csv")
        several.night(TODAY)
    once.night(TODAY)
    assert differences(several, once) == []
