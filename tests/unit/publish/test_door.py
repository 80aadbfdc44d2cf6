"""What leaves is looked through: what the vault knows is withheld however it is written, and the night goes on."""

import base64
import json
import time
import urllib.parse

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.channels.engine import registry
from orchestration.channels.engine.tables import create_tables
from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.door.known import Known, masked
from orchestration.door.tables import Door
from orchestration.publish import PublishBlocked, publish
from orchestration.publishing.contract import tables
from orchestration.publishing.manifest import KEPT_BACK
from orchestration.publishing.versions import Store
from orchestration.settings import Settings
from orchestration.status_and_explain import say_kept_back
from tests.unit.publish.world import DATE, brand

#: The ways in which FAULTS-like files wrote a number where no number belongs; {a} {b} {c} are 3, 4 and 4 of its digits.
SPELLINGS = [
    "{a}{b}{c}", "VIP{a}{b}{c}", "id{a}{b}{c}", "{a}{b}{c}vip", "id_{a}_{b}_{c}", "_{a}{b}{c}_", "{a}/{b}/{c}",
    "{a}\\{b}\\{c}", "{a}.{b}.{c}", "{a}-{b}-{c}", "{a} {b} {c}", "{a}\u00a0{b}\u00a0{c}", "{a}\u3000{b}\u3000{c}",
    "{a}\u2009{b}\u202f{c}",
    "{a}\u200b{b}\u200b{c}", "\u202a{a}{b}{c}\u202c", "{a}\ufeff{b}\u2060{c}", "{a}\u00ad{b}{c}",
    "{a}\u3164{b}\u115f{c}", "+86 {a} {b} {c}", "0086{a}{b}{c}", "86-{a}{b}{c}", "({a}){b}{c}", "{a}~{b}|{c}",
    "{a}、{b}、{c}", "老客{a}{b}{c}上海", "{a}{b}{c}（微信同号）", "x0{a}{b}{c}9", "2017{a}{b}{c}0099", "{a}:{b}:{c}",
    "{a}{b}{c}@139.com", "{a}__{b}__{c}", "{a}·{b}·{c}",
]  # fmt: skip
WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
FOLDS = [
    str,
    lambda text: text.translate(WIDE),
    lambda text: text.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)}),
]
ENCODED = [
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(f"tel: {text}!".encode()).decode(),
    lambda text: base64.urlsafe_b64encode(f"手机{text}".encode("gbk")).decode(),
    lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    lambda text: urllib.parse.quote(f"手机 {text}"),
    lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    lambda text: repr(text.encode("utf-16-le")),
    lambda text: json.dumps({"error": f"could not read {f'tel　{text}'.encode('utf-16')!r}"}),
    lambda text: json.dumps([json.dumps(f"手机 {text[:3]}__{text[3:]}".translate(WIDE))]) if "@" not in text else text,
]
NUMBER = "13712345{:03d}"
MAIL = "canary.person@example.com"
#: Digits before the mark and after it: together they are as long as a number.
BY_NUMBER = ("lin1984@163.com", "7654321@126.com", "12345@139.com", "13712340000@189.cn", "a.1@2345678.cn")


def canaries():
    """Return 101 numbers, each in a spelling of its own."""
    found = []
    for fold in FOLDS:
        found += [(spelling, fold) for spelling in SPELLINGS]
    written = []
    for number, (spelling, fold) in enumerate(found):
        digits = NUMBER.format(number)
        written.append((digits, fold(spelling.format(a=digits[:3], b=digits[3:7], c=digits[7:]))))
    at = len(written)
    return written + [(NUMBER.format(at + n), ENCODED[n](NUMBER.format(at + n))) for n in range(101 - at)]


@pytest.fixture
def home(tmp_path):
    settings = Settings(home=tmp_path / "home")
    with open_vault(settings) as vault:
        tokens = home_tokeniser(settings, vault)
        for digits, _ in canaries():
            tokens.token("mobile", digits)
        tokens.token("mobile", "13712345999")
        tokens.token("mobile", "85261234567")
        tokens.token("landline", "02161234567")
        for address in (MAIL, *BY_NUMBER):
            tokens.token("email", address)
    return settings


def test_a_hundred_and_one_numbers_are_found_each_in_a_spelling_of_its_own(home):
    written = canaries()
    assert len({text for _, text in written}) == 101
    with Known(home) as known:
        found = known.find([text for _, text in written])
    assert [text for (_, text), hits in zip(written, found, strict=True) if not hits] == []


@pytest.mark.parametrize("encode", ENCODED)
@pytest.mark.parametrize("value", ["13712345999", "85261234567", "02161234567", MAIL])
def test_what_is_encoded_is_found(home, encode, value):
    with Known(home) as known:
        assert known.find([f"a {encode(value)} b"])[0]


@pytest.mark.parametrize("mark", ["\u2009", "\u202f", "\n", "•", "\u2027"])
@pytest.mark.parametrize("told", [str, "Bob's row: {}".format, lambda text: json.dumps({"row": text})])
def test_bytes_as_python_shows_them_are_read_also_where_a_mark_became_a_tab_or_a_quote(home, mark, told):
    with Known(home) as known:
        assert known.find([told(repr(f"137{mark}1234{mark}5999".encode("utf-16-le")))])[0]


def test_bytes_in_a_literal_of_sql_are_read_though_their_quotes_are_doubled(home):
    shown = repr("137\u20091234\u20095999".encode("utf-16-le")).replace("'", "''")
    with Known(home) as known:
        assert known.find([f"select cast('{shown}' as integer)"])[0]


@pytest.mark.parametrize("before", ["", "A", "Ab", "Abc"])
def test_base64_is_read_from_whatever_letter_it_begins_with(home, before):
    with Known(home) as known:
        assert known.find([before + base64.b64encode(b"13712345999").decode()])[0]


@pytest.mark.parametrize("address", BY_NUMBER)
@pytest.mark.parametrize("told", ["{}", "邮箱{}，已加", "tel 021-61234567 {} ok", "mailto:{}?subject=1", "0{}"])
def test_an_address_is_found_though_digits_stand_on_both_sides_of_its_mark(home, address, told):
    with Known(home) as known:
        for text in (told.format(address), *(encode(told.format(address)) for encode in ENCODED)):
            assert address not in masked(text, known.find([text])[0]), text
            assert known.find([text])[0], text


@pytest.mark.parametrize(
    "text",
    [
        "VIPcanary.person@example.com客户", "canary.person @ example.com", "CANARY.Person＠EXAMPLE.com",
        "canary\u200b.person@example.com", "+852 6123 4567", "（021）6123-4567",
    ],
)  # fmt: skip
def test_addresses_and_other_numbers_are_found_inside_other_text(home, text):
    with Known(home) as known:
        assert known.find([text])[0]


@pytest.mark.parametrize(
    "text",
    [
        "k1:13712345999123456789012345678901", "p_137123459991234567890123", "r1:" + "13712345999" + "0" * 53,
        "2017-11-30-a371371234599912", "a13712345999" + "b" * 52, "repurchase-20171127-137123459990",
        "1371-2345-abc-999", "13712a345999", "13712345998", "2013-07-12 13:45:99",
        "13712345-9990-4abc-8999-137123459990", "138@2x", "logo@2x.png", "13712.345998", "v1.37.12345998",
    ],
)  # fmt: skip
def test_our_own_ids_and_strangers_are_left_alone(home, text):
    with Known(home) as known:
        assert known.find([text]) == [[]]


@pytest.mark.parametrize("text", ["\\" * 1_000_000, "b'" + r"\x41" * 250_000 + '"', "b'" * 500_000])
def test_hostile_text_costs_no_more_than_its_length(home, text):
    began = time.process_time()
    with Known(home) as known:
        known.find([text])
    assert time.process_time() - began < 10, "a pattern that backtracks takes minutes on a megabyte"


def test_what_was_found_is_starred_where_it_stands(home):
    text = "call id_137_1234_5999, or write"
    with Known(home) as known:
        assert masked(text, known.find([text])[0]) == "call id_*************, or write"


def test_a_home_without_a_vault_knows_nobody(tmp_path):
    with Known(Settings(home=tmp_path)) as known:
        assert known.find(["13712345999"]) == [[]]


def test_a_text_of_nothing_but_guesses_counts_as_found(home):
    with Known(home) as known:
        assert known.find(["13" * 300_000]) == [[("everything", 0, 600_000)]]


def break_it(con):
    con.execute("use published")
    con.execute("update customers set tags = ['good', 'vip id_137_1234_5999'] where exclusion is null")
    con.execute("update recall_audience set why = 'S１３７12345999' where one_id = 'P02'")
    con.execute("update customer_scores set basis = 'x13712345999' where one_id = 'P07'")
    con.execute("update identity_map set id_token = 'c_137_1234_5999' where one_id = 'P09'")
    con.execute("update message_templates set text_zh = '致电 +86 139 1234 5678'")
    con.execute(
        "insert into channels.ledger (file_id, channel, dataset, file_name, status)"
        " values ('f1', 'crm', 'members', 'VIP_137_1234_5001.csv', 'loaded')"
    )
    create_tables(con, registry.channel("crm"))
    con.execute("insert into channels.crm__members (_file_id, _line, member_no) values ('f1', 12, 'c_137_1234_5999')")


@pytest.fixture
def published(home):
    settings = brand(home.home, [DATE], break_it)
    said = []
    done = publish(settings, [DATE], said.append)
    return Store(settings.published), done.current, said


def _rows(published, table):
    store, version, _ = published
    return pq.read_table(store.versions / version / f"{table}.parquet").to_pylist()


def test_a_value_is_withheld_a_key_takes_its_row_along_and_the_night_goes_on(published):
    customers = _rows(published, "customers")
    assert {one["one_id"]: one["why"] for one in _rows(published, "recall_audience")}["P02"] in (None, "(withheld)")
    assert {tuple(one["tags"]) for one in customers} == {("good",), ()}
    scores = {one["one_id"]: one["basis"] for one in _rows(published, "customer_scores")}
    assert (scores["P07"], scores["P08"]) == ("(withheld)", "logit")
    assert sorted(
        {one["one_id"] for one in _rows(published, "identity_map")} ^ {one["one_id"] for one in customers}
    ) == ["P09"]
    assert {one["text_zh"] for one in _rows(published, "message_templates")} == {"(withheld)"}


def test_table_column_row_and_source_line_are_named_and_the_value_is_not(published):
    store, version, said = published
    told = store.manifest(version)[KEPT_BACK]
    assert told["by_column"] == {
        "customer_scores.basis": 1, "customers.tags": 11, "identity_map.id_token": 1, "recall_audience.why": 1,
        "message_templates.text_zh": len(_rows(published, "message_templates")),
    }  # fmt: skip
    assert "identity_map.id_token: 1 row, row 12" in told["places"]
    assert told["sources"] == ["crm/members/VIP_*************.csv, line 12 (member_no)"]
    log = (store.root.parent / "audit.jsonl").read_text(encoding="utf-8")
    assert json.loads(log.splitlines()[-1])["details"]["contact_values_withheld"]
    everything = log + "".join(said) + json.dumps(told)
    assert "5999" not in everything and "5001" not in everything and any("customers.tags" in line for line in said)


#: Keys and what hangs on them, each value the same wherever it stands: half of the checks ask one table for another.
IN_KEYS = (
    "insert into kpi_daily by name select * replace ('city' as dimension, '上海 13712345999' as value_key)"
    " from kpi_daily where kpi = 'gmv'",
    "update message_templates set template_id = 'x' || template_id || '_137-1234-5999'",
    "update recall_tasks set template_id = 'x' || template_id || '_137-1234-5999'",
    "update recall_audience set template_id = 'x' || template_id || '_137-1234-5999'",
    "update recall_audience set audience_id = 'a 13712345999' || audience_id where one_id = 'P02'",
    "update recall_tasks set audience_id = 'a 13712345999' || audience_id where one_id = 'P02'",
    "update recall_audience_summary set audience_id = 'a 13712345999' || audience_id",
    "update identity_map set id_scope = '13712345999' where one_id = 'P09'",
    "update stores set store_id = '13712345999'",
    "update channel_attribution set channel = 'ad13712345999' where channel = (select min(channel) from"
    " channel_attribution)",
    "update stage_transitions set from_stage = '13712345999'",
)


def put_into_keys(con):
    con.execute("use published")
    for harm in IN_KEYS:
        con.execute(harm)


def test_a_row_kept_back_is_no_row_that_is_missing_and_nothing_blocks(home):
    settings = brand(home.home, [DATE], put_into_keys)
    done = publish(settings, [DATE])
    store = Store(settings.published)
    told = store.manifest(done.current)[KEPT_BACK]["by_column"]
    assert {"channel_attribution.channel", "message_templates.template_id", "identity_map.id_scope"} <= set(told)
    assert {"recall_audience.audience_id", "recall_audience_summary.audience_id", "kpi_daily.value_key"} <= set(told)
    for name in store.manifest(done.current)["tables"]:
        assert "12345999" not in str(pq.read_table(store.versions / done.current / f"{name}.parquet").to_pylist())


def test_the_places_of_touched_rows_are_those_of_the_file_that_is_written(home):
    """Of a table of two row groups: two rows of the second stay, the first without a text, and one does not."""
    contract = tables()["customer_scores"]
    columns = {
        one.name: pa.nulls(3, pa.list_(pa.string()) if "[]" in one.data_type else pa.string())
        for one in contract.columns
    }
    rows = pa.table(columns | {"one_id": ["P1", "13712345999", "P3"], "basis": ["13712345999", "x", "13712345999"]})
    with Known(home) as known:
        door = Door(known)
        door.through(rows.slice(1, 1), contract, 1, 0)
        kept = door.through(rows, contract, 2, 7)
        before = door.emptied().before["customer_scores"]
    assert kept.column("one_id").to_pylist() == ["P1", "P3"] and before.places == [7, 8]
    assert [one.column("one_id").to_pylist() for one in before.rows] == [["13712345999"], ["P1", "13712345999", "P3"]]


def test_a_fault_beside_what_was_kept_back_still_blocks(home):
    def harm(con):
        put_into_keys(con)
        con.execute("update channel_attribution set revenue_fen = revenue_fen + 1 where model = 'last'")
        con.execute("insert into identity_map from identity_map where one_id = 'P09'")

    settings = brand(home.home, [DATE], harm)
    with pytest.raises(PublishBlocked) as blocked:
        publish(settings, [DATE])
    assert "attribution_models_share_out_the_same_revenue: 1 " in str(blocked.value)
    assert "identity_map_keys_are_unique" in str(blocked.value)


def test_the_closing_lines_say_how_many_of_which_column_and_from_which_line(published, capsys):
    store, _, _ = published
    say_kept_back(Settings(home=store.root.parent), [DATE])
    said = capsys.readouterr().out.splitlines()
    assert "texts that hold a phone number or an address:" in said[0] and str(DATE) in said[0]
    assert "    identity_map.id_token: 1 row, row 12" in said
    assert "    came from crm/members/VIP_*************.csv, line 12 (member_no)" in said
    assert not [line for line in said if "5999" in line or "5001" in line]


def test_the_closing_lines_say_nothing_where_nothing_was_kept_back(home, capsys):
    settings = brand(home.home, [DATE])
    publish(settings, [DATE])
    say_kept_back(settings, [DATE])
    assert capsys.readouterr().out == ""


def test_a_version_without_a_contact_value_says_nothing_of_it(home):
    settings = brand(home.home, [DATE])
    done = publish(settings, [DATE])
    assert KEPT_BACK not in Store(settings.published).manifest(done.current)
