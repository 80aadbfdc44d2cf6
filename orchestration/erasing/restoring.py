"""``siyu restore``: a home out of its backup, without whoever was erased since."""

import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration import audit_log
from orchestration.channels.engine.vault import open_vault
from orchestration.erasing import backups, elsewhere, published, tombstones
from orchestration.erasing.backups import LATER, BackupRefused
from orchestration.erasing.cutting_out import CuttingOut
from orchestration.erasing.tombstones import ANYWHERE, CONTACT, Key, Tombstones
from orchestration.erasing.vault_file import forget_hashed, tokens_kept
from orchestration.files import PRIVATE_FOLDER_MODE
from orchestration.home import is_home
from orchestration.publishing.versions import Store
from orchestration.settings import Settings
from orchestration.warehouse import RESTORING


def restore(
    settings: Settings,
    place: Path,
    vault: Path | None = None,
    later: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> int:
    """Restore a home that is empty; return how many erasures are later than the backup.

    Parameters
    ----------
    settings
        The home to restore to.
    place, vault
        The backup, and the vault's; beside it by default.
    later
        A file of tombstones that is newer than the backup's; the one in its folder by default.
    say
        Told a line now and then.

    Raises
    ------
    BackupRefused
        The home is not empty, the backup is damaged, or the vault is another backup's.
    """
    mark = settings.home / RESTORING
    if settings.home.exists() and not settings.home.is_dir():
        raise BackupRefused(f"{settings.home} is a file, and a home is a folder; name another with --home")
    if settings.home.is_relative_to(place) or (vault and settings.home.is_relative_to(vault)):
        raise BackupRefused(f"{settings.home} lies in the backup: name a home elsewhere with --home")
    if settings.home.exists() and not mark.exists() and (is_home(settings.home) or any(settings.home.iterdir())):
        raise BackupRefused(f"{settings.home} is not empty: a backup is restored to a new home; name one with --home")
    vault = vault or backups.vault_beside(place)
    try:
        _, said = backups.read(place, "home")
        vault_id, secret = backups.read(vault, "vault", said["vault"])
        if said["vault"] != vault_id:
            raise BackupRefused(f"{vault} belongs to another backup than {place}: restore both of one time")
        if later is None:
            backups.check_later(place, vault, secret, said)
        elif not later.is_file():
            raise BackupRefused(f"there is no file {later}: name the home's own erasure/tombstones.jsonl")
        settings.home.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
        mark.touch(mode=0o600)
        for left in settings.home.iterdir():
            if left != mark and left != settings.landing:  # what was delivered meanwhile is in no backup
                shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        files = backups.lay_out(vault, secret, settings.home) + backups.lay_out(place, said, settings.home)
    except OSError as error:
        raise BackupRefused(backups.cannot(error, settings.home)) from None
    (settings.home / "vault").chmod(PRIVATE_FOLDER_MODE)
    (settings.home / "landing").mkdir(exist_ok=True)
    say(f"{files} files restored, each as it was backed up")
    found = _bury_later(settings, later or place / LATER)
    if found.erased:
        _cut(settings, found, say)
        say(f"{len(found.erased)} people were erased after the backup: they are cut out of it")
    store = Store(settings.published)
    if current := store.current():
        store.point_to(current)
    audit_log.append(
        settings, "restored", {"files": files, "later_erasures": len(found.erased), "current": store.current()}
    )
    mark.unlink()
    return len(found.erased)


def _bury_later(settings: Settings, file: Path) -> Tombstones:
    """Add the tombstones that the backup did not have; return those."""
    stones = tombstones.opened(settings)
    known = {one.erasure_id for one in stones.erased}
    later = [one for one in (tombstones.read(file) if file.exists() else []) if one.erasure_id not in known]
    if later:
        tombstones.keep(settings, [*stones.erased, *later])
    return Tombstones.like(stones, later)


def _look_for_residue(settings: Settings, out: CuttingOut) -> None:
    """Look once more for whoever was cut out; while somebody is found the home stays closed."""
    never = [settings.home / "vault", tombstones.folder(settings), *(settings.home / one.path for one in out.unread)]
    if found := elsewhere.residue(settings, out.needles, never):
        named = ", ".join(map(out.needles.without, found[:5]))
        raise BackupRefused(
            f"people who were erased after the backup still stand in {len(found)} files of {settings.home}, first"
            f" {named}: this home stays closed; restore a backup that was made after their erasure, or one from which"
            " those files were taken away"
        )


def _cut(settings: Settings, stones: Tombstones, say: Callable[[str], None]) -> None:
    """Cut people out of everything that an erasure cuts; by their hashes alone: nobody says any more who they are."""
    store = Store(settings.published)
    out = CuttingOut(settings, stones, _values(settings, store, stones))
    out.deliveries()
    out.lists()
    out.versions()
    out.everything_else()
    if out.unread:
        names = ", ".join(file.path for file in out.unread)
        say(f"{len(out.unread)} files cannot be read, so nobody can be cut out of them: {names}; take them away")
    published.retire(store, list(out.renamed))
    _look_for_residue(settings, out)
    forget_hashed(settings, stones)


def _values(settings: Settings, store: Store, stones: Tombstones) -> set[str]:
    """Return what in a backup names the people of tombstones: of the vault, and of the published versions."""
    found: set[str] = set()
    if known := tokens_kept(settings):
        with open_vault(settings) as vault:
            for token, value in vault.reveal(known).items():
                if stones.of(Key(ANYWHERE, token)) or stones.of(Key(CONTACT, value)):
                    found |= {token, value}
    for name in store.by_age() if store.versions.is_dir() else []:
        for file in sorted((store.versions / name).glob("*.parquet")):
            found |= published.named_in(file, stones)
    return found
