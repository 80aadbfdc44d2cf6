"""A tiny brand after its first night; every test goes on from a copy of it."""

import datetime as dt

import pytest

from orchestration.settings import Settings
from tests.builders import shop
from tests.keeping.compiled import compile_all
from tests.keeping.nights import Nights, prepare

YESTERDAY, TODAY = dt.date(2026, 3, 10), dt.date(2026, 3, 11)


@pytest.fixture(scope="session")
def landed(tmp_path_factory) -> Nights:
    """Fourteen customers and 240 days of them, before any night."""
    settings = Settings(home=tmp_path_factory.mktemp("keeping") / "home")
    prepare(settings)
    nights = Nights(settings, compile_all(settings.warehouse))
    shop(settings.home, YESTERDAY, customers=14).land()
    nights.land(dt.datetime(2026, 3, 10, 22))
    return nights


@pytest.fixture(scope="session")
def first_night(landed, tmp_path_factory) -> Nights:
    """The same brand after the night of the 10th of March."""
    nights = landed.copied(tmp_path_factory.mktemp("night") / "home")
    made = nights.night(YESTERDAY)
    assert made.kept == []
    return nights
