"""What a backup refuses and leaves out, so that nobody who was erased lies in it."""

import datetime as dt
import json

import pytest

from orchestration.channels.engine.vault import open_vault
from orchestration.erasing import journal
from orchestration.erasing.backups import MANIFEST, BackupRefused, back_up
from orchestration.erasing.person import Person
from orchestration.settings import Settings

AT = dt.datetime(2026, 3, 10)


@pytest.fixture
def settings(tmp_path):
    """A home with a vault and three versions: one that stands, one before an erasure, one that only readers need."""
    settings = Settings(home=tmp_path / "home")
    with open_vault(settings):
        pass
    for name in ("2026-03-10-new", "2026-03-10-old", "2026-03-09-left"):
        (settings.published / "versions" / name).mkdir(parents=True)
        (settings.published / "versions" / name / "customers.parquet").write_bytes(b"rows")
    (settings.published / "CURRENT").write_text("2026-03-10-new\n")
    (settings.published / "leaving.json").write_text('{"2026-03-09-left": "2026-03-10T00:00:00"}')
    return settings


def erasing(settings, **said):
    begun = journal.begin(settings, Person(one_ids={"p_" + "1" * 24}), "shop", AT)
    for name, value in said.items():
        setattr(begun, name, value)
    journal.keep(settings, begun)


def test_while_an_erasure_has_not_ended_nothing_is_backed_up(settings, tmp_path):
    erasing(settings, done=["tombstones_written"])
    with pytest.raises(BackupRefused, match="1 erasures have begun and not ended.*siyu erase --finish"):
        back_up(settings, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_while_a_file_that_nobody_can_read_may_hold_the_person_nothing_is_backed_up(settings, tmp_path):
    erasing(settings, done=[journal.LAST_STEP], unread=[("raw/crm/members/f.csv.gz", 9, 1)])
    with pytest.raises(BackupRefused):
        back_up(settings, tmp_path / "backup")


def test_a_version_that_only_readers_need_is_in_no_backup(settings, tmp_path):
    erasing(settings, done=[journal.LAST_STEP], renamed={"2026-03-10-old": "2026-03-10-new"})
    back_up(settings, tmp_path / "backup")
    said = json.loads((tmp_path / "backup" / MANIFEST).read_text().partition("\n")[2])
    assert sorted(name for name in said["files"] if name.startswith("published/")) == [
        "published/CURRENT",
        "published/versions/2026-03-10-new/customers.parquet",
    ]
    assert list(said["ages"]) == ["2026-03-10-new"]
