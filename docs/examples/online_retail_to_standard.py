"""Export the UCI Online Retail table (Parquet) to the standard channel: ``python … online_retail.parquet LANDING``.

One row of the table is a line of an invoice. What becomes of it:

- an invoice is an order of source ``retail``; without a CustomerID it is a walk-in;
- a line of an invoice "C…" is a refund, matched to the newest earlier line of the same customer and stock code that
  still has that quantity and amount left, else unmatched (empty order_id);
- a negative quantity or amount on any other invoice stays negative: the door quarantines it, with the reason;
- amounts are taken as yuan with all their decimals, times as Asia/Shanghai.
"""

import argparse
import csv
import dataclasses
import gzip
import io
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb

LINES = """
    select
        InvoiceNo, row_number() over (partition by InvoiceNo order by file_row_number) as line_id, StockCode, Quantity,
        cast(cast(UnitPrice as decimal(18, 4)) * Quantity as decimal(18, 4)) as amount,
        strftime(min(InvoiceDate) over (partition by InvoiceNo), '%Y-%m-%d %H:%M:%S') as invoiced_at,
        coalesce(cast(cast(CustomerID as bigint) as varchar), '') as customer_id
    from read_parquet(?, file_row_number = true)
    order by invoiced_at, InvoiceNo, line_id
"""
PRODUCTS = """
    with named as (
        select StockCode, coalesce(Description, '') as name, count(*) as line_count from read_parquet(?) group by all
    )

    select StockCode, name
    from named
    qualify row_number() over (partition by StockCode order by line_count desc, name) = 1
    order by StockCode
"""
Line = tuple[str, int, str, int, Decimal, str, str]


@dataclasses.dataclass
class Left:
    """What of a sold line has not come back yet."""

    order_id: str
    line_id: int | str
    quantity: int
    amount: Decimal


def fen(amount: Decimal) -> Decimal:
    """Return an amount rounded half up to a fen, as the door rounds it."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def yuan(amount: Decimal) -> Decimal:
    """Return an amount with two decimals, or with all it has where there are more."""
    return fen(amount) if fen(amount) == amount else amount.normalize()


def write(landing: Path, dataset: str, header: str, rows: list[tuple[object, ...]]) -> None:
    """Write one dataset of the standard channel as a gzipped CSV, the same bytes on every run."""
    path = landing / "standard" / dataset / "online_retail.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows([header.split(","), *rows])
    path.write_bytes(gzip.compress(content.getvalue().encode(), mtime=0))
    print(f"{path}: {len(rows):,} rows")


def refunds_of(returned: list[Line], sold: list[Line]) -> list[tuple[object, ...]]:
    """Return a refund per returned line, each matched to a line sold earlier that can bear it."""
    shelf: dict[tuple[str, str], list[Left]] = defaultdict(list)
    rows: list[tuple[object, ...]] = []
    for line in sorted([*sold, *returned], key=lambda line: (line[5], line[0].startswith("C"), line[0], line[1])):
        invoice, number, sku, quantity, amount, at, customer = line
        if not invoice.startswith("C"):
            if customer and quantity > 0:
                shelf[customer, sku].append(Left(invoice, number, quantity, fen(amount)))
            continue
        bears = [one for one in shelf[customer, sku] if one.quantity >= -quantity and one.amount >= fen(-amount)]
        match = bears[-1] if customer and bears else Left("", "", 0, Decimal())
        match.quantity += quantity
        match.amount -= fen(-amount)
        order_id, line_id = match.order_id, match.line_id
        rows.append(("retail", f"{invoice}-{number}", order_id, customer, line_id, "succeeded", at, at, yuan(-amount)))
    return rows


def main() -> None:
    """Read the table, write orders, order_lines, refunds and products."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("table", type=Path, help="online_retail.parquet")
    parser.add_argument("landing", type=Path, help="the landing folder of a home, for example .siyu/landing")
    options = parser.parse_args()
    lines: list[Line] = duckdb.execute(LINES, [str(options.table)]).fetchall()
    returned = [line for line in lines if line[0].startswith("C")]
    sold = [line for line in lines if not line[0].startswith("C")]
    totals: dict[str, Decimal] = defaultdict(Decimal)
    firsts: dict[str, Line] = {}
    for line in sold:
        # A line that the door will refuse for its negative quantity owes nothing (its price is 0).
        totals[line[0]] += fen(line[4])
        firsts.setdefault(line[0], line)
    write(
        options.landing,
        "orders",
        "source,order_id,customer_id,ordered_at,paid_at,status,amount_yuan",
        [("retail", line[0], line[6], line[5], line[5], "finished", totals[line[0]]) for line in firsts.values()],
    )
    write(
        options.landing,
        "order_lines",
        "source,order_id,line_id,sku_id,quantity,amount_yuan",
        [("retail", line[0], line[1], line[2], line[3], yuan(line[4])) for line in sold],
    )
    write(
        options.landing,
        "refunds",
        "source,refund_id,order_id,customer_id,line_id,status,requested_at,refunded_at,amount_yuan",
        refunds_of(returned, sold),
    )
    products = duckdb.execute(PRODUCTS, [str(options.table)]).fetchall()
    write(
        options.landing,
        "products",
        "source,sku_id,name,updated_at",
        [("retail", sku, name, "2010-12-01 00:00:00") for sku, name in products],
    )


if __name__ == "__main__":
    main()
