"""Whoever comes back after an erasure is founded on the same number and is somebody new."""

import pandas as pd

from ml.identity import replay
from tests.unit.identity.rows import CUT_OFF, KEY, alone, fold, link, one_ids, rules

ROWS = (
    alone("shop/C1", "2017-03-01"),
    link("shop/C1", "mobile=k1:a", "2017-03-01"),
    alone("shop/C2", "2017-03-02"),
    link("shop/C2", "mobile=k1:b", "2017-03-02"),
)


def test_an_id_of_somebody_erased_is_never_given_again_and_nobody_elses_changes():
    before = one_ids(fold(*ROWS), "2017-03-02")
    again = replay(
        pd.DataFrame(list(ROWS)), rules(), KEY, CUT_OFF, was_erased=lambda one_id: one_id == before["shop/C1"]
    )
    after = one_ids(again, "2017-03-02")
    assert after["shop/C1"] != before["shop/C1"]
    assert after["shop/C2"] == before["shop/C2"]


def test_somebody_erased_twice_gets_a_third_id():
    given = []
    for _ in range(3):
        again = replay(pd.DataFrame(list(ROWS)), rules(), KEY, CUT_OFF, was_erased=lambda one_id: one_id in given)
        given.append(one_ids(again, "2017-03-02")["shop/C1"])
    assert len(set(given)) == 3
