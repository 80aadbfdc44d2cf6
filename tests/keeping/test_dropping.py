"""Which dates leave the warehouse, and which stay: looked back to, learned from, published, or a quarter's first."""

import datetime as dt

import duckdb

from orchestration.keeping.dropping import drop, needed
from orchestration.keeping.ledger import create
from orchestration.run_plan import plan_run
from orchestration.settings import Settings

TODAY = dt.date(2026, 3, 11)


def test_a_night_needs_the_days_it_looks_back_to_and_those_that_a_kept_version_looked_back_to():
    plan = plan_run(Settings(), [TODAY])
    assert needed(plan, [])[0] == dt.date(2026, 2, 11)
    assert needed(plan, [dt.date(2026, 3, 1), TODAY])[0] == dt.date(2026, 2, 1)


def test_cut_offs_stay_and_the_first_days_of_the_quarters_on_which_cuts_are_frozen():
    plan = plan_run(Settings(), [TODAY])
    cut_offs = plan.cut_offs[dt.date(2026, 3, 9)]
    _, also = needed(plan, [])
    older = [cut_offs[0] - dt.timedelta(days=days) for days in (28, 14)]
    assert {*older, *cut_offs} <= {*also, dt.date(2026, 2, 8)}
    assert {dt.date(2025, 7, 1), dt.date(2025, 10, 1), dt.date(2026, 1, 1)} <= set(also)
    assert dt.date(2025, 12, 5) not in also


def test_what_is_dropped_leaves_the_ledger_and_what_stays_does_not():
    since, quarter, gone = dt.date(2026, 2, 11), dt.date(2026, 1, 1), dt.date(2026, 1, 2)
    with duckdb.connect() as con:
        create(con)
        con.execute("create schema lifecycle; create schema published")
        for table in ("lifecycle.aipl", "published.customers"):
            con.execute(f"create table {table} (as_of_date date)")
            con.executemany(f"insert into {table} values (?)", [[since], [quarter], [gone]])
            con.executemany(f"insert into main.kept values ('{table}', ?, 'r')", [[since], [quarter], [gone]])
        assert drop(con, since, [quarter]) == 1
        stays = con.execute("select as_of_date from lifecycle.aipl order by 1").fetchall()
        assert stays == [(quarter,), (since,)]
        kept = con.execute("select relation, as_of_date from main.kept where as_of_date < ? order by 1, 2", [since])
        assert kept.fetchall() == [
            ("lifecycle.aipl", quarter), ("published.customers", quarter), ("published.customers", gone),
        ]  # fmt: skip
