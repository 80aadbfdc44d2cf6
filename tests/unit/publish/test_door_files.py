"""What a run leaves beside tables: whatever the vault knows in it is starred, in every encoding, and counted."""

import base64
import datetime as dt
import gzip
import json
import sqlite3
import urllib.parse
from unittest import mock

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import audit_log, clock
from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.defs import shared
from orchestration.door import files
from orchestration.door.files import clean, files_below, star_left_behind
from orchestration.door.known import Known
from orchestration.door.scan import scan
from orchestration.door.searched import Searched
from orchestration.settings import Settings

NUMBERS = [f"13712345{number:03d}" for number in range(101)]
MAIL = "canary.person@example.com"
#: How a program may write a line of a log.
WRITTEN = {
    "utf8.log": lambda text: f"第 3 行: could not read {text}\n".encode(),
    "gbk.log": lambda text: f"第三行手机号: {text}，读不了\n".encode("gbk"),
    "utf16.log": lambda text: f"could not read {text} in line 3".encode("utf-16"),
    "utf16be.log": lambda text: f"could not read {text}".encode("utf-16-be"),
    "base64.log": lambda text: b"payload " + base64.b64encode(f"tel {text}".encode()) + b"\n",
    "percent.log": lambda text: f"GET /?q={urllib.parse.quote(f'手机 {text}')}%20".encode(),
    "json.log": lambda text: json.dumps({"said": f"ｔｅｌ：{text[:3]}-{text[3:7]}-{text[7:]}"}).encode(),
}


@pytest.fixture
def home(tmp_path):
    settings = Settings(home=tmp_path / "home")
    with open_vault(settings) as vault:
        for number in NUMBERS:
            home_tokeniser(settings, vault).token("mobile", number)
        home_tokeniser(settings, vault).token("email", MAIL)
    return settings


@pytest.mark.parametrize("name", WRITTEN)
def test_a_hundred_and_one_numbers_in_a_log_are_starred(home, name):
    log = home.home / "dbt_target" / name
    log.parent.mkdir()
    separator = b"" if name.startswith("utf16") else b"\n"
    log.write_bytes(separator.join(WRITTEN[name](number) for number in NUMBERS))
    (done,) = star_left_behind(home, dt.datetime(2020, 1, 1))
    assert done.name == f"dbt_target/{name}" and done.values >= 101
    with Known(home) as known:
        from orchestration.door.files import count

        assert count(known, log) == 0
    left = log.read_bytes()
    assert [number for number in NUMBERS if any(form in left for form in _forms(number))] == []


def _forms(number):
    text = f"tel {number}".encode()
    return number.encode(), number.encode("utf-16-le"), base64.b64encode(text)[6:18], number[:3].encode() + b"-1234"


def test_what_an_event_of_dagster_says_is_starred_and_stays_json(home):
    storage = home.home / "dagster_home" / "history" / "runs.db"
    storage.parent.mkdir(parents=True)
    with sqlite3.connect(storage) as database:
        database.execute("create table event_logs (id integer primary key, event text)")
        said = [{"error": f"row of {number}", "rows": int(number)} for number in NUMBERS]
        database.executemany("insert into event_logs (event) values (?)", [(json.dumps(one),) for one in said])
    (done,) = star_left_behind(home, dt.datetime(2020, 1, 1))
    assert done.values == 202
    with sqlite3.connect(storage) as database:
        events = [json.loads(event) for (event,) in database.execute("select event from event_logs")]
    assert {(one["error"], one["rows"]) for one in events} == {("row of 99999999999", 99999999999)}
    assert not [number for number in NUMBERS if number.encode() in storage.read_bytes()]


def _storage(home, events):
    storage = home.home / "dagster_home" / "history" / "index.db"
    storage.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(storage) as database:
        database.execute("create table if not exists event_logs (id integer primary key, event text)")
        database.execute("create table if not exists asset_keys (id integer primary key, last text)")
        database.executemany("insert into event_logs (event) values (?)", [(event,) for event in events])
        return [event for (event,) in database.execute("select event from event_logs order by id")]


def test_a_night_searches_the_events_that_nights_before_did_not(home):
    _storage(home, ["nobody", f"row of {NUMBERS[0]}"])
    (first,) = star_left_behind(home, dt.datetime(2020, 1, 1))
    _storage(home, [f"row of {NUMBERS[1]}", f"and of {NUMBERS[1]}"])
    (second,) = star_left_behind(home, dt.datetime(2020, 1, 1))
    assert (first.values, second.values) == (1, 2)
    assert _storage(home, []) == ["nobody", "row of 99999999999", "row of 99999999999", "and of 99999999999"]


def test_a_storage_begun_anew_and_a_table_whose_rows_change_are_searched_whole(home):
    _storage(home, ["nobody"] * 3)
    star_left_behind(home, dt.datetime(2020, 1, 1))
    (home.home / "dagster_home" / "history" / "index.db").unlink()
    _storage(home, [f"row of {NUMBERS[0]}"])
    assert [one.values for one in star_left_behind(home, dt.datetime(2020, 1, 1))] == [1]
    for number in NUMBERS[:2]:
        with sqlite3.connect(home.home / "dagster_home" / "history" / "index.db") as database:
            database.execute("insert or replace into asset_keys (id, last) values (1, ?)", (f"by {number}",))
        assert [one.values for one in star_left_behind(home, dt.datetime(2020, 1, 1))] == [1]


def test_events_under_the_numbers_of_deleted_ones_are_searched(home):
    """Who deletes the last run on Dagster's page frees its numbers, and SQLite gives them again."""
    _storage(home, ["nobody"] * 3)
    star_left_behind(home, dt.datetime(2020, 1, 1))
    with sqlite3.connect(home.home / "dagster_home" / "history" / "index.db") as database:
        database.execute("delete from event_logs where id > 1")
    _storage(home, [f"row of {NUMBERS[0]}", "nobody either", "and nobody", "at all"])
    assert [one.values for one in star_left_behind(home, dt.datetime(2020, 1, 1))] == [1]


def test_what_a_search_that_failed_was_to_see_the_next_one_sees(home):
    _storage(home, ["nobody"])
    star_left_behind(home, dt.datetime(2020, 1, 1))
    _storage(home, [f"row of {NUMBERS[0]}"])
    with pytest.raises(RuntimeError), Searched.of(home) as searched, sqlite3.connect(":memory:") as database:
        database.execute("create table event_logs (id integer primary key)")
        database.execute("insert into event_logs values (9)")
        searched.up_to(home.home / "dagster_home" / "history" / "index.db", "event_logs", database)
        raise RuntimeError("killed")
    assert [one.values for one in star_left_behind(home, dt.datetime(2020, 1, 1))] == [1]


def test_what_no_run_touched_since_is_left_alone_and_the_log_says_what_was_starred(home):
    log = home.home / "published" / "checks" / "v.json"
    log.parent.mkdir(parents=True)
    (home.home / "dagster_home").mkdir()
    assert star_left_behind(home, clock.real_now()) == []
    log.write_text(f"<p>{MAIL}</p>", encoding="utf-8")
    later = clock.real_now() + dt.timedelta(hours=1)
    with mock.patch.object(clock, "real_now", return_value=later):
        assert [one.values for one in star_left_behind(home, later)] == [1]
        log.write_text(f"<p>{MAIL}</p>", encoding="utf-8")
        assert star_left_behind(home, later) == []
    assert MAIL in log.read_text(encoding="utf-8")
    last = json.loads((home.home / "audit.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (last["action"], last["details"]) == ("contact_values_starred", {"published/checks/v.json": 1})


def test_what_a_killed_night_left_is_starred_by_the_next_one(home):
    (home.home / "dagster_home").mkdir()
    star_left_behind(home, clock.real_now())
    log = home.home / "dbt_target" / "dbt.log"
    log.parent.mkdir()
    log.write_text(f"could not cast {NUMBERS[0]}", encoding="utf-8")  # and the night is killed here
    (done,) = star_left_behind(home, clock.real_now() + dt.timedelta(hours=1))
    assert (done.name, log.read_text(encoding="utf-8")) == ("dbt_target/dbt.log", "could not cast ***********")


def test_half_a_file_and_a_byte_that_is_no_text_do_not_end_the_search(home):
    draft = home.home / "quarantine" / ".quarantine.parquet.0f3a"
    log = home.home / "dagster_home" / "run.log"
    for file in (draft, log):
        file.parent.mkdir()
    draft.write_bytes(b"PAR1 and then the process was killed")
    log.write_bytes(b"\\x41\xff said Python")
    last = home.home / "last_run.json"
    last.write_text(f"of {NUMBERS[0]}", encoding="utf-8")
    (done,) = star_left_behind(home, dt.datetime(2020, 1, 1))
    assert (done.name, last.read_text(encoding="utf-8")) == ("last_run.json", "of ***********")


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_a_parquet_file_is_starred_cell_by_cell_and_stays_one(home, compression):
    file = home.home / "quarantine" / "quarantine.parquet"
    file.parent.mkdir()
    wide = NUMBERS[0].translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    rows = {"file_name": [f"{wide}.csv", None, "orders.csv"], "said": [[NUMBERS[1]], [], None], "line": [1, 2, 3]}
    pq.write_table(pa.table(rows), file, compression=compression)
    (done,) = star_left_behind(home, dt.datetime(2020, 1, 1))
    assert done.values == 2
    stars = "*" * 11
    assert pq.read_table(file).to_pydict() == rows | {
        "file_name": [f"{stars}.csv", None, "orders.csv"],
        "said": [[stars], [], None],
    }


def test_a_message_for_a_person_is_starred(home):
    assert clean(home, f"could not cast '{NUMBERS[3]}' to INT64") == "could not cast '***********' to INT64"
    assert clean(home, "could not cast 'x' to INT64") == "could not cast 'x' to INT64"


def test_a_scan_counts_by_place_and_leaves_out_where_plain_values_belong(home):
    for place in ("landing", "raw", "published/versions/v", "reports"):
        (home.home / place).mkdir(parents=True)
    for place in ("landing/a.csv", "raw/a.csv", "reports/a.html"):
        (home.home / place).write_text(NUMBERS[0], encoding="utf-8")
    (home.home / "reports" / "sheet.csv.gz").write_bytes(gzip.compress(f"{NUMBERS[1]},{MAIL}".encode()))
    rows = pa.table({"city": ["上海", f"id_{NUMBERS[2]}", None], "tags": [[NUMBERS[3]], [], None], "n": [1, 2, 3]})
    pq.write_table(rows, home.home / "published" / "versions" / "v" / "customers.parquet")
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("create table people as select ? as city, [?, 'x'] as tags", [f"VIP{NUMBERS[4]}", NUMBERS[5]])
    found, looked, named = scan(home)
    assert dict(found) == {
        "published": 2,
        "reports": 3,
        "warehouse": 2,
        "fingerprints": 0,
        "audit.jsonl": 0,
        "audit.head": 0,
    }
    assert looked["reports"] == 2
    assert "main.people: 2" in named and not [name for name in named if "137" in name]


def test_a_log_of_two_encodings_is_starred_in_both_and_keeps_every_other_byte(home):
    log = home.home / "dbt_target" / "mixed.log"
    log.parent.mkdir()
    gbk, wide = "第三行 ".encode("gbk"), f"tel {NUMBERS[2]}".encode("utf-16-le")
    log.write_bytes(f"a ｔｅｌ{NUMBERS[0]} ".encode() + gbk + NUMBERS[1].encode() + b" \xff " + wide + b" end")
    star_left_behind(home, dt.datetime(2020, 1, 1))
    stars = "*" * 11
    assert log.read_bytes() == (
        f"a ｔｅｌ{stars} ".encode() + gbk + stars.encode() + b" \xff " + f"tel {stars}".encode("utf-16-le") + b" end"
    )


def test_a_number_of_wide_digits_moves_what_comes_after_it_and_the_next_one_is_found(home):
    log = home.home / "dbt_target" / "wide.log"
    log.parent.mkdir()
    full_width = NUMBERS[0].translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    log.write_bytes(full_width.encode() + b"\0\0" + f"{NUMBERS[1]}x".encode("utf-16-le"))
    star_left_behind(home, dt.datetime(2020, 1, 1))
    assert log.read_bytes() == b"*" * 11 + b"\0\0" + f"{'*' * 11}x".encode("utf-16-le")


def test_what_sqlite_keeps_beside_a_database_is_left_to_sqlite(home):
    folder = home.home / "dagster_home"
    folder.mkdir()
    names = [folder / f"runs.db{end}" for end in ("-wal", "-shm", "-journal")]
    for name in names:
        name.write_text(NUMBERS[0], encoding="utf-8")
    assert star_left_behind(home, dt.datetime(2020, 1, 1)) == []
    assert {name.read_text(encoding="utf-8") for name in names} == {NUMBERS[0]}


def test_a_file_that_vanishes_meanwhile_stops_nothing(home, monkeypatch):
    folder = home.home / "dbt_target"
    folder.mkdir()
    for name in ("a.log", "b.log"):
        (folder / name).write_text(NUMBERS[0], encoding="utf-8")
    monkeypatch.setattr(files, "files_below", lambda place: [folder / "gone.log", *files_below(place)])
    done = star_left_behind(home, dt.datetime(2020, 1, 1))
    assert {one.name for one in done} == {"dbt_target/a.log", "dbt_target/b.log"}


def test_what_goes_wrong_after_a_night_is_said_and_ends_no_night_and_holds_no_number(home, monkeypatch, capsys):
    def broken(*_):
        raise ValueError(f"could not read {'tel 137 1234 5000'.encode('utf-16-le')!r} of 13712345000")

    monkeypatch.setattr(shared.retention, "apply", broken)
    shared._apply_terms(home)
    told = capsys.readouterr().err
    assert "could not be deleted: ValueError" in told and "5000" not in told.replace("\\x00", "")
    (line,) = [one for one in audit_log.all_lines(home) if one["action"] == "retention_failed"]
    assert "ValueError" in line["details"]["why"] and "5000" not in line["details"]["why"].replace("\\x00", "")
