"""Faults put into a finished warehouse: publishing says no, says why, and CURRENT stays where it was."""

from pathlib import Path

import duckdb

from orchestration.publish import PublishBlocked, publish
from orchestration.publishing.versions import Store
from tests.faults.homes import DAY, Base

#: What goes wrong -> SQL over the published tables of the date (`day`), somebody of it being `who`; the table named.
FAULTS = {
    "half the customers are gone": ("delete from customers where {day} and hash(one_id) % 2 = 0", "customers"),
    "a customer stands twice": ("insert into customers from customers where {day} and {who}", "customers"),
    "a customer has no id": ("update customers set one_id = null where {day} and {who}", "customers"),
    "a required column is null": ("update customers set paid_fen = null where {day} and {who}", "customers"),
    "net is not paid less refunded": ("update customers set net_paid_fen = -7 where {day} and {who}", "customers"),
    "money was lost on the way": ("update customers set paid_fen = 0, net_paid_fen = 0 where {day}", ""),
    "money fell below nothing": ("update customers set paid_fen = -1 where {day} and {who}", "customers"),
    "an order from the future": (
        "update customers set last_order_at = last_order_at + interval 400 day where {day}",
        "customers",
    ),
    "a customer has no segments": ("delete from customer_segments where {day} and {who}", "customer"),
    "a customer has no stage": ("delete from customer_lifecycle where {day} and {who}", "customer"),
    "segments of a stranger": ("update customer_segments set one_id = 'p_x' where {day} and {who}", "customer"),
    "an RFM score of 6": ("update customer_segments set r_score = 6 where {day} and {who}", "customer_segments"),
    "a stage that is none": ("update customer_lifecycle set purchase_stage = 'asleep' where {day} and {who}", ""),
    "nobody has a life cycle": ("delete from customer_lifecycle where {day}", "customer"),
    "a score above 1": ("update customer_scores set score = 1.5 where {day}", "customer_scores"),
    "a link learned later": (
        "update identity_map set known_from = known_from + interval 4000 day where one_id is not null",
        "identity_map",
    ),
    "an identifier of two people": (
        "insert into identity_map by name select * replace ('p_x' as one_id) from identity_map where {who}",
        "identity_map",
    ),
    "somebody under 18 has a score": (
        "update customers set exclusion = 'minor' where {day} and one_id in"
        " (select min(one_id) from customer_scores where {day})",
        "hard_rule",
    ),
    "somebody under 18 has a tag": (
        "update customers set exclusion = 'minor', tags = ['owl'] where {day} and {who}",
        "hard_rule",
    ),
    "a figure stands twice": ("insert into kpi_daily from kpi_daily where kpi_date = '" + DAY.isoformat() + "'", "kpi"),
}
TABLES = ("customers", "customer_segments", "customer_lifecycle", "customer_scores", "identity_map", "kpi_daily")


def blocked(base: Base, scratch: Path, number: int) -> str:
    """Put one fault in, publish, and look at what was said and what readers see."""
    name, (fault, table) = list(FAULTS.items())[number % len(FAULTS)]
    settings = base.ready_to_publish(scratch / "home")
    store = Store(settings.published)
    before = store.current()
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        warehouse.execute("set schema = 'published'")
        for name_of_table in TABLES:  # dbt's contracts would refuse some of it: here the door is asked
            warehouse.execute(f"create or replace table {name_of_table} as select * from {name_of_table}")
        day = f"as_of_date = date '{DAY}'"
        who = f"one_id = (select min(one_id) from customers where {day})"
        changed = warehouse.execute(fault.format(day=day, who=who)).fetchone()
    if not changed or not changed[0]:
        return f"{name}: the fault met no row"
    try:
        publish(settings, [DAY])
    except PublishBlocked as error:
        said = str(error)
        if store.current() != before:
            return f"{name}: blocked, and CURRENT moved"
        return "" if table in said and "published: blocked" in said else f"{name}: said {said[:300]}"
    return f"{name}: published all the same"
