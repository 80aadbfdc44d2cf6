"""A home comes back out of its backup on an empty machine, without whoever was erased since."""

import hashlib
import shutil

import pytest

from orchestration.erasing import erase
from orchestration.erasing.backups import BackupRefused, back_up, places, vault_beside
from orchestration.erasing.restoring import restore
from orchestration.publishing.versions import Store
from orchestration.settings import Settings
from orchestration.warehouse import ERASING, RESTORING, HomeBusy, writer_lock
from tests.builders import phone, siyu
from tests.journey.conftest import copied
from tests.journey.test_a_person_is_erased import spellings, standing

NUMBER, CUSTOMER = phone(3), "C0003"


def hashes(home, *folders):
    """Return the sha256 of every file below folders of a home, by name."""
    return {
        str(file.relative_to(home)): hashlib.sha256(file.read_bytes()).hexdigest()
        for folder in folders
        for file in (home / folder).rglob("*")
        # siyu.duckdb names the folder it lies in, and is made anew
        if file.is_file() and not file.is_symlink() and file.name != "siyu.duckdb"
    }


@pytest.fixture(scope="module")
def backed_up(finished_home, tmp_path_factory):
    """A home, its backup, and the home again after one person was erased in it."""
    folder = tmp_path_factory.mktemp("backed_up")
    home = copied(finished_home, folder / "home")
    outcome = siyu(home, "backup", str(folder / "backup"))
    assert outcome.returncode == 0, outcome.stderr
    assert str(vault_beside(folder / "backup")) in outcome.stdout
    settings = Settings(home=home, reader_hours=0)
    with writer_lock(settings, ERASING):
        erase.ask(settings, NUMBER)
        erase.complete(settings)
    return folder / "backup", settings


def test_what_was_published_comes_back_to_the_byte(backed_up, finished_home, tmp_path):
    place, _ = backed_up
    copy = shutil.copytree(place, tmp_path / "copy")
    (copy / "tombstones.jsonl").unlink()
    home = tmp_path / "home"
    assert restore(Settings(home=home), copy, vault_beside(place)) == 0
    kept = ("published", "raw", "vault/keys", "models")
    assert hashes(home, *kept) == hashes(finished_home, *kept)
    assert (home / "published" / "siyu.duckdb").exists()
    assert (home / "audit.jsonl").read_bytes().startswith((finished_home / "audit.jsonl").read_bytes())
    assert Store(home / "published").by_age() == Store(finished_home / "published").by_age()
    assert (home / "published" / "current").resolve().name == Store(finished_home / "published").current()
    modes = {file.stat().st_mode & 0o077 for file in (home / "vault").rglob("*") if file.is_file()}
    assert modes == {0}


def test_whoever_was_erased_after_the_backup_does_not_come_back_with_it(backed_up, tmp_path):
    place, live = backed_up
    home = tmp_path / "home"
    assert restore(Settings(home=home), place) == 1
    assert standing(home, [*spellings(NUMBER), CUSTOMER.encode(), "林小满3号".encode()]) == []
    assert hashes(home, "published/versions", "raw") == hashes(live.home, "published/versions", "raw")
    assert Store(home / "published").current() == Store(live.published).current()


def test_the_backup_after_an_erasure_holds_nothing_of_the_person(backed_up, tmp_path):
    place, live = backed_up
    copy, vault = shutil.copytree(place, tmp_path / "copy"), shutil.copytree(vault_beside(place), tmp_path / "vault")
    needles = [*spellings(NUMBER), CUSTOMER.encode()]
    assert standing(copy, needles)
    with writer_lock(live, "backup"):
        made = back_up(live, copy, vault)
    assert 0 < made.new < made.files
    assert standing(copy, needles) == []
    assert copy in places(live)


@pytest.mark.parametrize("part", ["a table", "the manifest", "a key"])
def test_a_damaged_backup_is_refused_and_says_what_is_damaged(backed_up, tmp_path, part):
    place, _ = backed_up
    copy, vault = shutil.copytree(place, tmp_path / "copy"), shutil.copytree(vault_beside(place), tmp_path / "vault")
    contents = {"a table": copy / "content", "a key": vault / "content"}
    file = (
        copy / "backup.json"
        if part == "the manifest"
        else max(contents[part].iterdir(), key=lambda f: f.stat().st_size)
    )
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(whole)
    home = tmp_path / "home"
    with pytest.raises(BackupRefused, match="is damaged") as refused:
        restore(Settings(home=home), copy, vault)
    assert ("backup.json" in str(refused.value)) == (part == "the manifest")
    assert not home.exists()


def test_a_vault_of_another_time_and_a_home_in_use_are_refused(backed_up, finished_home, tmp_path):
    place, live = backed_up
    with writer_lock(live, "backup"):
        back_up(live, tmp_path / "later", tmp_path / "later.vault")
    with pytest.raises(BackupRefused, match="belongs to another backup"):
        restore(Settings(home=tmp_path / "home"), place, tmp_path / "later.vault")
    with pytest.raises(BackupRefused, match="not empty"):
        restore(Settings(home=finished_home), place)


def test_a_restore_that_was_cut_off_lets_nobody_in_until_it_is_done_again(backed_up, tmp_path):
    place, _ = backed_up
    home = tmp_path / "home"
    home.mkdir()
    (home / RESTORING).touch()
    (home / "raw").mkdir()
    with pytest.raises(HomeBusy, match="restored by half"), writer_lock(Settings(home=home), "a night"):
        pass
    assert restore(Settings(home=home), place) == 1
    with writer_lock(Settings(home=home), "a night"):
        pass
