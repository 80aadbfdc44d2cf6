"""What an order that recall brings is worth, over what the plan reckons: read from the held back, band by band.

The plan reckons with baskets, the rhythm of a person, and a seed of what is only moved forward. Whether that is so,
the lots say: margin of the sent less margin of the held back after h days, over what today's effects make of the same
plans at the seed's money. That ratio deflates the next plan, or raises it. It is noisy where few are held back, so it
is drawn to 1, and bands to one another; in most brands' first year it hardly moves.
"""

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from ml.recall import arms
from ml.recall.design import Estimate, estimate, strata
from ml.recall.evidence import Floats, Settings, flags, numbers
from ml.recall.posterior import Posterior
from ml.recall.rules import require

#: What is read of people.recall_episodes, beside what the posterior reads of a person.
EPISODES: Final = (
    "as_of_date", "episode_id", "objective", "band", "message_channel", "depth", "arm", "is_sent", "plan_date",
    "held_back_probability", "p0", "contacts_28d", "coupon_taste", "wecom_answers", "unit_fen", "base_fen",
    "expected_cost_fen", "margin_rate", "paid_fen_h", "redeemed_fen", "is_closed_h",
)  # fmt: skip
COLUMNS: Final = ("band", "rows_sent", "rows_held", "reckoned_fen", "estimate", "estimate_se", "mean", "sd")
_SIDES: Final = (arms.TREAT, arms.HELD_BACK)


def worth(
    posterior: Posterior, episodes: pd.DataFrame, as_of_date: dt.date, settings: Settings, least: int
) -> pd.DataFrame:
    """Return ``COLUMNS``, a row per band of the brand's own plans that were to bring an order and are read at h.

    ``mean`` is what the plan's money of an order is multiplied by, 1 before anything is known: N(1, worth_sd) for the
    brand, N(0, worth_band_sd) for a band about it. ``estimate`` is realised over reckoned margin of the band alone,
    null where a side is missing or nothing was reckoned.

    Parameters
    ----------
    posterior
        The effects believed on the date: what was promised once, and is known better since, is no error of money.
    episodes
        people.recall_episodes; rows known on behalf of other dates do not enter.
    as_of_date
        The date on whose behalf it is learned.
    settings
        The seed learning_settings.
    least
        As for ``design.estimate``: the seed row outcome_holdout_least.
    """
    require(episodes, EPISODES, "people.recall_episodes")
    enters = pd.to_datetime(episodes["as_of_date"]).eq(pd.Timestamp(as_of_date)).to_numpy(bool)
    enters = enters & flags(episodes, "is_closed_h") & np.isfinite(numbers(episodes, "unit_fen"))
    enters = enters & (episodes["objective"].eq("order") & episodes["arm"].isin(_SIDES)).to_numpy(bool)
    rows = episodes[enters & np.isfinite(numbers(episodes, "p0"))].sort_values("episode_id", ignore_index=True)
    found = [{"band": band, **_of_band(posterior, of, least)} for band, of in rows.groupby("band", sort=True)]
    bands = pd.DataFrame(found, columns=list(COLUMNS[:6]))
    return _believed(bands, settings)


def _of_band(posterior: Posterior, rows: pd.DataFrame, least: int) -> dict[str, object]:
    sent = flags(rows, "is_sent")
    of_sent = rows[sent]
    lift = posterior.mean[posterior.cell_of(of_sent)] * posterior.factor(of_sent)
    # Unit is net of the offers that the orders brought redeem, which cost and base have between them.
    offers = np.maximum(numbers(of_sent, "expected_cost_fen") + numbers(of_sent, "base_fen"), 0.0)
    reckoned = float((numbers(of_sent, "unit_fen") * lift + offers).sum())
    # Less what each would bring alone, which the lot knows nothing of: the same difference with less noise.
    margin = numbers(rows, "margin_rate") * (numbers(rows, "paid_fen_h") + numbers(rows, "redeemed_fen"))
    measure = pd.Series(margin - numbers(rows, "p0") * numbers(rows, "unit_fen"), index=rows.index)
    read: Estimate | None = estimate(strata(rows, measure), None, least) if sent.any() and not sent.all() else None
    is_told = read is not None and read.error is not None and reckoned > 0
    return {
        "rows_sent": int(sent.sum()),
        "rows_held": int((~sent).sum()),
        "reckoned_fen": round(reckoned),
        "estimate": read.total / reckoned if read is not None and is_told else np.nan,
        "estimate_se": read.error / reckoned if read is not None and read.error and is_told else np.nan,
    }


def _believed(bands: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    told, error = (bands[name].to_numpy(np.float64) for name in ("estimate", "estimate_se"))
    known = np.isfinite(told)
    size = len(bands)
    before = np.full((size, size), settings["worth_sd"] ** 2) + settings["worth_band_sd"] ** 2 * np.eye(size)
    seen = before[np.ix_(known, known)] + np.diag(error[known] ** 2)
    gain: Floats = np.linalg.solve(seen, before[known]).T if known.any() else np.zeros((size, 0))
    mean = 1 + gain @ (told[known] - 1)
    sd = np.sqrt(np.diag(before - gain @ before[known]))
    # Orders that cost the brand money by being orders are no reading of money: they are noise.
    mean = np.clip(mean, settings["worth_least"], settings["worth_most"])
    return bands.assign(mean=np.round(mean, 6), sd=np.round(sd, 6))[list(COLUMNS)]
