"""What one morning's list of the demo earns in its declared world, beside the planner of contract version 1.

    python -m benchmarks.demo_morning HOME

HOME is a finished demo home. Both planners choose among the same priced options under the same budget: ours by draws of
what was learned, as many of them to learn as a list may hold, the former one by the P10 of the seed's curve, lift
whatever p0. What is owed and what the care purse gives is no planner's choice and left out. What each would really
bring is the declared world's (truth/world.toml): its lift for the person, where no real order falls within the 14 days
anyway (truth/orders_after.parquet). The product reads none of that.
"""

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from demo.build import SEED
from demo.chance import Chance
from demo.response import WITHIN_DAYS, World
from ml.recall import arms
from ml.recall.assignment import Remaining, Salts, assigned, channel_slots, drawn_arms, staff_slots
from ml.recall.candidates import candidates
from ml.recall.learned import nothing_learned
from ml.recall.lists import within_share
from ml.recall.night import decided
from ml.recall.plays import CARE
from ml.recall.roi import net_profit
from ml.recall.treatments import admissible, draw_keys, priced
from orchestration.channels.engine.keys import load_key
from orchestration.frames import of_dates, query
from orchestration.recall_inputs import budgets, episodes_known, known_ancestry, learned_by, load_rules
from orchestration.settings import load_settings
from orchestration.warehouse import connect

#: What the former planner took off every lift of the seed.
_FORMER_DEFLATION = 0.9
_RESAMPLES = 1_000


def _options(home: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, float, dt.date]:
    settings = load_settings({"SIYU_HOME": str(home.resolve())})
    with connect(settings, read_only=True) as con:
        ((date,),) = con.execute("select max(as_of_date) from recall.recall_people").fetchall()
        rules = load_rules(con, settings, of_dates(con, "recall.recall_offers", [date], key="offer_id"))
        context, scores = (of_dates(con, table, [date]) for table in ("recall.recall_people", "scores.customer_scores"))
        salts = Salts(load_key(settings, "holdout"), load_key(settings, "exploration"))
        people = candidates(context, scores, rules)
        people["candidate"] = np.arange(len(people))
        people = drawn_arms(people, known_ancestry(con), rules, salts).assign(held_back_probability=0.0)
        people = people[people["arm"].eq("")]
        learned = learned_by(con, date, episodes_known(con, date), rules)
        basket = context["average_order_fen"].dropna().astype(float).median()
        budget = float(budgets(con, settings, [date])[date])
        ids = query(con, "select source, customer_id, one_id from identity.source_records where known_to is null")
    allowed = admissible(people, rules)
    allowed = allowed[allowed["consent_purpose"].ne("service") & allowed["purse"].ne(CARE)]
    baskets = pd.Series({date: basket})
    ours = priced(allowed, rules, baskets, learned)
    seeds = nothing_learned(rules)
    former = priced(allowed, rules, baskets, seeds)
    curve = rules.seeds["response_priors"].set_index(["band", "message_channel", "depth"])
    key = pd.MultiIndex.from_frame(former[["band", "message_channel", "depth"]])
    for point in ("p10", "p50", "p90"):
        former[f"lift_{point}"] = curve[f"lift_{point}"].reindex(key).to_numpy(float) * _FORMER_DEFLATION
    former["net_p10_fen"] = net_profit(former, draw_keys(former))["net_p10_fen"]
    slots = channel_slots(ours, rules), staff_slots(ours, rules)
    room = Remaining(budget, slots[0][1], slots[1][1])
    night = decided(ours, learned.posterior, room, (slots[0][0], slots[1][0]), salts)
    picked, _ = assigned(former, former["net_p10_fen"].to_numpy(float), (slots[0][0], slots[1][0]), room)
    plans, _ = within_share(night.plans, rules, salts)
    return plans[plans["arm"].eq(arms.TREAT)], ours.loc[picked.index], ids, budget, date


def _true_net(plans: pd.DataFrame, home: Path, ids: pd.DataFrame, date: dt.date) -> pd.Series:
    """Return what each plan brings in the declared world, in fen; of whom the truth knows no person, nothing."""
    truth = pd.read_parquet(home / "truth" / "people.parquet")[["source", "customer_id", "person_id"]]
    person = truth.merge(ids, on=["source", "customer_id"]).groupby("one_id")["person_id"].first()
    world, chance = World.load(home / "truth" / "world.toml"), Chance(SEED)
    after = pd.read_parquet(home / "truth" / "orders_after.parquet")
    within = pd.Timestamp(date) + pd.Timedelta(days=1 + WITHIN_DAYS) - pd.Timedelta(hours=8)
    organic = set(after.loc[after["ordered_at"] < within, "person_id"])
    found = []
    for row in plans.itertuples():
        who = person.get(row.one_id)
        days = None if pd.isna(row.days_since_order) else int(row.days_since_order)
        offer = "" if row.offer_id == "none" else row.offer_id
        lift = world.response(chance, who, days, row.message_channel, offer).lift if who and who not in organic else 0.0
        found.append(row.base_fen + row.unit_fen * lift)
    return pd.Series(found, index=plans.index, dtype=float)


def _error(net: pd.Series) -> float:
    """Return how far the sum would lie off among other people like these: resampled person by person."""
    draws = np.random.default_rng(1).integers(0, max(len(net), 1), (_RESAMPLES, len(net)))
    return float(net.to_numpy()[draws].sum(axis=1).std()) if len(net) else 0.0


def _told(name: str, plans: pd.DataFrame, net: pd.Series) -> str:
    error = _error(net)
    promised = (plans["base_fen"] + plans["unit_fen"] * plans["lift"]).sum()
    sure = plans["p0"] >= 0.8
    share = (plans["base_fen"] + plans["unit_fen"] * plans["lift"])[sure].sum() / promised if promised else float("nan")
    return (
        f"{name:8s} {len(plans):5d} people, {plans['offer_id'].ne('none').sum():4d} offers,"
        f" cost {plans['expected_cost_fen'].sum() / 100:8.2f} yuan, promised {promised / 100:8.2f},"
        f" true {net.sum() / 100:8.2f} +- {error / 100:.2f} yuan; of the promise {share:.1%} from people of p0 >= .8"
    )


def main() -> None:
    """Print a line for each planner."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    home = parser.parse_args().home
    ours, former, ids, budget, date = _options(home)
    print(f"{date}, budget {budget / 100:,.0f} yuan, nobody held back")
    nets = {name: _true_net(plans, home, ids, date) for name, plans in (("ours", ours), ("former", former))}
    print(_told("ours", ours, nets["ours"]))
    print(_told("former", former, nets["former"]))
    # Whoever both write to counts by what the ways differ alone: a few large customers on both lists hide the rest.
    ours_by, former_by = (
        nets[name].groupby(plans["one_id"]).sum() for name, plans in (("ours", ours), ("former", former))
    )
    between = ours_by.sub(former_by, fill_value=0.0)
    both = len(set(ours_by.index) & set(former_by.index))
    print(
        f"ours less former, person by person ({both} on both): {between.sum() / 100:.2f}"
        f" +- {_error(between) / 100:.2f} yuan; without the three people who move it most"
        f" {between.drop(between.abs().nlargest(3).index).sum() / 100:.2f} yuan"
    )


if __name__ == "__main__":
    main()
