"""What each policy of recall earns of what could be earned, night by night, in a world whose answers are known.

Every night: candidates, a plan, lots, messages, orders, the next night. A policy's profit is its total less that of the
same world without a message; its share is of what the oracle earns, who knows each person's true profit.

    python -m benchmarks.loop --world FILE --kind smooth --seeds 1-4 --customers 20000 --nights 90

One JSON line per world and policy: ``policy, kind, seed, share, share_by_15`` (by 15 nights), ``yuan, oracle_yuan,
predicted_over_true`` (the posterior's mean lift of what was sent in the last third over the true one, both at the money
that a plan knows; ``money_predicted_over_true`` asks for the money as well), ``cell_coverage`` and
``audience_coverage`` (of intervals of 90%). Shares and ratios are null where under 5% of the budget was spent, and of
several worlds they are sums over sums, which stderr says at the end.
"""

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.loop_market import Floats, Ints, Market, Night, load, worth_of_an_order
from benchmarks.loop_policies import Flags, Loop, Oracle, Policy, Priority, PriorsP10, Room

POLICIES = ("oracle", "blast", "churn", "rfm", "priors_p10", "loop")
#: A night's budget, yuan and WeCom messages per 20,000 customers.
YUAN, WECOM, PER = 250.0, 400, 20_000
#: Days after which a plan's money is read.
HORIZON = 28
TAIL, BLOCK, Z90, LEAST_SPENT, LEAST_SENT = 42, 15, 1.6448536269514722, 0.05, 30
#: Nights whose audience's interval is asked: every tenth.
ASKED = 10


@dataclasses.dataclass
class Run:
    """What a policy did in a world: profit of each day, what was spent, and by night what was predicted and true."""

    daily: list[float] = dataclasses.field(default_factory=list)
    spent: float = 0.0
    sent: int = 0
    predicted: list[tuple[int, float, float]] = dataclasses.field(default_factory=list)
    #: The same of lift alone, at the money that was known, with its sd: what the posterior answers for.
    lifts: list[tuple[int, float, float, float]] = dataclasses.field(default_factory=list)

    def covered(self) -> float | None:
        """Return the share of audiences whose interval of 90% holds the truth, of every tenth night."""
        asked = [abs(true - learned) < Z90 * sd for t, learned, true, sd in self.lifts if t % ASKED == 0 and sd > 0]
        return round(float(np.mean(asked)), 4) if asked else None


def policy_of(name: str, module: ModuleType, world: Any, seed: int) -> Policy:
    """Return a policy by name, at its beginning."""
    if name == "loop":
        return Loop(module, world.affinity, world.chat, seed)
    if name == "oracle":
        return Oracle(module)
    return PriorsP10(module) if name == "priors_p10" else Priority(module, name, world.obs_basket, seed)


def simulate(module: ModuleType, world: Any, policy: Policy | None, nights: int, worth: Floats, held: Flags) -> Run:
    """Return what a policy does in a world; None sends nothing."""
    market, run = Market(module, world, worth), Run()
    room = Room(YUAN * world.n / PER, WECOM * world.n // PER)
    pending: list[tuple[int, Night, Ints, Ints, Floats]] = []
    unpaid: list[tuple[int, Ints]] = []
    for t in range(min(nights + TAIL, world.days)):
        cost = 0.0
        if policy is not None and t < nights:
            night = market.night(t)
            is_open = np.ones(len(night.who), bool) if isinstance(policy, Oracle) else ~held[night.who]
            planned, sent = policy.decide(t, night, is_open, room)
            lift, triggered = market.effect(night, sent)
            truth = (lift, market.profit(night, sent, triggered))
            _judge(run, policy, t, night, sent, truth)
            market.plan(t, night, planned)
            cost = market.send(t, night, sent)
            run.sent += int((sent >= 0).sum())
            pending.append((t, night, planned, sent, lift))
        margin, off = market.day(t)
        run.daily.append(margin - off - cost)
        run.spent += off + cost
        if policy is not None and pending and t - pending[0][0] == module.H - 1:
            began, night, planned, sent, lift = pending.pop(0)
            policy.hear(began, night, planned, sent, market.ordered(began, night.who), lift)
            unpaid.append((began, night.who[planned >= 0]))
        if isinstance(policy, Loop) and unpaid and t - unpaid[0][0] == HORIZON - 1:
            began, who = unpaid.pop(0)
            policy.count(began, market.margin(began, who, HORIZON))
    return run


def _judge(run: Run, policy: Policy, t: int, night: Night, sent: Ints, truth: tuple[Floats, Floats]) -> None:
    """Note what was predicted of a night's messages, what is true of them, and whether the interval holds it."""
    if not isinstance(policy, Loop):
        return
    at = np.flatnonzero(sent >= 0)
    option, posterior = sent[at], policy.posterior
    lift, profit = (of[at] for of in truth)
    unit = night.unit[at, option]
    by_cell = np.bincount(
        night.band[at] * len(policy.module.OPT) + option,
        weights=unit * policy.factor(night)[at, option],
        minlength=len(posterior.mean),
    )
    learned = float(by_cell @ posterior.mean)
    promised = policy.unit(night)[at, option] * policy.factor(night)[at, option]
    promised = promised * policy.theta(night, posterior.mean)[at, option]
    run.predicted.append((t, float((promised + night.base[at, option]).sum()), float(profit.sum())))
    # Of the posterior is asked what it speaks of: lift in an episode, at the money that is known.
    sd = posterior.audience_sd(by_cell, unit @ policy.bends(night)[at, option])
    run.lifts.append((t, learned, float((unit * lift).sum()), sd))


def cell_coverage(policy: Loop, nights: int) -> float | None:
    """Return the share of the cells sent whose interval holds their true effect, weighed as the posterior weighs."""
    if not policy.truth:
        return None
    rows = [frame for frame in policy.truth if frame["t"].max() + policy.module.H <= nights]
    posterior = policy.posterior
    sums, bent = np.zeros((2, len(posterior.mean))), np.zeros((3, len(posterior.mean)))
    for frame in rows:
        if frame.empty:
            continue
        p0 = frame["p0"].to_numpy()
        age = nights - policy.module.H - frame["t"].to_numpy()
        variance = np.maximum(p0 * (1 - p0), policy.settings["least_variance"])
        weight = 0.5 ** (age / policy.settings["half_life_days"]) / variance
        cell = posterior.cell_of(frame)
        for at, values in enumerate((frame["lift"].to_numpy(), posterior.factor(frame))):
            sums[at] += np.bincount(cell, weights=weight * values, minlength=len(posterior.mean))
        for at, values in enumerate(posterior.bends(frame).T):
            bent[at] += np.bincount(cell, weights=weight * values, minlength=len(posterior.mean))
    # Of a handful of people the truth is theirs and not the cell's.
    asked = np.flatnonzero(posterior.rows_sent >= LEAST_SENT)
    hits = []
    for cell_at in asked:
        one = (np.arange(len(posterior.mean)) == cell_at).astype(np.float64)
        sd = posterior.audience_sd(one, bent[:, cell_at] / sums[1][cell_at])
        hits.append(abs(sums[0][cell_at] / sums[1][cell_at] - posterior.mean[cell_at]) < Z90 * sd)
    return float(np.mean(hits)) if hits else None


def ratio(over: float, under: float) -> float | None:
    """Return a ratio of sums, null where there is nothing to divide by."""
    return round(over / under, 4) if under > 0 else None


def told(name: str, run: Run, base: Run, top: Run, policy: Policy, nights: int, budget: float) -> dict[str, Any]:
    """Return the line of a policy in a world."""
    gained, best = (np.array(of.daily) - np.array(base.daily) for of in (run, top))
    spends = run.spent >= LEAST_SPENT * budget
    blocks = [slice(at, min(at + BLOCK, nights)) for at in range(0, nights, BLOCK)]
    late = [pair for pair in run.predicted if pair[0] >= nights * 2 // 3]
    predicted, true = (sum(pair[at] for pair in late) for at in (1, 2))
    lifts = [pair for pair in run.lifts if pair[0] >= nights * 2 // 3]
    learned, lift = (sum(pair[at] for pair in lifts) for at in (1, 2))
    return {
        "policy": name,
        "share": ratio(gained.sum(), best.sum()) if spends else None,
        "share_by_15": [ratio(gained[of].sum(), best[of].sum()) if spends else None for of in blocks],
        "yuan": round(float(gained.sum()), 1),
        "oracle_yuan": round(float(best.sum()), 1),
        "predicted_over_true": ratio(learned, lift) if spends and lifts else None,
        "cell_coverage": cell_coverage(policy, nights) if isinstance(policy, Loop) else None,
        "audience_coverage": run.covered(),
        "yuan_by_15": [round(float(gained[of].sum()), 1) for of in blocks],
        "oracle_yuan_by_15": [round(float(best[of].sum()), 1) for of in blocks],
        "spent_yuan": round(run.spent, 1),
        "money_predicted_over_true": ratio(predicted, true) if spends and late else None,
        "predicted_yuan": round(predicted, 1),
        "true_yuan": round(true, 1),
        "nights_stopped": len(set(policy.stopped)) if isinstance(policy, Loop) else 0,
    }


def in_one_world(
    module: ModuleType, kind: str, seed: int, customers: int, nights: int, names: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the lines of every policy in one world."""
    world = module.World(seed, n=customers, days=max(nights + TAIL, 72), kind=kind)
    worth, held = worth_of_an_order(module, world), np.random.default_rng(99).random(customers) < module.HOLD
    base = simulate(module, world, None, nights, worth, held)
    top = simulate(module, world, Oracle(module), nights, worth, held)
    lines = []
    for name in names:
        policy = policy_of(name, module, world, seed)
        run = top if name == "oracle" else simulate(module, world, policy, nights, worth, held)
        line = told(name, run, base, top, policy, nights, nights * YUAN * customers / PER)
        lines.append({"policy": name, "kind": kind, "seed": seed} | line)
        print(json.dumps(lines[-1]), flush=True)
    return lines


def summary(lines: list[dict[str, Any]]) -> list[str]:
    """Return a line per policy over all worlds: sums over sums, and the standard error of a world's share."""
    found = []
    for name in dict.fromkeys(line["policy"] for line in lines):
        of = [line for line in lines if line["policy"] == name]
        shares = [line["share"] for line in of if line["share"] is not None]
        error = float(np.std(shares, ddof=1) / np.sqrt(len(shares))) if len(shares) > 1 else float("nan")
        yuan, top = sum(line["yuan"] for line in of), sum(line["oracle_yuan"] for line in of)
        blocks = np.array([[line["yuan_by_15"], line["oracle_yuan_by_15"]] for line in of]).sum(axis=0)
        by_15 = [ratio(over, under) for over, under in blocks.T.tolist()]
        true = ratio(sum(line["predicted_yuan"] for line in of), sum(line["true_yuan"] for line in of))
        covered = {
            key: [line[key] for line in of if line[key] is not None] for key in ("cell_coverage", "audience_coverage")
        }
        means = {key: round(float(np.mean(values)), 4) if values else None for key, values in covered.items()}
        found.append(
            f"{name:11s} share {ratio(yuan, top)} (se {error:.3f}), by 15 nights {by_15}, {yuan / len(of):.0f} yuan, "
            f"predicted/true {true}, {means}"
        )
    return found


def main() -> int:
    """Print a JSON line per world and policy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", type=Path, required=True, help="a Python file with a class World")
    parser.add_argument("--kind", default="smooth")
    parser.add_argument("--seeds", default="1-2", help="first and last, A-B")
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--nights", type=int, default=90)
    parser.add_argument("--policies", default=",".join(POLICIES))
    asked = parser.parse_args()
    # The solver of the last exact step prints a line of its own now and then, past Python: it goes to stderr.
    sys.stdout = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    first, _, last = asked.seeds.partition("-")
    if unknown := set(asked.policies.split(",")) - set(POLICIES):
        parser.error(f"no policy is called {', '.join(sorted(unknown))}; there are {', '.join(POLICIES)}")
    module, lines = load(asked.world), []
    for seed in range(int(first), int(last or first) + 1):
        names = tuple(asked.policies.split(","))
        lines += in_one_world(module, asked.kind, seed, asked.customers, asked.nights, names)
    print("\n".join(summary(lines)), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
