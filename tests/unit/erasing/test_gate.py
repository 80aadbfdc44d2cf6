"""What lands after an erasure: looked at once, after a child has opened it, and told of where nobody can read it."""

import datetime as dt
import gzip

import pytest

from orchestration.channels.engine import guard
from orchestration.channels.engine.ingest import ingest
from orchestration.erasing import gate, raw, tombstones
from orchestration.erasing.gate import keep_out
from orchestration.erasing.tombstones import CONTACT, Erased, Key
from orchestration.settings import Settings
from orchestration.warehouse import connect

MOBILE, OTHER = "13912345671", "13987654321"
AT, NOW = dt.datetime(2026, 3, 10), dt.datetime(2026, 3, 12)


@pytest.fixture
def settings(tmp_path):
    """A home in which one person was erased, known by their number."""
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    stones = tombstones.opened(settings)
    hashes = frozenset({stones.hash(Key(CONTACT, MOBILE))})
    tombstones.keep(settings, [Erased("e-1", AT, hashes)])
    return settings


def landed(settings, dataset, name, *rows, pack=lambda content: content):
    file = settings.landing / "standard" / dataset / name
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    file.write_bytes(pack(("\n".join(lines) + "\n").encode()))
    return file


def customer(mobile, customer_id="C1", at="2026-03-11 08:00:00"):
    return {"source": "shop", "customer_id": customer_id, "mobile": mobile, "updated_at": at}


def keep(settings, told=None):
    with connect(settings) as warehouse:
        done = keep_out(settings, warehouse, (told if told is not None else []).append)
        ingest(settings, warehouse, "standard", NOW, lambda line: None)
        rows = warehouse.execute("select customer_id from channels.standard__customers order by 1").fetchall()
    return done, [name for (name,) in rows]


def test_an_erased_persons_record_does_not_land_and_everybody_elses_does(settings):
    file = landed(settings, "customers", "a.csv", customer(MOBILE), customer(OTHER, "C2"))
    done, rows = keep(settings)
    assert (done.removed, done.unread, rows) == (1, [], ["C2"])
    assert MOBILE not in file.read_text()


def test_a_file_that_nobody_can_read_is_told_of_by_name_and_nothing_of_it_lands(settings):
    half = gzip.compress(f"source,customer_id,mobile,updated_at\nshop,C1,{MOBILE},2026-03-11\n".encode())[:-9]
    file = landed(settings, "customers", "half.csv.gz", customer(OTHER), pack=lambda content: half)
    landed(settings, "customers", f"{MOBILE}.csv.gz", customer(OTHER), pack=lambda content: b"no gzip")
    told = []
    done, rows = keep(settings, told)
    assert [one.path for one in done.unread][1] == str(file.relative_to(settings.home))
    assert "2 new files cannot be read" in told[0] and "landing/standard/customers/half.csv.gz" in told[0]
    assert MOBILE not in told[0]
    assert rows == []


def test_what_unpacks_to_too_much_is_opened_by_a_child_first_and_by_nobody_here(settings, monkeypatch):
    monkeypatch.setattr(guard.Guard, "check", _too_heavy)
    monkeypatch.setattr(gate, "landed_as_delivery", _never)
    landed(settings, "customers", "a.json", customer(MOBILE))
    with connect(settings) as warehouse:
        assert len(keep_out(settings, warehouse).unread) == 1


def _too_heavy(self, path, file_format):
    raise guard.BrokenFile("too_heavy")


def _never(*args):
    raise AssertionError("opened before the child")


def test_a_new_file_is_read_once_also_while_somebody_could_come_back(settings, monkeypatch):
    read = []
    monkeypatch.setattr(gate, "find", lambda *args: read.append(1) or raw.find(*args))
    landed(settings, "customers", "a.csv", customer(OTHER, "C2"))
    landed(settings, "customers", "b.csv", customer(MOBILE))
    assert keep(settings)[1] == ["C2"]
    assert len(read) == 2


def test_who_gives_a_consent_after_the_erasure_is_somebody_new(settings):
    landed(settings, "customers", "a.csv", customer(MOBILE, "N1"), customer(MOBILE, "C1", "2026-03-09 08:00:00"))
    consent = {"source": "shop", "customer_id": "N1", "message_channel": "sms", "purpose": "marketing"}
    landed(settings, "consents", "a.csv", consent | {"granted": "true", "changed_at": "2026-03-11 09:00:00"})
    assert keep(settings)[1] == ["N1"]
    (one,) = tombstones.load(settings).erased
    assert one.back_since == dt.datetime(2026, 3, 11, 1)


def test_a_file_that_the_night_could_read_and_nobody_can_cut_waits(settings, monkeypatch):
    monkeypatch.setattr(raw.Knife, "cut", _uncut)
    file = landed(settings, "customers", "a.csv", customer(MOBILE), customer(OTHER, "C2"))
    assert keep(settings)[1] == []
    assert file.with_name("a.csv.part").exists()


def _uncut(self, path, file_format):
    raise raw.Uncut(path.name)
