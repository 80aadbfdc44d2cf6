"""The shop's own list beside ours, a head, and who is on it without being of its lot."""

import datetime as dt

import duckdb
import pandas as pd
import pytest

from ml.recall.health import row_of
from ml.recall.usual import usual_found
from orchestration.recall_inputs import usual_of, year_of
from tests.unit.recall.people import make_rules

SETTINGS = {"outcome_holdout_least": 3}
D = dt.date


def whole(ours: list[float], usual: list[float], *, listed: int = 1, strays: int = 0) -> pd.DataFrame:
    """Return people with so much margin (fen), each of whom was sent something for 10 fen."""
    rows = [{"is_usual": lot, "margin_fen": fen} for lot, sums in ((False, ours), (True, usual)) for fen in sums]
    people = pd.DataFrame(rows).assign(cost_fen=10.0)
    people["one_id"] = [f"{at:03d}" for at in range(len(people))]
    of_lot = people["is_usual"].cumsum().where(people["is_usual"], 0)
    of_ours = (~people["is_usual"]).cumsum().where(~people["is_usual"], 0)
    return people.assign(is_listed=of_lot.between(1, listed) | of_ours.between(1, strays))


def beside(people: pd.DataFrame):
    return usual_found(people, SETTINGS)[0]


def test_ours_and_the_shops_are_read_a_head_over_everybody_of_either_lot():
    found = beside(whole([500, 700, 600, 600], [100, 300, 200, 200]))
    assert (found.check, found.value, found.n, found.verdict) == ("as_usual", 400.0, 4, "ok")
    assert found.low == pytest.approx(400 - 1.6448536 * (2 * 20_000 / 3 / 4) ** 0.5)
    words = row_of(D(2017, 11, 30), found)
    assert words["words"].startswith(
        "Ours earns 4.00 ± 0.95 yuan a head more than the shop's own list (5.90 and 1.90; 4"
    )
    assert "人均比店里自己的名单多赚 4.00" in words["words_zh"]


def test_where_the_shops_list_is_the_better_one_the_report_says_to_send_it():
    found = beside(whole([100, 300, 200, 200], [500, 700, 600, 600]))
    assert (found.value, found.verdict) == (-400.0, "alarm")
    assert "Send it until it is found why" in row_of(D(2017, 11, 30), found)["words"]


def test_what_sending_cost_is_taken_off_either_side():
    people = whole([500, 700, 600], [500, 700, 600])
    people.loc[~people["is_usual"], "cost_fen"] = 60.0
    assert beside(people).value == -50.0


@pytest.mark.parametrize("people", [
    whole([500, 700, 600, 600], [100, 900, 200, 700]),
    whole([500, 700, 600], [100, 300]),
    whole([500, 700, 600], [100, 300, 200], listed=0),
])  # fmt: skip
def test_it_is_too_few_to_say_where_the_interval_holds_nothing_a_side_is_short_or_no_list_landed(people):
    found = beside(people)
    assert found.verdict == "too_few"
    assert "cannot be told apart yet" in row_of(D(2017, 11, 30), found)["words"]


def test_a_brand_without_such_a_lot_has_no_such_check():
    assert usual_found(whole([500, 700], []), SETTINGS) == []


def test_whoever_is_on_the_shops_list_and_not_of_its_lot_is_counted_and_said():
    clean, off = (usual_found(whole([5, 7, 6], [1, 3, 2], listed=2, strays=n), SETTINGS)[1] for n in (0, 1))
    assert (clean.check, clean.value, clean.n, clean.verdict) == ("as_usual_list", 0.0, 2, "ok")
    assert (off.value, off.n, off.verdict) == (1 / 3, 3, "alarm")
    assert row_of(D(2017, 11, 30), off)["words"].startswith("1 of 3 people on the shop's list are not of its lot")


@pytest.fixture
def warehouse():
    """Anna is of the shop's lot from her first plan on, though the share fell later; bert was merged into berta.

    cora is held out for good. dora's first date had a service alone, the next one recall. Of the 1st v2 is what counts.
    """
    with duckdb.connect() as con:
        for schema in ("customer", "people", "identity", "recall"):
            con.execute(f"create schema {schema}")
        con.execute("""
            create table recall.assignment as select * from (values
                ('anna', date '2017-11-01', 'as_usual', 'recall', false),
                ('anna', date '2017-11-02', 'not_selected', 'recall', false),
                ('bert', date '2017-11-01', 'treat', 'recall', false),
                ('cora', date '2017-11-01', 'holdout_global', 'recall', true),
                ('dora', date '2017-11-01', 'treat', 'service', false),
                ('dora', date '2017-11-02', 'as_usual', 'recall', false),
                ('emil', date '2017-11-03', 'treat', 'recall', false)
            ) as t (one_id, as_of_date, arm, audience_kind, global_holdout)
        """)
        con.execute("""
            create table customer.plans as select * from (values
                ('bert', 'v1', date '2017-11-01', date '2017-11-02', 'call', 'treat', 'recall'),
                ('bert', 'v2', date '2017-11-01', date '2017-11-03', 'wecom', 'treat', 'recall'),
                ('dora', 'v2', date '2017-11-01', date '2017-11-03', 'wecom', 'treat', 'service'),
                ('fred', 'v3', date '2017-11-02', date '2017-11-03', 'sms', 'held_back', 'recall')
            ) as t (one_id, version, as_of_date, counts_from, message_channel, arm, audience_kind)
        """)
        con.execute("alter table customer.plans add column expected_cost_fen bigint default 9")
        con.execute("alter table customer.plans add column moved_at timestamp")
        con.execute("update customer.plans set moved_at = counts_from")
        con.execute("""
            create table people.landed_assignments as select * from (values
                ('anna', 'official_account', true, date '2017-11-05', date '2017-11-06', cast(null as date)),
                ('anna', 'official_account', true, date '2017-11-20', date '2017-11-21', null),
                ('anna', 'call', true, date '2017-11-20', date '2017-12-21', null),
                ('anna', 'call', false, date '2017-11-20', date '2017-11-21', null),
                ('berta', 'call', true, date '2017-12-20', date '2017-11-21', null)
            ) as t (one_id, message_channel, is_shops_list, assigned_date, from_date, to_date)
        """)
        con.execute("""
            create table people.record_owners as select * from (values
                ('anna', date '2017-01-01', cast(null as date)), ('berta', date '2017-01-01', null),
                ('bert', date '2017-01-01', date '2017-11-10'), ('cora', date '2017-01-01', null),
                ('dora', date '2017-01-01', null)
            ) as t (one_id, from_date, to_date)
        """)
        con.execute("""
            create table identity.ancestry as
            select 'berta' as one_id, 'bert' as ancestor_one_id, timestamp '2017-11-09 17:00' as known_from
        """)
        con.execute("""
            create table people.order_states as select * from (values
                ('anna', date '2017-11-01', 700), ('anna', date '2017-11-02', 400), ('berta', date '2017-11-12', 1000),
                ('dora', date '2017-11-02', 90), ('dora', date '2017-11-03', 80), ('cora', date '2017-11-12', 5000)
            ) as t (one_id, order_date, goods_paid_fen)
        """)
        for column in ("refunded_fen bigint default 0", "counts_as_purchase boolean default true", "to_date date",
                       "from_date date default '2017-11-02'"):  # fmt: skip
            con.execute(f"alter table people.order_states add column {column}")
        yield con


def test_everybody_stays_in_the_lot_of_their_first_recall_and_a_merged_person_is_one(warehouse):
    found = usual_of(warehouse, D(2017, 11, 30), make_rules()).set_index("one_id").sort_index()
    assert found.index.tolist() == ["anna", "berta", "dora"]
    assert found["is_usual"].tolist() == [True, False, True]
    # what was bought after the first date that a lot was drawn on
    assert found["paid_fen"].tolist() == [400.0, 1000.0, 80.0]
    assert found["is_listed"].tolist() == [True, False, False]
    # two mass messages of the official account at 1 fen; half a minute of a guide at 25; a service is neither list's
    assert found["cost_fen"].tolist() == [2.0, 25.0, 0.0]


def test_the_audit_of_the_year_follows_whoever_was_merged_too(warehouse):
    people, _ = year_of(warehouse, D(2017, 11, 30), make_rules())
    found = people.set_index("one_id").sort_index()
    assert found["paid_fen"].to_dict() == {"anna": 400.0, "berta": 1000.0, "cora": 5000.0, "dora": 170.0}
    assert found["is_holdout"].to_dict() == {"anna": False, "berta": False, "cora": True, "dora": False}
