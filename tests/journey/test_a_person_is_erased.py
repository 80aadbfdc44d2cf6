"""A person is erased: nothing of theirs stays in the home, everything of everybody else's does."""

import csv
import datetime as dt
import gzip
import json
import shutil

import duckdb
import pyarrow.parquet as pq
import pytest

from benchmarks.erasure import measure
from orchestration.audit_log import last_lines
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.erasing import erase, journal, tombstones
from orchestration.erasing.gate import keep_out
from orchestration.erasing.person import NobodyToErase, find_person
from orchestration.publishing.versions import Store
from orchestration.settings import Settings
from orchestration.warehouse import ERASING, connect, writer_lock
from tests.builders import phone, siyu
from tests.journey.conftest import copied

#: The third customer of the shop: 13900000003, C0003, with orders.
NUMBER, CUSTOMER = phone(3), "C0003"
NOW = dt.datetime(2026, 3, 11, 2)


def spellings(number):
    """Return a number as people and files spell it, in the encodings in which files come."""
    parts = number[:3], number[3:7], number[7:]
    forms = [number, "-".join(parts), " ".join(parts), f"+86{number}"]
    return [form.encode(charset) for form in forms for charset in ("utf-8", "gb18030", "utf-16-le")]


def standing(home, values, without=()):
    """Return the files of a home in which a value stands, unpacked where they are packed."""
    found = []
    for file in home.rglob("*"):
        if file.is_file() and file.relative_to(home).parts[0] not in without:
            content = file.read_bytes()
            if content.startswith(b"\x1f\x8b"):
                content += gzip.decompress(content)
            if file.suffix == ".parquet":  # packed: its texts are not seen from outside
                content += repr(pq.read_table(file).to_pydict()).encode()
            if file.suffix == ".duckdb":
                content += texts_of(file)
            if any(value in content for value in values):
                found.append(str(file.relative_to(home)))
    return found


def texts_of(file):
    """Return every cell of a warehouse as text: DuckDB packs what it keeps."""
    with duckdb.connect(str(file), read_only=True) as warehouse:
        tables = warehouse.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        found = [
            warehouse.execute(f'select t::varchar from "{schema}"."{table}" t').fetchall() for schema, table in tables
        ]
    return "\n".join(text for rows in found for (text,) in rows).encode()


def rows_of(folder):
    """Return the rows of every table of a version, as sets of texts."""
    return {
        file.stem: [json.dumps(row, default=str) for row in pq.read_table(file).to_pylist()]
        for file in folder.glob("*.parquet")
    }


class Home:
    """A copy of the brand, in which people are erased."""

    def __init__(self, home, minutes=0):
        self.settings = Settings(home=home, reader_hours=minutes / 60)
        self.home = home
        self.store = Store(self.settings.published)

    def erase(self, who=NUMBER):
        with writer_lock(self.settings, ERASING):
            erase.ask(self.settings, who)
            return erase.complete(self.settings)

    def land(self, dataset, name, *rows):
        folder = self.home / "landing" / "standard" / dataset
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return folder / name

    def read(self):
        """Read landing/ as the night does."""
        with connect(self.settings) as warehouse:
            done = keep_out(self.settings, warehouse)
            ingest(self.settings, warehouse, "standard", NOW)
            finish(self.settings, warehouse, NOW)
        return done

    def ask(self, sql):
        with connect(self.settings, read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()


@pytest.fixture(scope="module")
def erased(finished_home, tmp_path_factory):
    """The brand with one person erased; what stood before, and who that was."""
    home = Home(copied(finished_home, tmp_path_factory.mktemp("erased") / "home"))
    found = find_person(home.settings, NUMBER)
    before = {name: rows_of(home.store.versions / name) for name in home.store.by_age()}
    token = home_tokeniser(home.settings).contact(NUMBER)
    gone = {token, *found.one_ids, *(key.value for key in found.keys if key.space.startswith("order "))}
    (receipt,) = home.erase()
    return home, before, gone, json.loads(receipt.read_text(encoding="utf-8"))


def test_no_byte_of_the_person_stands_anywhere_in_the_home(erased, finished_home):
    home, _, gone, _ = erased
    needles = [*spellings(NUMBER), "林小满3号".encode(), CUSTOMER.encode(), *(value.encode() for value in gone)]
    everywhere = standing(finished_home, needles, without=("vault",))
    assert {name.split("/")[0] for name in everywhere} >= {
        "landing", "raw", "published", "identity", "warehouse.duckdb",
    }  # fmt: skip
    assert standing(home.home, needles) == []


def test_every_other_row_of_every_version_stays_and_the_version_says_what_was_cut(erased):
    home, before, gone, receipt = erased
    after = {name: rows_of(home.store.versions / name) for name in home.store.by_age()}
    by_date = {name[:10]: name for name in after}
    assert len(after) == len(before) == receipt["versions_cut"] == 3
    cut = 0
    for old, tables in before.items():
        new = by_date[old[:10]]
        said = home.store.manifest(new)
        assert new != old
        assert home.store.is_whole(new)
        assert home.store.has_passed(new)
        for table, rows in tables.items():
            others = [row for row in rows if not any(value in row for value in gone) and f'"{CUSTOMER}"' not in row]
            assert after[new][table] == others
            assert said["tables"][table]["rows"] == len(others)
            assert said["cut"].get(table, 0) == len(rows) - len(others)
            cut += len(rows) - len(others)
    assert cut == receipt["published_rows_removed"] > 0
    assert home.store.current() == by_date["2026-03-10"]


def test_the_orders_stay_in_the_sums_as_walk_ins_under_other_ids(erased, finished_home):
    home, _, _, receipt = erased
    before = Settings(home=finished_home)
    sums = "select count(*), sum(cast(amount_yuan as decimal(18, 2))) from channels.standard__orders"
    with connect(before, read_only=True) as warehouse:
        whole = warehouse.execute(sums).fetchall()
        ((own, money),) = warehouse.execute(f"{sums} where customer_id = '{CUSTOMER}'").fetchall()
    assert home.ask(sums) == whole
    walk_ins = "where customer_id is null and starts_with(order_id, 'walk-in-')"
    assert home.ask(f"{sums} {walk_ins}") == [(own, money)]
    assert receipt["orders_kept_as_walk_ins"] == own
    lines = "select count(*) from channels.standard__order_lines where starts_with(order_id, 'walk-in-')"
    assert home.ask(lines) == [(2 * own,)]


def test_the_receipt_and_the_audit_log_count_and_name_nobody(erased):
    home, _, gone, receipt = erased
    assert (receipt["records"], receipt["files_with_residue"], receipt["vault_values_removed"]) == (18, 0, 2)
    line = last_lines(home.settings, 1)[0]
    assert (line["action"], line["details"]["erasure"]) == ("erased", receipt["erasure"])
    assert not any(value in json.dumps([receipt, line], ensure_ascii=False) for value in (NUMBER, CUSTOMER, *gone))


def test_an_older_delivery_brings_nobody_back_and_doubles_no_order(erased, finished_home, tmp_path):
    home = Home(copied(erased[0].home, tmp_path / "home"))
    sums = "select count(distinct order_id), sum(cast(amount_yuan as decimal(18, 2))) from channels.standard__orders"
    before, customers = home.ask(sums), home.ask("select count(distinct customer_id) from channels.standard__customers")
    for dataset in ("customers", "orders", "order_lines", "consents", "events", "follows"):
        source = finished_home / "landing" / "standard" / dataset / "export.csv"
        shutil.copyfile(source, home.home / "landing" / "standard" / dataset / "again.csv")
    done = home.read()
    assert (done.files, done.removed, done.walk_ins) == (6, 9, 9)
    assert home.ask(sums) == before
    assert home.ask("select count(distinct customer_id) from channels.standard__customers") == customers
    assert standing(home.home, [*spellings(NUMBER), CUSTOMER.encode()]) == []
    assert home.read().files == 0


def test_a_record_after_the_erasure_without_consent_stays_out_and_with_one_is_somebody_new(erased, tmp_path):
    home = Home(copied(erased[0].home, tmp_path / "home"))
    (one,) = tombstones.load(home.settings).erased
    one.at = dt.datetime(2026, 3, 10, 12)
    tombstones.keep(home.settings, [one])
    new = {"source": "shop", "customer_id": "N1", "mobile": NUMBER, "registered_at": "2026-03-11 08:00:00"}
    home.land("customers", "later.csv", new | {"updated_at": "2026-03-11 08:00:00"})
    assert home.read().removed == 1
    consent = {"source": "shop", "customer_id": "N1", "message_channel": "", "purpose": "marketing", "granted": "true"}
    home.land("consents", "later.csv", consent | {"changed_at": "2026-03-11 08:00:00"})
    home.land("customers", "with_consent.csv", new | {"updated_at": "2026-03-11 08:30:00"})
    old = new | {"customer_id": CUSTOMER, "registered_at": "2025-08-01 09:00:00", "updated_at": "2025-08-01 09:00:00"}
    home.land("customers", "old.csv", old)
    assert home.read().removed == 1
    token = home_tokeniser(home.settings).contact(NUMBER)
    assert home.ask(f"select customer_id from channels.standard__customers where mobile = '{token}'") == [("N1",)]


def test_what_was_set_aside_does_not_bring_anybody_back(finished_home, tmp_path):
    home = Home(copied(finished_home, tmp_path / "home"))
    told = {"source": "shop", "customer_id": CUSTOMER, "mobile": NUMBER, "registered_at": "soon", "updated_at": "soon"}
    other = told | {"customer_id": "C0004", "mobile": phone(4)}
    file = home.land("customers", "broken.csv", told, other)
    home.read()
    assert home.ask("select line from channels.quarantine where file_name = 'broken.csv' order by 1") == [(2,), (3,)]
    home.erase()
    assert home.ask("select line from channels.quarantine where file_name = 'broken.csv'") == [(3,)]
    assert standing(home.home, [*spellings(NUMBER), CUSTOMER.encode()]) == []
    assert phone(4).encode() in file.read_bytes()


def test_old_versions_and_the_receipt_wait_for_the_readers(finished_home, tmp_path, monkeypatch):
    home = Home(copied(finished_home, tmp_path / "home"), minutes=30)
    old = home.store.current()
    assert home.erase() == []
    assert home.store.current() != old
    assert (home.store.versions / old / "customers.parquet").is_file()
    assert old not in home.store.newest_by_date().values()
    (begun,) = journal.unfinished(home.settings)
    begun.readers_until -= dt.timedelta(minutes=31)
    journal.keep(home.settings, begun)
    with writer_lock(home.settings, "a night"):
        pass
    assert not (home.store.versions / old).exists()
    assert journal.unfinished(home.settings) == []
    assert len(list((home.home / "erasure" / "receipts").iterdir())) == 1


def test_an_erasure_killed_before_its_step_was_noted_is_ended_by_whoever_comes_next(finished_home, tmp_path):
    home = Home(copied(finished_home, tmp_path / "home"))
    with writer_lock(home.settings, ERASING):
        begun = erase.ask(home.settings, NUMBER)
        for name, run in erase._STEPS.items():
            run(home.settings, begun)
            if name == "warehouse_written_anew":  # killed: the step is done, and nobody wrote that down
                break
            begun.done.append(name)
            journal.keep(home.settings, begun)
    with writer_lock(home.settings, "a night"):
        pass
    assert standing(home.home, [*spellings(NUMBER), CUSTOMER.encode()]) == []
    assert journal.unfinished(home.settings) == []


def test_a_shop_erases_killed_at_random_and_delivered_again_without_residue_or_a_changed_row(finished_home, tmp_path):
    found = measure(copied(finished_home, tmp_path / "home"), people=1, kills=2, deliveries=1, seed=1)
    clean = {name: found[name] for name in ("residue", "residue_after_deliveries", "changed_rows", "unfinished")}
    assert clean == {"residue": 0, "residue_after_deliveries": 0, "changed_rows": 0, "unfinished": 0}
    assert (found["kills"], found["receipts"], found["readings"]) == (2, 1, 1)


def test_nobody_by_that_name_is_said_and_nothing_is_touched(finished_home, tmp_path):
    with pytest.raises(NobodyToErase, match="nobody is known"):
        find_person(Settings(home=finished_home), phone(9_999_999))
    outcome = siyu(finished_home, "erase", "--id", phone(9_999_999))
    assert outcome.returncode == 1
    assert phone(9_999_999) not in outcome.stderr + outcome.stdout
    # A one_id that nobody has erases nobody, and says so to whoever watches the exit code.
    outcome = siyu(finished_home, "erase", "--id", "p_000000000000000000000000")
    assert (outcome.returncode, journal.unfinished(Settings(home=finished_home))) == (1, [])
    assert "letter by letter" in outcome.stderr


def test_ids_in_other_peoples_records_and_in_notes_of_no_known_format_are_emptied(finished_home, tmp_path):
    home = Home(copied(finished_home, tmp_path / "home"))
    (one_id,) = find_person(home.settings, NUMBER).one_ids
    other = {
        "source": "shop", "event_id": "e-other", "customer_id": "C0004", "event_type": "share", "channel": "app",
        "occurred_at": "2026-03-09 10:00:00", "properties": json.dumps({"invited": [one_id, "p_of_somebody"], "n": 1}),
    }  # fmt: skip
    file = home.land("events", "invited.csv", other)
    note = home.home / "landing" / "standard" / "events" / "called.note"
    note.write_text(f"the shop on Monday: 120000 yuan\nLi rang {NUMBER} ({one_id}), 林", encoding="gb18030")
    alone = note.with_name("alone.note")
    alone.write_text(f"ring {NUMBER}")
    home.read()
    home.land("orders", "unread.csv", {"nothing": "known", "of": one_id})  # lands between the night and the erasure
    (receipt,) = home.erase()
    assert standing(home.home, [*spellings(NUMBER), CUSTOMER.encode(), one_id.encode()]) == []
    with file.open(encoding="utf-8", newline="") as kept:
        (row,) = csv.DictReader(kept)
    assert row["customer_id"] == "C0004"
    assert json.loads(row["properties"]) == {"invited": ["", "p_of_somebody"], "n": 1}
    assert note.read_text(encoding="gb18030").startswith("the shop on Monday: 120000 yuan\n")
    said = json.loads(receipt.read_text(encoding="utf-8"))
    # The file that no night had read yet lies in landing/ alone.
    assert said["landing_records_removed"] == said["raw_records_removed"] + 1 > 10


def test_who_is_found_by_the_last_look_is_cut_by_all_steps_once_more(finished_home, tmp_path):
    home = Home(copied(finished_home, tmp_path / "home"))
    (one_id,) = find_person(home.settings, NUMBER).one_ids
    scan = home.home / "rules" / "scan.bin"
    scan.parent.mkdir(exist_ok=True)
    scan.write_bytes(b"\x00\xff\xfe\x00" + NUMBER.encode() + b"\x00\xff")
    with pytest.raises(erase.StillThere, match="rules/scan.bin"):
        home.erase()
    scan.unlink()
    # Meanwhile the shop delivered once more.
    home.land("customers", "again.csv", {"source": "shop", "customer_id": CUSTOMER, "mobile": NUMBER})
    (home.home / "reports" / "note.txt").write_text(f"{NUMBER} {one_id}")
    with writer_lock(home.settings, ERASING):
        (receipt,) = erase.complete(home.settings)
    assert standing(home.home, [*spellings(NUMBER), CUSTOMER.encode(), one_id.encode()]) == []
    assert json.loads(receipt.read_text(encoding="utf-8"))["is_complete"]
    assert journal.unfinished(home.settings) == []
