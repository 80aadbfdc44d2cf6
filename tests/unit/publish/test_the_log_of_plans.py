"""The log of plans: which version of a date was current last, and files that are no log."""

import datetime as dt

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.publishing.plans import SCHEMA, UnreadablePlans, keep_plans, load
from orchestration.publishing.versions import Store
from orchestration.settings import Settings

DATE = dt.date(2017, 11, 30)
FIRST, SECOND, NEXT_DAY = "2017-11-30-aaaa", "2017-11-30-bbbb", "2017-12-01-cccc"
SEVEN = dt.datetime(2017, 12, 1, 7)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def store(tmp_path):
    """Three versions as they are published, each with one plan."""
    store = Store(tmp_path / "published")
    for version in (FIRST, SECOND, NEXT_DAY):
        (store.versions / version).mkdir(parents=True)
        plan = {"as_of_date": [DATE], "one_id": ["anna"], "arm": ["treat"]}
        fields = [field for field in SCHEMA if field.name not in ("version", "moved_at")]
        rows = pa.table({f.name: pa.array(plan.get(f.name, [None]), f.type) for f in fields})
        pq.write_table(rows, store.versions / version / "recall_plans.parquet")
    return store


def loaded(store):
    """Return version and instant of all that a warehouse knows of the log, and the warehouse's table once more."""
    with duckdb.connect() as con:
        for _ in range(2):
            load(Settings(home=store.root.parent), con)
        return con.execute("select version, moved_at from channels.plans order by all").fetchall()


def test_a_version_moves_after_those_of_its_date_though_the_clock_was_put_back(store):
    keep_plans(store, FIRST, SEVEN)
    keep_plans(store, SECOND, SEVEN - HOUR)
    keep_plans(store, NEXT_DAY, SEVEN - HOUR)
    assert loaded(store) == [
        (FIRST, SEVEN), (SECOND, SEVEN + dt.timedelta(microseconds=1)), (NEXT_DAY, SEVEN - HOUR),
    ]  # fmt: skip


def test_a_later_move_is_known_at_its_own_instant(store):
    keep_plans(store, FIRST, SEVEN)
    keep_plans(store, SECOND, SEVEN + HOUR)
    assert loaded(store) == [(FIRST, SEVEN), (SECOND, SEVEN + HOUR)]


@pytest.mark.parametrize("length", [0, 100])
def test_a_file_cut_short_is_named_with_what_to_do(store, length):
    keep_plans(store, FIRST, SEVEN)
    file = store.root / "plans" / f"{FIRST}.parquet"
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(UnreadablePlans, match=rf"{FIRST}.parquet is no log of plans .* Put it back from a backup"):
        loaded(store)


def test_a_file_of_other_columns_is_named(store):
    keep_plans(store, FIRST, SEVEN)
    file = store.root / "plans" / f"{FIRST}.parquet"
    pq.write_table(pq.read_table(file).drop_columns(["held_back_probability"]), file)
    with pytest.raises(UnreadablePlans, match="held_back_probability"):
        loaded(store)


def test_a_copy_under_another_name_is_no_second_episode_of_everybody(store):
    keep_plans(store, FIRST, SEVEN)
    folder = store.root / "plans"
    (folder / f"{SECOND}.parquet").write_bytes((folder / f"{FIRST}.parquet").read_bytes())
    with pytest.raises(UnreadablePlans, match=rf"{SECOND}.parquet holds the plans of {FIRST}: take it away"):
        loaded(store)
