"""An erasure is complete when nothing is left: names of files, acceptances, and what nobody can read."""

import datetime as dt
import json

import pytest

from orchestration.audit_log import last_lines
from orchestration.channels.engine.accepted_files import accept_file, kept_at
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.erasing import erase, journal, tombstones
from orchestration.erasing.cutting_out import CuttingOut
from orchestration.erasing.erase import StillThere
from orchestration.erasing.person import Person
from orchestration.erasing.tombstones import ANYWHERE, CONTACT, Erased, Key
from orchestration.settings import Settings
from orchestration.warehouse import connect

MOBILE, OTHER = "13912345671", "13987654322"
AT, NOW = dt.datetime(2026, 3, 10), dt.datetime(2026, 3, 12)


@pytest.fixture
def settings(tmp_path):
    settings = Settings(home=tmp_path / "home", reader_hours=0)
    settings.home.mkdir()
    return settings


def land(settings, name, *mobiles):
    file = settings.landing / "standard" / "customers" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"shop,C{mobile[-1]},{mobile},2026-03-09 09:00:00\n" for mobile in mobiles)
    file.write_text(f"source,customer_id,mobile,updated_at\n{rows}")
    return file


def read(settings):
    with connect(settings) as warehouse:
        ingest(settings, warehouse, "standard", NOW, lambda line: None)
        return warehouse.execute("select file_name, status from channels.ledger order by landed_at, 1, 2").fetchall()


def cutting_out(settings, erasure_id="e-1"):
    token = home_tokeniser(settings).contact(MOBILE)
    stones = tombstones.opened(settings)
    hashes = frozenset(map(stones.hash, (Key(CONTACT, MOBILE), Key(ANYWHERE, token))))
    tombstones.keep(settings, [Erased(erasure_id, AT, hashes)])
    return CuttingOut(settings, tombstones.load(settings), {MOBILE, token})


def test_a_file_named_after_the_person_is_called_otherwise_everywhere_and_is_no_new_delivery(settings):
    land(settings, f"{MOBILE}.csv", OTHER)
    ((name, status),) = read(settings)
    assert (MOBILE in name, status) == (False, "loaded")
    accept_file(settings, "f" * 64, f"standard/customers/{name}", "looked at", "owner", NOW)
    out = cutting_out(settings)
    out.deliveries()
    (sidecar,) = (settings.home / "raw" / "standard" / "customers").glob("*.landed.json")
    new = json.loads(sidecar.read_text())["file_name"]
    assert new.startswith("erased-") and new.endswith(".csv")
    assert [file.name for file in (settings.landing / "standard" / "customers").iterdir()] == [new]
    assert json.loads(kept_at(settings).read_text())["place"] == f"standard/customers/{new}"
    assert out.counts["files_renamed"] == 2
    # as the rewritten warehouse reads it: the file's rows and accounts were forgotten by id and by name
    assert (out.moved, out.named) == ({sidecar.name.split(".")[0]: sidecar.name.split(".")[0]}, {name: new})
    settings.warehouse.unlink()
    assert read(settings) == [(new, "loaded")]


def damaged(settings):
    """Return an erasure of which every step is done, with a packed file that is cut off in the middle."""
    file = settings.landing / "standard" / "customers" / "half.csv.gz"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"\x1f\x8b\x08\x00half")
    begun = journal.begin(settings, Person(one_ids={"p_" + "1" * 24}), "shop", AT)
    out = cutting_out(settings, begun.erasure_id)
    out.deliveries()
    begun.done = [*erase._STEPS]
    begun.unread = [tuple(one) for one in out.unread]
    journal.keep(settings, begun)
    return file


def receipt_of(settings):
    (file,) = (settings.home / "erasure" / "receipts").iterdir()
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "draft",
    ["published/.siyu.duckdb.3818da29", "published/.siyu.duckdb.3818da29.wal", "raw/.a.csv.0a1b2c3d", ".x.00000000"],
)
def test_what_a_killed_process_was_writing_does_not_keep_an_erasure_open(settings, draft):
    land(settings, "a.csv", OTHER)
    theirs = settings.landing / "standard" / ".orders.20261130"
    theirs.write_text("whoever lands files may name them so")
    read(settings)
    left = settings.home / draft
    left.parent.mkdir(exist_ok=True)
    left.write_text(MOBILE)
    token = home_tokeniser(settings).contact(MOBILE)
    begun = journal.begin(
        settings, Person(one_ids={"p_" + "1" * 24}, keys={Key(ANYWHERE, token)}, tokens={token}), "shop", AT
    )
    begun.done = [name for name in erase._STEPS if name != "residue_looked_for"]
    journal.keep(settings, begun)
    assert len(erase.complete(settings)) == 1
    assert (left.exists(), theirs.exists()) == (False, True)


def test_while_a_file_that_nobody_can_read_lies_there_the_erasure_is_not_complete_and_says_so_by_name(settings):
    file = damaged(settings)
    with pytest.raises(StillThere, match="not complete: 1 files.*landing/standard/customers/half.csv.gz; replace each"):
        erase.complete(settings)
    said = receipt_of(settings)
    assert (said["is_complete"], said["ended_at"]) == (False, None)
    assert said["files_nobody_can_read"] == ["landing/standard/customers/half.csv.gz"]
    assert "siyu erase --finish" in said["remedy"]
    assert len(journal.unfinished(settings)) == 1
    file.unlink()
    (receipt,) = erase.complete(settings)
    said = json.loads(receipt.read_text(encoding="utf-8"))
    assert (said["is_complete"], said["files_nobody_can_read"], "remedy" in said) == (True, [], False)
    assert journal.unfinished(settings) == []
    assert last_lines(settings, 1)[0]["action"] == "erased"


def test_a_whole_copy_in_its_place_is_cut_before_the_erasure_is_complete(settings):
    file = damaged(settings)
    with pytest.raises(StillThere):
        erase.complete(settings)
    file.unlink()
    whole = land(settings, "whole.csv", MOBILE, OTHER)
    erase.complete(settings)
    assert MOBILE not in whole.read_text() and OTHER in whole.read_text()


def test_the_steps_of_an_erasure_end_with_the_one_that_backups_wait_for():
    assert list(erase._STEPS)[-1] == journal.LAST_STEP
