"""Rules and salts of recall's tests."""

import pytest

from ml.recall import Rules, Salts
from tests.unit.recall.people import KNOWN, make_rules


@pytest.fixture
def rules() -> Rules:
    """Nobody held out, held back or at random, and the response is known: what is planned is sent."""
    return make_rules(**KNOWN)


@pytest.fixture
def salts() -> Salts:
    """Two salts of 32 bytes."""
    return Salts(holdout=b"h" * 32, exploration=b"e" * 32)
