"""Offers follow public rules; how groups differ is a figure that blocks nothing."""

import json

import duckdb
import pytest

from orchestration.publish import PublishBlocked, publish
from tests.unit.publish.world import DATE, brand


def found(tmp_path, *harms: str) -> dict[str, dict[str, object]]:
    """Publish a brand of twelve after some changes, and return what each check of the audience found."""

    def change(con: duckdb.DuckDBPyConnection) -> None:
        con.execute("use published")
        for harm in harms:
            con.execute(harm)

    settings = brand(tmp_path, break_it=change)
    done = publish(settings, [DATE])
    results = json.loads((settings.published / "checks" / f"{done.current}.json").read_text(encoding="utf-8"))
    return {finding["name"]: finding for finding in results["findings"]}


def test_an_offer_that_a_public_rule_admits_is_published(tmp_path):
    checks = found(tmp_path, "update recall_audience set offer_id = 'today_95' where one_id = 'P01'")
    assert checks["every_offer_is_admitted_by_a_public_rule"]["observed"] == 0


def test_a_lot_of_an_experiment_tries_no_offer_that_no_rule_admits(tmp_path):
    harm = "set offer_id = 'recall_90', arm = 'random' where one_id = 'P01'"
    draw = "update recall_assignment set arm = 'random' where one_id = 'P01'"
    with pytest.raises(PublishBlocked, match="every_offer_is_admitted_by_a_public_rule: 1"):
        found(tmp_path, f"update recall_audience {harm}", draw)


def test_a_deep_offer_to_somebody_of_whom_we_are_not_sure_is_found(tmp_path):
    given = "update recall_audience set offer_id = 'today_75' where one_id in ('P01', 'P02')"
    unsure = "update customers set identity_confidence = 'medium' where one_id = 'P02'"
    with pytest.raises(PublishBlocked, match="every_offer_is_admitted_by_a_public_rule: 1"):
        found(tmp_path, given, unsure)


def test_how_much_groups_differ_is_told_and_blocks_nothing(tmp_path):
    checks = found(
        tmp_path,
        "update recall_audience set offer_id = 'today_95' where one_id in ('P01', 'P02')",
        "update customers set gender = if(one_id in ('P01', 'P02'), 'female', 'male'), city_tier = 'tier'",
    )
    gender = checks["the_share_with_an_offer_differs_between_groups_of_gender"]
    assert (gender["observed"], gender["passed"]) == (1.0, True)
    assert checks["the_share_with_an_offer_differs_between_groups_of_city_tier"]["observed"] == 0
