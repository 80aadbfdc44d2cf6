"""The OneID benchmark counts pairs of records; a person of three records is three pairs."""

from benchmarks.oneid import Score, connected, score

TRUTH = {("pos", "1"): "an", ("crm", "2"): "an", ("app", "3"): "an", ("pos", "4"): "bo", ("app", "5"): "bo"}


def test_everything_found_scores_one():
    got = score(TRUTH, dict(TRUTH))
    assert got == Score(clusters=2, largest=3, found=4, true=4, right=4)
    assert (got.precision, got.recall) == (1.0, 1.0)


def test_a_record_that_joined_nobody_costs_recall_alone():
    got = score(TRUTH, {("pos", "1"): "x", ("crm", "2"): "x", ("pos", "4"): "y", ("app", "5"): "y"})
    assert got == Score(clusters=3, largest=2, found=2, true=4, right=2)
    assert (got.precision, got.recall) == (1.0, 0.5)


def test_two_people_in_one_cluster_cost_precision():
    got = score(TRUTH, dict.fromkeys(TRUTH, "everybody"))
    assert got == Score(clusters=1, largest=5, found=10, true=4, right=4)
    assert (got.precision, got.recall) == (0.4, 1.0)


def test_naive_joins_whatever_ever_met_through_any_value():
    roots = connected([("a", "phone"), ("b", "phone"), ("b", "openid"), ("c", "openid"), ("d", "other")])
    assert roots["a"] == roots["b"] == roots["c"]
    assert roots["d"] != roots["a"]
