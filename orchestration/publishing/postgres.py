"""Published versions in Postgres: a schema for each, and views by the tables' names that move with CURRENT.

A version comes in one transaction: its tables, their rows, and, where it is CURRENT's, every view. Readers see all of
the version before or all of this one; a publisher that dies leaves what stood.
"""

import contextlib
import dataclasses
import datetime as dt
import random
import re
import time
from collections.abc import Callable, Iterator
from typing import Final

import duckdb
import psycopg
from psycopg import Connection, errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from orchestration.publishing import postgres_tables as forms
from orchestration.publishing.contract import TableContract, of_manifest
from orchestration.publishing.files import RESTRICTED
from orchestration.publishing.versions import Store, date_of
from orchestration.settings import Settings, SettingsError

Say = Callable[[str], None]
#: How long one attempt to move the views may hold readers up; less than a second, after which Postgres looks for
#: readers and publishers that wait for each other and ends one.
_HOLD_UP_SECONDS: Final = 0.3
#: Views that are moved by one message to the server.
_AT_ONCE: Final = 8
#: A network that says nothing any more ends the publish, not the night.
_PATIENCE: Final = {"connect_timeout": "10", "tcp_user_timeout": "60000", "application_name": "siyu"}
_SCHEMA: Final = re.compile(r"[a-z][a-z0-9_]{0,30}")


class PostgresFailed(RuntimeError):
    """Postgres did not take a version; what stood there stands, and the files are published all the same."""


@dataclasses.dataclass(frozen=True)
class Brought:
    """What Postgres was given: versions that came, that left, that have to stay for now, and where its views point."""

    current: str
    came: list[str]
    left: list[str]
    held_by_readers: list[str]


def check_postgres(settings: Settings) -> None:
    """Refuse a connection string that none can be made of, or that holds a password, without repeating it."""
    text = settings.publish_postgres.get_secret_value()
    if not _SCHEMA.fullmatch(settings.postgres_schema):
        raise SettingsError(
            "postgres_schema is small letters, digits and underscores, for example siyu;"
            f" got {settings.postgres_schema!r}"
        )
    try:
        parts = conninfo_to_dict(text)
    except psycopg.Error:
        raise SettingsError(
            "publish_postgres is a connection string, for example 'host=db dbname=brand user=siyu'; it is not repeated"
            " here"
        ) from None
    if "password" in parts:
        raise SettingsError(
            "publish_postgres holds a password: take it out, and give it as PGPASSWORD in the environment, or in the"
            " file that PGPASSFILE names"
        )


def bring_up(settings: Settings, say: Say = lambda line: None, patience: float = 300) -> Brought | None:
    """Bring Postgres to what the folders say: CURRENT's version first, then the others that are kept.

    Parameters
    ----------
    settings
        Whose home. Nothing is done where it names no Postgres, or nothing is published.
    say
        Told a line per version.
    patience
        So many seconds the views wait for readers that hold them.

    Raises
    ------
    PostgresFailed
        The message says what was in the way and what to do.
    """
    store = Store(settings.published)
    current = store.current()
    if not settings.publish_postgres.get_secret_value() or current is None:
        return None
    check_postgres(settings)
    target = Target(settings.postgres_schema, settings.postgres_readers, patience)
    came: list[str] = []
    wanted = [current, *(name for name in store.newest_by_date().values() if name != current)]
    with _explained(), psycopg.connect(_address(settings), autocommit=True) as connection:
        target.prepare(connection)
        for name in wanted:
            started = time.monotonic()
            if target.take(connection, store, name, is_current=name == current):
                came.append(name)
                say(f"postgres: {name} in {time.monotonic() - started:.1f} s")
        standing = set(store.by_age())
        gone = [name for name in target.versions(connection) if name not in standing]
        left = [name for name in gone if target.drop(connection, name)]
    return Brought(current, came, left, sorted(set(gone) - set(left)))


@dataclasses.dataclass(frozen=True)
class Target:
    """The schemas of one brand in a database."""

    schema: str
    readers: tuple[str, ...] = ()
    patience: float = 300

    def of_version(self, name: str) -> str:
        """Return the schema of a version."""
        return f"{self.schema}_{name.replace('-', '_')}"

    def prepare(self, connection: Connection) -> None:
        """Make the stable schema and the list of versions, where they are missing."""
        with self._alone(connection):
            schema = sql.Identifier(self.schema)
            connection.execute(sql.SQL("create schema if not exists {}").format(schema))
            connection.execute(
                sql.SQL(
                    "create table if not exists {} (version text primary key, as_of_date date not null,"
                    " is_current boolean not null, published_at timestamp with time zone not null default now())"
                ).format(self._list)
            )
            connection.execute(
                sql.SQL("comment on table {} is {}").format(
                    self._list, sql.Literal("The versions that stand here, and which of them the views show.")
                )
            )

    def versions(self, connection: Connection) -> dict[str, bool]:
        """Return the versions that stand, and of each whether the views show it."""
        listed = sql.SQL("select version, is_current from {} order by version").format(self._list)
        return dict(connection.execute(listed).fetchall())

    def take(self, connection: Connection, store: Store, name: str, *, is_current: bool) -> bool:
        """Take a version in where it is missing, and move the views to it where it is CURRENT's, in one transaction.

        Returns
        -------
        bool
            Whether it was missing.
        """
        with self._alone(connection):
            held = self.versions(connection)
            if is_missing := name not in held:
                self._load(connection, store, name)
            if is_current and not held.get(name):
                self._move(connection, store, name)
        return is_missing

    def drop(self, connection: Connection, name: str) -> bool:
        """Take a version out; return False where a reader, or something made on it, still holds it."""
        schema = self.of_version(name)
        try:
            with self._alone(connection):
                connection.execute(sql.SQL("set local lock_timeout = '1s'"))
                found = connection.execute(
                    "select table_name from information_schema.tables where table_schema = %s order by 1", [schema]
                ).fetchall()
                if found:
                    names = sql.SQL(", ").join(sql.Identifier(schema, table) for (table,) in found)
                    connection.execute(sql.SQL("drop table {}").format(names))
                connection.execute(sql.SQL("drop schema if exists {}").format(sql.Identifier(schema)))
                connection.execute(sql.SQL("delete from {} where version = %s").format(self._list), [name])
        except (errors.LockNotAvailable, errors.DependentObjectsStillExist, errors.DeadlockDetected):
            return False
        return True

    @property
    def _list(self) -> sql.Identifier:
        return sql.Identifier(self.schema, "versions")

    @contextlib.contextmanager
    def _alone(self, connection: Connection) -> Iterator[None]:
        """Open a transaction that no other publisher of the schema is in; one whose process died is waited for."""
        with connection.transaction():
            connection.execute("set local lock_timeout = '60s'")
            connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"siyu {self.schema}"])
            yield

    def _load(self, connection: Connection, store: Store, name: str) -> None:
        if not store.is_whole(name):
            raise PostgresFailed(f"{name} no longer matches its manifest; run its date again")
        schema, said = self.of_version(name), store.manifest(name)
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        with duckdb.connect() as reading:
            reading.execute("set timezone = 'UTC'")
            for table in of_manifest(said).values():
                connection.execute(forms.create(schema, table))
                file = store.versions / name / f"{table.name}.parquet"
                rows = forms.fill(connection, schema, table, file, reading)
                if rows != said["tables"][table.name]["rows"]:
                    raise PostgresFailed(f"{name}: {rows} rows of {table.name} arrived; its manifest says otherwise")
                connection.execute(forms.key(schema, table))
                connection.execute(forms.comments("table", schema, table))
        connection.execute(
            sql.SQL("insert into {} (version, as_of_date, is_current) values (%s, %s, false)").format(self._list),
            [name, dt.date.fromisoformat(date_of(name))],
        )

    def _move(self, connection: Connection, store: Store, name: str) -> None:
        """Point every view to a version, all of them or none, without holding readers up for long.

        A reader that asks two views holds the first and waits for the second; so does this, perhaps in the other order.
        Hence it gives way before Postgres ends either, and tries again.
        """
        wanted, end = of_manifest(store.manifest(name)), time.monotonic() + self.patience
        connection.execute(
            sql.SQL("set local lock_timeout = {}").format(sql.Literal(f"{_HOLD_UP_SECONDS * 1000:.0f}ms"))
        )
        while True:
            try:
                with connection.transaction():
                    self._point_views(connection, name, wanted)
                break
            except (errors.LockNotAvailable, errors.DeadlockDetected, _TooLong):
                if time.monotonic() > end:
                    raise PostgresFailed(
                        f"{name} stands there, and readers have held the views of {self.schema} for"
                        f" {self.patience:.0f} s{self._holders(connection)}; end their transactions"
                    ) from None
                time.sleep(random.uniform(0.05, 0.5))

    def _point_views(self, connection: Connection, name: str, wanted: dict[str, TableContract]) -> None:
        end, schema = time.monotonic() + 2 * _HOLD_UP_SECONDS, self.schema
        standing = self._views(connection)
        fits = {table for table, shown in standing.items() if table in wanted and shown.fits(wanted[table])}
        steps = [
            sql.SQL("drop view {}").format(sql.Identifier(schema, table)) for table in standing if table not in fits
        ]
        steps += [forms.view(schema, self.of_version(name), table) for table in wanted.values()]
        for start in range(0, len(steps), _AT_ONCE):
            if time.monotonic() > end:
                raise _TooLong
            connection.execute(sql.SQL("; ").join(steps[start : start + _AT_ONCE]))
        for table in wanted.values():
            if table.name not in fits or not standing[table.name].says(table):
                connection.execute(forms.comments("view", schema, table))
        self._grant(connection, wanted)
        connection.execute(sql.SQL("update {} set is_current = version = %s").format(self._list), [name])

    def _grant(self, connection: Connection, wanted: dict[str, TableContract]) -> None:
        """Let the named roles read what their like may read as files."""
        for role in map(sql.Identifier, self.readers):
            connection.execute(sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(self.schema), role))
            open_ = [sql.Identifier(self.schema, table) for table in wanted if table not in RESTRICTED]
            names = sql.SQL(", ").join([self._list, *open_])
            connection.execute(sql.SQL("grant select on {} to {}").format(names, role))

    def _views(self, connection: Connection) -> dict[str, "_Shown"]:
        rows = connection.execute(
            "select c.relname, obj_description(c.oid), array_agg(a.attname::text order by a.attnum),"
            " array_agg(format_type(a.atttypid, null) order by a.attnum),"
            " array_agg(col_description(c.oid, a.attnum) order by a.attnum)"
            " from pg_class as c join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0"
            " where c.relnamespace = %s::regnamespace and c.relkind = 'v' group by c.oid, c.relname",
            [self.schema],
        )
        return {
            view: _Shown(words, tuple(zip(names, kinds, said, strict=True))) for view, words, names, kinds, said in rows
        }

    def _holders(self, connection: Connection) -> str:
        """Return who holds a view, as the server lets us see it."""
        rows = connection.execute(
            "select distinct l.pid, coalesce(nullif(s.application_name, ''), s.usename, 'unknown') from pg_locks as l"
            " join pg_class as c on c.oid = l.relation join pg_namespace as n on n.oid = c.relnamespace"
            " left join pg_stat_activity as s on s.pid = l.pid"
            " where n.nspname = %s and c.relkind = 'v' and l.granted and l.pid <> pg_backend_pid() order by 1 limit 5",
            [self.schema],
        ).fetchall()
        said = ", ".join(f"process {pid} of {who}" for pid, who in rows)
        return f" ({said})" if said else ""


@dataclasses.dataclass(frozen=True)
class _Shown:
    """A view that stands: its comment, and name, type and comment of each of its columns."""

    words: str | None
    columns: tuple[tuple[str, str, str | None], ...]

    def fits(self, table: TableContract) -> bool:
        """Return whether the view may become one of the table as it is: it may get columns at its end, lose none."""
        now = [(one.name, forms.TYPES[one.data_type]) for one in table.columns]
        return now[: len(self.columns)] == [(name, kind) for name, kind, _ in self.columns]

    def says(self, table: TableContract) -> bool:
        """Return whether the comments are the contract's words."""
        words = [one.words for one in table.columns]
        return self.words == table.words and words == [said for _, _, said in self.columns]


class _TooLong(Exception):
    """The views were held, and readers with them, for as long as one attempt may take."""


def _address(settings: Settings) -> str:
    given = settings.publish_postgres.get_secret_value()
    return make_conninfo(
        given, **{name: said for name, said in _PATIENCE.items() if name not in conninfo_to_dict(given)}
    )


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Say in one line what Postgres said; the connection string is not in it."""
    try:
        yield
    except psycopg.Error as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise PostgresFailed(said) from None
