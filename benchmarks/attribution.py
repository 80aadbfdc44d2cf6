"""Attribution over a file of touch paths, by the product's own models and again in plain Python.

Usage: ``python -m benchmarks.attribution FILE`` for a Parquet file with ``path`` (``a > b > a``), ``total_conversions``
and ``total_null`` (how many of the path ended in an order, and in none); or ``python -m benchmarks.attribution --paths
1000000`` for made ones, with the seconds, the CPU seconds and the memory that the models take.
"""

import argparse
import collections
import dataclasses
import resource
import tempfile
import time
from pathlib import Path
from typing import Final

import duckdb

MODELS: Final = ("attribution_shares", "attribution_steps", "attribution_removal", "attributed")
#: The seed row of attribution_windows under which the paths stand.
WINDOW_DAYS: Final = 30

_OF_A_FILE: Final = """
    create table given as
    select row_number() over () as way, string_split(path, ' > ') as channels,
        total_conversions as orders, total_null as nothing
    from read_parquet($file)
"""
#: Six channels, one to six touches long, one path in eight with an order; nothing is drawn, so a run can be repeated.
_MADE: Final = """
    create table given as
    select number as way,
        list_transform(
            range(cast(1 + hash(number) % 6 as bigint)),
            lambda place: 'c' || cast(hash(number * 7 + place) % 6 as varchar)
        ) as channels,
        (hash(number + 1) % 8 = 0)::int as orders, (hash(number + 1) % 8 <> 0)::int as nothing
    from range($paths) as numbers(number)
"""
_LAID: Final = f"""
    insert into figures.attribution_paths by name
    with ends as (
        select way, channels, 'o' || way || '-' || one as order_id, null as one_id
        from given, range(orders) as ways(one)
        union all
        select way, channels, null, 'p' || way || '-' || one from given, range(nothing) as ways(one)
    )
    select date '2017-11-30' as as_of_date, {WINDOW_DAYS} as window_days,
        case when order_id is not null then 'shop' end as source, order_id, one_id,
        case when order_id is not null then date '2017-11-30' end as order_date,
        case when order_id is not null then 100 end as goods_paid_fen,
        channels[place] as channel,
        date '2017-11-30' - cast(len(channels) - place as integer) as touch_date
    from ends, lateral (select unnest(range(1, len(channels) + 1)) as place)
"""


def main() -> None:
    """Print what every model gives to every channel, beside the same figures computed another way."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attribution", description=__doc__.split("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, help="Parquet: path, total_conversions, total_null")
    parser.add_argument("--paths", type=int, default=1_000_000, help="how many to make without a file")
    given = parser.parse_args()
    told = by_models(given.file, given.paths)
    paths = sum(orders + nothing for orders, nothing, _ in told.laid)
    print(f"{paths:,} paths: {told.seconds:.1f} s, {told.cpu_seconds:.1f} CPU s, at most {told.most_gib:.2f} GiB")
    again = counted_again(told.laid)
    print(f"{'model':12} {'channel':12} {'models':>14} {'another way':>14}")
    for model, channel, orders in told.orders:
        print(f"{model:12} {channel:12} {orders:14.2f} {again[model].get(channel, 0.0):14.2f}")
    most = largest_difference(told.orders, again)
    fen = ", ".join(f"{model} {total}" for model, total in told.fen)
    print(f"largest difference {most:.4f} orders; fen by model: {fen}")


@dataclasses.dataclass(frozen=True)
class Told:
    """What the models give (model, channel, orders; model, fen), of which paths, and what they took."""

    orders: list[tuple[str, str, float]]
    fen: list[tuple[str, int]]
    laid: list[tuple[int, int, list[str]]]
    seconds: float
    cpu_seconds: float
    most_gib: float


def by_models(file: Path | None, paths: int = 0) -> Told:
    """Return what dbt's models give over the paths of a file, or over so many made ones."""
    from tests.warehouse.empty_home import build, make_empty_home

    with tempfile.TemporaryDirectory() as folder:
        home = make_empty_home(Path(folder) / "home")
        con = duckdb.connect(str(home / "warehouse.duckdb"))
        con.execute(*((_OF_A_FILE, {"file": str(file)}) if file else (_MADE, {"paths": paths})))
        con.execute(_LAID)
        laid = con.execute("select orders, nothing, channels from given").fetchall()
        con.close()
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        done = build(home, "run", "--select", *MODELS)
        after, seconds = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
        if not done.success:
            raise SystemExit("a model failed")
        con = duckdb.connect(str(home / "warehouse.duckdb"), read_only=True)
        found = con.execute("select model, channel, conversions from figures.attributed order by all").fetchall()
        fen = con.execute("select model, sum(revenue_fen) from figures.attributed group by model order by 1").fetchall()
        con.close()
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Told(found, fen, laid, seconds, cpu_seconds, after.ru_maxrss / 2**20)


def largest_difference(found: list[tuple[str, str, float]], again: dict[str, collections.Counter[str]]) -> float:
    """Return by how many orders the models and the other way differ most, over every model and channel of either."""
    told = {(model, channel): orders for model, channel, orders in found}
    told_again = {(model, channel): orders for model, of in again.items() for channel, orders in of.items()}
    return max(abs(told.get(cell, 0.0) - told_again.get(cell, 0.0)) for cell in {*told, *told_again})


def counted_again(laid: list[tuple[int, int, list[str]]]) -> dict[str, collections.Counter[str]]:
    """Return orders by model and channel, counted path by path, and the Markov chain by walking it until it stands."""
    found: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    ways: collections.Counter[tuple[str, str]] = collections.Counter()
    for orders, nothing, channels in laid:
        for one, other in zip(["", *channels], [*channels, None], strict=True):
            if other is not None:
                ways[one, other] += orders + nothing
        ways[channels[-1], "order"] += orders
        ways[channels[-1], "nothing"] += nothing
        if not orders:
            continue
        # a half-life of seven days, and the touches lie a day apart
        ages = [0.5 ** ((len(channels) - 1 - place) / 7) for place in range(len(channels))]
        found["first"][channels[0]] += orders
        found["last"][channels[-1]] += orders
        for channel, age in zip(channels, ages, strict=True):
            found["linear"][channel] += orders / len(channels)
            found["time_decay"][channel] += orders * age / sum(ages)
        for channel in set(channels):
            found["shapley"][channel] += orders / len(set(channels))
    sold, names = sum(found["last"].values()), sorted({other for _, other in ways} - {"order", "nothing"})
    lost = {name: 1 - _walked(ways, name) / _walked(ways, None) for name in names}
    for name in names:
        found["markov"][name] = sold * lost[name] / sum(lost.values())
    return found


def _walked(ways: collections.Counter[tuple[str, str]], removed: str | None) -> float:
    """Return the chance of an order, with everybody at a channel sent on a step at a time."""
    left: collections.Counter[str] = collections.Counter()
    for (one, _), times in ways.items():
        left[one] += times
    at, won = {"": 1.0}, 0.0
    while sum(at.values()) > 1e-12:
        then: collections.Counter[str] = collections.Counter()
        for (one, other), times in ways.items():
            if one in at and other != removed:
                then[other] += at[one] * times / left[one]
        won += then.pop("order", 0.0)
        then.pop("nothing", None)
        at = dict(then)
    return won


if __name__ == "__main__":
    main()
