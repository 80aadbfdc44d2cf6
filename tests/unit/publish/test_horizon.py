"""A date without data is refused early, with what there is and what to do."""

import datetime as dt

import duckdb

from orchestration.publishing.horizon import Horizon, data_horizon
from orchestration.settings import Settings


def ledger(home, *rows):
    settings = Settings(home=home)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("create schema channels")
        con.execute(
            "create table channels.ledger (status varchar, loaded bigint, min_event_at timestamp,"
            " max_event_at timestamp)"
        )
        for row in rows:
            con.execute("insert into channels.ledger values (?, ?, ?, ?)", list(row))
    return data_horizon(settings)


def test_the_horizon_is_in_business_dates_and_leaves_quarantined_files_out(tmp_path):
    found = ledger(
        tmp_path,
        ("loaded", 5, "2017-10-31 15:59:59", "2017-11-29 16:00:00"),
        ("quarantined", 0, "2016-01-01 00:00:00", "2018-01-01 00:00:00"),
    )
    assert found == Horizon(dt.date(2017, 10, 31), dt.date(2017, 11, 30))
    assert found.refusal([dt.date(2017, 10, 31), dt.date(2017, 11, 30)]) is None


def test_a_date_outside_is_refused_with_what_the_files_speak_of():
    refusal = Horizon(dt.date(2017, 1, 1), dt.date(2017, 11, 30)).refusal([dt.date(2017, 11, 30), dt.date(2017, 12, 1)])
    assert refusal is not None
    assert (
        "no data for 2017-12-01: the files landed speak of 2017-01-01 to 2017-11-30" in refusal
        and "landing/" in refusal
    )


def test_an_empty_landing_folder_is_said_as_such(tmp_path):
    refusal = ledger(tmp_path).refusal([dt.date(2017, 11, 30)])
    assert refusal is not None and refusal.startswith("channels: ledger: no file with an event has been loaded")
