"""A version that a reader may be in is not deleted under it."""

import datetime as dt
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.files import sha256_of
from orchestration.publishing.leaving import FILE, due
from orchestration.publishing.versions import Store

DAY = dt.timedelta(hours=24)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "published")
    store.prepare()
    return store


def keep(store, date, body):
    """Keep a version of a date that passed its checks and point CURRENT to it, as a publish does."""
    building = store.building(date)
    file = building / "customers.parquet"
    pq.write_table(pa.table({"one_id": [body.decode()]}), file)
    columns = [{"name": "one_id", "type": "varchar", "description": "The person."}]
    said = {"sha256": sha256_of(file), "rows": 1, "key": ["one_id"], "description": "People.", "columns": columns}
    name = store.keep(building, {"as_of_date": date, "tables": {"customers": said}})
    store.keep_result(name, {"version": name, "passed": True})
    store.point_to(name)
    return name


def earlier(store, hours):
    """Let the versions that leave have left so many hours earlier."""
    file = store.root / FILE
    said = json.loads(file.read_text())
    past = {name: (dt.datetime.fromisoformat(at) - dt.timedelta(hours=hours)).isoformat() for name, at in said.items()}
    file.write_text(json.dumps(past))


def test_a_date_published_three_times_keeps_what_readers_may_be_in(store):
    first, second, third = (keep(store, "2026-03-09", body) for body in (b"1", b"2", b"3"))
    assert store.retire(20, DAY, own=[third]) == []
    assert set(store.by_age()) == {first, second, third}
    earlier(store, 24)
    assert set(store.retire(20, DAY)) == {first, second}
    assert store.by_age() == [third] and not list(store.results.glob(f"{first}*"))


def test_a_version_that_is_wanted_again_has_its_whole_time_anew(store):
    first, second = keep(store, "2026-03-09", b"1"), keep(store, "2026-03-09", b"2")
    store.retire(20, DAY)
    earlier(store, 23)
    assert keep(store, "2026-03-09", b"1") == first
    store.retire(20, DAY)
    assert json.loads((store.root / FILE).read_text()).keys() == {second}
    assert keep(store, "2026-03-09", b"2") == second
    store.retire(20, DAY)
    earlier(store, 23)
    assert store.retire(20, DAY) == []


def test_what_one_publish_wrote_and_nothing_wants_was_shown_to_nobody(store):
    names = [keep(store, f"2026-03-{day:02d}", b"x") for day in (7, 8, 9)]
    assert store.retire(2, DAY, own=names) == [names[0]]


def test_a_date_that_falls_out_of_the_retention_stays_for_its_readers(store):
    old, _ = keep(store, "2026-03-07", b"x"), keep(store, "2026-03-08", b"x")
    assert store.retire(1, DAY) == []
    earlier(store, 25)
    assert store.retire(1, DAY) == [old]


def test_a_file_that_cannot_be_read_gives_everybody_the_whole_time(store):
    (store.root / FILE).write_text("{")
    assert due(store.root, ["2026-03-07-0"], DAY) == []
    assert due(store.root, ["2026-03-07-0"], dt.timedelta()) == ["2026-03-07-0"]


def test_a_home_where_nothing_leaves_has_no_file_of_it(store):
    keep(store, "2026-03-09", b"1")
    store.retire(20, DAY)
    assert not (store.root / FILE).exists()
