"""What readers open beside the folders: one DuckDB file, a sheet, and each table in every tool."""

import csv
import datetime as dt
import os
import shutil
import stat
import subprocess
import sys

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from orchestration.cli import main
from orchestration.publish import publish, rollback
from orchestration.publishing import table_file
from orchestration.publishing.contract import ARROW_TYPES, tables
from orchestration.publishing.readers import catch_up
from orchestration.publishing.table_file import NoTable, export_table
from orchestration.publishing.versions import Store
from orchestration.sending.activations import noted_places
from orchestration.settings import Settings
from tests.unit.publish.world import DATE, PEOPLE, brand

EVE = DATE - dt.timedelta(days=1)


def odd(con):
    """Give P01 what spreadsheets stumble over."""
    con.execute(
        "update published.customers set tags = ['=1+1', 'b'], gender = '=cmd()', city = '-7', province = '#N/A'"
        " where one_id = 'P01'"
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    settings = brand(tmp_path_factory.mktemp("home"), [EVE, DATE], odd)
    publish(settings, [EVE, DATE])
    return settings


def opened(settings, query):
    with duckdb.connect(str(settings.published / "siyu.duckdb"), read_only=True) as connection:
        return connection.sql(query).fetchall()


def test_the_file_has_a_view_of_every_table_with_the_words_of_its_contract(published):
    views = dict(opened(published, "select view_name, comment from duckdb_views() where not internal"))
    words = opened(published, "select table_name, column_name, comment from duckdb_columns() where not internal")
    assert views == {name: table.words for name, table in tables().items()}
    assert sorted(words) == sorted((t.name, c.name, c.words) for t in tables().values() for c in t.columns)


@pytest.mark.parametrize("place", ["/", "home", "published"])
def test_the_file_can_be_opened_from_any_folder(published, place):
    folder = {"/": "/", "home": published.home, "published": published.published}[place]
    code = "import duckdb, sys; print(duckdb.connect(sys.argv[1], read_only=True).sql('from customers').count('*'))"
    file = os.path.relpath(published.published / "siyu.duckdb", folder)
    told = subprocess.run([sys.executable, "-c", code, file], cwd=folder, capture_output=True, text=True, check=True)
    assert str(PEOPLE) in told.stdout


def test_the_file_goes_where_current_goes_and_who_has_it_open_stays_where_they_are(published, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(published.home, home, symlinks=True)
    settings = Settings(home=home)
    catch_up(settings, print)
    with duckdb.connect(str(settings.published / "siyu.duckdb"), read_only=True) as before:
        rollback(settings)
        assert before.sql("select distinct as_of_date from customers").fetchall() == [(DATE,)]
    assert opened(settings, "select distinct as_of_date from customers") == [(EVE,)]


def test_a_home_that_was_moved_shows_its_own_files_after_siyu_readers(published, tmp_path, capsys, monkeypatch):
    home = tmp_path / "moved"
    shutil.copytree(published.home, home, symlinks=True)
    (home / "landing").mkdir(exist_ok=True)
    monkeypatch.setenv("SIYU_HOME", str(home))
    assert main(["readers"]) == 0
    paths = opened(Settings(home=home), "select sql from duckdb_views() where view_name = 'customers'")
    assert str(home) in paths[0][0] and str(published.home) not in paths[0][0]
    assert "no Postgres is named" in capsys.readouterr().out


def test_every_table_reads_alike_in_duckdb_pandas_arrow_and_a_sheet(published, tmp_path):
    version = Store(published.published).versions / Store(published.published).current()
    for name, table in tables().items():
        file = version / f"{name}.parquet"
        shape = (pq.read_metadata(file).num_rows, len(table.columns))
        assert [str(field.type) for field in pq.read_schema(file)] == [ARROW_TYPES[c.data_type] for c in table.columns]
        frame = pd.read_parquet(file)
        assert (frame.shape, list(frame.columns)) == (shape, list(table.column_names)), name
        seen = opened(published, f"select * from {name}")
        assert len(seen) == shape[0]
        sheet_file, rows = export_table(published, name, "xlsx", tmp_path / f"{name}.xlsx")
        book = openpyxl.load_workbook(sheet_file, read_only=True)
        sheet = list(book[name].iter_rows(values_only=True))
        assert (rows, sheet[0], len(sheet)) == (shape[0], table.column_names, shape[0] + 1), name
        assert [row[0] for row in book["columns"].iter_rows(min_row=2, values_only=True)] == list(table.column_names)


def test_a_field_says_its_meaning_unit_and_whether_it_is_of_the_key(published):
    version = Store(published.published).versions / Store(published.published).current()
    schema = pq.read_schema(version / "customers.parquet")
    said = {name: schema.field(name).metadata for name in schema.names}
    assert (said["paid_fen"][b"unit"], said["paid_fen"][b"key"]) == (b"fen", b"false")
    assert (said["one_id"][b"unit"], said["one_id"][b"key"]) == (b"", b"true")
    assert said["last_order_at"][b"unit"] == b"instant, UTC"
    column = next(
        one
        for one in Store(published.published).manifest(version.name)["tables"]["customers"]["columns"]
        if one["name"] == "owner_staff_id"
    )
    assert column["null"] and column["null_zh"] and column["description_zh"]


def test_a_sheet_holds_lists_joined_shanghai_time_numbers_and_no_formula(published, tmp_path):
    for kind in ("csv", "xlsx"):
        file, _ = export_table(published, "customers", kind, tmp_path / f"c.{kind}")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    here = [place for place in noted_places(published) if place.parent == tmp_path]
    assert here == [tmp_path / "c.csv", tmp_path / "c.xlsx"], "where an erasure looks"
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as lines:
        first = next(csv.DictReader(lines))
    assert (first["tags"], first["gender"], first["city"]) == ("'=1+1;b", "'=cmd()", "-7")
    assert (first["first_order_at"], first["paid_fen"], first["channels"]) == ("2017-11-30 12:00:00", "10000", "pos")
    assert first["province"] == "#N/A"
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx")["customers"]
    names = [cell.value for cell in sheet[1]]
    cells = dict(zip(names, sheet[2], strict=True))
    assert {cells[name].data_type for name in ("tags", "gender", "province")} == {"s"}
    assert cells["first_order_at"].value == dt.datetime(2017, 11, 30, 12)
    assert (cells["paid_fen"].value, cells["as_of_date"].value.date()) == (10000, DATE)


def test_a_table_that_a_sheet_cannot_hold_is_refused_with_the_way_out(published, tmp_path, monkeypatch):
    monkeypatch.setattr(table_file, "SHEET_ROWS", PEOPLE)
    with pytest.raises(NoTable, match=f"customers has {PEOPLE} rows and a sheet holds {PEOPLE - 1}: take --csv"):
        export_table(published, "customers", "xlsx", tmp_path / "c.xlsx")
    assert not list(tmp_path.iterdir())
    export_table(published, "customers", "csv", tmp_path / "c.csv")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["--table", "customer", "--csv"],
            1,
            "no published table is called 'customer'; there are accounts, carrier_daily, channel_attribution",
        ),
        (["--table", "customers"], 2, "name --csv or --xlsx"),
        (["--table", "customers", "--csv", "--recipient", "x"], 2, "a table goes to nobody"),
        (["--csv"], 2, "name the table"),
        (["--all", "--recipient", "x"], 2, "Missing option '--out': name who gets the files and the folder"),
        (["--table", "customers", "--csv", "--out", "nowhere/c.csv"], 1, "there is no folder nowhere"),
    ],
)
def test_a_mistake_is_one_sentence(published, capsys, monkeypatch, arguments, code, said):
    (published.home / "landing").mkdir(exist_ok=True)
    monkeypatch.setenv("SIYU_HOME", str(published.home))
    assert main(["export", *arguments]) == code
    assert said in capsys.readouterr().err
