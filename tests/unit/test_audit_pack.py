"""Minors are counted table by table for the yearly audit, and one in a table that acts on people is a fault."""

import datetime as dt
import json

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.audit_pack import pack
from orchestration.settings import Settings

NOW = dt.datetime(2026, 3, 11, 2)


def published(home, **tables):
    folder = home / "published" / "versions" / "2026-03-10-0000000000000000"
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    said = {"version": folder.name, "as_of_date": "2026-03-10", "tables": {name: {} for name in tables}}
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    (home / "published" / "CURRENT").write_text(folder.name, encoding="utf-8")


def test_a_minor_on_a_task_list_is_counted_and_an_adult_is_not(tmp_path):
    settings = Settings(home=tmp_path / "home")
    published(
        settings.home,
        customers=[{"one_id": "p_child", "exclusion": "minor"}, {"one_id": "p_anna", "exclusion": None}],
        recall_tasks=[{"one_id": "p_child"}, {"one_id": "p_anna"}, {"one_id": "p_anna"}],
        recall_audience=[{"one_id": "p_anna"}],
        stores=[{"store_id": "s1"}],
    )
    done = pack(settings, tmp_path / "pack", NOW)
    said = json.loads((tmp_path / "pack" / "minors.json").read_text(encoding="utf-8"))
    assert said["rows_of_minors"] == {"customers": 1, "recall_audience": 0, "recall_tasks": 1}
    assert done.minors_acted_on == 1
