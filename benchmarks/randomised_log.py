"""What a landed randomised log teaches: fitted on half of its customers, judged on the other half.

    python -m benchmarks.randomised_log FILE... [--control control] [--names outcome=spend] [--leave-out visited]
    python -m benchmarks.randomised_log --synthetic people_differ [--seed 1] [--rows 40000] [--save FOLDER]

A FILE is Parquet or CSV, one row per customer and draw:

=============  ========================================================================================
customer       who; all rows of a customer are in one half, and intervals are clustered by customer
option         what was drawn; ``--control`` or nothing at all is the control
probability    with which chance this row drew its option, in (0, 1)
outcome        what came of it, a number (bought or not, money, a net)
every other    known before the draw: what people may be told apart by
=============  ========================================================================================

An empty option, or ``--control``, is the control. What else came of a draw (a visit, beside what was spent) is
no column of a log: leave it out; one in which the options' people differ by more than chance is left out by the
program and named, and so is an option that was drawn more or less often than its probabilities say.

Cells are chosen by this program from the first half: the whole, one column or two cut in four, whichever makes the
differences likeliest, each cut paying for having been looked for. Effects of cells are shrunk to the option's own.
The policy gives each cell the option of the highest effect above nothing. The other half says by inverse probability
what it earns over the control, what the best option for all earns, and whether it is better: a claim is made where
the lower end of the 90% interval of the difference is above nothing.

``--synthetic`` makes a log whose truth is known (``benchmarks/synthetic_logs.py``), and prints the truth beside it.
"""

import argparse
import dataclasses
import hashlib
import itertools
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.log_checks import NEEDED, NOTHING, checked, doubts, read
from benchmarks.synthetic_logs import KINDS, synthetic

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: A column is cut in so many, two of the best so many are crossed, and a cell with fewer rows of an arm is not read.
CUTS, CROSSED, LEAST = 4, 3, 30
Z90: Final = 1.6448536269514722


def first_half(customers: pd.Series) -> npt.NDArray[np.bool_]:
    """Return whether each customer is of the half that is fitted: by a hash, so that neither order nor run matters."""
    names, of = pd.factorize(customers.astype(str))
    even = [hashlib.sha256(name.encode()).digest()[0] % 2 == 0 for name in of]
    return np.asarray(even)[names]


@dataclasses.dataclass(frozen=True)
class Cut:
    """How a column is cut: at numbers, or into its commonest values and the rest."""

    column: str
    bounds: tuple[float, ...] = ()
    values: tuple[str, ...] = ()

    def code(self, log: pd.DataFrame) -> Ints:
        """Return the cut of each row; what is not known is one of its own."""
        if self.values:
            places = {value: at for at, value in enumerate(self.values)}
            return log[self.column].astype(str).map(places).fillna(len(self.values)).to_numpy(np.int64)
        numbers = log[self.column].astype("Float64").to_numpy(np.float64, na_value=np.nan)
        found = np.searchsorted(np.array(self.bounds), numbers, side="right")
        return np.where(np.isnan(numbers), len(self.bounds) + 1, found).astype(np.int64)


def cut(column: pd.Series) -> Cut:
    """Return the cut of a column: quarters of a number, else its commonest values."""
    name = str(column.name)
    if pd.api.types.is_numeric_dtype(column.dtype) and column.nunique() > CUTS:
        bounds = np.unique(column.dropna().astype(float).quantile(np.arange(1, CUTS) / CUTS))
        return Cut(name, bounds=tuple(bounds.tolist()))
    return Cut(name, values=tuple(column.astype(str).value_counts().sort_index().nlargest(CUTS).index))


def coded(cuts: tuple[Cut, ...], log: pd.DataFrame) -> Ints:
    """Return the cell of each row under one cut, two crossed, or none."""
    code = np.zeros(len(log), dtype=np.int64)
    for one in cuts:
        code = code * (CUTS + 2) + one.code(log)
    return code


def differences(log: pd.DataFrame, code: Ints) -> pd.DataFrame:
    """Return ``cell, option, effect, variance`` of each option over the control, by inverse probability.

    ``own_variance`` is without the control's, which all options of a cell share.
    """
    weight = 1 / log["probability"].to_numpy()
    rows = pd.DataFrame({"cell": code, "option": log["option"], "w": weight, "y": log["outcome"].to_numpy()})
    rows = rows.assign(wy=rows["w"] * rows["y"])
    sums = rows.groupby(["cell", "option"]).agg(n=("w", "size"), w=("w", "sum"), wy=("wy", "sum"))
    mean = (sums["wy"] / sums["w"]).rename("mean")
    rows = rows.join(mean, on=["cell", "option"])
    error = (rows["w"] * (rows["y"] - rows["mean"])) ** 2
    spread = error.groupby([rows["cell"], rows["option"]]).sum() / sums["w"] ** 2
    found = pd.DataFrame({"n": sums["n"], "mean": mean, "variance": spread}).reset_index()
    control = found[found["option"].eq(NOTHING)].set_index("cell")
    sides = found[found["option"].ne(NOTHING)].join(control.add_suffix("_0"), on="cell").dropna()
    sides = sides[(sides["n"] >= LEAST) & (sides["n_0"] >= LEAST)]
    return pd.DataFrame({
        "cell": sides["cell"],
        "option": sides["option"],
        "effect": sides["mean"] - sides["mean_0"],
        "variance": np.maximum(sides["variance"] + sides["variance_0"], 1e-12),
        "own_variance": np.maximum(sides["variance"], 1e-12),
    }).reset_index(drop=True)


def shrunk(found: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Return the cells' effects drawn to their option's, and how much likelier they are than one effect an option.

    Options are drawn to one another too: of four that do the same the luckiest is no better than the others. The
    spread between cells, and between options, is that of DerSimonian and Laird (1986).
    """
    options, gained = [(option, of) for option, of in found.groupby("option")], 0.0
    middles, parts = [], []
    for _, of in options:
        effect, variance = of["effect"].to_numpy(), of["variance"].to_numpy()
        middle, spread = _between(effect, variance)
        total = variance + spread
        centre = float((effect / total).sum() / (1 / total).sum())
        gained += _likelihood(effect - centre, total) - _likelihood(effect - middle, variance)
        middles.append((centre, 1 / float((1 / (of["own_variance"] + spread)).sum())))
        parts.append(spread / total * (effect - centre))
    centres, errors = (np.array(column) for column in zip(*middles, strict=True))
    spread = _between(centres, errors)[1]
    total = errors + spread
    common = float((centres / total).sum() / (1 / total).sum())
    drawn = common + spread / total * (centres - common) if len(options) > 1 else centres
    told = [of.assign(effect=at + part) for (_, of), at, part in zip(options, drawn, parts, strict=True)]
    return pd.concat(told, ignore_index=True), gained


def _between(effect: Floats, variance: Floats) -> tuple[float, float]:
    """Return the mean of effects, and the variance between them beyond their own."""
    weight = 1 / variance
    middle = float((weight * effect).sum() / weight.sum())
    excess = float((weight * (effect - middle) ** 2).sum()) - (len(effect) - 1)
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    return middle, max(0.0, excess / room) if room > 0 else 0.0


def _likelihood(away: Floats, variance: Floats) -> float:
    return float(-0.5 * (np.log(variance) + away**2 / variance).sum())


@dataclasses.dataclass(frozen=True)
class Policy:
    """The cells that were chosen, and the option of each with the effect that is predicted of it."""

    cuts: tuple[Cut, ...]
    option: dict[int, str]
    effect: dict[int, float]
    best: str

    def options(self, log: pd.DataFrame) -> npt.NDArray[np.object_]:
        """Return the option of each row; a cell that was never read has the best for all."""
        return np.array([self.option.get(cell, self.best) for cell in coded(self.cuts, log)], dtype=object)

    def predicted(self, log: pd.DataFrame) -> float:
        """Return what a row is predicted to earn over the control, on average."""
        return float(np.mean([self.effect.get(cell, self.effect[-1]) for cell in coded(self.cuts, log)]))


def fitted(log: pd.DataFrame) -> Policy:
    """Return the policy that a half teaches."""
    whole = differences(log, coded((), log))
    if whole.empty:
        raise ValueError(f"no option has {LEAST} rows beside {LEAST} of the control: the log is too small to halve")
    top = shrunk(whole)[0].sort_values(["effect", "option"], ascending=[False, True]).iloc[0]
    best, best_effect = (str(top["option"]), float(top["effect"])) if top["effect"] > 0 else (NOTHING, 0.0)
    singles = [(cut(log[column]),) for column in log.columns if column not in NEEDED]
    likelier = sorted(((_gain(log, cuts, len(singles)), cuts) for cuts in singles), key=lambda pair: -pair[0])
    pairs = [one + two for (_, one), (_, two) in itertools.combinations(likelier[:CROSSED], 2)]
    likelier += [(_gain(log, cuts, len(singles) ** 2), cuts) for cuts in pairs]
    gained, cuts = max(likelier, key=lambda pair: pair[0], default=(0.0, ()))
    cuts = cuts if gained > 0 else ()
    cells = shrunk(differences(log, coded(cuts, log)))[0]
    cells = cells.sort_values(["effect", "option"], ascending=[False, True]).drop_duplicates("cell")
    option = {int(row.cell): str(row.option) if row.effect > 0 else NOTHING for row in cells.itertuples()}
    effect = {int(row.cell): max(float(row.effect), 0.0) for row in cells.itertuples()}
    return Policy(cuts, option, effect | {-1: best_effect}, best)


def _gain(log: pd.DataFrame, cuts: tuple[Cut, ...], looked: int) -> float:
    found = differences(log, coded(cuts, log))
    return shrunk(found)[1] - float(np.log(looked)) if len(found) else -np.inf


@dataclasses.dataclass(frozen=True)
class Value:
    """What giving everybody an option of theirs earns a row over the control, with its standard error."""

    mean: float
    error: float
    effective: float

    def __str__(self) -> str:
        """Return it with its 90% interval."""
        low, high = self.mean - Z90 * self.error, self.mean + Z90 * self.error
        return f"{self.mean:+.5f} [{low:+.5f}, {high:+.5f}], effective rows {self.effective:,.0f}"


def value(log: pd.DataFrame, given: npt.NDArray[np.object_], against: npt.NDArray[np.object_]) -> Value:
    """Return what one giving of options earns over another, by inverse probability; clustered by customer."""
    y, p = log["outcome"].to_numpy(), log["probability"].to_numpy()
    drawn = log["option"].to_numpy(object)
    means, away, effective = [], np.zeros(len(log)), float("inf")
    for sign, options in ((1.0, given), (-1.0, against)):
        weight = np.where(drawn == options, 1 / p, 0.0)
        if not weight.any():
            return Value(float("nan"), float("nan"), 0.0)
        mean = float((weight * y).sum() / weight.sum())
        means.append(mean)
        away += sign * weight * (y - mean) / weight.sum()
        effective = min(effective, float(weight.sum() ** 2 / (weight**2).sum()))
    customer = pd.factorize(log["customer"])[0]
    error = float(np.sqrt((np.bincount(customer, weights=away) ** 2).sum()))
    return Value(means[0] - means[1], error, effective)


def judged(log: pd.DataFrame) -> dict[str, Any]:
    """Return what half a log teaches and what the other half says of it."""
    said, left_out = doubts(log)
    log = log.drop(columns=left_out)
    half = first_half(log["customer"])
    policy, other = fitted(log[half]), log[~half]
    nothing, best = (np.full(len(other), name, dtype=object) for name in (NOTHING, policy.best))
    given = policy.options(other)
    earned, more = value(other, given, nothing), value(other, given, best)
    predicted = policy.predicted(other)
    return {
        "doubts": said,
        "given": given,
        "cells": " x ".join(one.column for one in policy.cuts) or "all alike",
        "best": policy.best,
        "policy": earned,
        "best_for_all": value(other, best, nothing),
        "more": more,
        "predicted": predicted,
        "predicted_over_realised": predicted / earned.mean if earned.mean > 0 else None,
        "is_claimed": bool(more.mean - Z90 * more.error > 0),
    }


def said_of(name: str, found: dict[str, Any]) -> list[str]:
    """Return what a log teaches in sentences."""
    earned, ratio = found["policy"], found["predicted_over_realised"]
    low, high = earned.mean - Z90 * earned.error, earned.mean + Z90 * earned.error
    over = "unknown: nothing was earned"
    if ratio is not None and low > 0:
        over = f"{ratio:.2f} [{found['predicted'] / high:.2f}, {found['predicted'] / low:.2f}]"
    elif ratio is not None:
        over = f"{ratio:.2f}, which says nothing: what was earned cannot be told from nothing"
    verdict = "claimed to be better" if found["is_claimed"] else "no claim: nobody is told apart to any avail"
    return [
        f"{name}: cells by {found['cells']}",
        *(f"  take care: {doubt}" for doubt in found["doubts"]),
        f"  best option for all, {found['best']}, over the control: {found['best_for_all']}",
        f"  policy over the control: {earned}",
        f"  predicted {found['predicted']:+.5f}, over realised {over}",
        f"  policy over best option for all: {found['more']}: {verdict}",
    ]


def of_synthetic(kind: str, seed: int, rows: int, folder: Path | None) -> list[str]:
    """Return what a log of a known truth teaches, and the truth; the log lands in a folder where one is given."""
    known = synthetic(kind, seed, rows)
    name = f"{kind}_{seed}.csv"
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        known.log.to_csv(folder / name, index=False)
    log = checked(known.log, "control", name)
    found = judged(log)
    other = ~first_half(log["customer"])
    best = np.full(int(other.sum()), found["best"], dtype=object)
    true, of_best = known.earned(other, found["given"]), known.earned(other, best)
    return [*said_of(name, found), f"  truth: the policy {true:+.5f}, its best option for all {of_best:+.5f}"]


def main() -> int:
    """Print what each log teaches; 2 where one cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--control", default="control", help="what the log calls its control")
    parser.add_argument(
        "--names", nargs="*", default=[], metavar="OURS=THEIRS", help="columns by another name: outcome=spend"
    )
    parser.add_argument("--leave-out", nargs="*", default=[], metavar="COLUMN", help="columns that came after the draw")
    parser.add_argument("--synthetic", choices=KINDS, action="append", default=[], help="a log whose truth is known")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--save", type=Path, help="the folder in which synthetic logs land")
    asked = parser.parse_args()
    if not asked.files and not asked.synthetic:
        parser.error("name a FILE, or --synthetic with one of " + ", ".join(KINDS))
    if odd := [pair for pair in asked.names if "=" not in pair]:
        parser.error(f"--names {odd[0]} is no OURS=THEIRS")
    names = dict(pair.split("=", 1) for pair in asked.names)
    refused = 0
    for path in asked.files:
        try:
            log = read(path, asked.control, names)
            print("\n".join(said_of(path.name, judged(log.drop(columns=asked.leave_out, errors="ignore")))), flush=True)
        except ValueError as error:
            refused += 1
            print(f"refused: {error}", file=sys.stderr)
    for kind in asked.synthetic:
        print("\n".join(of_synthetic(kind, asked.seed, asked.rows, asked.save)), flush=True)
    return 2 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
