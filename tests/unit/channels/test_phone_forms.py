"""Phones that are no plain mainland mobile: words round them, Hong Kong, Macau, Taiwan, extensions, two in a field."""

import pyarrow as pa
import pytest

from orchestration.channels.engine.column_cleaning import read_column
from orchestration.channels.engine.contacts import Phone, read_phone
from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.unread_refusals import listed_unread
from orchestration.channels.engine.values import Rules, read_value
from orchestration.door.known import looks_like_one
from tests.unit.channels.door import Door

RULES = Rules(Tokeniser(bytes(range(7, 200, 5))), "2026-06-01 00:00:00", "2026-06-01")
MOBILE = RULES.tokeniser.token("mobile", "13972060031")
HONG_KONG = RULES.tokeniser.token("mobile", "+85261230031")
TAIWAN = RULES.tokeniser.token("mobile", "+886912340031")


def token_of(text: str) -> str | None:
    return read_value(text, Column("mobile", "phone"), RULES).value


@pytest.mark.parametrize(
    "text",
    [
        "手机13972060031", "手机号码：１３９７２０６００３１", "联系电话 139-7206-0031", "手机/微信：13972060031",
        "tel:+8613972060031",
        "Mobile: +86 139 7206 0031", "13972060031（微信同号）", "13972060031 (微信)", "139 7206 0031 同微信，",
        "13972060031，", "13972060031。", "+86-0-13972060031", "(+86)139 7206 0031", "13972060031/13972060031",
        "\u202d13972060031\u202c",
    ],
)  # fmt: skip
def test_words_that_say_no_more_than_that_it_is_a_number_are_taken_off_it(text):
    assert token_of(text) == MOBILE


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("13972060031 妈妈", "invalid"), ("139 7206 0031 王", "invalid"), ("紧急联系人13972060031", "invalid"),
        ("139-7206-0031转1", "virtual"), ("13972060031 分机 22", "virtual"), ("手机：139****0031", "masked"),
        ("+1 (381) 234-5678", "invalid"), ("61230031", "invalid"), ("+852 1123 0031", "invalid"),
        ("+852 8123 0031", "virtual"), ("手机：", "invalid"), ("手机：13800138000", "placeholder"),
    ],
)  # fmt: skip
def test_a_number_that_may_be_somebody_elses_or_nobodys_joins_nobody(text, shape):
    assert read_phone(text) == Phone(shape, None)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("+852 6123 0031", HONG_KONG), ("00852-61230031", HONG_KONG), ("(852) 6123 0031", HONG_KONG),
        ("852-6123-0031", HONG_KONG), ("＋８５２ ６１２３００３１", HONG_KONG), ("香港", None),
        ("手机：+852 6123 0031（WhatsApp）", HONG_KONG), ("+886 912 340 031", TAIWAN), ("0912340031", TAIWAN),
        ("0912-340-031", TAIWAN), ("+886(0)912340031", TAIWAN), ("886912340031", TAIWAN),
        ("+853 6612 0031", RULES.tokeniser.token("mobile", "+85366120031")),
        ("00853 66120031", RULES.tokeniser.token("mobile", "+85366120031")),
        ("+44 7400 120031", RULES.tokeniser.token("mobile", "+447400120031")),
    ],
)  # fmt: skip
def test_a_number_of_hong_kong_macau_or_taiwan_is_one_token_however_it_is_written(text, token):
    outcome = read_value(text, Column("mobile", "phone"), RULES)
    assert outcome.value == token
    assert outcome.shape == ("mobile_outside" if token else "invalid")


@pytest.mark.parametrize("text", ["021-60000031转801", "(021)60000031-801", "座机：021-60000031 分机：801"])
def test_a_line_behind_a_switchboard_is_one_landline(text):
    assert read_phone(text) == Phone("landline", "02160000031801")


def test_a_hong_kong_landline_is_a_landline():
    assert read_phone("+852 2123 0031") == Phone("landline", "+85221230031")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("13972060031/13972060032", "13972060031"),
        ("手机13972060031，13972060032", "13972060031"),
        ("021-60000031/13972060032", "13972060032"),
        ("13972060031;+852 6123 0031", "13972060031"),
    ],
)
def test_of_two_numbers_in_one_field_the_first_mobile_is_kept_and_that_is_said(text, kept):
    assert read_phone(text) == Phone("mobile", kept, "several_phones")


@pytest.mark.parametrize(
    ("written", "token"),
    [
        ("+852 6123 0031", HONG_KONG), ("+85261230031", HONG_KONG), ("852 6123-0031", HONG_KONG),
        ("0912-340-031", TAIWAN), ("+886 912 340 031", TAIWAN),
        ("+44 7400 120031", RULES.tokeniser.token("mobile", "+447400120031")),
        ("+852 2123 0031", RULES.tokeniser.token("landline", "+85221230031")),
    ],
)  # fmt: skip
def test_a_number_outside_the_mainland_stands_in_no_text(written, token):
    assert read_value(f"备注:{written}，已加", Column("note"), RULES).value == f"备注:{token}，已加"
    assert read_value(f"香港{written} 2026 年", Column("note"), RULES).value == f"香港{token} 2026 年"


@pytest.mark.parametrize("text", ["09.12.2025 10:30", "+100000000", "85299999999", "852.12.34.5678", "00852 0000 0000"])
def test_dates_and_numbers_of_nobody_stay_in_a_text(text):
    assert read_value(f"备注 {text} 完", Column("note"), RULES).value == f"备注 {text} 完"


@pytest.mark.parametrize(
    ("written", "token"), [("85261230031", HONG_KONG), ("886912340031", TAIWAN), ("+85261230031", HONG_KONG)]
)
def test_a_member_number_that_is_a_hong_kong_number_is_its_token(written, token):
    column = read_column(Column("member_no", "identifier"), pa.array([written, "85199999999", "887912340031"]), RULES)
    assert column.outputs[0].to_pylist() == [token, "85199999999", "887912340031"]
    assert (
        read_value(f'{{"tel":{written.removeprefix("+")}}}', Column("p", "json"), RULES).value == f'{{"tel":"{token}"}}'
    )


def suppressions(tmp_path, *values: str) -> Door:
    door = Door(tmp_path / "home", "standard")
    rows = "".join(f'mobile,"{value}",,opt_out,2026-05-01 10:00:00\n' for value in values)
    door.land("suppressions", "stop.csv", "id_type,id_value,message_channel,reason,changed_at\n" + rows)
    door.land(
        "customers",
        "c.csv",
        "source,customer_id,mobile,registered_at\nshop,C1,00852-61230031,2026-01-01\nshop,C2,13972060031,2026-01-01\n",
    )
    door.ingest()
    return door


def test_a_refusal_by_a_hong_kong_number_names_what_its_owner_carries(tmp_path):
    door = suppressions(tmp_path, "+852 6123 0031", "手机13972060031")
    owners = door.rows("standard__customers", "mobile_shape", "mobile")
    assert sorted(owners) == sorted(door.rows("standard__suppressions", "id_type", "id_value"))
    assert [shape for shape, _ in sorted(owners)] == ["mobile", "mobile_outside"]
    assert listed_unread(door.settings) == []


def test_a_refusal_of_two_numbers_is_open_until_somebody_says_which(tmp_path):
    door = suppressions(tmp_path, "13972060031/13972060032", "13972060031/13972060031")
    assert [(row["line"], row["reason"]) for row in listed_unread(door.settings)] == [(2, "not_a_contact")]
    assert len(door.rows("standard__suppressions", "id_value")) == 1


def test_the_door_sees_a_hong_kong_number_by_its_shape():
    texts = ["call +852 6123 0031", "call 00886 912340031", "k1:852612300310", "+8526123003199"]
    assert [looks_like_one(text) for text in texts] == [True, True, False, False]
