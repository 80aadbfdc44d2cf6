"""Brands that several journeys read; each is built and run once a session."""

import datetime as dt
from pathlib import Path

import pytest

from tests.builders import Brand, shop, siyu

DATES = [dt.date(2026, 3, 8), dt.date(2026, 3, 9), dt.date(2026, 3, 10)]


def land_shop(home: Path) -> Brand:
    """Land the shop of these journeys and give its home the settings it is run with; return the shop."""
    brand = shop(home, DATES[-1])
    brand.land()
    (home / "siyu.toml").write_text('sms_gateway = "aliyun"\n', encoding="utf-8")
    return brand


@pytest.fixture(scope="session")
def brand_home(tmp_path_factory) -> Path:
    """A small brand, three business dates run in order as one backfill."""
    home = tmp_path_factory.mktemp("brand") / "home"
    land_shop(home)
    outcome = siyu(home, "backfill", DATES[0].isoformat(), DATES[-1].isoformat())
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    (home / "backfill.log").write_text(outcome.stdout, encoding="utf-8")
    return home


@pytest.fixture
def brand(tmp_path) -> Brand:
    """An empty brand in a home of its own."""
    return Brand(tmp_path / "home")
