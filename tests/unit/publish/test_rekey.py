"""A home gets a new token key: nobody becomes another person, nothing of the old key is left, a kill heals."""

import io
import json
import re
import sqlite3

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.audit_log import last_lines
from orchestration.channels.engine.keys import contacts_file, kept_at, load_key, rekey_file
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.vault import first_names_file, home_tokeniser, open_vault
from orchestration.files import write_text
from orchestration.publish import publish, rollback
from orchestration.publishing.versions import Store
from orchestration.rekey import steps
from orchestration.rekey.steps import STEPS, Rekey
from orchestration.sending.guard import withdrawn_at
from orchestration.settings import Settings, SettingsError
from tests.unit.publish.world import DATE, brand

OLD = re.compile(rb"k1:[0-9a-f]{32}")
NUMBERS = [f"1391234{number:04d}" for number in range(12)]


@pytest.fixture
def home(tmp_path):
    """A published brand in whose tables, files and names tokens stand alone and inside other texts."""
    settings = Settings(home=tmp_path / "home")
    with open_vault(settings) as vault:
        tokens = [home_tokeniser(settings, vault).token("mobile", number) for number in NUMBERS]
        home_tokeniser(settings, vault).token("name", "林")

    def with_tokens(con):
        for number, token in enumerate(tokens, start=1):
            who = [token, f"P{number:02d}"]
            con.execute("update published.identity_map set id_type = 'mobile', id_token = ? where one_id = ?", who)
        con.execute("update published.customers set tags = ['vip', ?] where one_id = 'P07'", [f"rc-{tokens[6]}"])
        con.execute("create schema people")
        con.execute("create table people.interactions as select 'a-' || unnest(?) || '-b' as touch_id", [tokens])
        con.execute("create view people.touches as select touch_id from warehouse.people.interactions")
        con.execute("create table people.listed as select ? as ids, ? as lost", [tokens[:2], "k1:" + "e" * 32])

    brand(settings.home, [DATE], with_tokens)
    publish(settings, [DATE])
    raw = settings.home / "raw" / "crm" / "members"
    raw.mkdir(parents=True)
    write_text(raw / "x.landed.json", json.dumps({"file_name": f"{tokens[0]}_export.csv"}))
    write_text(raw / "x.csv", NUMBERS[0])
    (settings.home / "identity").mkdir()
    write_text(settings.home / "dbt.log", f"a {tokens[3]} b")
    with sqlite3.connect(settings.home / "journal.sqlite") as database:
        database.execute("create table said (what text primary key) without rowid")
        database.execute("insert into said values (?)", (f"stop {tokens[4]}",))
    return settings, tokens


def _left(settings):
    """Return the files in which an old token can still be read."""
    found = []
    for path in settings.home.rglob("*"):
        if not path.is_file() or path.name == "audit.jsonl":
            continue
        content = path.read_bytes()
        if content.startswith(b"PAR1"):
            content = str(pq.read_table(io.BytesIO(content)).to_pylist()).encode()
        if OLD.search(content):
            found.append(str(path.relative_to(settings.home)))
    return found


def _rows(settings, table):
    store = Store(settings.published)
    return pq.read_table(store.versions / store.current() / f"{table}.parquet").to_pylist()


def _new_name(settings):
    with sqlite3.connect(contacts_file(settings)) as database:
        return {token for (token,) in database.execute("select token from contacts")}


def test_every_token_has_another_name_and_nothing_else_changed(home):
    settings, tokens = home
    before = {table: _rows(settings, table) for table in ("identity_map", "customers", "recall_audience")}
    old_key, version = load_key(settings, "tokens"), Store(settings.published).current()
    Rekey(settings).run(lambda step: None)
    new = home_tokeniser(settings)
    name = {old: new.token("mobile", number) for old, number in zip(tokens, NUMBERS, strict=True)}
    assert all(token.startswith("k2:") for token in name.values())
    assert {one["one_id"]: one["id_token"] for one in _rows(settings, "identity_map")} == {
        one["one_id"]: name[one["id_token"]] for one in before["identity_map"]
    }
    tags = {one["one_id"]: one["tags"] for one in _rows(settings, "customers")}
    assert tags["P07"] == ["vip", f"rc-{name[tokens[6]]}"]
    assert _rows(settings, "recall_audience") == before["recall_audience"]
    assert _left(settings) == []
    with duckdb.connect(str(settings.warehouse)) as con:
        assert con.sql("select count(*) from people.touches where contains(touch_id, 'k2:')").fetchall() == [(12,)]
        ((ids, lost),) = con.sql("select ids, lost from people.listed").fetchall()
    assert ids == [name[token] for token in tokens[:2]] and re.fullmatch("k2:[0-9a-f]{32}", lost)
    assert lost != "k2:" + "e" * 32
    # the old key makes names that nobody has any more
    assert not {Tokeniser(old_key, None, "k2").token("mobile", number) for number in NUMBERS} & _new_name(settings)
    with open_vault(settings) as vault:
        assert vault.reveal(name.values()) == dict(zip(name.values(), NUMBERS, strict=True))
        assert vault.reveal(tokens) == {}
    store = Store(settings.published)
    assert store.current() != version and store.by_age() == [store.current()]
    assert store.is_whole(store.current()) and store.has_passed(store.current())
    assert store.result(store.current())["version"] == store.current()


def test_versions_are_in_the_order_and_form_in_which_publishing_writes_them(home):
    settings, _ = home
    Rekey(settings).run(lambda step: None)
    store, renamed = Store(settings.published), Store(settings.published).current()
    again = store.manifest(publish(settings, [DATE]).current)
    same = {name: said["sha256"] for name, said in store.manifest(renamed)["tables"].items()}
    del same["customers"]  # a list was written anew there: the same rows, in other bytes
    assert {name: again["tables"][name]["sha256"] for name in same} == same
    assert rollback(settings, renamed) == renamed and store.current() == renamed


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("killed", [name for name, _ in STEPS])
def test_a_rekey_that_is_killed_heals(home, monkeypatch, killed, when):
    settings, _ = home

    def dying(name, step):
        def run(rekey):
            if when == "after":
                step(rekey)
            raise KeyboardInterrupt(name)

        return (name, run) if name == killed else (name, step)

    with monkeypatch.context() as patch:
        patch.setattr(steps, "STEPS", tuple(dying(*one) for one in STEPS))
        with pytest.raises(KeyboardInterrupt):
            Rekey(settings).run(lambda step: None)
    with pytest.raises(SettingsError, match="run it again: siyu rekey"):
        open_vault(settings)
    with pytest.raises(SettingsError, match="run it again"):
        publish(settings, [DATE])
    Rekey(settings).run(lambda step: None)
    assert _left(settings) == [] and not rekey_file(settings).exists()
    assert not kept_at(settings, "tokens").with_name("tokens.key.next").exists()
    new = home_tokeniser(settings)
    with open_vault(settings) as vault:
        assert vault.reveal([new.token("mobile", NUMBERS[5])]) == {new.token("mobile", NUMBERS[5]): NUMBERS[5]}
    assert {one["id_token"] for one in _rows(settings, "identity_map")} == {new.token("mobile", one) for one in NUMBERS}
    assert len(Store(settings.published).by_age()) == 1


def test_a_second_rekey_keeps_the_first_names(home):
    from ml.identity.first_names import read_first_names

    settings, tokens = home
    for _ in range(2):
        Rekey(settings).run(lambda step: None)
    names = read_first_names(first_names_file(settings), load_key(settings, "one_id"))
    new = home_tokeniser(settings)
    assert names == {new.token("mobile", number): token for number, token in zip(NUMBERS, tokens, strict=True)}
    assert new.token("mobile", NUMBERS[0]).startswith("k3:")
    assert not OLD.search(first_names_file(settings).read_bytes())


def test_a_key_file_outside_the_home_is_replaced_where_it_stands(tmp_path):
    path = tmp_path / "outside" / "tokens.key"
    path.parent.mkdir()
    write_text(path, "8f1e2d3c4b5a69788796a5b4c3d2e1f0aabbccddeeff0011", 0o600)
    settings = Settings(home=tmp_path / "home", token_key_file=str(path))
    with open_vault(settings) as vault:
        home_tokeniser(settings, vault).token("mobile", NUMBERS[0])
    Rekey(settings).run(lambda step: None)
    assert path.read_text("ascii").strip() != "8f1e2d3c4b5a69788796a5b4c3d2e1f0aabbccddeeff0011"
    assert home_tokeniser(settings).token("mobile", NUMBERS[0]) in _new_name(settings)


def test_what_was_withdrawn_of_a_version_is_named_by_what_the_version_is_called_now(home):
    settings, _ = home
    store = Store(settings.published)
    old = store.current()
    file = withdrawn_at(settings, old)
    file.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table({"version": [old], "one_id": ["P01"]}), file)
    Rekey(settings).run(lambda step: None)
    assert old != store.current()
    assert pq.read_table(withdrawn_at(settings, store.current())).to_pylist() == [
        {"version": store.current(), "one_id": "P01"}
    ]
    assert not file.exists()


def test_what_cannot_be_read_as_what_it_is_is_not_rewritten_by_its_bytes(home):
    settings, tokens = home
    packed = b"\x82\xa4name\xd9\x23" + tokens[0].encode() + b"\x00\xa3end"
    for name in (
        "dbt_target/partial_parse.msgpack",
        "pulls/page.bin",
        "models/churn/m1/card.json",
        "models/churn/m2/card.json",
    ):
        (settings.home / name).parent.mkdir(parents=True, exist_ok=True)
        (settings.home / name).write_bytes(packed if "m2" not in name else b"{}")
    (settings.home / "models" / "churn" / "m1" / "card.json").write_text(json.dumps({"of": tokens[0]}))
    Rekey(settings).run(lambda step: None)
    assert not (settings.home / "dbt_target" / "partial_parse.msgpack").exists()  # dbt makes it again
    assert (settings.home / "pulls" / "page.bin").read_bytes() == packed
    # a seal is over every byte: the model is trained again, and the other one stays sealed
    assert [path.name for path in (settings.home / "models" / "churn").iterdir()] == ["m2"]
    assert last_lines(settings, 1)[0]["details"]["files_left"] == 1
