"""What closed episodes say of the effects: rows weighed, and the sums that are all the posterior needs of them.

A row teaches by which side of the lot it was on, whatever arrived. Own rows are read against p0, what was expected of
the person without a message; a landed experiment has no p0, and is read against its own control, band by band: people
at risk come back more often than the lost whatever is sent, and one control for both would call that an effect.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall import arms
from ml.recall.rules import require

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Settings = Mapping[str, float]

#: What is read of people.recall_episodes.
EPISODES: Final = (
    "as_of_date", "episode_id", "source", "experiment_id", "band", "message_channel", "depth", "arm", "is_sent",
    "held_back_probability", "option_probability", "p0", "contacts_28d", "coupon_taste", "wecom_answers", "ends_on",
    "is_closed", "succeeded",
)  # fmt: skip
KEY: Final = ("band", "message_channel", "depth")
#: The arms whose side was drawn; nobody of the global holdout, who is never contacted, is like whoever is planned.
LOTS: Final = (arms.TREAT, "held_back", "random")
#: 1, and the three of ``tastes``: what an effect is multiplied by.
_FACTORS: Final = 4


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Return a column as floats, NaN where nothing is known."""
    values = frame[column]
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_extension_array_dtype(values.dtype):
        values = values.astype("Float64")
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))


def flags(frame: pd.DataFrame, column: str) -> Flags:
    """Return a column of flags; what is not known is not so."""
    return np.asarray(numbers(frame, column) == 1.0)


def tastes(frame: pd.DataFrame, settings: Settings) -> Floats:
    """Return what may change an effect on a person, shape (n, 3), in steps from the middle; 0 where nothing is known.

    The share of coupons redeemed, on offers alone; the share of messages answered, on WeCom alone; contacts of 28 days.
    """
    centre, spread = settings["taste_centre"], settings["taste_spread"]
    coupons = (numbers(frame, "coupon_taste") - centre) / spread
    answers = (numbers(frame, "wecom_answers") - centre) / spread
    contacts = np.minimum(numbers(frame, "contacts_28d"), settings["contacts_most"])
    offers = frame["depth"].ne("none").to_numpy(dtype=bool, na_value=False)
    wecom = frame["message_channel"].eq("wecom").to_numpy(dtype=bool, na_value=False)
    steps = np.stack([np.where(offers, coupons, 0.0), np.where(wecom, answers, 0.0), contacts], axis=1)
    return np.asarray(np.nan_to_num(steps, nan=0.0))


def cell_of(cells: pd.DataFrame, frame: pd.DataFrame) -> Ints:
    """Return the row of ``cells`` of each (band, message_channel, depth), -1 where it has none."""
    levels = [sorted(set(cells[column])) for column in KEY]
    shape = tuple(len(level) + 1 for level in levels)

    def codes(of: pd.DataFrame) -> tuple[Ints, ...]:
        # One more level at the end for what is not known, where -1 points to.
        return tuple(
            pd.Categorical(of[column], categories=level).codes.astype(np.int64)
            for column, level in zip(KEY, levels, strict=True)
        )

    table = np.full(shape, -1, dtype=np.int64)
    table[codes(cells)] = np.arange(len(cells))
    return np.asarray(table[codes(frame)])


@dataclasses.dataclass(frozen=True)
class Rows:
    """Closed episodes, sorted, each with its cell (-1: none), its control (``unit``) and its weight."""

    cell: Ints
    unit: Ints
    #: Whether a unit is of a landed experiment, with a control of its own; shape (units,).
    is_landed: Flags
    sent: Flags
    residual: Floats
    p0: Floats
    tastes: Floats
    weight: Floats
    variance: Floats


def rows_of(cells: pd.DataFrame, episodes: pd.DataFrame, as_of_date: dt.date, settings: Settings) -> Rows:
    """Return the episodes known and over by a date, in an order of their own so that theirs never matters."""
    require(episodes, EPISODES, "people.recall_episodes")
    day = pd.Timestamp(as_of_date)
    frame = episodes[list(EPISODES)]
    ends = pd.to_datetime(frame["ends_on"])
    over = pd.to_datetime(frame["as_of_date"]).eq(day) & ends.le(day) & frame["arm"].isin(LOTS)
    enters = over.to_numpy(dtype=bool) & flags(frame, "is_closed") & np.isfinite(numbers(frame, "succeeded"))
    frame = frame[enters].sort_values("episode_id", kind="stable", ignore_index=True)
    age = (day - pd.to_datetime(frame["ends_on"])).dt.days.to_numpy(np.float64)
    cell, sent, y = cell_of(cells, frame), flags(frame, "is_sent"), numbers(frame, "succeeded")
    landed = frame["experiment_id"].notna().to_numpy(dtype=bool)
    unit, is_landed = _units(frame, landed)
    recency = 0.5 ** (age / settings["half_life_days"])
    drawn = _drawn(frame, landed, unit * 2 + sent)
    p0 = np.where(landed, _control(frame, unit, y, recency * drawn, cell, settings), numbers(frame, "p0"))
    known = np.isfinite(p0) & (~sent | (cell >= 0))
    variance = np.maximum(p0 * (1 - p0), settings["least_variance"])
    found = Rows(cell, unit, is_landed, sent, y - p0, p0, tastes(frame, settings), recency * drawn / variance, variance)
    return dataclasses.replace(
        found,
        **{
            name: getattr(found, name)[known]
            for name in ("cell", "unit", "sent", "residual", "p0", "tastes", "weight", "variance")
        },
    )


def _units(frame: pd.DataFrame, landed: Flags) -> tuple[Ints, Flags]:
    """Return the control of each row: a band of the brand's own plans, or a band of one landed experiment."""
    source = frame["source"].astype(str).where(landed)
    codes = [pd.factorize(of, sort=True)[0] for of in (source, frame["experiment_id"], frame["band"])]
    sizes = [int(code.max(initial=-1)) + 2 for code in codes]
    key = np.ravel_multi_index([code + 1 for code in codes], sizes)
    found, unit = np.unique(key, return_inverse=True)
    return unit.astype(np.int64), np.asarray(found >= sizes[1] * sizes[2])


def _drawn(frame: pd.DataFrame, landed: Flags, side: Ints) -> Floats:
    """Return the inverse probability of a landed row's side, scaled to what the rows of that side are worth together.

    Own rows have p0, which knows what the lot's share went by. Where a side has one probability each row weighs 1.
    """
    sent = flags(frame, "is_sent")
    chance = np.where(sent, numbers(frame, "option_probability"), numbers(frame, "held_back_probability"))
    inverse = np.where(landed & (chance > 0), 1 / np.where(chance > 0, chance, 1.0), 1.0)
    of = np.bincount(side, weights=inverse), np.bincount(side, weights=inverse**2)
    return np.where(landed, inverse * of[0][side] / of[1][side], 1.0)


def _control(
    frame: pd.DataFrame, unit: Ints, y: Floats, weight: Floats, cell: Ints, settings: Settings
) -> Floats:
    """Return what each landed row's people do by themselves; NaN where its unit lacks a side.

    It is the weighted mean of the unit's control, shrunk to that of the band over all landed experiments: of five
    controls nobody or everybody may have ordered, and neither is anybody's chance.
    """
    sent, landed = flags(frame, "is_sent"), frame["experiment_id"].notna().to_numpy(dtype=bool)
    held, size = landed & ~sent, int(unit.max(initial=-1)) + 1
    band, bands = pd.factorize(frame["band"], sort=True)
    sums = [
        [np.bincount(of[held], weights=values[held], minlength=most) for values in (weight, weight * y)]
        for of, most in ((unit, size), (band, len(bands)))
    ]
    treated = np.bincount(unit[landed & sent & (cell >= 0)], minlength=size)
    pseudo = settings["landed_pseudo_controls"]
    pooled = (sums[1][1] / np.maximum(sums[1][0], 1e-300))[band]
    mean = (sums[0][1][unit] + pseudo * pooled) / (sums[0][0][unit] + pseudo)
    return np.where((sums[0][0] > 0)[unit] & (treated > 0)[unit], mean, np.nan)


@dataclasses.dataclass(frozen=True)
class Sums:
    """The sufficient statistics: U controls (level and slope of p0), C cells, 4 factors (1 and the tastes)."""

    control: Floats  # (U, 2, 2)
    control_y: Floats  # (U, 2)
    coupling: Floats  # (U, 2, 4, C)
    cell: Floats  # (C, 4, 4)
    cell_y: Floats  # (C, 4)
    is_landed: Flags  # (U,)
    rows_sent: Ints
    rows_held: Ints
    estimate: Floats
    estimate_se: Floats


def sums_of(rows: Rows, cells: int) -> Sums:
    """Return the sums of the rows; every one is a count by cell or by control, so a million take a second."""
    units, on = len(rows.is_landed), rows.sent
    unit, w, r = rows.unit, rows.weight, rows.residual
    total = np.bincount(unit, weights=w, minlength=units)
    mean = np.bincount(unit, weights=w * rows.p0, minlength=units) / np.maximum(total, 1e-300)
    slope = np.where(rows.is_landed[unit], 0.0, rows.p0 - mean[unit])

    def by_unit(values: Floats) -> Floats:
        return np.asarray(np.bincount(unit, weights=values, minlength=units), dtype=np.float64)

    control = np.stack([[by_unit(w), by_unit(w * slope)], [by_unit(w * slope), by_unit(w * slope**2)]])
    at, of, lift = rows.cell[on], unit[on] * cells + rows.cell[on], (1 - rows.p0[on])
    factors = np.concatenate([np.ones((int(on.sum()), 1)), rows.tastes[on]], axis=1)
    wl = w[on] * lift
    coupling, square, straight = (
        np.zeros((units, 2, _FACTORS, cells)),
        np.zeros((cells, _FACTORS, _FACTORS)),
        np.zeros((cells, _FACTORS)),
    )
    for k in range(_FACTORS):
        one = wl * factors[:, k]
        straight[:, k] = np.bincount(at, weights=one * r[on], minlength=cells)
        for j, x in enumerate((one, one * slope[on])):
            coupling[:, j, k] = np.bincount(of, weights=x, minlength=units * cells).reshape(units, cells)
        for m in range(k, _FACTORS):
            square[:, k, m] = square[:, m, k] = np.bincount(at, weights=one * lift * factors[:, m], minlength=cells)
    estimate = _differences(rows, cells)
    return Sums(
        control.transpose(2, 0, 1),
        np.stack([by_unit(w * r), by_unit(w * slope * r)], axis=1),
        coupling,
        square,
        straight,
        rows.is_landed,
        *estimate,
    )


def _differences(rows: Rows, cells: int) -> tuple[Ints, Ints, Floats, Floats]:
    """Return rows sent and held back of each cell, their difference per (1 - p0) and its standard error.

    A landed control that names no option serves every option that its experiment sent in its band.
    """
    w = rows.weight
    measures = (np.ones(len(w)), w, w * rows.residual, w**2 * rows.variance, w * (1 - rows.p0))
    sides = []
    for side in (rows.sent, ~rows.sent & (rows.cell >= 0)):
        sides.append([np.bincount(rows.cell[side], weights=of[side], minlength=cells) for of in measures])
    units = len(rows.is_landed)
    shared = ~rows.sent & (rows.cell < 0) & rows.is_landed[rows.unit]
    serves = np.bincount(rows.unit[rows.sent] * cells + rows.cell[rows.sent], minlength=units * cells) > 0
    for at, of in enumerate(measures):
        lent = np.bincount(rows.unit[shared], weights=of[shared], minlength=units)
        sides[1][at] = sides[1][at] + (serves.reshape(units, cells) * lent[:, None]).sum(axis=0)
    both = (sides[0][0] > 0) & (sides[1][0] > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = sides[0][4] / sides[0][1]
        estimate = (sides[0][2] / sides[0][1] - sides[1][2] / sides[1][1]) / lift
        error = np.sqrt(sides[0][3] / sides[0][1] ** 2 + sides[1][3] / sides[1][1] ** 2) / lift
    return (
        sides[0][0].astype(np.int64),
        sides[1][0].astype(np.int64),
        np.where(both, estimate, np.nan),
        np.where(both, error, np.nan),
    )
