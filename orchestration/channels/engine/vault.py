"""The one place of plain contact values: ``vault/contacts.sqlite``, each value encrypted under the vault's own key."""

import hashlib
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from orchestration.channels.engine.fingerprints import FIRST_KEY_ID, fingerprint_of, token_key_id
from orchestration.channels.engine.keys import contacts_file, load_key
from orchestration.channels.engine.tokens import Safe, Tokeniser
from orchestration.settings import Settings, SettingsError

NONCE_BYTES: Final = 12
#: Values written at once; a row at a time costs a statement each (10 M values: hours instead of minutes).
BATCH: Final = 50_000


class Vault:
    """Token -> encrypted value. Values are kept in memory until ``flush``, which the ingest calls before it commits.

    Raises
    ------
    SettingsError
        When the tokens or values in it were made with other keys than the home's: a lost key must not silently give
        every person a second token.
    """

    def __init__(self, path: Path, vault_key: bytes, token_key: bytes, key_id: str = FIRST_KEY_ID) -> None:
        self._key_id = key_id
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._cipher = cipher(vault_key)
        self._pending: dict[str, tuple[str, str]] = {}
        self._written: set[str] = set()
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute(
            "create table if not exists contacts ("
            "token text primary key, kind text not null, ciphertext blob not null, key_id text not null) without rowid"
        )
        self._connection.execute("create table if not exists keys (purpose text primary key, fingerprint text)")
        for purpose, key in (("tokens", token_key), ("vault", vault_key)):
            fingerprint = fingerprint_of(key)
            self._connection.execute("insert or ignore into keys values (?, ?)", (purpose, fingerprint))
            kept = self._connection.execute("select fingerprint from keys where purpose = ?", (purpose,)).fetchone()[0]
            if kept != fingerprint:
                self._connection.close()
                raise SettingsError(
                    f"{path} was written with another {purpose} key; restore that key file, or start with an empty home"
                )

    def keep(self, token: str, kind: str, value: str) -> None:
        """Remember a token's plain value until the next flush."""
        if token not in self._written:
            self._pending[token] = (kind, value)
            if len(self._pending) >= BATCH:
                self.flush()

    def flush(self) -> int:
        """Write what is pending, each token once, in one transaction; return how many were new."""
        if not self._pending:
            return 0
        database = self._connection
        database.execute("begin immediate")
        database.execute("create temp table if not exists incoming (token text primary key) without rowid")
        database.executemany("insert into incoming values (?)", ((token,) for token in self._pending))
        known = {row[0] for row in database.execute("select token from incoming join contacts using (token)")}
        fresh = [(token, kind, value) for token, (kind, value) in self._pending.items() if token not in known]
        database.executemany(
            "insert into contacts values (?, ?, ?, ?)",
            ((token, kind, encrypted(self._cipher, token, value), self._key_id) for token, kind, value in fresh),
        )
        database.execute("delete from incoming")
        database.execute("commit")
        if len(self._written) < 20 * BATCH:
            self._written.update(self._pending)
        self._pending.clear()
        return len(fresh)

    def reveal(self, tokens: Iterable[str]) -> dict[str, str]:
        """Return the plain values of tokens; those unknown are left out.

        Raises
        ------
        SettingsError
            When a value does not decrypt: the file was changed.
        """
        values = {}
        for token in tokens:
            row = self._connection.execute("select ciphertext from contacts where token = ?", (token,)).fetchone()
            if row is not None:
                values[token] = decrypted(self._cipher, token, row[0])
        return values

    def __enter__(self) -> Self:
        """Return the open vault."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is pending unless an error passes through, and close."""
        if kind is None:
            self.flush()
        self._connection.close()


def cipher(vault_key: bytes) -> AESGCM:
    """Return what encrypts the values of a vault."""
    return AESGCM(hashlib.sha256(b"siyu vault" + vault_key).digest())


def encrypted(with_key: AESGCM, token: str, value: str) -> bytes:
    """Return a value as the vault keeps it, bound to its token."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + with_key.encrypt(nonce, value.encode("utf-8", "surrogatepass"), token.encode())


def decrypted(with_key: AESGCM, token: str, content: bytes) -> str:
    """Return the value that a vault keeps under a token.

    Raises
    ------
    SettingsError
        It does not decrypt: the file was changed.
    """
    try:
        plain = with_key.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], token.encode())
    except InvalidTag:
        raise SettingsError("a value in the vault does not decrypt; restore vault/ from a backup") from None
    return plain.decode("utf-8", "surrogatepass")


def first_names_file(settings: Settings) -> Path:
    """Return where a home keeps the first names of tokens that a rekey called something else."""
    return settings.home / "vault" / "first_names"


def open_vault(settings: Settings) -> Vault:
    """Open a home's vault, making it where it is missing."""
    return Vault(
        contacts_file(settings), load_key(settings, "vault"), load_key(settings, "tokens"), token_key_id(settings)
    )


def home_tokeniser(settings: Settings, vault: Safe | None = None) -> Tokeniser:
    """Return the tokeniser of a home's key."""
    return Tokeniser(load_key(settings, "tokens"), vault, token_key_id(settings))
