"""dbt makes tables by touched keys as the plan of the night says, and whole where nobody planned."""

import datetime as dt

import duckdb

from orchestration.dbt_graph import models
from orchestration.keeping import by_key
from orchestration.settings import Settings
from tests.builders import shop
from tests.keeping.nights import RULES, Nights, prepare
from tests.keeping.test_kept_equals_full import TODAYS, deliver, event, line, order
from tests.warehouse.run_dbt import messages, run_dbt

NAMES = [models()[one]["name"] for one in by_key.made_by_key()]


def make(nights, *chosen, rules=RULES, is_full=False):
    """Make the chosen models through dbt, and return how many keys were planned for each table."""
    with duckdb.connect(str(nights.settings.warehouse)) as con:
        touched = by_key.prepare(con, rules, is_full)
    done = run_dbt(nights.settings.warehouse, ["run", "--select", *chosen], {}, SIYU_KEPT_UNDER=rules)
    assert done.success, messages(done)
    return touched


def test_touched_keys_come_to_what_all_come_to_and_a_table_made_by_hand_is_made_whole(tmp_path):
    settings = Settings(home=tmp_path / "home")
    prepare(settings)
    shop(settings.home, dt.date(2026, 3, 10), customers=14).land()
    nights = Nights(settings, {})
    nights.land(dt.datetime(2026, 3, 10, 22))
    assert set(make(nights, *(f"+{name}" for name in NAMES)).values()) == {None}

    again = order("O000020", 1, "2025-08-01", updated_at="2025-08-20 10:00:00")
    deliver(nights, [*TODAYS, again, line("O000030", "K5", line_id="9"), event("L2", 5, "2026-03-10")])
    touched = make(nights, *NAMES)
    assert (touched["customer.orders"], touched["customer.order_lines"], touched["customer.events"]) == (2, 3, 3)
    said = nights.rows_by_key()
    with duckdb.connect(str(settings.warehouse)) as con:
        left = con.execute("select table_name from duckdb_tables() where table_name like '%touched%'").fetchall()
    assert left == []
    assert set(make(nights, *NAMES, is_full=True).values()) == {None}
    assert nights.rows_by_key() == said

    run_dbt(settings.warehouse, ["run", "--select", "standard_orders"], {})
    with duckdb.connect(str(settings.warehouse)) as con:
        touched = by_key.prepare(con, RULES)
    assert {table for table, keys in touched.items() if keys is None} == {"staging.standard_orders"}
