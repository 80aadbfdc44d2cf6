"""Brands that several journeys read; each is built and run once a session."""

import datetime as dt
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from tests.builders import Brand, shop, siyu

DATES = [dt.date(2026, 3, 8), dt.date(2026, 3, 9), dt.date(2026, 3, 10)]
YESTERDAY, TODAY = DATES[0], DATES[1]
MORNING = ("--now", "2026-03-09T09:00")


def land_shop(home: Path) -> Brand:
    """Land the shop of these journeys and give its home the settings it is run with; return the shop."""
    brand = shop(home, DATES[-1])
    brand.land()
    settings = 'sms_gateway = "aliyun"\nbrand_name = "小店"\nbrand_link = "https://example.com/a"\n'
    (home / "siyu.toml").write_text(settings, encoding="utf-8")
    return brand


def land_demo(home: Path) -> Path:
    """Land a shop up to the 8th of March in a home that may be told what time it is; return the home."""
    shop(home, YESTERDAY).land()
    (home / "demo.json").write_text("{}", encoding="utf-8")
    return home


def copied(home: Path, to: Path) -> Path:
    """Return a copy of a home with its links."""
    return shutil.copytree(home, to, symlinks=True)


def holding(files: Iterable[Path], values: Sequence[bytes]) -> list[str]:
    """Return the names of the files in which one of some values stands; each is read once."""
    return [file.name for file in files if (content := file.read_bytes()) and any(one in content for one in values)]


@pytest.fixture(scope="session")
def finished_home(tmp_path_factory) -> Path:
    """A small brand, three business dates run in order as one backfill; journeys that change a home copy it."""
    home = tmp_path_factory.mktemp("brand") / "home"
    land_shop(home)
    outcome = siyu(home, "backfill", DATES[0].isoformat(), DATES[-1].isoformat())
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return home


@pytest.fixture(scope="session")
def brand_home(finished_home, tmp_path_factory) -> Path:
    """A copy of the finished brand, in which journeys run further dates and commands."""
    return copied(finished_home, tmp_path_factory.mktemp("further") / "home")


@pytest.fixture(scope="session")
def first_morning(tmp_path_factory) -> Path:
    """A demo on whose morning of 9 March the day before was run; journeys that change it copy it."""
    home = land_demo(tmp_path_factory.mktemp("demo") / "home")
    outcome = siyu(home, *MORNING, "daily", YESTERDAY.isoformat())
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return home


@pytest.fixture
def brand(tmp_path) -> Brand:
    """An empty brand in a home of its own."""
    return Brand(tmp_path / "home")
