"""The platforms' words lead to ours, and staging reads every table that a channel fills."""

import csv
from pathlib import Path

import pytest
import yaml

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.registry import channels

DBT = Path(__file__).resolve().parents[3] / "dbt_project"
OURS = {
    "order_status": words.ORDER_STATUSES,
    "refund_status": words.REFUND_STATUSES,
    "event_type": words.EVENT_TYPES,
}


def seed(name: str) -> list[dict[str, str]]:
    """Return a seed's rows."""
    with (DBT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("field", OURS)
def test_every_word_of_a_platform_leads_to_a_word_of_ours(field: str) -> None:
    rows = [row for row in seed("platform_vocabulary") if row["field"] == field]
    assert rows
    assert {row["value"] for row in rows} <= set(OURS[field])


def test_a_platform_s_word_has_one_meaning_and_a_source() -> None:
    rows = seed("platform_vocabulary")
    keys = [(row["platform"], row["field"], row["platform_value"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert all(row["source"] for row in rows)


def test_every_platform_channel_has_its_source_and_lag() -> None:
    assert {row["source"] for row in seed("sources")} == set(channels())


def test_dbt_knows_exactly_the_tables_that_the_channels_declare() -> None:
    declared = {table for channel in channels().values() for table in channel.tables()}
    document = yaml.safe_load((DBT / "models" / "staging" / "_sources.yml").read_text(encoding="utf-8"))
    assert {table["name"] for source in document["sources"] for table in source["tables"]} == declared | {
        "ledger",
        "unread_refusals",
        "activations",
        "plans",
        "withdrawals",
        "widest_refusals",
    }
