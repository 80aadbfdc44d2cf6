"""When a file counts as landed, what is history, and what a crash or a restore leaves."""

import datetime as dt
import shutil

import pytest

from orchestration.channels.engine import ingest as engine
from orchestration.channels.engine import landing, writing
from orchestration.settings import Settings
from orchestration.warehouse import connect, create_schemas
from tests.unit.channels.door import HEADER, NOON, row

LATER = dt.datetime(2026, 6, 20)


def test_the_landing_time_is_the_first_time_seen_and_survives_a_lost_warehouse(door):
    door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n")
    door.ingest(NOON)
    door.settings.warehouse.unlink()
    shutil.rmtree(door.settings.landing)
    done = door.ingest(LATER)
    assert done.loaded == 1
    assert door.rows("shop__receipts", "order_id", "_landed_at") == [("a", NOON)]


def test_a_copy_lost_with_the_power_is_made_again_under_its_first_landing_time(door):
    door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n")
    door.ingest(NOON)
    door.settings.warehouse.unlink()
    (copy,) = (door.home / "raw" / "shop" / "receipts").glob("*.csv")
    copy.write_bytes(b"")
    door.ingest(LATER)
    assert door.rows("shop__receipts", "order_id", "_landed_at") == [("a", NOON)]
    assert copy.stat().st_size > 0


def test_everything_is_history_until_a_channel_is_live(door):
    door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n")
    door.land("receipts", "history/b.csv", f"{HEADER}\n{row('b')}\n")
    door.ingest(NOON)
    assert sorted(door.rows("shop__receipts", "order_id", "_is_history")) == [("a", True), ("b", True)]
    door.settings = type(door.settings)(home=door.home, live_from={"shop": "2026-06-01"})
    door.land("receipts", "c.csv", f"{HEADER}\n{row('c')}\n")
    door.ingest(LATER)
    assert sorted(door.rows("shop__receipts", "order_id", "_is_history")) == [("a", False), ("b", True), ("c", False)]
    door.settings = type(door.settings)(home=door.home, live_from={"shop": "2026-06-02"})
    door.ingest(LATER)
    assert sorted(door.rows("shop__receipts", "order_id", "_is_history")) == [("a", True), ("b", True), ("c", False)]


def test_a_history_delivered_again_elsewhere_stays_history(door):
    content = f"{HEADER}\n{row('a')}\n"
    door.land("receipts", "history/a.csv", content)
    door.ingest(NOON)
    door.land("receipts", "again.csv", content)
    door.ingest(LATER)
    door.settings = type(door.settings)(home=door.home, live_from={"shop": "2026-06-01"})
    door.ingest(LATER)
    assert door.rows("shop__receipts", "order_id", "_is_history") == [("a", True)]


def test_a_file_that_waits_for_its_marker_landed_with_the_marker(door, monkeypatch):
    door.settings = type(door.settings)(home=door.home, done_markers=("shop",))
    appeared = {"a.csv": NOON, "a.csv.done": NOON + dt.timedelta(minutes=40)}
    monkeypatch.setattr(landing, "_appeared_at", lambda path, now: appeared[path.name])
    door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n")
    assert door.ingest(NOON + dt.timedelta(minutes=30)).waiting == 1
    door.land("receipts", "a.csv.done", "")
    assert door.ingest(LATER).loaded == 1
    assert door.rows("shop__receipts", "_landed_at") == [(NOON + dt.timedelta(minutes=40),)]


def test_what_happened_within_the_second_of_the_landing_is_not_in_the_future(door):
    lines = [row("a", ordered_at="2026-06-01 08:00:00.900"), row("b", ordered_at="2026-06-01 08:00:01")]
    door.land("receipts", "a.csv", "\n".join([HEADER, *lines, ""]))
    door.ingest(NOON)
    assert door.rows("shop__receipts", "order_id") == [("a",)]
    assert [reason for *_, reason in door.quarantine()] == ["future_time"]


def test_a_run_that_dies_before_its_commit_is_healed_by_the_next(door, monkeypatch):
    door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n{row('b', amount_yuan='x')}\n")

    def power_loss(self):
        self.write()
        raise KeyboardInterrupt

    monkeypatch.setattr(writing.Writer, "commit", power_loss)
    with pytest.raises(KeyboardInterrupt):
        door.ingest(NOON)
    monkeypatch.undo()
    from tests.unit.channels.door import use_shop

    use_shop(monkeypatch)
    assert door.ingest(LATER).loaded == 1
    assert door.rows("shop__receipts", "order_id", "_landed_at") == [("a", NOON)]
    assert len(door.quarantine()) == 1


def _new_warehouse(door):
    door.settings.warehouse.unlink()
    (raw,) = (path for path in (door.home / "raw").rglob("*.csv"))
    return raw


def test_a_raw_file_of_a_rebuilt_home_whose_bytes_are_not_its_name_is_refused_and_named(door):
    door.land("receipts", "a.csv", f"{HEADER}\n{row('a', amount_yuan='12.00')}\n")
    door.ingest(NOON)
    raw = _new_warehouse(door)
    raw.write_text(raw.read_text(encoding="utf-8").replace("12.00", "92.00"), encoding="utf-8")
    (door.home / "landing" / "shop" / "receipts" / "a.csv").unlink()
    done = door.ingest(LATER)
    assert (done.loaded, len(done.broken)) == (0, 1) and "shop/receipts/a.csv: raw_changed" in done.broken[0]
    raw.write_text(raw.read_text(encoding="utf-8").replace("92.00", "12.00"), encoding="utf-8")
    assert door.ingest(LATER).loaded == 1, "brought back from a backup, it is read"


def test_a_raw_file_cut_short_is_mended_by_what_still_lies_in_landing(door):
    door.land("receipts", "a.csv", f"{HEADER}\n{row('a')}\n{row('b')}\n")
    door.ingest(NOON)
    raw = _new_warehouse(door)
    whole = raw.read_bytes()
    raw.write_bytes(whole[:-30])
    assert door.ingest(LATER).loaded == 2
    assert raw.read_bytes() == whole


def test_a_file_found_broken_after_part_of_it_was_written_leaves_nothing(door, monkeypatch):
    monkeypatch.setattr(engine, "ROWS_PER_WRITE", 100)
    from orchestration.channels.engine import files

    monkeypatch.setattr(files, "BLOCK", 4096)
    good = [row(f"g{number}") for number in range(400)]
    bad = [row(f"b{number}", amount_yuan="x") for number in range(400)]
    door.land("receipts", "swapped.csv", "\n".join([HEADER, *good, *bad]) + "\n")
    door.land("receipts", "zz.csv", f"{HEADER}\n{row('a')}\n")
    door.ingest()
    assert door.rows("shop__receipts", "order_id") == [("a",)]
    assert door.ledger()["swapped.csv"]["reason"] == "mostly_bad"
    assert door.ledger()["swapped.csv"]["quarantined"] == 800


def test_a_changed_declaration_reads_the_raw_files_again(door, monkeypatch):
    import dataclasses

    from orchestration.channels.engine import registry
    from orchestration.channels.engine.declare import Column
    from tests.unit.channels.door import RECEIPTS, SHOP

    door.land("receipts", "a.csv", "order_id,ordered_at,amount_yuan,colour\na,2026-03-01,1,red\n")
    door.ingest(NOON)
    wider = dataclasses.replace(RECEIPTS, columns=(*RECEIPTS.columns, Column("colour")))
    changed = dataclasses.replace(SHOP, datasets=(wider, *SHOP.datasets[1:]))
    monkeypatch.setattr(registry, "channels", lambda: {"shop": changed})
    door.ingest(LATER)
    assert door.rows("shop__receipts", "order_id", "colour", "_landed_at") == [("a", "red", NOON)]
    assert len(door.query("from channels.ledger")) == 1


def _landed_at(home, now):
    settings = Settings(home=home)
    with connect(settings) as warehouse:
        create_schemas(warehouse)
        engine.ingest(settings, warehouse, "standard", now, lambda line: None)
        return warehouse.execute("select landed_at from channels.ledger where dataset = 'stores'").fetchall()[0][0]


def test_a_file_landed_when_it_appeared_though_the_run_starts_later(tmp_path):
    folder = tmp_path / "landing" / "standard" / "stores"
    folder.mkdir(parents=True)
    (folder / "stores.csv").write_text("store_id,name\nS1,One\n", encoding="utf-8")
    appeared = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    landed = _landed_at(tmp_path, appeared + dt.timedelta(hours=3))
    assert appeared - dt.timedelta(minutes=1) < landed <= appeared + dt.timedelta(minutes=1)


def test_a_file_never_landed_after_the_run_that_read_it(tmp_path):
    folder = tmp_path / "landing" / "standard" / "stores"
    folder.mkdir(parents=True)
    (folder / "stores.csv").write_text("store_id,name\nS1,One\n", encoding="utf-8")
    long_ago = dt.datetime(2020, 1, 1)
    assert _landed_at(tmp_path, long_ago) == long_ago
