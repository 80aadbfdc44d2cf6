"""A rekey step by step: what is done is noted after each, every step may be done again, and a killed one is.

``vault/rekey.json`` stands from the first step to the last and says what is done. While it does, nothing else reads the
home: half of its tokens are old.
"""

import contextlib
import dataclasses
import json
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import duckdb

from ml.identity.first_names import read_first_names, sealed
from orchestration import audit_log, clock
from orchestration.channels.engine import fingerprints
from orchestration.channels.engine.keys import SHORTEST_KEY_BYTES, contacts_file, key_file, load_key, rekey_file
from orchestration.channels.engine.landing import SIDECAR
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.vault import cipher, decrypted, encrypted, first_names_file
from orchestration.files import PRIVATE_MODE, replacing, sync_folder, take_away_drafts, write_text
from orchestration.home_parts import Is, part_of
from orchestration.publishing import duckdb_file
from orchestration.publishing.versions import Store
from orchestration.rekey.renaming import Renaming
from orchestration.rekey.versions import renamed_versions, take_over
from orchestration.settings import Settings

#: Of names, addresses and companies' domains no one_id is made.
_NO_IDENTIFIERS: Final = ("name", "address", "domain")


@dataclasses.dataclass
class Rekey:
    """A rekey under way.

    Parameters
    ----------
    settings
        Whose home; its writer lock is held by the caller.
    """

    settings: Settings

    def __post_init__(self) -> None:
        self.state_file = rekey_file(self.settings)
        self.key_file = key_file(self.settings, "tokens")
        self.next_file = self.key_file.with_name(f"{self.key_file.name}.next")
        if not self.state_file.is_file():
            self._begin()
        self.state: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        path = self.next_file if self.next_file.is_file() else self.key_file
        self.tokens = Tokeniser(path.read_bytes().strip(), None, self.state["to"])
        self.cipher = cipher(load_key(self.settings, "vault"))

    def _begin(self) -> None:
        load_key(self.settings, "tokens")  # the present one is the home's, or nothing begins
        old_id = fingerprints.token_key_id(self.settings)
        self.next_file.unlink(missing_ok=True)
        write_text(self.next_file, secrets.token_hex(SHORTEST_KEY_BYTES) + "\n", PRIVATE_MODE)
        state = {"from": old_id, "to": f"k{int(old_id[1:]) + 1}", "done": [], "versions": {}}
        write_text(self.state_file, json.dumps(state) + "\n", PRIVATE_MODE)

    def run(self, say: Callable[[str], None]) -> dict[str, Any]:
        """Do the steps that are not done yet; return what is told of them."""
        take_away_drafts(self.settings.home, clock.real_now(), leave_out=[self.settings.landing])
        for name, step in STEPS:
            if name not in self.state["done"]:
                say(name)
                step(self)
                self.state["done"].append(name)
                write_text(self.state_file, json.dumps(self.state) + "\n", PRIVATE_MODE)
        said = {"from": self.state["from"], "to": self.state["to"], "values": self.state.get("values", 0)}
        more = {"versions": len(self.state["versions"]), "files_left": self.state.get("files_left", 0)}
        audit_log.append(self.settings, "rekeyed", said | more)
        self.state_file.unlink()
        sync_folder(self.state_file.parent)
        return said

    def renaming(self) -> Renaming:
        """Return the new name of every token that the vault knows."""
        with self.vault() as vault:
            new = {
                token: self.tokens.token(kind, decrypted(self.cipher, token, content))
                for token, kind, content in vault.execute(
                    "select token, kind, ciphertext from contacts where key_id = ?", (self.state["from"],)
                )
            }
        return Renaming(self.state["from"], new, self.tokens, self.state["versions"])

    @contextlib.contextmanager
    def vault(self) -> Iterator[sqlite3.Connection]:
        """Open the vault's file."""
        with contextlib.closing(sqlite3.connect(contacts_file(self.settings), isolation_level=None)) as database:
            database.execute("pragma secure_delete = on")
            yield database


def values(rekey: Rekey) -> None:
    """Keep every value under its new token too, and each new token's first name."""
    old_id, new_id = rekey.state["from"], rekey.state["to"]
    one_id = load_key(rekey.settings, "one_id")
    first = read_first_names(first_names_file(rekey.settings), one_id)
    names = {}
    with rekey.vault() as vault:
        rows = vault.execute("select token, kind, ciphertext from contacts where key_id = ?", (old_id,)).fetchall()
        fresh = []
        for token, kind, content in rows:
            value = decrypted(rekey.cipher, token, content)
            new = rekey.tokens.token(kind, value)
            fresh.append((new, kind, encrypted(rekey.cipher, new, value), new_id))
            if kind not in _NO_IDENTIFIERS:
                names[new] = first.get(token) or first.get(new) or token
        vault.execute("begin immediate")
        vault.executemany("insert or ignore into contacts values (?, ?, ?, ?)", fresh)
        vault.execute("commit")
    rekey.state["values"] = len(rows)
    with replacing(first_names_file(rekey.settings), PRIVATE_MODE, is_durable=True) as draft:
        draft.write_bytes(sealed(names, one_id))


def versions(rekey: Rekey) -> None:
    """Build every kept version anew beside the old one."""
    rekey.state["versions"] = renamed_versions(Store(rekey.settings.published), rekey.renaming())


def warehouse(rekey: Rekey) -> None:
    """Rename in the warehouse, and write it anew: freed blocks of its file would keep the old tokens."""
    path = rekey.settings.warehouse
    if not path.is_file():
        return
    limits: dict[str, str | bool | int | float | list[str]]
    limits = {"memory_limit": rekey.settings.memory_limit, "threads": rekey.settings.threads}
    with duckdb.connect(str(path), config=limits) as connection:
        rekey.renaming().warehouse(connection)
        _read_refusals_again(connection)
        connection.execute("checkpoint")
    fresh = path.with_name(f"{path.name}.rekeyed")
    fresh.unlink(missing_ok=True)
    with duckdb.connect(config=limits) as connection:
        # Under its own name: views say warehouse.schema.table.
        connection.execute(f"attach '{_quoted(path)}' as {path.stem} (read_only)")
        connection.execute(f"attach '{_quoted(fresh)}' as fresh")
        connection.execute(f"copy from database {path.stem} to fresh")
    fresh.chmod(path.stat().st_mode & 0o777)
    Path(fresh).replace(path)
    sync_folder(path.parent)


def _read_refusals_again(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the next run read again the files of which records were set aside: their keys are hashes of old tokens.

    A later record that corrects one is found by that hash; until then nothing that counts is gone.
    """
    tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    if {"ledger", "quarantine"} <= tables:
        connection.execute(
            "update channels.ledger set read_again_at = timestamp '1970-01-01' where status = 'loaded'"
            " and file_id in (select file_id from channels.quarantine where key_hash is not null)"
        )


#: Rewritten by steps of their own: versions, and the views that are made anew when CURRENT moves.
_MOVED_WITH_CURRENT: Final = (("published", "versions"), ("published", duckdb_file.FILE))


def files(rekey: Rekey) -> None:
    """Rename in every other file of the home, the sidecars of raw/ among them.

    What cannot be read as what it is and names an old token goes, where a run makes it again (dbt's parse of the
    project, a model: its seal is over every byte); elsewhere it stays, and the log says how many.
    """
    renaming, home, left = rekey.renaming(), rekey.settings.home, 0
    for part in sorted(home.iterdir()):
        said = part_of(home, part)
        if Is.UNCHANGED in said or part.name.startswith(rekey.settings.warehouse.name) or part.is_symlink():
            continue
        for path in [part] if part.is_file() else sorted(part.rglob("*")):
            below = path.relative_to(home).parts
            is_delivered = below[0] == "raw" and not path.name.endswith(SIDECAR)
            if not path.is_file() or path.is_symlink() or is_delivered or below[:2] in _MOVED_WITH_CURRENT:
                continue
            if part.name == "models":
                _unsealed(renaming, path)
            elif renaming.file(path):
                continue
            elif Is.MADE_AGAIN in said:
                path.unlink()
            else:
                left += 1
    rekey.state["files_left"] = left


def _unsealed(renaming: Renaming, path: Path) -> None:
    """Take a model away of which a file says an old name: it is sealed as a whole, and trained again to the same."""
    if path.is_file() and renaming.is_named_in(path.read_bytes()):
        shutil.rmtree(path.parent)


def readers(rekey: Rekey) -> None:
    """Let readers follow CURRENT to the new versions; the old ones go."""
    take_over(Store(rekey.settings.published), rekey.state["versions"])


def keys(rekey: Rekey) -> None:
    """Put the new key where the old one was, and forget what the old one made."""
    if rekey.next_file.is_file():
        Path(rekey.next_file).replace(rekey.key_file)
        sync_folder(rekey.key_file.parent)
    key = rekey.key_file.read_bytes().strip()
    fingerprints.note(rekey.settings, "tokens", key, rekey.state["to"])
    with rekey.vault() as vault:
        vault.execute("begin immediate")
        vault.execute("update keys set fingerprint = ? where purpose = 'tokens'", (fingerprints.fingerprint_of(key),))
        vault.execute("delete from contacts where key_id = ?", (rekey.state["from"],))
        vault.execute("commit")
        vault.execute("pragma wal_checkpoint(truncate)")
        vault.execute("vacuum")


#: In this order: what is renamed needs the old values, which go last.
STEPS: Final[tuple[tuple[str, Callable[[Rekey], None]], ...]] = (
    ("values", values),
    ("versions", versions),
    ("warehouse", warehouse),
    ("files", files),
    ("readers", readers),
    ("keys", keys),
)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
