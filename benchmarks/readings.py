"""Whether what recall says it earned is what it earned, in worlds whose truth is known.

    python -m benchmarks.readings [--worlds 12] [--years 200]

Daily audiences go through the product's own tables (``ml.recall.outcomes``, ``health``, ``audit``): realised over the
truth, worlds without an effect, contamination that was planted in the control, halves of the held-back against each
other, intervals over small worlds, and the claims of whole years against a holdout of everybody.
"""

import argparse
import datetime as dt

import numpy as np
import pandas as pd

from ml.recall import arms
from ml.recall.audit import audit, year_claims
from ml.recall.design import Z_P90
from ml.recall.health import ALARM, a_against_a, health
from ml.recall.outcomes import outcomes
from orchestration.settings import CHECKOUT

_SEEDS = CHECKOUT / "dbt_project" / "seeds"
FIRST, KNOWN = dt.date(2017, 1, 2), dt.date(2018, 6, 30)
#: Policy -> band and channel, share who order by themselves, effect of sending (share of orders), cost in fen.
POLICIES = {
    "recall_at_risk": ("high_risk", "wecom", 0.25, 0.05, 27.0),
    "recall_lost": ("lost", "sms", 0.08, 0.02, 8.0),
    "first_order": ("registered", "official_account", 0.05, 0.015, 3.0),
}
MARGIN_RATE, BASKET_FEN, BASKET_SPREAD = 0.25, 8_000.0, 0.6
#: Margin of an order in the mean, in fen.
UNIT_FEN = MARGIN_RATE * BASKET_FEN
#: How far a policy's effect lies from what the plan expects of it, as a share of that.
EFFECT_SPREAD = 0.35


def paid(rng: np.random.Generator, orders: np.ndarray) -> np.ndarray:
    """Return what was paid of so many orders, in fen: lognormal baskets."""
    baskets = rng.lognormal(np.log(BASKET_FEN) - BASKET_SPREAD**2 / 2, BASKET_SPREAD, len(orders))
    return np.where(orders, np.round(baskets), 0.0)


def audiences(
    rng: np.random.Generator,
    nights: int,
    people: int,
    *,
    works: float = 1.0,
    contaminated: tuple[float, float] = (0, 0),
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the episodes of daily audiences, so many people of each policy a night, and what each truly earned (fen).

    Parameters
    ----------
    works
        The expected effects times this; each policy's own lies around it.
    contaminated
        Shares of those sent something and of the held-back whom somebody else wrote to.
    """
    frames, truth = [], {}
    for policy, (band, channel, base, effect, cost) in POLICIES.items():
        n = nights * people
        lift = works * effect * (1 + EFFECT_SPREAD * rng.standard_normal())
        q = np.repeat(np.where(np.arange(nights) < nights // 2, 0.15, 0.1), people)
        is_sent = rng.random(n) >= q
        ordered = rng.random(n) < base + np.where(is_sent, lift, 0.0)
        money = paid(rng, ordered)
        reached = rng.random(n) < np.where(is_sent, *contaminated)
        spread = Z_P90 * EFFECT_SPREAD * effect
        frames.append(pd.DataFrame({
            "plan_date": np.repeat([FIRST + dt.timedelta(days=night) for night in range(nights)], people),
            "episode_id": [f"{policy}-{number}" for number in range(n)],
            "policy_id": policy, "band": band, "message_channel": channel, "is_sent": is_sent,
            "held_back_probability": q, "succeeded": ordered, "paid_fen": money, "is_contaminated": reached,
            "paid_before_fen": paid(rng, rng.random(n) < base / 2),
            "lift_mean": effect, "lift_p10": effect - spread, "lift_p90": effect + spread, "expected_cost_fen": cost,
        }))  # fmt: skip
        truth[policy] = float(is_sent.sum()) * (lift * UNIT_FEN - cost)
    return _episodes(pd.concat(frames, ignore_index=True)), truth


def _episodes(rows: pd.DataFrame) -> pd.DataFrame:
    """Fill what all these worlds' episodes have in common."""
    for point in ("mean", "p10", "p90"):
        rows[f"net_{point}_fen"] = rows[f"lift_{point}"] * UNIT_FEN - rows["expected_cost_fen"]
    is_sent = rows["is_sent"]
    return rows.assign(
        as_of_date=KNOWN, source="siyu", experiment_id=None, depth="none", offer_id="none", margin_rate=MARGIN_RATE,
        arm=np.where(is_sent, arms.TREAT, arms.HELD_BACK), paid_fen_h=rows["paid_fen"], paid_fen_3h=rows["paid_fen"],
        is_closed=True, is_closed_h=True, is_closed_3h=True,
    )  # fmt: skip


def settings() -> dict[str, float]:
    """Return the numbers of the seed recall_settings."""
    rows = pd.read_csv(_SEEDS / "recall_settings.csv")
    return dict(zip(rows["name"], rows["value"].astype(float), strict=True))


def read(episodes: pd.DataFrame) -> pd.DataFrame:
    """Return the readings of a world."""
    priors = pd.read_csv(_SEEDS / "response_priors.csv")
    return outcomes(episodes, priors, int(settings()["outcome_holdout_least"]))


def realised(readings: pd.DataFrame) -> float:
    """Return what the weeks of a world add up to, in fen."""
    money = readings[readings["read_window"] == "h"]
    return float(money["realised_net_fen"].astype(float).sum())


def sums_over_truth(worlds: int) -> str:
    """Read 28 daily audiences of each world, and of as many without an effect."""
    found, truths, nothing = [], [], []
    for seed in range(worlds):
        episodes, truth = audiences(np.random.default_rng(seed), 28, 1_000)
        found.append(realised(read(episodes)))
        truths.append(sum(truth.values()))
        episodes, cost = audiences(np.random.default_rng(seed + 10_000), 28, 1_000, works=0.0)
        nothing.append(realised(read(episodes)) - sum(cost.values()))
    ratios, gains = np.array(found) / np.array(truths), np.array(nothing) / 100
    z = gains.mean() / (gains.std(ddof=1) / np.sqrt(worlds))
    return (
        f"{worlds} worlds of 28 daily audiences: sum of realised / truth {sum(found) / sum(truths):.3f}"
        f" (each {ratios.min():.2f} to {ratios.max():.2f})\n"
        f"{worlds} worlds without an effect: mean gain {gains.mean():,.0f} yuan, {z:+.2f} standard errors"
    )


def intervals(worlds: int) -> str:
    """Read small worlds of one week: how often the intervals of an audience hold what it truly earned."""
    frames = []
    for seed in range(worlds):
        episodes, truth = audiences(np.random.default_rng(20_000 + seed), 7, 40)
        money = read(episodes)
        money = money[money["read_window"] == "h"]
        frames.append(money.assign(truth=money["policy_id"].map(truth)))
    rows = pd.concat(frames, ignore_index=True)
    by_design = rows["truth"].between(rows["realised_low_fen"], rows["realised_high_fen"])
    by_plan = rows["truth"].between(rows["predicted_low_fen"], rows["predicted_high_fen"])
    each = ", ".join(f"{policy} {share:.1%}" for policy, share in by_design.groupby(rows["policy_id"]).mean().items())
    verdicts = rows["verdict"].value_counts(normalize=True)
    told = ", ".join(f"{verdict} {share:.1%}" for verdict, share in verdicts.items())
    return (
        f"{worlds} small worlds (7 nights, 40 people a policy): 90% intervals hold the truth in {by_design.mean():.1%}"
        f" of {len(rows)} audiences by the design ({each}), in {by_plan.mean():.1%} by the prediction; verdicts: {told}"
    )


def planted(worlds: int, halves: int) -> str:
    """Plant contamination in the control, and compare halves of the held-back."""
    numbers, found, false = settings(), 0, 0
    plans = pd.DataFrame({"as_of_date": [], "basis": [], "arm": []})
    columns = ("as_of_date", "experiment_id", "set_aside_for", "is_control", "is_shops_list")
    landed = pd.DataFrame({name: [] for name in columns})
    for seed in range(worlds):
        for shares, is_planted in (((0.02, 0.08), True), ((0.05, 0.05), False)):
            episodes, _ = audiences(np.random.default_rng(30_000 + seed), 28, 300, contaminated=shares)
            rows = health(episodes, read(episodes), plans, landed, numbers)
            alarms = bool((rows[rows["check_name"] == "contamination"]["verdict"] == ALARM).any())
            found, false = found + (is_planted and alarms), false + (not is_planted and alarms)
    alarms_aa = 0
    for seed in range(halves):
        episodes, _ = audiences(np.random.default_rng(40_000 + seed), 28, 100)
        episodes["episode_id"] = f"{seed}-" + episodes["episode_id"]
        alarms_aa += a_against_a(episodes[~episodes["is_sent"]], numbers).verdict == ALARM
    return (
        f"contamination planted in the control found in {found} of {worlds}, cried in {false} of {worlds} without\n"
        f"halves of the held-back differ in {alarms_aa} of {halves} ({alarms_aa / halves:.1%})"
    )


def year(rng: np.random.Generator, customers: int) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Return a year of a brand in 13 stretches of 28 days: its people, its episodes, and what sending cost (fen).

    A twentieth is held out of everything. In each stretch three in ten of the others are planned, one in eight of them
    held back; sending adds to the chance of an order in the stretch.
    """
    frequency = rng.beta(0.8, 3.2, customers)
    is_holdout = rng.random(customers) < 0.05
    margin, frames = np.zeros(customers), []
    for stretch in range(13):
        is_planned = ~is_holdout & (rng.random(customers) < 0.3)
        is_sent = is_planned & (rng.random(customers) >= 0.125)
        ordered = rng.random(customers) < frequency + np.where(is_sent, 0.06 * (1 - frequency), 0.0)
        money = paid(rng, ordered)
        margin += MARGIN_RATE * money
        who = np.flatnonzero(is_planned)
        night = rng.integers(0, 28, len(who))
        frames.append(pd.DataFrame({
            "plan_date": np.datetime64("2017-07-03") + (28 * stretch + night).astype("timedelta64[D]"),
            "episode_id": who + stretch * customers, "is_sent": is_sent[who], "succeeded": ordered[who],
            "paid_fen": money[who],
        }))  # fmt: skip
    rows = pd.concat(frames, ignore_index=True).assign(
        policy_id="recall_at_risk", band="high_risk", message_channel="wecom", held_back_probability=0.125,
        lift_mean=0.05, lift_p10=0.02, lift_p90=0.08, expected_cost_fen=27.0,
    )  # fmt: skip
    people = pd.DataFrame({"one_id": np.arange(customers), "is_holdout": is_holdout, "margin_fen": margin})
    return people, _episodes(rows), 27.0 * float(rows["is_sent"].sum())


def years(count: int, customers: int, first_seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return z of the claims and of doubled claims, and claims over the error of the gap, of so many years."""
    found = []
    for seed in range(count):
        people, episodes, cost = year(np.random.default_rng(first_seed + seed), customers)
        claims = year_claims(read(episodes.assign(is_closed=False, is_closed_3h=False)), KNOWN)
        done = audit(people, claims, cost)
        if done is None:
            raise ValueError(f"{customers} customers are too few for a holdout")
        gap = done.gap_error_fen
        found.append((done.z, (2 * claims.fen - done.earned_fen) / gap, claims.fen / gap))
    z, doubled, size = np.array(found).T
    return z, doubled, size


def audits(count: int, customers: int) -> str:
    """Hold the claims of simulated years against the global holdout, and find the size at which doubling shows."""
    z, doubled, size = years(count, customers, 50_000)
    needed = 1.96 + 0.8416
    brand = round(customers * float(needed / size.mean()) ** 2, -3)
    some = max(count // 5, 5)
    _, there, _ = years(some, int(brand), 60_000)
    return (
        f"{count} years of {customers:,} customers: z of the claims against the holdout has mean {z.mean():+.3f}, sd"
        f" {z.std(ddof=1):.3f}; doubled claims rejected in {(np.abs(doubled) > 1.96).mean():.0%}\n"
        f"80% by reckoning at {brand:,.0f} customers; of {some} years of that size doubled claims rejected in"
        f" {(np.abs(there) > 1.96).mean():.0%}"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", nargs="?", help="taken from python -m benchmarks, and not needed")
    parser.add_argument("--worlds", type=int, default=12)
    parser.add_argument("--small", type=int, default=240)
    parser.add_argument("--halves", type=int, default=400)
    parser.add_argument("--years", type=int, default=200)
    parser.add_argument("--customers", type=int, default=20_000)
    asked = parser.parse_args()
    print(sums_over_truth(asked.worlds), flush=True)
    print(intervals(asked.small), flush=True)
    print(planted(50, asked.halves), flush=True)
    print(audits(asked.years, asked.customers), flush=True)


if __name__ == "__main__":
    main()
