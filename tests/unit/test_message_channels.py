"""Every seed with one row per message channel names the same channels."""

import csv

import pytest

from orchestration.settings import CHECKOUT

SEEDS = CHECKOUT / "dbt_project" / "seeds"


def channels(seed):
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as lines:
        return sorted(row["message_channel"] for row in csv.DictReader(lines))


@pytest.mark.parametrize("seed", ["reach_rules", "send_costs"])
def test_a_channel_that_may_be_written_through_has_a_rule_of_reach_and_a_cost(seed):
    assert channels(seed) == channels("message_channels")
