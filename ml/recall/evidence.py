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


def codes_of(values: pd.Series, levels: list[str]) -> Ints:
    """Return the place of each value among the levels, -1 for none; a column's few names are looked up once each."""
    code, names = pd.factorize(values)
    places = {level: at for at, level in enumerate(levels)}
    of = np.array([*(places.get(name, -1) for name in names), -1], dtype=np.int64)
    return np.asarray(of[code])


def cell_of(cells: pd.DataFrame, frame: pd.DataFrame) -> Ints:
    """Return the row of ``cells`` of each (band, message_channel, depth), -1 where it has none."""
    levels = [sorted(set(cells[column])) for column in KEY]
    # One more level at the end for what is not known, where -1 points to.
    table = np.full([len(level) + 1 for level in levels], -1, dtype=np.int64)
    pairs = list(zip(KEY, levels, strict=True))
    table[tuple(codes_of(cells[column], level) for column, level in pairs)] = np.arange(len(cells))
    return np.asarray(table[tuple(codes_of(frame[column], level) for column, level in pairs)])


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
    #: Of the answer if nothing is sent, p0 (1 - p0), never less than the seed's least.
    variance: Floats
    #: What ``variance`` is multiplied by because of what was sent; 1 of the held back.
    noise: Floats

    def told(self, mean: Floats, modifiers: Floats, settings: Settings) -> "Rows":
        """Return the rows with the noise that answers have if the effects are ``mean``.

        Of people with p0 .02 whom a message moves by .1, one in eight orders and not one in fifty: their answers are
        five times as noisy as p0 says, and at p0's weight a single order of theirs outweighs a thousand others.
        """
        at = np.flatnonzero(self.sent)
        changed = np.maximum(1 + self.tastes[at] @ modifiers, settings["least_factor"])
        ordered = np.clip(self.p0[at] + (1 - self.p0[at]) * changed * mean[self.cell[at]], 0.0, 1.0)
        noise = np.ones(len(self.weight))
        noise[at] = np.maximum(ordered * (1 - ordered), settings["least_variance"]) / self.variance[at]
        return dataclasses.replace(self, noise=noise)


def rows_of(cells: pd.DataFrame, episodes: pd.DataFrame, as_of_date: dt.date, settings: Settings) -> Rows:
    """Return the episodes known and over by a date, in an order of their own so that theirs never matters."""
    require(episodes, EPISODES, "people.recall_episodes")
    day, ends = pd.Timestamp(as_of_date), pd.to_datetime(episodes["ends_on"])
    y, order = numbers(episodes, "succeeded"), _entering(episodes, ends, day)
    age = (day - ends).dt.days.to_numpy(np.float64)[order]
    sent, landed = (of[order] for of in (flags(episodes, "is_sent"), _filled(episodes, "experiment_id")))
    cell, y, p0 = cell_of(cells, episodes)[order], y[order], numbers(episodes, "p0")[order]
    unit, is_landed = _units(episodes, order, landed)
    recency = 0.5 ** (age / settings["half_life_days"])
    drawn = _drawn(episodes, order, landed, unit * 2 + sent, sent)
    band = episodes["band"].to_numpy(dtype=object)[order]
    p0 = np.where(landed, _control(band, unit, sent, landed, y, recency * drawn, cell, settings), p0)
    known = np.isfinite(p0) & (~sent | (cell >= 0))
    p0, y = p0[known], y[known]
    variance = np.maximum(p0 * (1 - p0), settings["least_variance"])
    return Rows(
        cell[known],
        unit[known],
        is_landed,
        sent[known],
        y - p0,
        p0,
        tastes(episodes, settings)[order][known],
        (recency * drawn)[known] / variance,
        variance,
        np.ones(len(p0)),
    )


def _filled(frame: pd.DataFrame, column: str) -> Flags:
    return np.asarray(frame[column].notna().to_numpy(dtype=bool))


def _entering(episodes: pd.DataFrame, ends: pd.Series, day: pd.Timestamp) -> Ints:
    """Return the rows that enter, in an order that their episodes alone make."""
    over = pd.to_datetime(episodes["as_of_date"]).eq(day).to_numpy(bool) & ends.le(day).to_numpy(bool)
    over = over & (codes_of(episodes["arm"], list(LOTS)) >= 0) & flags(episodes, "is_closed")
    at = np.flatnonzero(over & np.isfinite(numbers(episodes, "succeeded")))
    # By a hash of the episode: sorting a million names takes longer than all the rest.
    key = pd.util.hash_array(episodes["episode_id"].to_numpy(dtype=object)[at], categorize=False)
    return np.asarray(at[np.argsort(key, kind="stable")])


def _units(frame: pd.DataFrame, order: Ints, landed: Flags) -> tuple[Ints, Flags]:
    """Return the control of each row: a band of the brand's own plans, or a band of one landed experiment."""
    # An experiment is its id: which of a shop's systems named a person is no arm of it.
    experiment, band = (pd.factorize(frame[column], sort=True)[0][order] + 1 for column in ("experiment_id", "band"))
    codes = (np.where(landed, experiment, 0), band)
    bands = int(band.max(initial=0)) + 1
    found, unit = np.unique(codes[0] * bands + codes[1], return_inverse=True)
    return unit.astype(np.int64), np.asarray(found >= bands)


def _drawn(frame: pd.DataFrame, order: Ints, landed: Flags, side: Ints, sent: Flags) -> Floats:
    """Return the inverse probability of a landed row's side, scaled to what the rows of that side are worth together.

    Own rows have p0, which knows what the lot's share went by. Where a side has one probability each row weighs 1.
    """
    option, held = (numbers(frame, name)[order] for name in ("option_probability", "held_back_probability"))
    chance = np.where(sent, option, held)
    inverse = np.where(landed & (chance > 0), 1 / np.where(chance > 0, chance, 1.0), 1.0)
    of = np.bincount(side, weights=inverse), np.bincount(side, weights=inverse**2)
    return np.where(landed, inverse * of[0][side] / of[1][side], 1.0)


def _control(
    band: npt.NDArray[np.object_],
    unit: Ints,
    sent: Flags,
    landed: Flags,
    y: Floats,
    weight: Floats,
    cell: Ints,
    settings: Settings,
) -> Floats:
    """Return what each landed row's people do by themselves; NaN where its unit lacks a side.

    It is the weighted mean of the unit's control, shrunk to that of the band over all landed experiments: of five
    controls nobody or everybody may have ordered, and neither is anybody's chance.
    """
    held, size = landed & ~sent, int(unit.max(initial=-1)) + 1
    of_band, bands = pd.factorize(band)
    sums = [
        [np.bincount(of[held], weights=values[held], minlength=most) for values in (weight, weight * y)]
        for of, most in ((unit, size), (of_band, len(bands)))
    ]
    treated = np.bincount(unit[landed & sent & (cell >= 0)], minlength=size)
    pseudo = settings["landed_pseudo_controls"]
    pooled = (sums[1][1] / np.maximum(sums[1][0], 1e-300))[of_band]
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
    held: "Held"
    estimate: Floats
    estimate_se: Floats


@dataclasses.dataclass(frozen=True)
class Held:
    """Who was held back: those of one cell, and those whom several cells are compared with.

    Parameters
    ----------
    of_cell
        Held-back people whose own option is the cell's, shape (C,).
    shared
        People of each control that names no option, shape (K,).
    serves
        The cells that are compared with that control, shape (K, C).
    """

    of_cell: Ints
    shared: Ints
    serves: Flags

    def among(self, cells: Flags) -> int:
        """Return how many people were held back for some of the cells; whoever serves several is one."""
        return int(self.of_cell[cells].sum() + self.shared[self.serves[:, cells].any(axis=1)].sum())


def nobody_held(cells: int) -> Held:
    """Return what is known of the held back before any episode."""
    return Held(np.zeros(cells, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, cells), dtype=np.bool_))


def sums_of(rows: Rows, cells: int) -> Sums:
    """Return the sums of the rows; every one is a count by cell or by control, so a million take a second."""
    units, on = len(rows.is_landed), rows.sent
    unit, w, r = rows.unit, rows.weight / rows.noise, rows.residual
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


def _differences(rows: Rows, cells: int) -> tuple[Ints, Held, Floats, Floats]:
    """Return rows sent of each cell, who was held back, their difference per (1 - p0) and its standard error.

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
    people = np.bincount(rows.unit[shared], minlength=units)
    held = Held(sides[1][0].astype(np.int64), people[people > 0], serves.reshape(units, cells)[people > 0])
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
        held,
        np.where(both, estimate, np.nan),
        np.where(both, error, np.nan),
    )
