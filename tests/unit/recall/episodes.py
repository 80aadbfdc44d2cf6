"""Literal episodes for the tests of what recall learns, and the cells and numbers that ship."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from ml.recall.posterior import cells_of
from tests.unit.recall.people import SEED_FOLDER

DATE = dt.date(2024, 6, 1)
SETTINGS = dict(pd.read_csv(SEED_FOLDER / "learning_settings.csv")[["name", "value"]].itertuples(index=False))
PRIORS = pd.read_csv(SEED_FOLDER / "response_priors.csv")
CELLS = cells_of(PRIORS, pd.read_csv(SEED_FOLDER / "recall_policies.csv"))


def episode(episode_id: str, **changes: Any) -> dict[str, Any]:
    """Return a row of people.recall_episodes: a lapsed buyer sent an SMS without an offer, who did not come back."""
    row: dict[str, Any] = {
        "as_of_date": DATE,
        "episode_id": episode_id,
        "source": "siyu",
        "experiment_id": None,
        "objective": "order",
        "band": "dormant",
        "message_channel": "sms",
        "offer_id": "none",
        "depth": "none",
        "arm": "treat",
        "is_sent": True,
        "held_back_probability": 0.1,
        "option_probability": 0.5,
        "p0": 0.2,
        "contacts_28d": None,
        "coupon_taste": None,
        "wecom_answers": None,
        "margin_rate": 0.25,
        "ends_on": DATE,
        "is_closed": True,
        "is_closed_h": True,
        "succeeded": False,
        "ordered": False,
        "redeemed": False,
        "paid_fen_h": 0,
        "is_contaminated": False,
    }
    return row | changes


def held(episode_id: str, **changes: Any) -> dict[str, Any]:
    """Return the same buyer held back."""
    return episode(episode_id, **({"arm": "held_back", "is_sent": False} | changes))


def landed(episode_id: str, **changes: Any) -> dict[str, Any]:
    """Return the same buyer in an agency's test of two halves."""
    agency = {"source": "agency", "experiment_id": "spring", "p0": None, "held_back_probability": 0.5}
    return episode(episode_id, **(agency | changes))


def world(rows: int, effect: float | np.ndarray, seed: int = 1, **columns: Any) -> pd.DataFrame:
    """Return as many episodes in which theta is ``effect`` times its row of response_priors, by cell or in all."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, len(CELLS), rows)
    p0, sent = rng.beta(2, 4, rows), rng.random(rows) < 0.8
    lift = sent * (1 - p0) * (effect * CELLS["effect"].to_numpy())[at]
    found = pd.DataFrame([episode(f"e{number:06d}") for number in range(rows)])
    return found.assign(
        **{column: CELLS[column].to_numpy()[at] for column in ("band", "message_channel", "depth")},
        p0=p0,
        is_sent=sent,
        arm=np.where(sent, "treat", "held_back"),
        succeeded=rng.random(rows) < p0 + lift,
        **columns,
    )
