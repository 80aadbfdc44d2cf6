"""A small brand after one night, made by DuckDB from the very SQL of the models: what Spark's rows are held against."""

import datetime as dt
from pathlib import Path

from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.keeping.compiled import compile_all
from tests.keeping.nights import Nights, prepare
from tests.oracle import brand, homes

DATE = brand.DATES[-1]


def night(home: Path, seed: int = 1) -> Settings:
    """Make the home of a random brand and its last date; models, scores and plans are the tables of a young brand."""
    settings = Settings(home=home)
    prepare(settings)
    nights = Nights(settings, compile_all(settings.warehouse), tables=())
    for dataset, rows in homes._by_dataset(row for row in brand.make(seed) if not row.is_live_only):
        file = home / "landing" / "standard" / dataset / "export.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(homes._csv(rows), encoding="utf-8")
    now = dt.datetime.combine(DATE, dt.time(22))
    with connect(settings) as con:
        done = ingest(settings, con, "standard", now)
        assert not done.broken
        finish(settings, con, now)
    nights.night(DATE)
    return settings
