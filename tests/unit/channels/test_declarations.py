"""Declarations: the standard channel is the one of the contract, every channel's tables are sound."""

import csv
from pathlib import Path

import pytest

from orchestration.channels.engine import registry, vocabularies
from orchestration.channels.engine.declare import Child, Column, Dataset, DeclarationError

SEEDS = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds"
REQUIRED = {
    "customers": {"source", "customer_id"},
    "identifiers": {"source", "customer_id", "id_type", "id_value", "observed_at"},
    "orders": {"source", "order_id", "ordered_at", "status", "amount_yuan"},
    "order_lines": {"source", "order_id", "line_id", "sku_id", "quantity", "amount_yuan"},
    "refunds": {"source", "refund_id", "status", "amount_yuan"},
    "products": {"sku_id"},
    "events": {"source", "event_id", "event_type", "occurred_at"},
    "messages": {"source", "message_id", "message_channel", "sent_at"},
    "campaigns": {"campaign_id"},
    "offers": {"offer_id"},
    "coupons": {"source", "coupon_id", "offer_id", "customer_id", "issued_at"},
    "task_sheets": {"task_id", "staff_id", "changed_at"},
    "experiment_assignments": {
        "source",
        "experiment_id",
        "customer_id",
        "assigned_at",
        "arm",
        "probability",
    },
    "points_ledger": {"source", "entry_id", "customer_id", "points", "occurred_at"},
    "consents": {"source", "customer_id", "purpose", "granted", "changed_at"},
    "suppressions": {"id_type", "id_value", "reason", "changed_at"},
    "stores": {"store_id"},
    "staff": {"staff_id"},
    "follows": {"source", "staff_id", "customer_id", "added_at"},
    "groups": {"source", "group_id"},
    "group_memberships": {"source", "group_id", "customer_id", "joined_at"},
    "entitlements": {"source", "entitlement_id", "customer_id", "expires_at"},
    "message_subscriptions": {"source", "customer_id", "scene_id", "granted_at"},
    "appointments": {"source", "appointment_id", "customer_id", "starts_at"},
    "leads": {"lead_id", "source", "customer_id", "stage", "changed_at"},
    "task_results": {"task_id", "staff_id", "status", "changed_at"},
    "member_merges": {"source", "customer_id_from", "customer_id_to", "merged_at"},
    "channel_costs": {"channel", "cost_date", "spend_yuan"},
    "receipts": {"recipient_token", "status", "sent_at"},
}


def test_the_standard_channel_demands_what_the_contract_prints_bold():
    standard = registry.channel("standard")
    found = {dataset.name: {each.name for each in dataset.columns if each.required} for dataset in standard.datasets}
    assert found == REQUIRED


def test_no_two_datasets_share_a_table_and_every_key_is_a_column():
    tables = [table for channel in registry.channels().values() for table in channel.tables()]
    assert len(tables) == len(set(tables))
    assert all(table.startswith(tuple(f"{name}__" for name in registry.channels())) for table in tables)


def test_a_declaration_that_contradicts_itself_is_refused():
    with pytest.raises(DeclarationError, match="keys but no declared columns"):
        Dataset("a", (Column("x"),), natural_key=("y",))
    with pytest.raises(DeclarationError, match="twice"):
        Dataset("a", (Column("x", "phone"), Column("x_shape")))
    with pytest.raises(DeclarationError, match="keys but no declared columns"):
        Dataset("a", (Column("x"),), children=(Child("b", "items", (Column("z"),), parent=("y",)),))


def test_an_unknown_channel_is_named_with_those_known():
    with pytest.raises(KeyError, match=r"wecomm.*standard"):
        registry.channel("wecomm")


def test_the_identifier_types_are_those_of_the_seed():
    with (SEEDS / "id_types.csv").open(encoding="utf-8") as file:
        assert {each["id_type"] for each in csv.DictReader(file)} == set(vocabularies.ID_TYPES)
