"""What Python and the models say of an arm is the same."""

import csv

from ml.recall import arms
from tests.unit.recall.people import SEED_FOLDER


def test_the_seed_and_the_plan_know_the_same_arms():
    with (SEED_FOLDER / "arms.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["arm"] for row in rows] == list(arms.ALL)
    assert tuple(row["arm"] for row in rows if row["may_be_sent"] == "true") == arms.SENT
    assert tuple(row["arm"] for row in rows if row["is_held_out"] == "true") == arms.HELD_OUT
