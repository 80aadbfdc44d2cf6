"""benchmarks.loop in miniature: two worlds whose answers are known, and the sums of literal lines."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import loop
from benchmarks.loop_market import cells, load

WORLD = Path(__file__).parent / "small_world.py"
MODULE = load(WORLD)
#: What a line says of every policy.
SAID = {
    "policy", "kind", "seed", "share", "share_by_15", "yuan", "oracle_yuan", "predicted_over_true", "cell_coverage",
    "audience_coverage",
}  # fmt: skip


def lines(kind: str, customers: int, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    loop.in_one_world(MODULE, kind, 1, customers, nights=18, names=loop.POLICIES)
    return {line["policy"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}


def test_where_messages_work_the_loop_earns_a_share_of_what_the_oracle_does(capsys: pytest.CaptureFixture[str]):
    found = lines("strong", 1_000, capsys)
    assert set(found) == set(loop.POLICIES)
    assert all(set(line) >= SAID and len(line["share_by_15"]) == 2 for line in found.values())
    assert found["oracle"]["share"] == 1.0
    assert found["oracle"]["yuan"] > 0
    assert found["loop"]["share"] > 0.5
    assert found["loop"]["predicted_over_true"] > 0
    assert 0 <= found["loop"]["cell_coverage"] <= 1


def test_where_nothing_works_nobody_has_a_share_and_nothing_fails(capsys: pytest.CaptureFixture[str]):
    found = lines("null", 200, capsys)
    assert found["oracle"]["yuan"] == 0
    assert [line["share"] for line in found.values()] == [None] * len(loop.POLICIES)
    assert found["blast"]["yuan"] < 0


def test_the_same_world_gives_the_same_line(capsys: pytest.CaptureFixture[str]):
    assert lines("strong", 300, capsys) == lines("strong", 300, capsys)


def test_cells_are_the_worlds_own_under_our_names():
    found = cells(MODULE)
    assert len(found) == 28
    assert found.iloc[0].to_dict() == pytest.approx({
        "band": "at_risk",
        "message_channel": "official_account",
        "depth": "none",
        "effect": 0.025,
    })


def test_a_world_may_have_other_options_no_wecom_and_deeper_offers(capsys: pytest.CaptureFixture[str]):
    other = load(WORLD)
    world = other.World(1, n=400, days=72, kind="strong")
    for name in ("cell", "f", "redeem", "reach"):
        setattr(world, name, getattr(world, name)[:, [1, 0, 3]])
    other.World = lambda *_, **__: world
    other.CH, other.OPT = ("sms", "app_push"), [(0, 0), (1, 0), (0, 3)]
    other.CHN, other.DEP = np.array([0, 1, 0]), np.array([0, 0, 3])
    other.SEND, other.PRIOR = np.array([0.05, 0.01, 0.05]), MODULE.PRIOR[:, [1, 0, 3]]
    other.PCT, other.CAP = np.array([0, 0.1, 0.25, 0.5]), np.array([0, 20.0, 40.0, 60.0])
    other.REDEEM, other.PULL = np.array([0, 0.4, 0.65, 0.8]), np.array([0.15, 0.25, 0.4, 0.5])
    loop.in_one_world(other, "strong", 1, 400, nights=16, names=loop.POLICIES)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["policy"] for line in found] == list(loop.POLICIES)
    assert all(set(line) >= SAID for line in found)
    assert set(cells(other)["depth"]) == {"none", "deeper"}


def test_a_policy_that_there_is_not_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr("sys.argv", ["loop", "--world", str(WORLD), "--policies", "loop,magic"])
    with pytest.raises(SystemExit):
        loop.main()
    assert "no policy is called magic; there are oracle, blast" in capsys.readouterr().err


def test_shares_of_several_worlds_are_sums_over_sums():
    line = {"policy": "loop", "cell_coverage": None, "audience_coverage": 1.0, "predicted_yuan": 5.0, "true_yuan": 10.0}
    small = line | {"share": 1.0, "yuan": 10.0, "oracle_yuan": 10.0, "yuan_by_15": [10.0], "oracle_yuan_by_15": [10.0]}
    large = line | {"share": 0.5, "yuan": 45.0, "oracle_yuan": 90.0, "yuan_by_15": [45.0], "oracle_yuan_by_15": [90.0]}
    (told,) = loop.summary([small, large])
    assert "share 0.55 (se 0.250), by 15 nights [0.55], 28 yuan, predicted/true 0.5" in told
