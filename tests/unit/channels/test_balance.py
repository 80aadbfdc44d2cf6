"""Whatever happens to a good file on its way, its records add up and nothing else is harmed."""

import datetime as dt
import random

import pyarrow.parquet as pq

from tests.unit.channels.door import HEADER, row

DELIVERED = 120


def mutated(chance: random.Random, number: int) -> bytes:
    """Return a good file with one to four bytes-level accidents: cut, doubled, swapped, overwritten, inserted."""
    lines = [
        HEADER,
        *(row(f"o{number}-{line}", note=chance.choice(["好", '"甲,乙"', "", "x\ty"])) for line in range(8)),
    ]
    content = bytearray(("\n".join(lines) + "\n").encode(chance.choice(["utf-8", "gb18030", "utf-8-sig"])))
    for _ in range(chance.randrange(1, 5)):
        place = chance.randrange(len(content))
        accident = chance.randrange(5)
        if accident == 0:
            del content[place:]
            content += b"x" if not content else b""
        elif accident == 1:
            content[place:place] = content[max(0, place - 30) : place]
        elif accident == 2:
            content[place : place + 1] = bytes([chance.randrange(256)])
        elif accident == 3:
            content[place:place] = chance.choice([b'"', b"\n", b"\r\n", b",", b"\x00", b"\xff", b"\t", b"\xe6"])
        else:
            del content[place : place + chance.randrange(1, 12)]
    return bytes(content)


def test_the_records_of_a_damaged_file_add_up(door):
    chance = random.Random(2026)
    for number in range(DELIVERED):
        door.land("receipts", f"{number:03d}.csv", mutated(chance, number))
    door.land("receipts", "good.csv", f"{HEADER}\n{row('good')}\n")
    done = door.ingest()
    ledger = door.ledger()
    assert len(ledger) == DELIVERED + 1
    assert all(
        each["physical_records"] == each["loaded"] + each["quarantined"] + each["skipped"] for each in ledger.values()
    )
    assert done.loaded == door.query("select count(*) from channels.shop__receipts")[0][0]
    assert done.loaded > DELIVERED * 2, "most records of damaged files are good and load"
    of_records = door.query("select count(*) from channels.quarantine where line is not null")[0][0]
    of_files = sum(each["quarantined"] for each in ledger.values() if each["status"] == "quarantined")
    assert done.quarantined == of_records + of_files
    assert ledger["good.csv"]["loaded"] == 1


def test_the_same_content_under_another_name_is_loaded_once(door):
    content = f"{HEADER}\n{row('a')}\n{row('b')}\n"
    door.land("receipts", "one.csv", content)
    door.ingest()
    door.land("receipts", "two.csv", content)
    done = door.ingest(dt.datetime(2026, 6, 2))
    assert (done.loaded, done.duplicates) == (0, 1)
    assert door.rows("shop__receipts", "order_id") == [("a",), ("b",)]
    assert door.ledger()["two.csv"]["status"] == "duplicate"
    assert door.ledger()["two.csv"]["skipped"] == 2


def test_a_file_compressed_again_is_the_same_delivery(door):
    import gzip

    content = f"{HEADER}\n{row('a')}\n".encode()
    door.land("receipts", "one.csv.gz", gzip.compress(content, 1, mtime=1))
    door.land("receipts", "two.csv.gz", gzip.compress(content, 9, mtime=2))
    assert (door.ingest().loaded, len(door.rows("shop__receipts", "order_id"))) == (1, 1)


def test_a_corrected_export_under_the_same_name_is_read_beside_the_old_one(door):
    door.land("receipts", "march.csv", f"{HEADER}\n{row('a', amount_yuan='1')}\n")
    door.ingest()
    door.land("receipts", "march.csv", f"{HEADER}\n{row('a', amount_yuan='2')}\n{row('b')}\n")
    door.ingest(dt.datetime(2026, 6, 2))
    assert sorted(door.rows("shop__receipts", "order_id", "amount_yuan")) == [("a", "1"), ("a", "2"), ("b", "9.90")]
    assert len(door.query("from channels.ledger")) == 2


def test_a_second_run_changes_nothing(door):
    door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n{row('b', amount_yuan='x')}\n")
    door.ingest()
    before = [door.query(f"from channels.{table} order by all") for table in ("shop__receipts", "ledger", "quarantine")]
    done = door.ingest(dt.datetime(2026, 6, 9))
    after = [door.query(f"from channels.{table} order by all") for table in ("shop__receipts", "ledger", "quarantine")]
    assert (done.files, before) == (0, after)


def test_incomplete_files_wait_and_are_read_when_they_are_done(door, monkeypatch):
    half = door.land("receipts", "a.csv.part", f"{HEADER}\n{row('a')}\n")
    done = door.ingest()
    assert (done.waiting, done.files) == (1, 0)
    assert door.ledger()["a.csv.part"]["reason"] == "unfinished"
    half.rename(half.with_name("a.csv"))
    assert door.ingest().loaded == 1
    assert set(door.ledger()) == {"a.csv"}


def test_a_channel_that_demands_done_markers_waits_for_them(door):
    door.settings = type(door.settings)(home=door.home, done_markers=("shop",))
    path = door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n")
    assert door.ingest().waiting == 1
    path.with_name("a.csv.done").touch()
    assert door.ingest().loaded == 1


def test_a_file_that_grows_while_it_is_read_waits(door, monkeypatch):
    from orchestration.channels.engine import landing

    path = door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n")
    probe = landing.probe

    def growing(*arguments):
        with path.open("a") as file:
            file.write(row("b") + "\n")
        return probe(*arguments)

    monkeypatch.setattr(landing, "probe", growing)
    assert door.ingest().waiting == 1
    monkeypatch.undo()


def test_a_stray_folder_and_a_link_are_reported_not_followed(door, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text(f"{HEADER}\n{row('secret')}\n")
    link = door.land("receipts", "ok.csv", f"{HEADER}\n{row('a')}\n").with_name("link.csv")
    link.symlink_to(outside)
    stray = door.settings.landing / "nobody" / "things" / "a.csv"
    stray.parent.mkdir(parents=True)
    stray.write_text("x")
    door.ingest()
    reasons = {(file, reason) for file, _, _, reason in door.quarantine()}
    assert reasons == {("link.csv", "not_a_regular_file"), ("nobody/things/a.csv", "unknown_folder")}
    assert door.rows("shop__receipts", "order_id") == [("a",)]


def test_an_empty_landing_gives_empty_tables_and_exports(door):
    done = door.ingest()
    assert set(done.rows.values()) == {0}
    assert pq.read_table(door.home / "ledger.parquet").num_rows == 0
    assert pq.read_table(door.home / "quarantine" / "quarantine.parquet").column_names[:4] == [
        "file_id",
        "channel",
        "dataset",
        "file_name",
    ]


def test_a_file_named_after_a_customer_is_told_without_the_number_that_the_vault_knows(door):
    wide = "１３８_１２３４_５６７８"
    door.land("receipts", "known.csv", f"{HEADER}\n{row('a')}\n")
    door.land("receipts", "138:1234:5678.csv", f"{HEADER}\n{row('b')}\n")
    door.land("receipts", f"{wide}.bin", "what is this")
    stray = door.settings.landing / "x0138123456789" / "things" / "a.csv"
    stray.parent.mkdir(parents=True)
    stray.write_text("x")
    door.ingest()
    told = pq.read_table(door.home / "ledger.parquet").column("file_name").to_pylist()
    assert "known.csv" in told and "*************.csv" in told and "x0***********9/things/a.csv" in told
    set_aside = pq.read_table(door.home / "quarantine" / "quarantine.parquet").column("file_name").to_pylist()
    assert not [name for name in (*told, *set_aside) if "5678" in name or "５６７８" in name]
    assert door.ingest().files == 0
