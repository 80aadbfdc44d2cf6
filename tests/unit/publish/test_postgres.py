"""Versions in Postgres: whole or not at all, with the contract's types, keys and words, and one version a reader."""

import dataclasses
import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import psycopg
import pyarrow.parquet as pq
import pytest

from orchestration.publish import publish
from orchestration.publishing import postgres
from orchestration.publishing.contract import NEVER, tables
from orchestration.publishing.postgres import PostgresFailed, bring_up, check_postgres
from orchestration.publishing.postgres_tables import TYPES
from orchestration.publishing.readers import follow, problem_of
from orchestration.publishing.versions import Store
from orchestration.settings import Settings, SettingsError
from tests import postgres_server
from tests.unit.publish.world import DATE, PEOPLE, brand

pytestmark = pytest.mark.skipif(postgres_server.binaries() is None, reason=postgres_server.MISSING)
EVE = DATE - dt.timedelta(days=1)


@pytest.fixture(scope="module")
def server():
    with postgres_server.running() as address:
        yield address


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Versions as files, by a name of ours: one of the eve, three of the date in which everybody is alike."""
    settings = brand(tmp_path_factory.mktemp("made"), [EVE, DATE])
    names = {"eve": publish(settings, [EVE]).versions[EVE], "nobody": publish(settings, [DATE]).versions[DATE]}
    for gender in ("female", "male"):
        with duckdb.connect(str(settings.warehouse)) as con:
            con.execute("update published.customers set gender = ? where as_of_date = ?", [gender, DATE])
            con.execute(
                "update published.customer_segments set matrix_cell = ?"
                " where as_of_date = ? and matrix_cell is not null",
                [gender, DATE],
            )
        names[gender] = publish(settings, [DATE]).versions[DATE]
    return settings.published, names


@dataclasses.dataclass
class Home:
    """A home that publishes some of the versions that were made, and the schemas in Postgres that follow it."""

    settings: Settings
    made: Path
    names: dict[str, str]

    def current(self, called):
        """Let a version stand as files, and CURRENT name it; return its name."""
        name = self.names[called]
        published = self.settings.published
        shutil.copytree(self.made / "versions" / name, published / "versions" / name, dirs_exist_ok=True)
        (published / "checks").mkdir(exist_ok=True)
        shutil.copy(self.made / "checks" / f"{name}.json", published / "checks")
        (published / "CURRENT").write_text(f"{name}\n", encoding="utf-8")
        return name

    def gone(self, called):
        """Let the files of a version be gone; return its name."""
        shutil.rmtree(self.settings.published / "versions" / self.names[called])
        return self.names[called]

    def environment(self):
        """Return what tells a process of its own about this home."""
        given = self.settings.publish_postgres.get_secret_value(), self.settings.postgres_schema
        names = ("SIYU_PUBLISH_POSTGRES", "SIYU_POSTGRES_SCHEMA", "SIYU_HOME")
        return dict(zip(names, (*given, str(self.settings.home)), strict=True))

    def schema(self, called):
        return postgres.Target(self.settings.postgres_schema).of_version(self.names[called])

    def connect(self, **more):
        return psycopg.connect(self.settings.publish_postgres.get_secret_value(), autocommit=True, **more)

    def ask(self, query, *values):
        """Ask in the schema of this home; ``siyu.`` stands for it."""
        with self.connect() as connection:
            return connection.execute(self.said(query), values).fetchall()

    def said(self, query):
        return query.replace("siyu.", f"{self.settings.postgres_schema}.")

    def seen(self):
        """Return what the views say everybody is."""
        return self.ask("select distinct gender from siyu.customers")


@pytest.fixture
def home(tmp_path, server, made):
    """A home with a version of the date, as files and in Postgres."""
    settings = Settings(home=tmp_path, publish_postgres=server, postgres_schema=f"s{time.monotonic_ns()}")
    home = Home(settings, *made)
    home.current("nobody")
    bring_up(settings)
    return home


def test_every_table_has_the_types_nulls_key_and_words_of_its_contract(home):
    columns = home.ask(
        "select table_name, column_name, case data_type when 'ARRAY' then 'text[]' else data_type end,"
        " is_nullable = 'NO' from information_schema.columns where table_schema = %s"
        " order by table_name, ordinal_position",
        home.schema("nobody"),
    )
    keys = home.ask(
        "select c.relname::text, array_agg(a.attname::text order by array_position(i.indkey::int[], a.attnum::int))"
        " from pg_index as i join pg_class as c on c.oid = i.indrelid join pg_attribute as a on a.attrelid = c.oid"
        " and a.attnum = any(i.indkey) where i.indisprimary and c.relnamespace = %s::regnamespace group by 1",
        home.schema("nobody"),
    )
    words = home.ask(
        "select relname::text, obj_description(oid), col_description(oid, 1), relkind from pg_class"
        " where relkind in ('r', 'v') and relnamespace in (%s::regnamespace, %s::regnamespace)"
        " and relname <> 'versions' order by 1",
        home.schema("nobody"),
        home.settings.postgres_schema,
    )
    assert columns == [
        (table.name, one.name, TYPES[one.data_type], one.null == NEVER)
        for table in tables().values()
        for one in table.columns
    ]
    assert dict(keys) == {name: list(table.key) for name, table in tables().items()}
    assert sorted(words) == sorted(
        (table.name, table.words, table.columns[0].words, kind) for table in tables().values() for kind in "rv"
    )


def alike(rows):
    """Return rows as texts in an order of their own, instants in one zone."""
    return sorted(
        str([one.astimezone(dt.UTC).isoformat() if isinstance(one, dt.datetime) else one for one in row])
        for row in rows
    )


def test_the_rows_are_those_of_the_files(home):
    version = home.settings.published / "versions" / home.names["nobody"]
    for table in tables().values():
        names = ", ".join(f'"{name}"' for name in table.column_names)
        rows = [row.values() for row in pq.read_table(version / f"{table.name}.parquet").to_pylist()]
        assert alike(home.ask(f"select {names} from siyu.{table.name}")) == alike(rows), table.name


def test_a_list_with_commas_quotes_and_nothing_in_it_arrives_as_it_is(home, tmp_path):
    odd = ["a,b", 'say "hi"', "back\\slash", "", "空 格", "{x}", "NULL"]
    table, file = tables()["customers"], tmp_path / "customers.parquet"
    with duckdb.connect() as reading:
        kinds = ", ".join(f'"{one.name}" {one.data_type}' for one in table.columns)
        reading.execute(f"create table t ({kinds})")
        reading.execute("insert into t (one_id, tags, gender) values ('P1', $odd, '')", {"odd": odd})
        reading.execute(f"insert into t (one_id, tags) values ('P2', []), ('P3', null); copy t to '{file}'")
        with home.connect() as connection, connection.transaction():
            connection.execute(home.said("create table siyu.odd (one_id text, tags text[], gender text)"))
            odd_table = dataclasses.replace(
                table,
                name="odd",
                columns=tuple(one for one in table.columns if one.name in ("one_id", "tags", "gender")),
            )
            postgres.forms.fill(connection, home.settings.postgres_schema, odd_table, file, reading)
    held = home.ask("select one_id, tags, gender from siyu.odd order by 1")
    assert held == [("P1", odd, ""), ("P2", [], None), ("P3", None, None)]


def test_the_views_go_back_with_current(home):
    eve = home.current("eve")
    bring_up(home.settings)
    assert home.ask("select distinct as_of_date from siyu.customers") == [(EVE,)]
    assert home.ask("select version from siyu.versions where is_current") == [(eve,)]


def test_a_version_leaves_when_its_folder_does(home):
    new, old = home.current("female"), home.gone("nobody")
    brought = bring_up(home.settings)
    assert (brought.came, brought.left, brought.held_by_readers) == ([new], [old], [])
    assert home.ask("select count(*) from pg_namespace where nspname = %s", home.schema("nobody")) == [(0,)]


def test_a_version_that_a_reader_is_in_stays_and_is_named(home):
    with psycopg.connect(home.settings.publish_postgres.get_secret_value()) as reader:
        reader.execute(f"select count(*) from {home.schema('nobody')}.customers")
        home.current("female")
        old = home.gone("nobody")
        assert old in follow(home.settings)
        assert home.seen() == [("female",)]
    assert bring_up(home.settings).left == [old]


def test_who_took_their_snapshot_before_current_moved_sees_a_whole_version(home):
    """A dump reads repeatably: its snapshot is older than the rows of the version that the views show by then."""
    with psycopg.connect(home.settings.publish_postgres.get_secret_value()) as reader:
        reader.execute("set transaction isolation level repeatable read")
        reader.execute("select 1")
        home.current("female")
        bring_up(home.settings)
        assert reader.execute(home.said("select count(*) from siyu.customers")).fetchall() == [(PEOPLE,)]


def test_a_reader_who_holds_the_views_for_too_long_is_named_and_sees_what_they_saw(home):
    address = home.settings.publish_postgres.get_secret_value()
    with psycopg.connect(address, application_name="a long report") as reader:
        reader.execute(home.said("select count(*) from siyu.customers"))
        home.current("female")
        with pytest.raises(PostgresFailed, match="readers have held the views of .* for 1 s .*a long report"):
            bring_up(home.settings, patience=1)
        assert reader.execute(home.said("select distinct gender from siyu.customers")).fetchall() == [(None,)]
    assert home.seen() == [(None,)]
    bring_up(home.settings)
    assert home.seen() == [("female",)]


def test_readers_see_one_version_in_every_query_while_versions_are_published(home):
    stop, wrong, count = threading.Event(), [], [0] * 4

    def read(number):
        pair = ["siyu.customers as a", "siyu.customer_segments as b"][:: 1 if number % 2 else -1]
        query = home.said(
            "select coalesce(a.gender, '唤醒'), b.matrix_cell, count(*)"
            f" from {pair[0]} join {pair[1]} using (one_id) where one_id <> 'P05' group by 1, 2"
        )
        with home.connect() as connection:
            while not stop.is_set():
                try:
                    rows = connection.execute(query).fetchall()
                except psycopg.Error as error:
                    wrong.append(repr(error))
                    return
                if len(rows) != 1 or rows[0][2] != PEOPLE - 1 or rows[0][0] != rows[0][1]:
                    wrong.append(rows)
                count[number] += 1
                time.sleep(0.002)  # a reader reads what it asked for

    readers = [threading.Thread(target=read, args=(number,)) for number in range(len(count))]
    for reader in readers:
        reader.start()
    try:
        for called in ("female", "male", "nobody", "female"):
            home.current(called)
            bring_up(home.settings)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert not wrong
    assert all(count)


@pytest.mark.parametrize(("at", "call"), [("key", 12), ("view", 30)])
def test_a_publisher_killed_halfway_leaves_the_version_before_whole(home, at, call):
    home.current("female")
    killed = subprocess.run([sys.executable, "-c", _KILLED, at, str(call)], env=os.environ | home.environment())
    assert killed.returncode == -signal.SIGKILL
    assert home.ask("select version from siyu.versions where is_current") == [(home.names["nobody"],)]
    assert home.seen() == [(None,)]
    bring_up(home.settings)
    assert home.seen() == [("female",)]


#: Publishes, and dies at a call of what makes a key (a table is filled) or a view (others are moved already).
_KILLED = """
import os, signal, sys
from orchestration.publishing import postgres
from orchestration.settings import load_settings

name, call = sys.argv[1], int(sys.argv[2])
made, seen = getattr(postgres.forms, name), []

def counted(*given):
    seen.append(given)
    if len(seen) == call:
        os.kill(os.getpid(), signal.SIGKILL)
    return made(*given)

setattr(postgres.forms, name, counted)
postgres.bring_up(load_settings())
"""


def test_a_version_of_a_release_with_other_columns_is_shown_as_it_is(home):
    """Going back to it takes views and columns away that came later, and going on brings them again."""
    name = home.current("eve")
    file = home.settings.published / "versions" / name / "manifest.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    del said["tables"]["words"]
    said["tables"]["stores"]["columns"] = said["tables"]["stores"]["columns"][:2]
    file.write_text(json.dumps(said), encoding="utf-8")
    bring_up(home.settings)
    names = "select string_agg(column_name, ' ' order by ordinal_position) from information_schema.columns"
    shown = f"{names} where table_schema = %s and table_name = %s"
    assert home.ask(shown, home.settings.postgres_schema, "stores") == [("store_id as_of_date",)]
    assert home.ask(shown, home.settings.postgres_schema, "words") == [(None,)]
    home.current("nobody")
    bring_up(home.settings)
    assert home.ask(shown, home.settings.postgres_schema, "stores") == [("store_id as_of_date name city",)]
    assert home.ask("select count(*) from siyu.words") == [(0,)]


def test_a_key_that_stands_twice_is_refused(home):
    """Checks at publish find it first; Postgres would not take it either."""
    table, schema = tables()["stores"], f"{home.settings.postgres_schema}_apart"
    with home.connect() as connection:
        connection.execute(f"create schema {schema}")
        connection.execute(postgres.forms.create(schema, table))
        for _ in range(2):
            connection.execute(f"insert into {schema}.stores (store_id, as_of_date) values ('1', '2017-11-30')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(postgres.forms.key(schema, table))


def test_roles_that_are_named_read_what_their_like_may_read_as_files(home):
    name = f"analyst_{home.settings.postgres_schema}"
    with home.connect() as connection:
        connection.execute(f"create role {name} login")
    home.current("female")
    bring_up(dataclasses.replace(home.settings, postgres_readers=(name,)))
    address = home.settings.publish_postgres.get_secret_value().replace("user=siyu", f"user={name}")
    with psycopg.connect(address, autocommit=True) as analyst:
        assert analyst.execute(home.said("select count(*) from siyu.customers")).fetchall() == [(PEOPLE,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute(home.said("select count(*) from siyu.identity_map"))


def test_a_postgres_that_does_not_answer_is_said_with_the_remedy_and_the_files_stay_published(home, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "a-secret-word")
    deaf = Settings(home=home.settings.home, publish_postgres="host=127.0.0.1 port=1 dbname=brand user=siyu")
    said = follow(deaf)
    assert "connection" in said and "siyu readers" in said and "a-secret-word" not in said
    assert problem_of(deaf) == said
    assert Store(deaf.published).current() == home.names["nobody"]
    assert follow(home.settings) == problem_of(home.settings) == ""


def test_what_came_and_left_stands_in_the_audit_log(home):
    new, old = home.current("female"), home.gone("nobody")
    follow(home.settings)
    last = json.loads((home.settings.home / "audit.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (last["action"], last["details"]) == (
        "published_to_postgres",
        {"came": [new], "left": [old], "current": new},
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("host=db password=a-secret-word", "holds a password"),
        ("postgresql://siyu:a-secret-word@db/brand", "holds a password"),
        ("a-secret-word", "is a connection string"),
    ],
)
def test_a_connection_string_with_a_password_or_that_is_none_is_refused_unsaid(tmp_path, given, said):
    with pytest.raises(SettingsError, match=said) as refused:
        check_postgres(Settings(home=tmp_path, publish_postgres=given))
    assert "a-secret-word" not in str(refused.value)
