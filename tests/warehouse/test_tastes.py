"""What somebody likes to buy comes from the catalogue where the ticket does not say it, as the catalogue was known."""

import duckdb
import pytest

from tests.warehouse.features_world import World, at, build

EVE, DATE = "2017-11-08", "2017-11-09"


def brand() -> World:
    """Return a till whose lines name no category, and a catalogue that moves T1 from cups to mugs before the date."""
    world = World().person("p_1", "c1").person("p_2", "c2")
    for order_id, customer_id, sku_id in (("o1", "c1", "T1"), ("o2", "c2", "T2"), ("o3", "c2", "T2")):
        world.order(order_id, customer_id, f"2017-11-0{order_id[1]} 10:00")
        world.rows[-1][1].update(category=None, sku_id=sku_id)
    renamed = at("2017-11-09 12:00")
    begun = {"source": "brand", "known_at": at("1970-01-01 08:00")}
    world.add("products", sku_id="T1", name="a cup", category="cups", superseded_at=renamed, **begun)
    world.add("products", source="brand", sku_id="T1", name="a cup", category="mugs", known_at=renamed)
    return world.add("products", sku_id="T2", name="tea", category="tea", **begun)


def tastes(folder, dates):
    warehouse = brand().lay(folder)
    build(warehouse, {"as_of": dates, "state": dates, "feature": dates}, ("+purchase_habits", "+customer_features"))
    with duckdb.connect(str(warehouse), read_only=True) as con:
        liked = con.execute("""
            select orders.as_of_date, orders.one_id, habits.interests, habits.settled_category_count
            from people.customer_orders as orders
            inner join people.purchase_habits as habits
                on orders.one_id = habits.one_id and orders.order_set_hash = habits.order_set_hash
        """).fetchall()
        counted = con.execute("select as_of_date, one_id, categories_84d from features.customer_features").fetchall()
    return {(str(date), *who): rest for date, *who, rest in counted} | {
        (str(date), one_id, "likes"): (interests, settled) for date, one_id, interests, settled in liked
    }


@pytest.fixture(scope="module")
def both_dates(tmp_path_factory):
    return tastes(tmp_path_factory.mktemp("both") / "home", [EVE, DATE])


def test_the_catalogue_names_what_the_ticket_does_not(both_dates):
    assert both_dates[DATE, "p_2", "likes"] == (["tea"], 1)
    assert both_dates[DATE, "p_2"] == 1


def test_a_product_is_called_what_the_catalogue_called_it_by_the_date(both_dates):
    assert both_dates[EVE, "p_1", "likes"] == (["cups"], 0)
    assert both_dates[DATE, "p_1", "likes"] == (["mugs"], 0)


def test_a_taste_does_not_depend_on_which_other_dates_are_run(both_dates, tmp_path):
    alone = tastes(tmp_path / "home", [DATE])
    assert alone == {key: value for key, value in both_dates.items() if key[0] == DATE}
