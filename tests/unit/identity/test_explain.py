"""Why two identifiers belong together, as a chain of links with channel, file and line."""

import pandas as pd

from ml.identity import shortest_chain

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
