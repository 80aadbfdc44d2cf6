"""What lies in a home beside its tables and deliveries, without a person: logs, databases, packed files, names."""

import base64
import gzip
import json
import sqlite3

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import audit_log
from orchestration.erasing import elsewhere
from orchestration.erasing.needles import Needles
from orchestration.settings import Settings
from tests.unit.publish.test_door import canaries

MOBILE, MAIL = "13912345671", "lin.yi@example.com"
TOKEN = "k1:" + "a" * 32
SHORT_ID = "20260310"
NEEDLES = Needles([MOBILE, MAIL], [TOKEN, SHORT_ID, "wmAAAAAA"])


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


def written(settings, name, content):
    file = settings.home / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    "spelling",
    [
        "VIP13912345671x",
        "139_1234_5671",
        "１３９１２３４５６７１",
        "139%201234%205671",
        "1\u200b3\u200b912345671",
        "+86 (139) 1234/5671",
    ],
)
def test_a_number_is_found_with_the_doors_eyes_however_it_is_written(settings, spelling):
    file = written(settings, "dagster_home/a.log", f"read {spelling} at 9\n")
    assert elsewhere.residue(settings, NEEDLES) == ["dagster_home/a.log"]
    assert elsewhere.mask(settings, NEEDLES) == ["dagster_home/a.log"]
    assert elsewhere.residue(settings, NEEDLES) == []
    assert file.read_text().startswith("read ") and file.read_text().endswith(" at 9\n")


@pytest.mark.parametrize(
    ("mail", "written_as"),
    [
        ("lin1984@163.com", "lin1984@163.com"), ("12345@139.com", "邮箱12345@139.com。"),
        ("lin.yi@example.com", "ＬＩＮ.yi@example.com"), ("lin.yi@example.com", "l\u0301in.yi@example.com"),
        ("lin.yi@example.com", "lin%2Eyi@example.com"), ("find@example.com", "\ufb01nd@example.com"),
    ],
)  # fmt: skip
def test_an_address_is_masked_with_digits_round_its_mark_wide_letters_or_an_accent(settings, mail, written_as):
    file = written(settings, "dagster_home/a.log", f"read {written_as} at 9\n")
    needles = Needles([mail])
    assert elsewhere.mask(settings, needles) == ["dagster_home/a.log"]
    assert elsewhere.residue(settings, needles) == []
    assert file.read_text().startswith("read ") and file.read_text().endswith(" at 9\n")


def test_every_spelling_of_the_doors_own_canaries_is_found():
    assert [text for digits, text in canaries() if not Needles([digits]).stand_in_text(text)] == []


@pytest.mark.parametrize("charset", ["gb18030", "utf-16"])
def test_a_log_of_another_encoding_is_masked_in_it(settings, charset):
    file = written(settings, "dagster_home/a.log", f"第三行 {MOBILE} {TOKEN} 完".encode(charset))
    elsewhere.mask(settings, NEEDLES)
    text = file.read_bytes()
    assert elsewhere.residue(settings, NEEDLES) == []
    assert MOBILE not in text.decode(charset, "replace") and "第三行" in text.decode(charset, "replace")


def test_base64_of_a_number_is_found(settings):
    written(settings, "pulls/a.json", json.dumps({"body": base64.b64encode(f"tel {MOBILE}".encode()).decode()}))
    assert elsewhere.residue(settings, NEEDLES) == ["pulls/a.json"]


def test_a_short_id_is_not_cut_inside_a_longer_number_or_word(settings):
    text = f"o 9{SHORT_ID}11, p{SHORT_ID}, {SHORT_ID}; a\\n{SHORT_ID}\n"
    file = written(settings, "dagster_home/a.log", text)
    elsewhere.mask(settings, NEEDLES)
    assert file.read_text() == f"o 9{SHORT_ID}11, p{SHORT_ID}, (erased); a\\n(erased)\n"


def test_a_database_is_masked_row_by_row_and_its_json_stays_json(settings):
    file = settings.home / "dagster_home" / "runs.db"
    file.parent.mkdir()
    with sqlite3.connect(file) as database:
        database.execute("create table events (id integer primary key, said text, called integer)")
        said = json.dumps({"n": int(MOBILE), "of": TOKEN, "at": f"9{SHORT_ID}11"})
        database.executemany("insert into events (said, called) values (?, ?)", [(said, int(MOBILE)), ("x", 7)])
    assert elsewhere.mask(settings, NEEDLES) == ["dagster_home/runs.db"]
    with sqlite3.connect(file) as database:
        rows = database.execute("select said, called from events order by id").fetchall()
    assert json.loads(rows[0][0]) == {"n": 99999999999, "of": "(erased)", "at": f"9{SHORT_ID}11"}
    assert [called for _, called in rows] == [0, 7]
    assert MOBILE.encode() not in file.read_bytes()


def test_a_number_kept_as_a_whole_number_is_found_in_tables(settings):
    (settings.home / "pulls").mkdir()
    pq.write_table(pa.table({"called": [int(MOBILE), 5]}), settings.home / "pulls" / "a.parquet")
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        warehouse.execute("create table calls as select ?::bigint as called", [int(MOBILE)])
    assert elsewhere.residue(settings, NEEDLES) == ["pulls/a.parquet", "warehouse.duckdb"]
    assert elsewhere.residue(settings, Needles(["13912345672"])) == []


def test_what_a_run_makes_again_is_taken_away_and_what_nobody_can_mask_is_told(settings):
    packed = gzip.compress(MOBILE.encode())
    made_again, kept = written(settings, "reports/a.json.gz", packed), written(settings, "pulls/a.json.gz", packed)
    model = written(settings, "models/churn/m1/card.json", f'{{"of": "{TOKEN}"}}')
    assert elsewhere.mask(settings, NEEDLES) == ["models/churn/m1/card.json", "reports/a.json.gz"]
    assert (made_again.exists(), kept.exists(), model.parent.exists()) == (False, True, False)
    assert elsewhere.residue(settings, NEEDLES) == ["pulls/a.json.gz"]


def test_the_audit_log_is_never_written_anew_and_its_lines_are_counted(settings):
    audit_log.append(settings, "guarded", {"file": "wmAAAAAA"})
    audit_log.append(settings, "guarded", {"file": "another"})
    assert elsewhere.mask(settings, NEEDLES) == []
    assert elsewhere.residue(settings, NEEDLES) == []
    assert elsewhere.lines_of_the_chain(settings, NEEDLES) == 1
    assert audit_log.verify(settings).broken is None


def test_a_file_named_after_the_person_gets_a_neutral_name(settings):
    written(settings, f"reports/2026-03-10/{MOBILE}.html", "nobody")
    assert elsewhere.residue(settings, NEEDLES) == [f"reports/2026-03-10/{MOBILE}.html"]
    assert elsewhere.rename(settings, NEEDLES, lambda name: "erased-1.html") == 1
    assert elsewhere.residue(settings, NEEDLES) == []
    assert (settings.home / "reports" / "2026-03-10" / "erased-1.html").read_text() == "nobody"
