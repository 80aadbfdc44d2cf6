"""What is wrong with a landed randomised log: refused by name, or said of it and left out."""

from collections.abc import Mapping
from pathlib import Path
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

NEEDED: Final = ("customer", "option", "probability", "outcome")
NOTHING: Final = "nothing"
#: Chance of one false finding in a log, shared among all that is looked at.
FALSE_ALARM: Final = 0.001
#: Values of a column of words that are looked at.
_COMMONEST: Final = 10
#: An option with fewer rows says nothing of its split.
_LEAST: Final = 30


def read(path: Path, control: str, names: Mapping[str, str]) -> pd.DataFrame:
    """Return a log with its columns checked and its control named ``nothing``.

    Parameters
    ----------
    path
        Parquet or CSV.
    control
        What the log calls the control; an empty option is the control too.
    names
        Of a log's own column names: ``{"outcome": "spend"}``.

    Raises
    ------
    ValueError
        What the log lacks or says wrongly, with the first row of it and what to do.
    """
    try:
        log = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, low_memory=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    return checked(_named(log, names, path), control, str(path))


def _named(log: pd.DataFrame, names: Mapping[str, str], path: Path) -> pd.DataFrame:
    absent = [f"{ours}={theirs}" for ours, theirs in names.items() if theirs not in log or ours not in NEEDED]
    if absent:
        has = ", ".join(map(str, log.columns))
        raise ValueError(
            f"{path}: --names {' '.join(absent)} fits nothing; of ours are {', '.join(NEEDED)}, it has {has}"
        )
    # A column of ours that another one is named as is not read beside it.
    replaced = [ours for ours, theirs in names.items() if ours in log and ours != theirs]
    return log.drop(columns=replaced).rename(columns={theirs: ours for ours, theirs in names.items()})


def checked(log: pd.DataFrame, control: str, name: str) -> pd.DataFrame:
    """Return a log as it is read, see ``read``."""
    lacking = [column for column in NEEDED if column not in log]
    if lacking:
        raise ValueError(
            f"{name} lacks {', '.join(lacking)}; a log has {', '.join(NEEDED)} and what was known before the draw."
            f" It has {', '.join(map(str, log.columns))}: say with --names outcome=COLUMN which of them it is"
            " (a log that never wrote the chance of its draws down cannot be read)"
        )
    if log.empty:
        raise ValueError(f"{name} has no row")
    numbers = {column: pd.to_numeric(log[column], errors="coerce") for column in ("probability", "outcome")}
    chance, outcome = numbers["probability"], numbers["outcome"]
    wrong = {
        "customer": (log["customer"].isna(), "is empty: whose draw it was decides which half the row is in"),
        "probability": (
            ~chance.between(0, 1, inclusive="neither"),
            "is no chance above 0 and below 1: without the chance of its draw a row says nothing",
        ),
        "outcome": (~np.isfinite(outcome.astype(float)), "is no number; who did nothing has 0"),
    }
    for column, (is_wrong, why) in wrong.items():
        if is_wrong.any():
            first = int(np.flatnonzero(is_wrong)[0])
            raise ValueError(
                f"{name}: {column} of {int(is_wrong.sum())} of {len(log)} rows {why}"
                f" (the first is row {first + 1}, {log[column].iloc[first]!r})"
            )
    option = log["option"].astype(object).where(log["option"].notna(), NOTHING).astype(str).str.strip()
    option = option.where(~option.isin(["", control]), NOTHING)
    if not option.eq(NOTHING).any():
        has = ", ".join(sorted(option.unique())[:_COMMONEST])
        raise ValueError(f"{name} has no row of the control {control!r}; name it with --control, of {has}")
    return log.assign(option=option, probability=chance.astype(float), outcome=outcome.astype(float))


def doubts(log: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return what is to be said of a log's lots in sentences, and the columns that nobody may be told apart by.

    A split that does not fit its probabilities is said: by them each option stands for everybody once, so 1 / p of its
    rows adds up to the number of all rows. Of a column that was known before the draw the options' people are alike;
    one by which they differ came after it, or the lots are off.
    """
    options = [option for option in sorted(log["option"].unique()) if (log["option"] == option).sum() >= _LEAST]
    splits = {option: _split(log, option, len(options)) for option in options}
    said = [sentence for sentence in splits.values() if sentence]
    # Who an option was never open to is told apart by it rightly: only options that went to everybody are compared.
    options = [option for option in options if not splits[option]]
    log = log[log["option"].isin(options)]
    columns = [column for column in log.columns if column not in NEEDED]
    tests = sum(len(_measures(log[column])) for column in columns) * max(len(options) - 1, 1)
    limit = NormalDist().inv_cdf(1 - FALSE_ALARM / 2 / max(tests, 1))
    left_out = []
    for column in columns if len(options) > 1 else ():
        worst, option = max((_apart(log, of, measure), of) for measure in _measures(log[column]) for of in options)
        if worst > limit:
            left_out.append(column)
            said.append(
                f"{column} is left out: its values under {option} differ from the others' by {worst:.0f} standard"
                " errors, so it came after the draw, or the lots are not what the probabilities say"
            )
    return said, left_out


def _split(log: pd.DataFrame, option: str, options: int) -> str | None:
    weight = np.where(log["option"].eq(option), 1 / log["probability"].to_numpy(), 0.0)
    share, error = float(weight.mean()), float(weight.std(ddof=1) / np.sqrt(len(weight)))
    if abs(share - 1) <= NormalDist().inv_cdf(1 - FALSE_ALARM / 2 / options) * error:
        return None
    return (
        f"{option} was drawn {share:.2f} times as often as its probabilities say: rows are lost, the probabilities are"
        " not those of the draw, or it was not open to everybody; what is read of it is not to be believed"
    )


def _measures(column: pd.Series) -> list[Floats]:
    """Return what is compared of a column: a number and whether it is known, or each of its commonest values."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.astype("Float64").to_numpy(np.float64, na_value=np.nan)
        known = np.isfinite(values)
        middle = float(np.median(values[known])) if known.any() else 0.0
        return [np.where(known, values, middle), known.astype(np.float64)]
    words = column.astype(str)
    return [
        words.eq(value).to_numpy(np.float64) for value in words.value_counts().sort_index().nlargest(_COMMONEST).index
    ]


def _apart(log: pd.DataFrame, option: str, measure: Floats) -> float:
    """Return by how many standard errors an option's mean lies from that of all other rows, each by 1 / p."""
    is_of, inverse = log["option"].eq(option).to_numpy(), 1 / log["probability"].to_numpy()
    means, variance = [], 0.0
    for side in (is_of, ~is_of):
        weight = np.where(side, inverse, 0.0)
        if not weight.any():
            return 0.0
        mean = float((weight * measure).sum() / weight.sum())
        means.append(mean)
        variance += float(np.square(weight * (measure - mean)).sum() / weight.sum() ** 2)
    return abs(means[0] - means[1]) / np.sqrt(variance) if variance > 0 else 0.0
