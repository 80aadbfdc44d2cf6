"""What a night costs as a brand grows: a full load, and the night after a day that brought one record in a hundred.

Usage: ``python -m benchmarks.scale N [N ...]``, for example ``python -m benchmarks.scale 2000 20000``. A brand of N
customers is drawn by SQL (some 139 records a customer in a year, 20 orders, 29 lines and 80 events among them) and
landed as Parquet. The compiled SQL of all models and the identity fold are run in one DuckDB connection on one thread,
without dbt and Dagster, whose cost does not grow with the brand. CPU seconds are those of this process, by stage and
for the dearest models; `first` makes everything, `day` what the day brought, `full` the same day with nothing kept.
`full` must say the same as `day`, table by table. The last lines are exponents between the sizes.
"""

import datetime as dt
import math
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import duckdb

from orchestration.dbt_graph import models, table_of
from orchestration.settings import Settings
from tests.keeping.compiled import compile_all
from tests.keeping.nights import Nights, prepare

YESTERDAY, TODAY = dt.date(2026, 3, 10), dt.date(2026, 3, 11)
DEAREST: Final = 20
#: The brand's day is live: what lands is known when it lands, as at a brand that is run every night.
LIVE_FROM: Final = {"standard": str(TODAY)}
_START = "timestamp '2025-03-11 08:00:00'"
#: What a customer does in a year, and of it what the day brings: every hundredth record.
ORDERS, EVENTS, MESSAGES = 20, 80, 6
_PEOPLE = "select i, 'C' || lpad(i::varchar, 7, '0') as customer_id from range($n) as drawn (i)"
_SPREAD = "(hash(i, k, '{}') % 31449600)::bigint"  # 364 days of seconds
_WEB = "case when hash(i, 'web') % 10 = 0 and hash(i, k) % 2 = 0 then 'web' else 'shop' end"


def _drawn(what: str, a_customer: int, columns: str) -> tuple[str, str]:
    """Return two queries of rows by customer and number: the year's, and the day's."""
    of = "select {columns} from (" + _PEOPLE + "), range({first}, {last}) as numbers (k) where {chosen}"
    at = f"{_START} + to_seconds({_SPREAD.format(what)})"
    today = f"timestamp '{TODAY} 09:00:00' + to_seconds({_SPREAD.format(what)} % 30000)"
    days = max(1, math.ceil(a_customer / 100))
    chosen = f"hash(i, k, 'of the day') % 100 < {round(100 * a_customer / 100 / days)}"
    year = of.format(columns=columns.format(at=at), first=0, last=a_customer, chosen="true")
    return year, of.format(columns=columns.format(at=today), first=1000, last=1000 + days, chosen=chosen)


def brand() -> dict[str, tuple[str, str]]:
    """Return the queries of every dataset: the year's rows and the day's, of ``$n`` customers."""
    order_id = "'O' || i || '-' || k"
    money = "(hash(i, k, 'fen') % 30000 + 900)"
    customers = (
        "select '{source}' as source, customer_id, '13' || lpad((hash(i) % 1000000000)::varchar, 9, '0') as mobile,"
        " '林' || (i % 97) as name, case i % 3 when 0 then 'male' when 1 then 'female' else '' end as gender,"
        f" strftime({_START} + to_seconds(i % 86400), '%Y-%m-%d %H:%M:%S') as registered_at, '银卡' as level,"
        f" strftime({_START} + to_seconds(i % 86400), '%Y-%m-%d %H:%M:%S') as updated_at from ({_PEOPLE}) where {{of}}"
    )
    shop = customers.format(source="shop", of="true")
    web = customers.format(source="web", of="hash(i, 'web') % 10 = 0")
    new = customers.format(source="shop", of="i % 100 = 0").replace("'C' ||", "'N' ||").replace("hash(i)", "hash(-i)")
    text = "strftime({at}, '%Y-%m-%d %H:%M:%S')"
    orders = _drawn(
        "orders",
        ORDERS,
        f"{_WEB} as source, {order_id} as order_id, customer_id, {text} as ordered_at, {text} as paid_at,"
        f" 'finished' as status, ({money} / 100)::decimal(18, 2)::varchar as amount_yuan, 'S' || (i % 5) as store_id",
    )
    lines = _drawn(
        "orders",
        ORDERS,
        f"{_WEB} as source, {order_id} as order_id, unnest(range(1 + (hash(i, k) % 2)::bigint)) as line_id,"
        f" 'K' || (hash(i, k) % 200) as sku_id, '1' as quantity,"
        f" ({money} / 100)::decimal(18, 2)::varchar as amount_yuan",
    )
    kind = "list_value('view', 'view', 'search', 'add_to_cart', 'share')[1 + (hash(i, k, 'kind') % 5)::bigint]"
    events = _drawn(
        "events",
        EVENTS,
        f"{_WEB} as source, 'E' || i || '-' || k as event_id, customer_id, {kind} as event_type,"
        f" {text} as occurred_at, 'mini_program' as channel, 'K' || (hash(i, k) % 200) as object_id",
    )
    messages = _drawn(
        "messages",
        MESSAGES,
        f"'shop' as source, 'M' || i || '-' || k as message_id, customer_id, 'sms' as message_channel,"
        f" {text} as sent_at, {text} as delivered_at, 'delivered' as status",
    )
    consents = (
        f"select 'shop' as source, customer_id, said.purpose, said.message_channel, 'true' as granted,"
        f" strftime({_START}, '%Y-%m-%d %H:%M:%S') as changed_at from ({_PEOPLE}),"
        " (values ('profiling', ''), ('marketing', 'sms')) as said (purpose, message_channel)"
    )
    products = (
        "select 'shop' as source, 'K' || k as sku_id, 'item ' || k as name, 'c' || (k % 9) as category"
        " from range(200) as drawn (k) where $n > 0"
    )
    stores = "select 'S' || k as store_id, 'store ' || k as name from range(5) as drawn (k) where $n > 0"
    return {
        "customers": (f"{shop} union all {web}", new),
        "orders": orders,
        "order_lines": lines,
        "events": events,
        "messages": messages,
        "consents": (consents, ""),
        "products": (products, ""),
        "stores": (stores, ""),
    }


def land(settings: Settings, customers: int, of_the_day: bool) -> int:
    """Write the year's files, or the day's; return their rows."""
    rows = 0
    with duckdb.connect() as con:
        for dataset, queries in brand().items():
            if query := queries[of_the_day]:
                file = settings.landing / "standard" / dataset / f"{'day' if of_the_day else 'year'}.parquet"
                file.parent.mkdir(parents=True, exist_ok=True)
                con.execute(f"create or replace table drawn as {query.replace('$n', str(customers))}")
                con.execute(f"copy drawn to '{file}' (format parquet)")
                rows += con.execute("select count(*) from drawn").fetchall()[0][0]
    return rows


class Measured(Nights):
    """Nights that know what each model cost."""

    spent: Counter[str]

    def _make(self, con: duckdb.DuckDBPyConnection, unique_id: str, rules: str = "") -> None:
        started = time.process_time()
        super()._make(con, unique_id, rules)
        self.spent[".".join(table_of(models()[unique_id]))] += time.process_time() - started


def measure(customers: int, queries: dict[str, str], folder: Path) -> dict[str, Counter[str]]:
    """Run the nights of a brand of so many customers; return CPU seconds by table."""
    settings = Settings(home=folder / f"of{customers}", live_from=LIVE_FROM)
    prepare(settings)
    found: dict[str, Counter[str]] = {}

    def timed(name: str, nights: Nights, **asked: Any) -> None:
        Measured.spent = found[name] = Counter()
        started = time.process_time()
        made = nights.night(YESTERDAY if name == "first" else TODAY, **asked)
        whole = time.process_time() - started
        found[name]["deciding.dates"] = whole - found[name].total()
        print(f"{customers} {name}: {whole:.1f} CPU s, {len(made.state)} state dates made", flush=True)

    nights = Measured(settings, queries, ())
    for of_the_day in (False, True):
        rows, started = land(settings, customers, of_the_day), time.process_time()
        nights.land(dt.datetime.combine(TODAY if of_the_day else YESTERDAY, dt.time(14)))
        print(f"{customers} {rows:,} rows landed: {time.process_time() - started:.1f} CPU s", flush=True)
        timed("day" if of_the_day else "first", nights)
    said = nights.says(TODAY)
    timed("full", nights, is_full=True)
    full = nights.says(TODAY)
    print(f"{customers}: differ from full: {[table for table in full if said[table] != full[table]]}", flush=True)
    return found


def _stages(spent: Counter[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for table, seconds in spent.items():
        found[table.partition(".")[0]] += seconds
    return found


def table_of_costs(found: dict[int, dict[str, Counter[str]]], by: Any, most: int) -> None:
    """Print what is dearest on the largest brand's day, at every size."""
    sizes = sorted(found)
    summed = {size: {night: by(spent) for night, spent in nights.items()} for size, nights in found.items()}
    dearest = [name for name, _ in summed[sizes[-1]]["day"].most_common(most)]
    nights = ("first", "day", "full")
    print(f"| {'':40} |" + "".join(f" {size} {night:5} |" for size in sizes for night in nights) + " exponent of day |")
    for name in [*dearest, "sum"]:
        cost = {
            size: {night: costs.total() if name == "sum" else costs[name] for night, costs in summed[size].items()}
            for size in sizes
        }
        small, large = cost[sizes[0]]["day"], cost[sizes[-1]]["day"]
        exponent = (
            f"{math.log(large / small) / math.log(sizes[-1] / sizes[0]):.2f}"
            if len(sizes) > 1 and min(small, large) > 0
            else ""
        )
        cells = "".join(f" {cost[size][night]:10.2f} |" for size in sizes for night in nights)
        print(f"| {name:40} |{cells} {exponent} |")


def main(sizes: list[int]) -> None:
    """Print the tables of all sizes."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        compiling = Settings(home=Path(folder) / "compiling")
        prepare(compiling)
        queries = compile_all(compiling.warehouse)
        for size in sizes:
            found[size] = measure(size, queries, Path(folder))
    table_of_costs(found, _stages, DEAREST)
    table_of_costs(found, lambda spent: spent, DEAREST)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [2_000, 20_000])
