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


def test_the_page_says_of_every_channel_what_reaches_a_person_through_it():
    page = (CHECKOUT / "docs" / "segments-and-stages.md").read_text(encoding="utf-8").replace("\n", " ")
    said = page[page.index("Reachable by what is known") : page.index("Consent to marketing")]
    reach = {
        "sms": "a mobile for SMS and call",
        "call": "a mobile for SMS and call",
        "wecom": "an active follower for WeCom",
        "official_account": "a subscription for the official account",
        "mini_program": "an openid for the mini-program",
        "app_push": "a device for push",
        "email": "an e-mail address for e-mail",
        "wecom_group": "a group for group messages",
    }
    assert sorted(reach) == channels("reach_rules")
    assert [channel for channel, words in reach.items() if words not in said] == []
