"""Contact values: one token per person however it is written, no plain value further on, keys that hold."""

import base64
import csv
import hashlib
import os
import shutil
import sqlite3
import stat
import time
import urllib.parse

import pyarrow as pa
import pytest

from orchestration.channels.engine import vault as vaults
from orchestration.channels.engine.column_cleaning import read_column
from orchestration.channels.engine.contacts import read_email, read_phone
from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.keys import PURPOSES, check_keys, load_key
from orchestration.channels.engine.noun_files import PROJECT, datasets
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.values import Rules, read_value
from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.channels.engine.vocabularies import NON_VALUES
from orchestration.settings import Settings, SettingsError
from tests.unit.channels.door import Door, row

KEY = bytes(range(7, 200, 5))
RULES = Rules(Tokeniser(KEY), "2026-06-01 00:00:00", "2026-06-01")
SPELLINGS = (
    "13812345678", "+8613812345678", "0086-13812345678", "86 138 1234 5678", "138-1234-5678", " 138 1234 5678 ",
    "\uff11\uff13\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
    "013812345678", "13812345678.0", "'13812345678", '="13812345678"', '=" 13812345678 "',
)  # fmt: skip


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path / "home")


def test_one_phone_in_twelve_spellings_is_one_token():
    outcomes = {read_value(text, Column("mobile", "phone"), RULES) for text in SPELLINGS}
    assert len(outcomes) == 1
    outcome = outcomes.pop()
    assert outcome.shape == "mobile"
    assert outcome.value.startswith("k1:")


@pytest.mark.parametrize("text", ["13812345678", "+86 138 1234 5678", "0086-13812345678"])
def test_an_id_that_is_a_mobile_becomes_the_token_of_the_phone_column(text):
    as_phone = read_value(text, Column("mobile", "phone"), RULES).value
    assert read_value(text, Column("member_no", "identifier"), RULES).value == as_phone


def test_contact_values_inside_text_and_json_become_the_same_tokens():
    mobile = RULES.tokeniser.token("mobile", "13812345678")
    email = RULES.tokeniser.token("email", "a.b@example.com")
    text = read_value("请打13812345678或写信A.b@Example.com。", Column("note"), RULES).value
    assert text == f"请打{mobile}或写信{email}。"
    written = (
        '{"remark": ["13812345678"], "tel": 13812345678, "13812345678": {"mail": "a.b@example.com"}, "price": 1.5}'
    )
    found = read_value(written, Column("properties", "json"), RULES).value
    assert found == f'{{"remark":["{mobile}"],"tel":"{mobile}","{mobile}":{{"mail":"{email}"}},"price":1.5}}'


@pytest.mark.parametrize(
    "written",
    [
        "013812345678", "138.1234.5678", "138\uff0d1234\uff0d5678", "+86 138-1234-5678", "(+86)13812345678",
        "Tel13812345678", "wx13812345678", "加V13812345678", "VIP13812345678", "id13812345678", "13812345678vip",
        "vip\uff11\uff13\uff1812345678",
        "138/1234/5678", "138 . 1234 . 5678", "(138)1234-5678", "【138】1234 5678", "138_1234_5678",
        "138\u30011234\u30015678",
        "138\uff0f1234\uff0f5678", "138\u20141234\u20145678", "+86(138)1234/5678", "138\u30001234\u30005678",
        "1381-234-5678", "1381-2345-678", "138-123-45678", "13 81 23 45 67 8", "1 3 8 1 2 3 4 5 6 7 8",
        "138\u200b1234\u200b5678", "138\u00ad1234\u00ad5678", "13\u20608123\ufeff45678", "+\u200b86\u200b13812345678",
        "\u200b".join("13812345678"), "\U0001d7cf\U0001d7d1\U0001d7d612345678",
    ],
)  # fmt: skip
def test_a_mobile_in_a_remark_is_found_however_people_write_it(written):
    mobile = RULES.tokeniser.token("mobile", "13812345678")
    text = read_value(f"备注:{written} 已加", Column("note"), RULES).value
    assert mobile in text
    assert "5678" not in text.replace(mobile, "")


@pytest.mark.parametrize(
    "written",
    ["021-60000000", "021 60000000", "(021)60000000", "(021) 60000000", "021/6000/0000", "021\uff0d6000 0000"],
)
def test_a_landline_in_a_remark_is_the_token_of_the_phone_column(written):
    token = read_value("86 021 60000000", Column("phone", "phone"), RULES).value
    assert read_value(f"座机{written}", Column("note"), RULES).value == f"座机{token}"


@pytest.mark.parametrize(
    "text",
    [
        "1999-12-31 10:20:30", "192.168.10.200", "199.00 158.00 29.90", "1,388,000,007", "2017.11.30-2017.12.31",
        "1-5-20171130-23", "13812345678901", "1381234/567", "SO19010112345", "138:1234:5678",
    ],
)  # fmt: skip
def test_dates_amounts_and_addresses_of_computers_are_no_numbers_to_call(text):
    assert read_value(f"备注{text}", Column("note"), RULES).value == f"备注{text}"


@pytest.mark.parametrize("text", ["138/1234/5678", "(138) 1234-5678", "138\u200b1234\u200b5678"])
def test_a_whole_value_is_the_mobile_that_a_remark_would_hold(text):
    mobile = RULES.tokeniser.token("mobile", "13812345678")
    assert read_value(text, Column("mobile", "phone"), RULES).value == mobile
    assert read_value(text, Column("member_no", "identifier"), RULES).value == mobile


def test_a_number_inside_an_id_with_underscores_is_no_more_plain_than_with_dashes():
    found = read_value("vip_card_138_1234_5678", Column("member_no", "identifier"), RULES).value
    assert "5678" not in found.replace(RULES.tokeniser.token("mobile", "13812345678"), "")
    door_column = read_column(Column("member_no", "identifier"), pa.array(["vip_card_138_1234_5678"]), RULES)
    assert door_column.outputs[0].to_pylist() == [found]


def test_a_number_with_its_country_is_no_amount_and_no_plain_property():
    mobile = RULES.tokeniser.token("mobile", "13812345678")
    assert read_value("8613812345678", Column("points", "integer"), RULES).reason == "phone_in_number"
    found = read_value('{"tel": 8613812345678}', Column("properties", "json"), RULES).value
    assert found == f'{{"tel":"{mobile}"}}'


@pytest.mark.parametrize("text", ["13812345678;", "13812345678/"])
def test_a_mobile_with_a_separator_after_it_is_a_mobile(text):
    assert read_value(text, Column("mobile", "phone"), RULES).shape == "mobile"


@pytest.mark.parametrize("text", ["202603011381234567890", "0a13812345678f", "2026-03-01", "1777600000123", "SKU-1001"])
def test_numbers_that_are_no_contacts_stay(text):
    assert read_value(text, Column("order_id", "identifier"), RULES).value == text


def test_another_key_gives_other_tokens_and_none_is_a_plain_hash():
    canaries = [f"139{number:08d}" for number in range(1000)]
    mine = {Tokeniser(KEY).token("mobile", canary) for canary in canaries}
    others = {Tokeniser(KEY[::-1]).token("mobile", canary) for canary in canaries}
    assert len(mine) == 1000
    assert not mine & others
    hashes = {
        hashlib.new(name, canary.encode()).hexdigest()[:32] for canary in canaries for name in ("md5", "sha1", "sha256")
    }
    assert not {token.removeprefix("k1:") for token in mine} & hashes


def test_a_name_and_a_phone_of_the_same_text_do_not_meet():
    assert RULES.tokeniser.token("name", "13812345678") != RULES.tokeniser.token("mobile", "13812345678")


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000,
        "a@" * 500_000,
        "+86 " * 250_000,
        "138-" * 250_000,
        "0" * 1_000_000,
        "手机:" * 300_000,
        "+1234567 " * 100_000,
        "0912-" * 200_000,
    ],
)
def test_hostile_text_costs_no_more_than_its_length(text):
    started = time.process_time()
    read_phone(text)
    read_email(text)
    RULES.tokeniser.scrub(text)
    assert time.process_time() - started < 5, "a pattern that backtracks takes minutes on a megabyte"


def test_keys_are_made_once_per_home_and_only_their_owner_reads_them(settings):
    first = {purpose: load_key(settings, purpose) for purpose in PURPOSES}
    assert {purpose: load_key(settings, purpose) for purpose in PURPOSES} == first
    assert len(set(first.values())) == len(PURPOSES)
    for file in (settings.home / "vault" / "keys").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((settings.home / "vault").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "content",
    [
        "",
        "short",
        "changeme" * 8,
        "qwertyuiopasdfghjklz" * 2,
        "0" * 64,
        "ab" * 32,
        "0123456789abcdef" * 4,
        bytes(range(40)).decode("latin-1"),
        "secretsecretsecretsecretsecret12",
    ],
)
def test_a_short_or_well_known_key_is_refused(tmp_path, content):
    path = tmp_path / "token.key"
    path.write_text(content, "latin-1")
    with pytest.raises(SettingsError, match=r"tokens key in .*openssl rand"):
        load_key(Settings(home=tmp_path, token_key_file=str(path)), "tokens")


def test_a_named_key_file_that_is_missing_is_refused_not_made(tmp_path):
    path = tmp_path / "elsewhere.key"
    with pytest.raises(SettingsError, match="does not exist"):
        check_keys(Settings(home=tmp_path / "home", vault_key_file=str(path)))
    assert not path.exists()


def test_the_vault_gives_values_back_and_holds_none_in_plain(settings):
    with open_vault(settings) as vault:
        tokens = [home_tokeniser(settings, vault).token("mobile", f"139{number:08d}") for number in range(300)]
    content = (settings.home / "vault" / "contacts.sqlite").read_bytes()
    assert b"13900000042" not in content
    with open_vault(settings) as vault:
        assert vault.reveal([tokens[42], "k1:unknown"]) == {tokens[42]: "13900000042"}
    assert stat.S_IMODE((settings.home / "vault" / "contacts.sqlite").stat().st_mode) == 0o600


def test_the_vault_keeps_a_value_once_however_often_it_comes(settings, monkeypatch):
    monkeypatch.setattr(vaults, "BATCH", 10)
    for _ in range(2):
        with open_vault(settings) as vault:
            tokeniser = home_tokeniser(settings, vault)
            for number in range(35):
                tokeniser.token("mobile", f"139{number:08d}")
                tokeniser.token("mobile", f"139{number:08d}")
    with sqlite3.connect(settings.home / "vault" / "contacts.sqlite") as database:
        assert database.execute("select count(*), count(distinct ciphertext) from contacts").fetchone() == (35, 35)


@pytest.mark.parametrize("purpose", ["tokens", "vault"])
def test_a_lost_key_stops_the_run_instead_of_giving_everybody_a_second_token(settings, purpose):
    with open_vault(settings) as vault:
        home_tokeniser(settings, vault).token("mobile", "13812345678")
    (settings.home / "vault" / "keys" / f"{purpose}.key").unlink()
    with pytest.raises(SettingsError, match=f"the {purpose} key .* is gone"):
        open_vault(settings)


def test_another_key_than_the_homes_is_refused_and_named(settings):
    load_key(settings, "holdout")
    path = settings.home / "vault" / "keys" / "holdout.key"
    path.write_text("0f1e2d3c4b5a69788796a5b4c3d2e1f0aabbccddeeff0011", "ascii")
    with pytest.raises(SettingsError, match=r"holdout.key is another holdout key than the one this home was made with"):
        load_key(settings, "holdout")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_key_that_others_can_read_is_refused_with_the_remedy(settings, mode):
    load_key(settings, "one_id")
    path = settings.home / "vault" / "keys" / "one_id.key"
    path.chmod(mode)
    with pytest.raises(SettingsError, match=rf"can be read by others \(mode 0{mode:o}\); run: chmod 600 {path}"):
        load_key(settings, "one_id")


@pytest.mark.parametrize("part", ["raw/crm", "warehouse.duckdb"])
@pytest.mark.parametrize("is_noted", [True, False])
def test_a_home_with_data_and_without_its_keys_is_refused(settings, part, is_noted):
    check_keys(settings)
    (settings.home / "raw" / "crm").mkdir(parents=True) if part == "raw/crm" else settings.warehouse.touch()
    shutil.rmtree(settings.home / "vault")
    if not is_noted:
        shutil.rmtree(settings.home / "fingerprints")
    with pytest.raises(SettingsError, match=r"tokens key .* is gone.*backup"):
        check_keys(settings)
    assert not (settings.home / "vault" / "keys").exists()


def test_a_home_of_an_earlier_release_takes_its_fingerprints_over_once(settings):
    check_keys(settings)
    with open_vault(settings):
        pass
    (settings.home / "raw" / "crm").mkdir(parents=True)
    shutil.rmtree(settings.home / "fingerprints")
    assert check_keys(settings) == list(PURPOSES)
    assert check_keys(settings) == []


CANARIES = (
    "13712345601",
    "13712345602",
    "canary.person@example.com",
    "林金丝雀",
    "静安区金丝雀路1号",
    "021-61234567",
    "85261234567",
)


def test_no_contact_value_leaves_the_doors(door, capfd):
    """Every canary in every kind of place: columns, ids, text, JSON, file names, bad rows, broken files."""
    phone, member, email, name, address, landline, outside = CANARIES
    header = "source,customer_id,mobile,email,name,member_no,city,updated_at\n"
    standard = Door(door.home, channel="standard")
    standard.land(
        "customers",
        f"{phone}_export.csv",
        f"{header}crm,{member},{phone},{email},{name},{member},{address[:3]} {phone},2026-01-01\n",
    )
    standard.land("customers", "bad.csv", f"{header}crm,1,{phone},{email},{name},{member},x,{phone}\n")
    standard.land("customers", "no_header.csv", f"crm,{member},{phone},{email},{name},{member},x,2026-01-01\n")
    standard.land("customers", "odd.csv", f"{phone},source,customer_id\nx,crm,{email}\n")
    events = "source,event_id,event_type,occurred_at,properties\n"
    standard.land(
        "events",
        "e.csv",
        f'{events}app,1,view,2026-01-01,"{{""tel"":""{landline}"",""m"":{phone},""mail"":""{email}"",""hk"":{outside}}}"\n',
    )
    standard.land(
        "identifiers",
        "i.csv",
        f"source,customer_id,id_type,id_value,observed_at\ncrm,1,mobile,{phone},2026-01-01\ncrm,1,email,{email},2026-01-01\n",
    )
    door.land(
        "receipts",
        "r.csv",
        f"order_id,ordered_at,amount_yuan,note\n{phone},2026-01-01,1,致电 {phone} 或 {landline} 或 +{outside}\n"
        f"{outside},2026-01-01,1,{outside}\n"
        f"b,{phone},1,\nc,2026-01-01,{phone},\n",
    )
    standard.ingest()
    door.ingest()
    forms = {form for canary in CANARIES for form in _written(canary)}
    found = [
        f"{path.relative_to(door.home)} holds {form!r}"
        for path in door.home.rglob("*")
        if path.is_file()
        and path.relative_to(door.home).parts[0] not in ("landing",)
        and not _raw_content(path, door.home)
        for form in forms
        if form in path.read_bytes()
    ]
    assert found == []
    printed = "".join(capfd.readouterr()).encode()
    assert not [form for form in forms if form in printed]
    assert len(standard.query("from channels.standard__customers")) >= 1
    with open_vault(door.settings) as vault:
        token = standard.query("select mobile from channels.standard__customers where mobile is not null")[0][0]
        assert vault.reveal([token]) == {token: phone}


def _raw_content(path, home):
    """Say whether a file is an unchanged copy of a landing file: the one other place of plain values."""
    return path.relative_to(home).parts[0] == "raw" and not path.name.endswith(".landed.json")


def _written(canary):
    for encoding in ("utf-8", "gbk", "utf-16-le"):
        yield canary.encode(encoding)
    yield base64.b64encode(canary.encode())
    quoted = urllib.parse.quote(canary).encode()
    if quoted != canary.encode():
        yield quoted


def test_an_identifier_is_read_as_what_its_type_says(door):
    standard = Door(door.home, channel="standard")
    header = "source,customer_id,id_type,id_value,observed_at\n"
    lines = [
        "crm,1,mobile,+86 138-1234-5678,2026-01-01", "crm,1,email,A@B.cn,2026-01-01", "crm,1,wx_openid,oAbC,2026-01-01",
        "crm,1,mobile,138****5678,2026-01-01", "crm,1,email,nobody,2026-01-01", "crm,1,phone,1,2026-01-01",
        "crm,1,mobile,,2026-01-01",
    ]  # fmt: skip
    standard.land("identifiers", "i.csv", header + "\n".join(lines) + "\n")
    standard.ingest()
    tokeniser = home_tokeniser(door.settings)
    assert standard.rows("standard__identifiers", "_line", "id_value") == [
        (2, tokeniser.token("mobile", "13812345678")),
        (3, tokeniser.token("email", "a@b.cn")),
        (4, "oAbC"),
    ]
    assert [(line, column, reason) for _, line, column, reason in standard.quarantine()] == [
        (5, "id_value", "not_a_contact"),
        (6, "id_value", "not_a_contact"),
        (7, "id_type", "not_in_vocabulary"),
        (8, "id_value", "missing_value"),
    ]


def test_an_unknown_word_is_set_aside_naming_the_allowed_ones(door):
    standard = Door(door.home, channel="standard")
    standard.land(
        "consents",
        "c.csv",
        "source,customer_id,purpose,granted,changed_at\ncrm,1,ads,true,2026-01-01\ncrm,1,Marketing,是,2026-01-01\n",
    )
    standard.ingest()
    assert standard.rows("standard__consents", "purpose", "granted") == [("marketing", "true")]
    assert standard.query("select remedy from channels.quarantine")[0][0].endswith("service, marketing, profiling.")


def test_files_of_the_doors_are_closed_to_others(door):
    os.umask(0o022)
    door.land("receipts", "a.csv", "order_id,ordered_at,amount_yuan\n" + row("a").split(",")[0] + ",2026-01-01,1\n")
    door.ingest()
    for part in ("raw", "vault", "quarantine"):
        assert stat.S_IMODE((door.home / part).stat().st_mode) == 0o700


def test_a_line_may_be_called_0_and_no_customer_is():
    assert read_value("0", Column("line_id", "identifier", may_be_zero=True), RULES).value == "0"
    assert read_value("0.0", Column("line_id", "identifier", may_be_zero=True), RULES).value == "0"
    assert read_value("undefined", Column("line_id", "identifier", may_be_zero=True), RULES).value is None
    assert read_value("0", Column("customer_id", "identifier"), RULES).value is None
    assert read_value("0", Column("order_id", "identifier", required=True), RULES).value == "0"


def test_of_the_nouns_ids_only_the_line_of_a_refund_may_be_empty_and_0():
    found = {(dataset.name, column.name) for dataset in datasets() for column in dataset.columns if column.may_be_zero}
    assert found == {("refunds", "line_id")}


@pytest.mark.parametrize("text", [
    "null@null.com", "NULL@qq.com", "none@none.com", "undefined@undefined.com", "null.null@qq.com", "nullnull@qq.com",
    "null-none@163.com",
    "li.na@null.com", "unknown@unknown.cn", "anonymous@163.com", "nan@nan.com", "test@test.com", "objectobject@qq.com",
])  # fmt: skip
def test_an_address_that_is_written_for_none_is_none(text):
    assert read_email(text) is None


@pytest.mark.parametrize(
    "text", ["nana@qq.com", "n@firm.cn", "na@qq.com", "nullman@qq.com", "testing@qq.com", "li@x.com", "annull@163.com"]
)
def test_an_address_that_only_holds_such_letters_is_one(text):
    assert read_email(text) == text


def test_the_words_for_no_value_are_those_of_the_seed():
    with (PROJECT / "seeds" / "blocked_identifiers.csv").open(encoding="utf-8", newline="") as seed:
        rows = [row for row in csv.DictReader(seed) if row["match_kind"] == "word" and not row["id_type"]]
    assert tuple(row["match_value"] for row in rows) == NON_VALUES
