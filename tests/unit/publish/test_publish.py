"""Publishing is all or nothing: versions are whole, CURRENT moves last, and only forward."""

import datetime as dt
import json
import stat
import threading
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.publish import NoData, PublishBlocked, RollbackRefused, publish, rollback
from orchestration.publishing.contract import ARROW_TYPES, tables
from orchestration.publishing.versions import Store
from tests.unit.publish.world import DATE, PEOPLE, SENT, brand, published_brand


def days(*offsets):
    return [DATE + dt.timedelta(days=offset) for offset in offsets]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A brand with one version published, to be read and not changed."""
    settings, done = published_brand(tmp_path_factory.mktemp("home"))
    return settings, done


def test_what_is_published_has_every_table_with_its_columns_and_rows(published):
    settings, done = published
    folder = settings.published / "versions" / (settings.published / "CURRENT").read_text().strip()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert folder.name == done.versions[DATE] and folder.name.startswith("2017-11-30-")
    assert manifest["contract_version"] == 2 and manifest["as_of_date"] == "2017-11-30"
    assert manifest["tables"]["customers"]["rows"] == PEOPLE
    assert manifest["channels"] == {"pos": {"data_as_of": "2017-11-30", "stale": False}}
    assert set(manifest["exempt"]) == {
        *("general_list", "recall_audience", "recall_tasks", "recall_audience_summary", "recall_outcomes"),
        "recall_signals",
        "service_desk",
        "staff_handover",
        *("recall_plans", "recall_plan_options", "recall_refused_options", "recall_effects", "recall_health"),
        "recall_readings",
    }
    for name, table in tables().items():
        schema = pq.read_schema(folder / f"{name}.parquet")
        assert [(f.name, str(f.type)) for f in schema] == [(c.name, ARROW_TYPES[c.data_type]) for c in table.columns]


def test_a_recipient_has_a_token_that_tasks_and_audience_share_and_that_names_nobody(published, tmp_path):
    settings, done = published
    folder = settings.published / "versions" / done.current
    audience = pq.read_table(folder / "recall_audience.parquet").to_pylist()
    tasks = pq.read_table(folder / "recall_tasks.parquet").to_pylist()
    tokens = {row["one_id"]: row["recipient_token"] for row in audience}
    assert set(tokens) == set(SENT) and len(set(tokens.values())) == len(SENT)
    assert {row["one_id"]: row["recipient_token"] for row in tasks} == tokens
    assert all(token.startswith("r1:") and one_id not in token for one_id, token in tokens.items())
    other = brand(tmp_path / "other")
    there = other.published / "versions" / publish(other, [DATE]).versions[DATE]
    foreign = pq.read_table(there / "recall_audience.parquet").column("recipient_token").to_pylist()
    assert not set(foreign) & set(tokens.values())


def test_publishing_the_same_twice_gives_one_version_with_the_same_bytes(tmp_path):
    settings, done = published_brand(tmp_path)
    first = done.versions[DATE]
    folder = settings.published / "versions" / first
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with duckdb.connect(str(settings.warehouse)) as con:  # the same rows, arriving in another order
        con.execute(
            "create or replace table published.customers as select * from published.customers order by one_id desc"
        )
    second = publish(settings, [DATE]).versions[DATE]
    assert second == first
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("said", "is_another"),
    [
        ("profiling_refused_at_publish values (date '2017-11-30', 'P07')", True),
        ("profiling_refused_at_publish values (date '2017-11-29', 'P07')", False),
        ("do_not_contact_at_publish values ('P07', 'sms')", True),
        ("contact_consents values (date '2017-11-30', 'P07', 'sms', 'service')", True),
        ("contact_consents values (date '2017-11-29', 'P07', 'sms', 'service')", False),
    ],
)
def test_a_refusal_or_consent_of_the_date_that_came_late_makes_another_version(tmp_path, said, is_another):
    settings, done = published_brand(tmp_path)
    first = done.versions[DATE]
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute(f"insert into published.{said}")
    assert (publish(settings, [DATE]).versions[DATE] != first) == is_another


def test_a_version_that_was_harmed_on_disk_is_written_anew(tmp_path):
    settings, done = published_brand(tmp_path)
    name = done.versions[DATE]
    harmed = settings.published / "versions" / name / "customers.parquet"
    harmed.write_bytes(harmed.read_bytes()[:-9])
    assert publish(settings, [DATE]).versions[DATE] == name
    assert pq.read_table(harmed).num_rows == PEOPLE


def test_current_never_moves_to_an_earlier_date_but_the_version_is_there(tmp_path):
    settings, done = published_brand(tmp_path, days(-1, 0), [DATE])
    newest = done.current
    done = publish(settings, days(-1))
    assert done.current == newest
    assert (settings.published / "versions" / done.versions[DATE - dt.timedelta(days=1)]).is_dir()


def test_a_range_points_current_to_its_newest_date(tmp_path):
    settings = brand(tmp_path, days(-2, -1, 0))
    done = publish(settings, days(0, -2, -1))
    assert done.current == done.versions[DATE]
    assert (settings.published / "current").readlink() == Path("versions") / done.current


def test_rollback_goes_to_the_date_before_or_to_a_version_by_name(tmp_path):
    settings = brand(tmp_path, days(-2, -1, 0))
    done = publish(settings, days(-2, -1, 0))
    oldest, before, newest = (done.versions[day] for day in days(-2, -1, 0))
    assert rollback(settings) == before == Store(settings.published).current()
    assert rollback(settings, newest) == newest
    assert rollback(settings, oldest) == oldest
    with pytest.raises(RollbackRefused, match="no version before"):
        rollback(settings)
    with pytest.raises(RollbackRefused, match="is not in"):
        rollback(settings, "2017-01-01-0000000000000000")


def test_rollback_refuses_a_version_whose_files_changed(tmp_path):
    settings = brand(tmp_path, days(-1, 0))
    done = publish(settings, days(-1, 0))
    file = settings.published / "versions" / done.versions[DATE - dt.timedelta(days=1)] / "customers.parquet"
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(RollbackRefused, match="no longer matches"):
        rollback(settings)
    assert Store(settings.published).current() == done.current


def test_the_newest_version_of_each_of_the_last_dates_stays_and_currents_always(tmp_path):
    import dataclasses

    settings = dataclasses.replace(brand(tmp_path, days(-3, -2, -1, 0)), retention_dates=2, reader_hours=0)
    done = publish(settings, days(-3, -2, -1, 0))
    assert sorted(p.name for p in (settings.published / "versions").iterdir()) == [
        done.versions[d] for d in days(-1, 0)
    ]
    rollback(settings)
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("update published.customers set city = '上海市' where as_of_date = $d", {"d": DATE})
    again = publish(settings, [DATE])
    assert sorted(p.name for p in (settings.published / "versions").iterdir()) == sorted([
        done.versions[DATE - dt.timedelta(days=1)],
        again.versions[DATE],
    ])


def test_a_date_nobody_is_known_at_is_refused_with_a_remedy(tmp_path):
    settings = brand(tmp_path)
    with pytest.raises(NoData, match=r"customers: nobody is known on 2018-01-01, nor any sale.*landing/"):
        publish(settings, [dt.date(2018, 1, 1)])
    assert not (settings.published / "CURRENT").exists()


def test_a_full_disk_is_said_before_anything_is_written(tmp_path, monkeypatch):
    settings = brand(tmp_path)
    usage = type("Usage", (), {"free": 1_000_000})
    monkeypatch.setattr("orchestration.publish.shutil.disk_usage", lambda path: usage)
    with pytest.raises(PublishBlocked, match="MiB free and 1 versions need about 64 MiB; nothing was written"):
        publish(settings, [DATE])
    assert list((settings.published / "versions").iterdir()) == []


def test_files_are_for_owner_and_group_and_the_identity_map_for_its_owner_alone(published):
    settings, done = published
    folder = settings.published / "versions" / done.current
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    for restricted in (
        *("identity_map", "recall_plans", "recall_plan_options", "recall_readings", "recall_refused_options"),
    ):
        assert modes.pop(f"{restricted}.parquet") == 0o600
    assert set(modes.values()) == {0o640}
    assert stat.S_IMODE((settings.published / "CURRENT").stat().st_mode) == 0o640


def test_the_log_of_plans_holds_whom_a_current_version_planned_held_back_ones_too_once_each(tmp_path):
    settings = brand(tmp_path, days(-1, 0))
    current = publish(settings, days(-1, 0)).current
    publish(settings, [DATE])
    (file,) = (settings.published / "plans").iterdir()
    log = pq.read_table(file).to_pylist()
    assert [(row["version"], row["as_of_date"], row["one_id"], row["arm"]) for row in log] == [
        (current, DATE, f"P{i:02d}", "treat" if i <= 4 else "held_back") for i in range(1, 6)
    ]
    assert {(row["unit_fen"], row["base_fen"]) for row in log} == {(4000.0, -50.0)}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_killed_publish_leaves_nothing_that_a_reader_or_the_next_one_sees(tmp_path):
    settings = brand(tmp_path)
    (settings.published / ".building-2017-11-30-1").mkdir(parents=True)
    (settings.published / ".building-2017-11-30-1" / "customers.parquet").write_bytes(b"half")
    publish(settings, [DATE])
    assert [p.name for p in settings.published.iterdir() if p.name.startswith(".")] == []


def test_a_reader_polling_during_ten_publishes_sees_whole_versions_only(tmp_path):
    settings = brand(tmp_path)
    publish(settings, [DATE])
    seen, errors, stop = set(), [], threading.Event()

    def read():
        while not stop.is_set():
            try:
                folder = settings.published / "versions" / (settings.published / "CURRENT").read_text().strip()
                cities = {
                    pq.read_table(folder / "customers.parquet").column("city")[0].as_py(),
                    pq.read_table(folder / "customer_segments.parquet").column("rfm_segment")[0].as_py(),
                }
                seen.add(frozenset(cities))
                time.sleep(0.05)
            except OSError as error:
                errors.append(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(10):
            with duckdb.connect(str(settings.warehouse)) as con:
                con.execute("update published.customers set city = $n", {"n": str(number)})
                con.execute(
                    "update published.customer_segments set rfm_segment = $n where rfm_segment is not null",
                    {"n": str(number)},
                )
            publish(settings, [DATE])
    finally:
        stop.set()
        reader.join()
    assert errors == []
    assert len(seen) > 5 and all(len(cities) == 1 for cities in seen - {frozenset({None, "一般发展"})})
