"""The page that readers have is the contract that dbt enforces."""

import duckdb

from orchestration.publish import publish
from orchestration.publishing.contract import tables
from orchestration.publishing.reference import PAGE, page
from tests.unit.publish.world import DATE, SENT, brand

#: The published contract, version 1: a change here is a change for everybody downstream.
KEYS = {
    "channel_attribution": "as_of_date window_days channel model",
    "customer_lifecycle": "one_id",
    "customer_scores": "one_id model",
    "customer_segments": "one_id",
    "customers": "one_id",
    "general_list": "one_id",
    "hand_over_list": "one_id",
    "identity_map": "id_type id_scope id_token known_from",
    "identity_redirects": "one_id_old changed_at",
    "kpi_daily": "kpi_date kpi dimension value_key",
    "message_templates": "template_id",
    "recall_assignment": "one_id",
    "recall_audience": "one_id",
    "recall_audience_summary": "audience_id message_channel offer_id",
    "recall_budget": "audience_id",
    "recall_outcomes": "audience_id read_on_date",
    "recall_tasks": "task_id",
    "staff_daily": "kpi_date staff_id",
    "stage_transitions": "as_of_date model from_stage to_stage",
}


def test_the_page_says_what_the_contract_says():
    """After a wanted change: python -m orchestration.publishing.reference."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_tables_and_keys_of_contract_version_1():
    assert {name: " ".join(table.key) for name, table in tables().items()} == KEYS


def test_every_column_says_what_it_means_and_what_null_means():
    silent = [(name, c.name) for name, t in tables().items() for c in t.columns if not (c.description and c.null)]
    assert silent == []


def test_units_stand_in_names_and_types():
    wrong = [
        (name, column.name)
        for name, table in tables().items()
        for column in table.columns
        if (column.name.endswith("_fen") and column.data_type != "bigint")
        or (column.name.endswith("_at") and column.data_type != "timestamp with time zone")
        or (column.name.endswith("_date") and column.data_type != "date")
    ]
    assert wrong == []


def test_the_duckdb_example_of_the_page_runs(tmp_path, monkeypatch):
    settings = brand(tmp_path / ".siyu" / "demo")
    publish(settings, [DATE])
    monkeypatch.chdir(tmp_path)
    example = page().split("```sql\n")[1].split("```")[0]
    with duckdb.connect() as con:
        rows = con.execute(example).fetchall()
    assert rows == [("wecom", len(SENT), 100.0 * len(SENT) / 100)]
