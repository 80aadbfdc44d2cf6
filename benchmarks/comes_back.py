"""How many of each purchase stage buy again within 28 days: ``python -m benchmarks.comes_back HOME``.

A stage that says lost is judged by who comes back all the same. Each state date of the home's last run that lies 28
days or more before the last is read; who was contacted is counted among them, so the share is an upper bound of those
who come back unasked.
"""

import sys
from pathlib import Path

import duckdb

from orchestration.settings import Settings

_SHARES = """
    with dates as (
        select distinct as_of_date
        from lifecycle.purchase_stages
        where as_of_date <= (select max(as_of_date) from lifecycle.purchase_stages) - 28
            and day(as_of_date) in (2, 8, 20)
    ),
    bought as (
        select distinct dates.as_of_date, orders.one_id
        from dates
        inner join people.order_states as orders
            on orders.order_date > dates.as_of_date and orders.order_date <= dates.as_of_date + 28
        where orders.counts_as_purchase and orders.to_date is null
    )
    select stages.as_of_date, stages.purchase_stage, count(*) as people,
        count(bought.one_id) / count(*) as back, median(stages.cadence_days) as cadence_days
    from lifecycle.purchase_stages as stages
    inner join dates using (as_of_date)
    left join bought using (as_of_date, one_id)
    where stages.cadence_days is not null
    group by all order by all
"""


def main(home: str) -> None:
    """Print date, stage, people, the share that bought within 28 days, and the middle cadence K in days."""
    with duckdb.connect(str(Settings(home=Path(home)).warehouse), read_only=True) as con:
        for date, stage, people, back, cadence in con.execute(_SHARES).fetchall():
            print(f"{date}  {stage:12} {people:7,}  {back:6.1%} came back  K {cadence:3.0f} d")


if __name__ == "__main__":
    main(sys.argv[1])
