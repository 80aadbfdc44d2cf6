"""Rules and salts of recall's tests."""

import pytest

from ml.recall import Rules, Salts
from tests.unit.recall.people import make_rules


@pytest.fixture
def rules() -> Rules:
    """Nobody held out, nobody exploring, no campaign control."""
    return make_rules(campaign_share_pooled=0.0, campaign_share_least=0.9)


@pytest.fixture
def salts() -> Salts:
    """Two salts of 32 bytes."""
    return Salts(holdout=b"h" * 32, exploration=b"e" * 32)
