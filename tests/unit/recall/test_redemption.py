"""Who redeems an offer: literal episodes."""

import datetime as dt

import pandas as pd
import pytest

from ml.recall.redemption import redemption
from ml.recall.rules import MissingColumns
from tests.unit.recall.episodes import DATE, SETTINGS, episode, held

SEED = pd.DataFrame({"depth": ["none", "light", "light", "deep"], "redemption_p50": [0.0, 0.3, 0.5, 0.65]})


def learned(*rows: dict[str, object]) -> pd.DataFrame:
    return redemption(SEED, pd.DataFrame(list(rows)), DATE, SETTINGS).set_index("depth")


def test_without_an_order_the_seed_stands():
    found = learned(episode("a", depth="light", ordered=False, redeemed=False))
    assert found["mean"].to_dict() == {"deep": 0.65, "light": 0.4}
    assert found["orders"].tolist() == [0, 0]
    assert found.loc["light", "p10"] < 0.4 < found.loc["light", "p90"]


def test_of_orders_with_an_offer_in_hand_those_that_redeemed_are_counted():
    rows = [episode(f"a{number}", depth="light", ordered=True, redeemed=number < 5) for number in range(50)]
    unheard = [
        held("b", depth="light", ordered=True, redeemed=True),
        episode("c", depth="light", redeemed=True),
        episode("d", depth="light", ordered=True, redeemed=True, is_closed=False),
        episode("e", depth="light", ordered=True, redeemed=True, ends_on=DATE + dt.timedelta(days=1)),
        episode("f", depth="none", ordered=True, redeemed=True),
    ]
    found = learned(*rows, *unheard)
    # 20 of the seed's 50 orders and 5 of 50
    assert found.loc["light", ["orders", "mean"]].tolist() == [50, 0.25]
    assert found.loc["deep", "mean"] == 0.65


def test_orders_of_a_half_life_ago_count_half():
    ago = DATE - dt.timedelta(days=120)
    found = learned(*(episode(f"a{number}", depth="deep", ordered=True, ends_on=ago) for number in range(50)))
    assert found.loc["deep", "mean"] == round(0.65 * 50 / 75, 6)


def test_frames_without_a_column_are_refused_by_name():
    with pytest.raises(MissingColumns, match="people.recall_episodes lacks redeemed"):
        redemption(SEED, pd.DataFrame([episode("a")]).drop(columns="redeemed"), DATE, SETTINGS)
