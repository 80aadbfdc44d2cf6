"""How often a useless tag is called valid and a good one invalid, in worlds whose truth is known.

    python -m benchmarks.tag_validity [--worlds 100] [--seed 1]

A world is a date: some hundreds to some thousand people, a tag that a part of them carried four weeks before, and who
ordered since, each with a readiness of their own. In the useless worlds the tag has nothing to do with it; in the good
ones its carriers order half as often again as the rest, or the rest as they. dbt runs the project's own models
``tag_counts`` and ``tag_validity`` over all worlds at once. At most five useless tags of a hundred may be called valid
and at most five good ones invalid.
"""

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from orchestration.dbt_calls import call
from orchestration.home_rules import load_seeds
from orchestration.run_plan import transition_days
from orchestration.settings import Settings
from orchestration.warehouse import connect, create_schemas

#: By how much carriers of a good tag order more often than the rest, or the rest than they.
GOOD = 1.5
MOST = 5
_TAG, _OTHER = "world:carried", "world:other"
_PEOPLE, _CARRY, _BASE = (400, 8_000), (0.1, 0.5), (0.05, 0.4)
#: Worlds lie so far apart that no world's days are another's.
_APART = dt.timedelta(days=60)


def world(rng: np.random.Generator, date: dt.date, lift: float) -> pd.DataFrame:
    """Return a world's people: as_of_date, one_id, carries, has_ordered."""
    people = int(rng.integers(*_PEOPLE))
    carries = rng.random(people) < rng.uniform(*_CARRY)
    base = rng.uniform(*_BASE)
    # people are unlike each other, whatever they carry
    readiness = rng.beta(4 * base, 4 * (1 - base), people)
    chance = np.clip(readiness * np.where(carries, lift, 1.0), 0, 1)
    ordered = rng.random(people) < chance
    names = [f"p{number}" for number in range(people)]
    return pd.DataFrame({"as_of_date": date, "one_id": names, "carries": carries, "has_ordered": ordered})


def write(settings: Settings, people: pd.DataFrame) -> None:
    """Write what the models read of the worlds into a warehouse that holds nothing else."""
    with connect(settings) as con:
        create_schemas(con)
        load_seeds(con, settings)
        con.register("worlds", people)
        days = transition_days()
        con.execute(
            f"""
            create table segments.tags as
            select cast(as_of_date as date) - {days} as as_of_date, one_id,
                   [case when carries then '{_TAG}' else '{_OTHER}' end] as tags
            from worlds;
            insert into segments.tags select as_of_date + {days}, one_id, tags from segments.tags;
            create table people.paid_orders as
            select cast(as_of_date as date) as as_of_date, one_id, cast(as_of_date as date) - 1 as order_date,
                   1 as age_days, true as counts_as_purchase
            from worlds where has_ordered;
            create table people.interactions as
            select as_of_date, one_id, false as is_received_only, 1 as age_days from people.paid_orders limit 0;
            """
        )
        stages = {"purchase_stages": "purchase_stage", "aipl": "aipl_stage", "five_a": "five_a_stage"}
        for name, column in (stages | {"need_state": "need_state"}).items():
            con.execute(
                f"create table lifecycle.{name} as select as_of_date, one_id, '' as {column} from segments.tags limit 0"
            )


def verdicts(people: pd.DataFrame) -> pd.Series:
    """Return the verdict on each world's tag, by date."""
    dates = sorted(set(people["as_of_date"]))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        write(settings, people)
        earlier = [(date - dt.timedelta(days=transition_days())).isoformat() for date in dates]
        of_run = {"as_of": [date.isoformat() for date in dates], "earlier": earlier}
        for _ in call(settings, ["run", "--select", "tag_counts", "tag_validity"], of_run):
            pass
        with duckdb.connect(str(settings.warehouse), read_only=True) as con:
            found = con.execute(f"select as_of_date, verdict from segments.tag_validity where tag = '{_TAG}'").df()
    return found.set_index(pd.to_datetime(found["as_of_date"]).dt.date)["verdict"]


def main() -> int:
    """Print how each kind of tag was called; return 1 where too many were called wrongly."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    lifts = {"useless": (1.0,), "good": (GOOD, 1 / GOOD)}
    first, worlds, kinds = dt.date(1990, 1, 1), [], {}
    for kind, of_kind in lifts.items():
        for number in range(asked.worlds):
            date = first + _APART * len(worlds)
            kinds[date] = kind
            worlds.append(world(rng, date, of_kind[number % len(of_kind)]))
    said = verdicts(pd.concat(worlds, ignore_index=True))
    counts = {kind: said[[date for date in kinds if kinds[date] == kind]].value_counts() for kind in lifts}
    for kind, found in counts.items():
        told = ", ".join(f"{found.get(name, 0)} {name}" for name in ("valid", "weak", "invalid", "unproven"))
        print(f"{asked.worlds} worlds with a {kind} tag: {told}")
    wrong = {"useless": counts["useless"].get("valid", 0), "good": counts["good"].get("invalid", 0)}
    print(
        f"useless called valid: {wrong['useless']}, good called invalid: {wrong['good']} (at most {MOST} of 100 each)"
    )
    return int(any(100 * found > MOST * asked.worlds for found in wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
