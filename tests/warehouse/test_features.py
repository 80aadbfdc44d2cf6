"""Features are what was known at the date: nothing later moves a byte of them, and labels start where they end."""

import json

import duckdb
import pytest

from orchestration.own_manifest import MANIFEST
from tests.warehouse.features_world import World, at

CUT_OFF, DATE = "2017-10-15", "2017-11-30"


def brand() -> World:
    """Return five people: a regular, a leaver, somebody merged later, one with a boundary order, one who never buys."""
    world = World()
    for one_id, customer_id in (("p_1", "c1"), ("p_2", "c2"), ("p_3", "c3"), ("p_4", "c4"), ("p_5", "c5")):
        world.person(one_id, customer_id)
    for number, day in enumerate(("08-20", "09-01", "09-14", "10-02", "10-14", "10-30", "11-12", "11-28")):
        world.order(f"o1{number}", "c1", f"2017-{day} 10:00")
    for number, day in enumerate(("08-01", "08-15", "09-01")):
        world.order(f"o2{number}", "c2", f"2017-{day} 10:00")
    world.order("o30", "c3", "2017-10-01 10:00").order("o40", "c4", "2017-10-05 10:00")
    # The last microsecond of the cut-off is the past; the first of the next day is the label's.
    world.order("o50", "c2", "2017-10-15 23:59:59.999999").order("o51", "c4", "2017-10-16 00:00:00")
    world.event("e1", "c5", "2017-10-10 21:00").event("e2", "c5", "2017-11-20 21:00")
    world.message("m1", "c5", "2017-10-12 10:00", opened_at="2017-10-20 09:00")
    return world.message("m2", "c1", "2017-11-01 10:00")


def poisoned(world: World) -> World:
    """Return the brand with everything that may become known after the date: none of it may change a byte."""
    world = world.copy()
    world.order("x1", "c2", "2017-12-01 00:00:00", fen=9_000_000).order("x2", "c5", "2018-03-01 10:00")
    world.order("x3", "c2", "2017-11-10 10:00", known="2017-12-01 06:00:00.000001")
    world.order("x4", "c5", "2017-09-10 10:00", known="2017-12-24 06:00")
    world.event("x5", "c1", "2017-11-29 10:00", known="2017-12-01 08:00").event("x6", "c1", "2017-12-01 00:00")
    world.message("x7", "c2", "2017-12-01 09:00", opened_at="2017-12-01 10:00")
    late = at("2017-12-05 10:00")
    world.add("refunds", source="pos", refund_id="r1", order_id="o14", customer_id="c1", status="succeeded",
              requested_at=late, refunded_at=late, amount_fen=1000, known_at=late)  # fmt: skip
    world.add("group_memberships", source="pos", group_id="g1", customer_id="c1", joined_at=late, known_at=late)
    for table, row in world.rows:
        # c3 turns out to be p_1, and an old order of p_1 turns out to have been cancelled; both are learned later.
        if table == "source_records" and row["customer_id"] == "c3":
            row["known_to"] = late
        if table == "orders" and row["order_id"] == "o13":
            row["superseded_at"] = late
    world.add("source_records", source="pos", customer_id="c3", one_id="p_1", known_from=late)
    return world.order("o13", "c1", "2017-10-02 10:00", known="2017-12-05 10:00", cancelled_at=at("2017-10-03 10:00"))


def told_by(world: World, moment: str) -> World:
    """Return the brand as somebody would have written it down at a moment: what became known later is missing."""
    earlier = World()
    earlier.rows = [
        (table, dict(row)) for table, row in world.rows if (row.get("known_at") or row["known_from"]) <= at(moment)
    ]
    for table, row in earlier.rows:
        if table == "messages":
            row.pop("opened_at", None)
    return earlier


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("features")


@pytest.fixture(scope="module")
def clean(folder):
    return brand().build(folder / "clean", [CUT_OFF], DATE)


@pytest.fixture(scope="module")
def warehouse(folder, clean):
    with duckdb.connect(str(folder / "clean" / "warehouse.duckdb"), read_only=True) as con:
        yield con


def _column(con, table, column, date=CUT_OFF):
    rows = con.execute(f"select one_id, {column} from features.{table} where as_of_date = '{date}' order by one_id")
    return dict(rows.fetchall())


def test_wild_events_late_arrivals_and_later_merges_leave_the_snapshot_as_it_was(folder, clean):
    assert poisoned(brand()).build(folder / "poisoned", [CUT_OFF], DATE) == clean


def test_a_snapshot_taken_then_is_the_snapshot_taken_again_today(folder, clean):
    then = told_by(brand(), "2017-10-16 06:00").build(folder / "then", [], CUT_OFF)
    assert then[f"customer_features/{CUT_OFF}"] == clean[f"customer_features/{CUT_OFF}"] != "no rows"


def test_an_order_in_the_last_instant_is_a_feature_and_one_in_the_next_a_label(warehouse):
    recency = _column(warehouse, "customer_features", "recency_days")
    assert (recency["p_2"], recency["p_4"]) == (0, 10)
    ordered = _column(warehouse, "labels", "ordered")
    assert ordered == {"p_1": True, "p_2": False, "p_3": False, "p_4": True, "p_5": False}


def test_a_window_that_is_still_open_has_no_outcome(clean):
    assert clean[f"labels/{DATE}"] == "no rows"
    assert clean[f"labels/{CUT_OFF}"] != "no rows"


def test_a_message_opened_after_the_date_was_not_opened_at_it(warehouse):
    assert _column(warehouse, "customer_features", "opened_84d")["p_5"] == 0
    assert _column(warehouse, "customer_features", "contacts_84d")["p_5"] == 1
    assert _column(warehouse, "customer_features", "opened_84d", DATE)["p_5"] == 1
    assert _column(warehouse, "labels", "contacted") == dict.fromkeys(("p_2", "p_3", "p_4", "p_5"), False) | {
        "p_1": True
    }


def test_the_regular_buys_every_fortnight_and_the_other_has_no_gap_to_speak_of(warehouse):
    assert _column(warehouse, "customer_features", "gap_mean_84d")["p_1"] == pytest.approx(55 / 4)
    assert _column(warehouse, "customer_features", "gap_mean_84d")["p_3"] is None
    assert _column(warehouse, "customer_features", "order_days_28d") == {
        "p_1": 2,
        "p_2": 1,
        "p_3": 1,
        "p_4": 1,
        "p_5": 0,
    }


def test_no_feature_has_an_outcome_among_its_ancestors():
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    parents, seen, open_nodes = manifest["parent_map"], set(), ["model.siyu.customer_features"]
    while open_nodes:
        node = open_nodes.pop()
        if node not in seen:
            seen.add(node)
            open_nodes += parents.get(node, [])
    assert "model.siyu.feature_cadence" in seen
    assert {"model.siyu.labels", "model.siyu.label_events"} & seen == set()
