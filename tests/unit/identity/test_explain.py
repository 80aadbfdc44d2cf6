"""Why two identifiers belong together, as a chain of links with channel, file and line."""

import pandas as pd
import pytest

from ml.identity import shortest_chain
from orchestration.identity_evidence import export_evidence
from orchestration.settings import Settings
from orchestration.status_and_explain import explain
from orchestration.warehouse import connect

COLUMNS = [
    "source",
    "customer_id",
    "id_type",
    "id_scope",
    "id_token",
    "link_status",
    "link_strength",
    "channel",
    "line",
]


def _evidence(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


EVIDENCE = _evidence(
    ("crm", "M1", "mobile", "", "k1:a", "joined", 90, "crm", 2),
    ("mini", "o1", "mobile", "", "k1:a", "joined", 90, "mini_program", 3),
    ("mini", "o1", "wx_unionid", "", "U", "joined", 80, "mini_program", 3),
    ("oa", "x1", "wx_unionid", "", "U", "joined", 80, "official_account", 4),
    ("oa", "x1", "mobile", "", "k1:b", "refused", 90, "official_account", 5),
    ("crm", "M1", "mobile", "", "k1:b", "joined", 90, "crm", 6),
)


def test_the_chain_from_a_follower_to_a_member_goes_through_unionid_and_phone() -> None:
    chain = shortest_chain(EVIDENCE, ("customer_id", "oa", "x1"), ("customer_id", "crm", "M1"))
    assert chain[["source", "id_type", "id_token", "line"]].values.tolist() == [
        ["oa", "wx_unionid", "U", 4],
        ["mini", "wx_unionid", "U", 3],
        ["mini", "mobile", "k1:a", 3],
        ["crm", "mobile", "k1:a", 2],
    ]


def test_a_refused_link_is_no_step_of_a_chain() -> None:
    chain = shortest_chain(EVIDENCE, ("customer_id", "oa", "x1"), ("mobile", "", "k1:b"))
    assert len(chain) == 5


def test_strangers_have_no_chain() -> None:
    assert shortest_chain(EVIDENCE, ("customer_id", "oa", "x1"), ("mobile", "", "k1:z")).empty
    assert shortest_chain(EVIDENCE, ("mobile", "", "k1:z"), ("customer_id", "oa", "x1")).empty


@pytest.fixture
def home(tmp_path):
    """A home, in a folder with an apostrophe, whose evidence knows one customer."""
    settings = Settings(home=tmp_path / "anna's brand", memory_limit="500MB")
    with connect(settings, readable=[settings.home]) as warehouse:
        warehouse.execute("create schema identity")
        warehouse.execute(
            """
            create table identity.links_evidence as
            select 'shop' as source, 'C1' as customer_id, 'customer_id' as id_type, 'shop' as id_scope,
                   'C1' as id_token, 'joined' as link_status, 100 as link_strength, 'shop' as channel,
                   cast(null as varchar) as file_id, 2 as line, 'p_00000001' as record_one_id,
                   timestamp '2026-03-01' as valid_from, cast(null as timestamp) as valid_to
            """
        )
        warehouse.execute(
            "create table identity.conflicts (one_id_kept varchar, one_id_refused varchar, known_from timestamp,"
            " rule varchar, detail varchar)"
        )
        warehouse.execute(
            "create table identity.redirects (one_id varchar, one_id_old varchar, change varchar,"
            " changed_at timestamp, reason varchar)"
        )
        export_evidence(settings, warehouse)
    return settings


@pytest.mark.parametrize(
    ("who", "code", "words"),
    [
        (["C1"], 0, "p_00000001: 1 records, 1 links"),
        (["p_00000001"], 0, "p_00000001: 1 records, 1 links"),
        (["C2"], 1, "nobody known by that identifier"),
        (["p_99999999"], 1, "nobody known by p_99999999"),
        (["C1", "13812345678"], 1, "nobody known by that identifier"),
    ],
)
def test_explain_answers_one_when_nobody_is_known(home, capsys, who, code, words):
    assert explain(home, who) == code
    assert words in capsys.readouterr().out


def test_of_two_chains_of_one_length_the_stronger_is_told_and_then_the_first_by_name() -> None:
    rows = [
        (*record, *value, "joined", strength, record[0])
        for value, strength in ((("email", "", "k1:e"), 75), (("mobile", "", "k1:b"), 90), (("mobile", "", "k1:a"), 90))
        for record in (("crm", "M1"), ("mini", "o1"))
    ]
    both = _evidence(*((*row, line) for line, row in enumerate(rows)))
    chain = shortest_chain(both, ("customer_id", "crm", "M1"), ("customer_id", "mini", "o1"))
    assert chain[["source", "id_token"]].values.tolist() == [["crm", "k1:a"], ["mini", "k1:a"]]


def test_a_records_own_number_is_no_step_and_nobody_needs_a_chain_to_themselves() -> None:
    own = _evidence(("crm", "M1", "customer_id", "crm", "M1", "joined", 100, "crm", 1))
    assert shortest_chain(own, ("customer_id", "crm", "M1"), ("customer_id", "crm", "M1")).empty
    assert shortest_chain(EVIDENCE, ("customer_id", "crm", "M1"), ("customer_id", "crm", "M1")).empty
    assert len(shortest_chain(EVIDENCE, ("customer_id", "crm", "M1"), ("mobile", "", "k1:a"))) == 1
