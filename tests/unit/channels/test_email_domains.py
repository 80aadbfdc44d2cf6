"""A lead's e-mail is read for its company's domain alone, which is a token from then on."""

import pytest

from orchestration.channels.engine.contacts import read_domain
from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.values import Rules, read_value

TOKENS = Tokeniser(b"a key of at least thirty-two bytes")
RULES = Rules(TOKENS, "2026-03-31 00:00:00", "2026-03-31")
COLUMN = Column("email_domain", "email_domain")


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("Lin@Yunfan.example.com", "yunfan.example.com"),
        ("＠yunfan.example.com", "yunfan.example.com"),
        ("yunfan.example.com", "yunfan.example.com"),
        ("云帆", None),
        ("lin@", None),
        ("", None),
    ],
)
def test_the_domain_of_an_address_or_a_domain_alone_is_read_in_small_letters(written, domain):
    assert read_domain(written) == domain


def test_two_colleagues_have_one_token_and_neither_address_nor_domain_stands_in_it():
    one, two = (read_value(text, COLUMN, RULES) for text in ("lin@yunfan.example.com", "wang@YUNFAN.example.com"))
    assert one == two
    assert one.value.startswith("k1:") and "yunfan" not in one.value


@pytest.mark.parametrize("written", ["lin@qq.com", "12345@163.com", "lin@gmail.com", "无", ""])
def test_a_public_mailbox_tells_of_no_company(written):
    assert read_value(written, COLUMN, RULES) == (None, None, None, None)


def test_what_is_no_address_is_empty_and_counted():
    assert read_value("云帆", COLUMN, RULES).warning == "email_invalid"
