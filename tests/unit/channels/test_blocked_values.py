"""Numbers and addresses that people type for none are known to identity by their tokens."""

import datetime as dt

import duckdb

from orchestration.channels.engine.landing_summary import finish
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.settings import Settings


def test_the_door_writes_filler_numbers_as_this_homes_tokens_and_no_number(tmp_path):
    settings = Settings(home=tmp_path)
    with duckdb.connect() as con:
        finish(settings, con, dt.datetime(2026, 6, 1))
        finish(settings, con, dt.datetime(2026, 6, 2))
        found = dict(con.execute("select id_value, id_type from channels.blocked_values").fetchall())
    tokeniser = home_tokeniser(settings)
    assert found[tokeniser.contact("138 0013 8000")] == "mobile"
    assert found[tokeniser.contact("TEST@test.com")] == "email"
    assert tokeniser.contact("13700001234") not in found
    assert not any("13800138000" in value for value in found)


def test_a_brand_blocks_a_number_of_its_own(tmp_path):
    settings = Settings(home=tmp_path)
    own = tmp_path / "rules" / "blocked_identifiers.csv"
    own.parent.mkdir()
    own.write_text(
        "id_type,match_kind,match_value,no_join_reason,source\nmobile,contact,13700001234,placeholder,our hotline\n",
        encoding="utf-8",
    )
    with duckdb.connect() as con:
        finish(settings, con, dt.datetime(2026, 6, 1))
        found = con.execute("select id_value from channels.blocked_values").fetchall()
    assert found == [(home_tokeniser(settings).contact("13700001234"),)]
