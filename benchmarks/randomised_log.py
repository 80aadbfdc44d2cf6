"""What a landed randomised log teaches: fitted on half of its customers, judged on the other half.

    python -m benchmarks.randomised_log FILE... [--control control]

A FILE is Parquet or CSV, one row per customer and draw:

=============  ========================================================================================
customer       who; all rows of a customer are in one half, and intervals are clustered by customer
option         what was drawn; ``--control`` or nothing at all is the control
probability    with which chance this row drew its option, in (0, 1)
outcome        what came of it, a number (bought or not, money, a net)
every other    known before the draw: what people may be told apart by
=============  ========================================================================================

Cells are chosen by this program from the first half: the whole, one column or two cut in four, whichever makes the
differences likeliest, each cut paying for having been looked for. Effects of cells are shrunk to the option's own.
The policy gives each cell the option of the highest effect above nothing. The other half says by inverse probability
what it earns over the control, what the best option for all earns, and whether it is better: a claim is made where
the lower end of the 90% interval of the difference is above nothing.
"""

import argparse
import dataclasses
import hashlib
import itertools
import sys
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEEDED: Final = ("customer", "option", "probability", "outcome")
NOTHING: Final = "nothing"
#: A column is cut in so many, two of the best so many are crossed, and a cell with fewer rows of an arm is not read.
CUTS, CROSSED, LEAST = 4, 3, 30
Z90: Final = 1.6448536269514722


def read(path: Path, control: str) -> pd.DataFrame:
    """Return a log with its columns checked and its control named ``nothing``.

    Raises
    ------
    ValueError
        A column that is missing, a probability outside (0, 1), or no row of the control.
    """
    log = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    lacking = [column for column in NEEDED if column not in log]
    if lacking:
        raise ValueError(f"{path} lacks {', '.join(lacking)}; a log has {', '.join(NEEDED)} and features")
    probability = log["probability"].astype(float)
    if not probability.between(0, 1, inclusive="neither").all():
        raise ValueError(f"{path} has probabilities outside (0, 1): without the chance of its draw a row says nothing")
    option = log["option"].astype(object).where(log["option"].notna(), NOTHING).astype(str)
    option = option.where(~option.isin(["", control]), NOTHING)
    if not option.eq(NOTHING).any():
        raise ValueError(f"{path} has no row of the control {control!r}; name it with --control")
    return log.assign(option=option, probability=probability, outcome=log["outcome"].astype(float))


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
    """Return ``cell, option, effect, variance`` of each option over the control, by inverse probability."""
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
    sides = found[found["option"].ne(NOTHING)].join(control, on="cell", rsuffix="_0").dropna()
    sides = sides[(sides["n"] >= LEAST) & (sides["n_0"] >= LEAST)]
    return pd.DataFrame({
        "cell": sides["cell"],
        "option": sides["option"],
        "effect": sides["mean"] - sides["mean_0"],
        "variance": np.maximum(sides["variance"] + sides["variance_0"], 1e-12),
    }).reset_index(drop=True)


def shrunk(found: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Return the cells' effects drawn to their option's, and how much likelier they are than one effect an option.

    The spread between cells is that of DerSimonian and Laird (1986), by option.
    """
    parts, gained = [], 0.0
    for _, of in found.groupby("option"):
        effect, weight = of["effect"].to_numpy(), 1 / of["variance"].to_numpy()
        middle = float((weight * effect).sum() / weight.sum())
        excess = float((weight * (effect - middle) ** 2).sum()) - (len(of) - 1)
        room = float(weight.sum() - (weight**2).sum() / weight.sum())
        spread = max(0.0, excess / room) if room > 0 else 0.0
        total = 1 / weight + spread
        centre = float((effect / total).sum() / (1 / total).sum())
        share = spread / total
        gained += _likelihood(effect - centre, total) - _likelihood(effect - middle, 1 / weight)
        parts.append(of.assign(effect=centre + share * (effect - centre)))
    return pd.concat(parts, ignore_index=True), gained


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
    top = whole.sort_values(["effect", "option"], ascending=[False, True]).iloc[0]
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


def judged(log: pd.DataFrame) -> dict[str, object]:
    """Return what half a log teaches and what the other half says of it."""
    half = first_half(log["customer"])
    policy, other = fitted(log[half]), log[~half]
    nothing, best = (np.full(len(other), name, dtype=object) for name in (NOTHING, policy.best))
    given = policy.options(other)
    earned, more = value(other, given, nothing), value(other, given, best)
    predicted = policy.predicted(other)
    return {
        "cells": " x ".join(one.column for one in policy.cuts) or "all alike",
        "best": policy.best,
        "policy": earned,
        "best_for_all": value(other, best, nothing),
        "more": more,
        "predicted": predicted,
        "predicted_over_realised": predicted / earned.mean if earned.mean > 0 else None,
        "is_claimed": bool(more.mean - Z90 * more.error > 0),
    }


def main() -> int:
    """Print what each log teaches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--control", default="control")
    asked = parser.parse_args()
    for path in asked.files:
        found = judged(read(path, asked.control))
        ratio = found["predicted_over_realised"]
        print(f"{path.name}: cells by {found['cells']}")
        print(f"  best option for all, {found['best']}, over the control: {found['best_for_all']}")
        print(f"  policy over the control: {found['policy']}")
        print(f"  predicted {found['predicted']:+.5f}, over realised {'unknown' if ratio is None else f'{ratio:.2f}'}")
        verdict = "claimed to be better" if found["is_claimed"] else "no claim: nobody is told apart to any avail"
        print(f"  policy over best option for all: {found['more']}: {verdict}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
