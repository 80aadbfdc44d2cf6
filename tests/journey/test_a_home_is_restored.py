"""A home comes back out of its backup on an empty machine, without whoever was erased since."""

import hashlib
import json
import shutil

import pytest

from orchestration.erasing import backups, erase
from orchestration.erasing.backups import BackupRefused, back_up, places, vault_beside
from orchestration.erasing.restoring import restore
from orchestration.publishing.versions import Store
from orchestration.settings import Settings, SettingsError
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
    shutil.copytree(folder / "backup", folder / "before")
    settings = Settings(home=home, reader_hours=0)
    with writer_lock(settings, ERASING):
        erase.ask(settings, NUMBER)
        erase.complete(settings)
    return folder / "backup", settings


def test_what_was_published_comes_back_to_the_byte(backed_up, finished_home, tmp_path):
    place, _ = backed_up
    home = tmp_path / "home"
    assert restore(Settings(home=home), place.with_name("before"), vault_beside(place)) == 0
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


def test_a_home_without_its_keys_or_with_others_is_not_backed_up(finished_home, tmp_path):
    home = copied(finished_home, tmp_path / "home")
    key = home / "vault" / "keys" / "holdout.key"
    whole = key.read_text()
    key.unlink()
    with pytest.raises(SettingsError, match=r"the holdout key .* is gone"):
        back_up(Settings(home=home), tmp_path / "backup")
    key.write_text(whole[::-1].strip() + "\n")
    key.chmod(0o600)
    with pytest.raises(SettingsError, match="another holdout key"):
        back_up(Settings(home=home), tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_copy_in_raw_that_is_not_what_was_delivered_is_named_and_not_backed_up(finished_home, tmp_path):
    home = copied(finished_home, tmp_path / "home")
    file = next(each for each in sorted((home / "raw").rglob("*")) if each.is_file() and ".landed." not in each.name)
    file.chmod(0o600)
    file.write_bytes(file.read_bytes() + b"one more line\n")
    with pytest.raises(BackupRefused, match="not what was delivered") as refused:
        back_up(Settings(home=home), tmp_path / "backup")
    assert str(file.relative_to(home)) in str(refused.value)
    assert not (tmp_path / "backup").exists()


def test_a_folder_that_holds_something_else_stays_as_it_is(backed_up, tmp_path):
    place, live = backed_up
    pictures = tmp_path / "site"
    (pictures / "content").mkdir(parents=True)
    (pictures / "content" / "shop.jpg").write_bytes(b"a picture")
    another = shutil.copytree(place, tmp_path / "another")
    _, _, text = (another / "backup.json").read_text().partition("\n")
    said = json.dumps(json.loads(text) | {"home": "0" * 16})
    head = json.dumps({"id": hashlib.sha256(said.encode()).hexdigest()})
    (another / "backup.json").write_text(f"{head}\n{said}\n")
    (tmp_path / "a file").write_text("a file")
    for folder, vault, why in (
        (pictures, None, "holds something that is no backup, first 'shop.jpg'"),
        (another, tmp_path / "v", "the backup of another home"),
        (vault_beside(place), tmp_path / "v", "is the backup of a vault"),
        (tmp_path / "a file", None, "is a file, and a backup is a folder"),
        (tmp_path / "a file" / "below", None, "is a file, and a backup is a folder"),
        (live.home / "backup", None, "lies in the home"),
        (live.home.parent, None, "lies in the home"),
        (tmp_path / "b", tmp_path / "b" / "vault", "lie in one another"),
        (tmp_path / "v" / "b", tmp_path / "v", "lie in one another"),
    ):
        with pytest.raises(BackupRefused, match=why):
            back_up(live, folder, vault)
    assert (pictures / "content" / "shop.jpg").read_bytes() == b"a picture"
    assert not (tmp_path / "v").exists()


def test_a_backup_that_was_cut_off_between_the_vault_and_the_rest_leaves_the_one_before_whole(backed_up, tmp_path):
    place, live = backed_up
    copy, vault = shutil.copytree(place, tmp_path / "copy"), shutil.copytree(vault_beside(place), tmp_path / "vault")
    contacts = tmp_path / "contacts.sqlite"
    for _ in range(2):  # killed twice, each time before the home's part
        secret = backups._vault_files(live, contacts)
        backups._write(vault, secret, {"part": "vault", "home": backups._whose(live)}, keeps_before=True)
    assert restore(Settings(home=tmp_path / "home"), copy, vault) == 1
    with writer_lock(live, "backup"):
        back_up(live, copy, vault)
    assert sorted(each.name for each in vault.iterdir()) == ["backup.json", "content"]
    named = json.loads((vault / "backup.json").read_text().partition("\n")[2])["files"]
    assert {each.name for each in (vault / "content").iterdir()} == {one["sha256"] for one in named.values()}


@pytest.mark.parametrize("what", ["a line less", "no file", "no seal", "a mistyped name"])
def test_tombstones_that_are_gone_or_cut_bring_nobody_back(backed_up, tmp_path, what):
    place, live = backed_up
    copy, home = shutil.copytree(place, tmp_path / "copy"), tmp_path / "home"
    later = copy / "tombstones.jsonl"
    given = None
    if what == "a line less":
        later.write_text("")
    elif what == "a mistyped name":
        given = tmp_path / "tombstone.jsonl"
    else:
        (later if what == "no file" else copy / "tombstones.seal").unlink()
    with pytest.raises(BackupRefused, match="not as the home wrote it|is not there|there is no file"):
        restore(Settings(home=home), copy, vault_beside(place), given)
    assert not home.exists()
    assert restore(Settings(home=home), copy, vault_beside(place), live.home / "erasure" / "tombstones.jsonl") == 1


def test_a_restored_home_in_which_somebody_still_stands_lets_nobody_in(backed_up, finished_home, tmp_path):
    _, live = backed_up
    home = copied(finished_home, tmp_path / "home")
    (home / "rules").mkdir(exist_ok=True)
    (home / "rules" / "scan.bin").write_bytes(b"\x00\xff\xfe\x00" + NUMBER.encode() + b"\x00\xff")
    with writer_lock(Settings(home=home), "backup"):
        back_up(Settings(home=home), tmp_path / "backup")
    again = Settings(home=tmp_path / "again")
    with pytest.raises(BackupRefused, match=r"still stand in 1 files .*first rules/scan.bin"):
        restore(again, tmp_path / "backup", None, live.home / "erasure" / "tombstones.jsonl")
    with pytest.raises(HomeBusy, match="restored by half"), writer_lock(again, "a night"):
        pass


def test_what_was_delivered_while_a_restore_was_cut_off_stays(backed_up, tmp_path):
    place, _ = backed_up
    home = tmp_path / "home"
    (home / "landing" / "standard").mkdir(parents=True)
    (home / "landing" / "standard" / "new.csv").write_text("a,b\n")
    (home / RESTORING).touch()
    assert restore(Settings(home=home), place) == 1
    assert (home / "landing" / "standard" / "new.csv").read_text() == "a,b\n"
