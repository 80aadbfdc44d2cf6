"""Links in any form and order, read into days."""

import pandas as pd
import pytest

from ml.identity import replay
from ml.identity.replay import MissingColumns
from tests.unit.identity.rows import KEY, alone, day, fold, link, one_ids, persons, rules


def test_a_missing_column_is_named():
    links = pd.DataFrame([alone("crm/M1", "2017-01-01")])
    with pytest.raises(MissingColumns, match="identity links lack origin, no_join_reason; see"):
        replay(links.drop(columns=["origin", "no_join_reason"]), rules(), KEY)


def test_without_a_word_on_it_a_day_ends_at_ten_in_the_evening_of_utc():
    history = replay(pd.DataFrame([alone("crm/M1", "2017-01-01")]), rules(), KEY)
    assert history.frame("source_record")["known_from"].tolist() == [pd.Timestamp("2017-01-01 22:00")]


def test_an_unbinding_is_known_no_earlier_than_the_binding_it_ends():
    bound = link("app/B", "sa_login_id@p=L", "2017-06-10", seen="2017-01-02", until="2017-06-01")
    bound["unbound_day"] = day("2017-06-01")
    history = fold(link("app/A", "sa_login_id@p=L", "2017-01-01"), bound)
    ids = history.frame("source_record")
    assert ids[ids["customer_id"] == "B"]["known_from"].tolist() == [pd.Timestamp("2017-06-10 22:00")]
    assert persons(history, "2017-06-10") == [["app/A"], ["app/B"]]


def test_an_unbinding_of_later_days_is_known_on_its_own():
    bound = link("app/B", "sa_login_id@p=L", "2017-01-02", until="2017-06-01")
    bound["unbound_day"] = day("2017-06-09")
    history = fold(link("app/A", "sa_login_id@p=L", "2017-01-01"), bound)
    assert persons(history, "2017-06-08") == [["app/A", "app/B"]]
    assert persons(history, "2017-06-09") == [["app/A"], ["app/B"]]


def test_an_identifier_without_a_scope_and_one_of_an_empty_scope_are_the_same():
    nowhere = link("mini/o1", "mobile=k1:a", "2017-01-01") | {"id_scope": None}
    history = fold(link("crm/M1", "mobile=k1:a", "2017-01-01"), nowhere)
    assert len(set(one_ids(history, "2017-01-01").values())) == 1
