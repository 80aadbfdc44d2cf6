"""The vault without an erased person's values: deleted, and the file written anew."""

import contextlib
import sqlite3
from collections.abc import Iterable

from ml.identity.first_names import read_first_names, sealed
from orchestration.channels.engine.keys import contacts_file, load_key
from orchestration.channels.engine.vault import first_names_file, open_vault
from orchestration.erasing.tombstones import VAULT, Key, Tombstones
from orchestration.files import PRIVATE_MODE, replacing
from orchestration.settings import Settings
from orchestration.warehouse import connect


def unheld(settings: Settings, tokens: Iterable[str]) -> list[str]:
    """Return the tokens that no landed record holds any more: a name that two people share stays for the other one."""
    wanted = sorted(set(tokens))
    if not wanted or not settings.warehouse.exists():
        return wanted
    return sorted(set(wanted) - _still_held(settings, wanted))


def forget(settings: Settings, tokens: Iterable[str]) -> int:
    """Delete the values of tokens; return how many."""
    return _delete(settings, list(tokens))


def tokens_kept(settings: Settings) -> list[str]:
    """Return every token of which the vault keeps the value."""
    file = contacts_file(settings)
    if not file.exists():
        return []
    with contextlib.closing(sqlite3.connect(file, timeout=60)) as database:
        return [token for (token,) in database.execute("select token from contacts order by token")]


def forget_hashed(settings: Settings, stones: Tombstones) -> int:
    """Delete the values that tombstones name; return how many."""
    if not (tokens := tokens_kept(settings)):
        return 0
    with open_vault(settings) as vault:
        plain = vault.reveal(tokens)
    return _delete(settings, [token for token, value in plain.items() if stones.of(Key(VAULT, value)) is not None])


def _delete(settings: Settings, tokens: list[str]) -> int:
    _forget_first_names(settings, set(tokens))
    file = contacts_file(settings)
    if not file.exists():
        return 0
    with contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as database:
        database.execute("pragma secure_delete = on")
        before = database.execute("select count(*) from contacts").fetchone()[0]
        database.execute("begin immediate")
        database.executemany("delete from contacts where token = ?", ((token,) for token in tokens))
        database.execute("commit")
        database.execute("vacuum")
        database.execute("pragma wal_checkpoint(truncate)")
        return int(before - database.execute("select count(*) from contacts").fetchone()[0])


def _forget_first_names(settings: Settings, tokens: set[str]) -> None:
    """Drop what the tokens were called before a change of keys."""
    file, key = first_names_file(settings), load_key(settings, "one_id")
    names = read_first_names(file, key)
    if not names.keys().isdisjoint(tokens):
        with replacing(file, PRIVATE_MODE, is_durable=True) as draft:
            draft.write_bytes(sealed({token: first for token, first in names.items() if token not in tokens}, key))


def _still_held(settings: Settings, tokens: list[str]) -> set[str]:
    found: set[str] = set()
    with connect(settings, read_only=True) as warehouse:
        columns = warehouse.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'channels'"
            " and data_type = 'VARCHAR' and contains(table_name, '__') and not starts_with(column_name, '_')"
        ).fetchall()
        for table, column in columns:
            rows = warehouse.execute(
                f'select distinct "{column}" from channels."{table}" where "{column}" in'
                " (select unnest($tokens::varchar[]))",
                {"tokens": tokens},
            ).fetchall()
            found |= {token for (token,) in rows}
    return found
