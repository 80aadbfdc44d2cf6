"""The asset graph is a tested artefact: what is in it, in which stage, whose it is."""

from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from orchestration.definitions import definitions
from orchestration.defs.shared import is_unfinished_wanted, landing_is_read
from orchestration.stages import PULLS, STAGES

KEYS = Path(__file__).with_name("asset_keys.txt")
PARTITIONED = [
    "models/registry",
    "published/report",
    "published/version",
    "recall/assignment",
    "recall/audience",
    "recall/budget",
    "recall/effects",
    "recall/health",
    "recall/outcomes",
    "recall/plan_options",
    "recall/plans",
    "recall/refused_options",
    "recall/roi_curve",
    "recall/signal_answers",
    "recall/tasks",
    "scores/customer_scores",
]


@pytest.fixture(scope="module")
def graph():
    return definitions.resolve_asset_graph()


def test_the_list_of_assets_is_the_one_in_asset_keys_txt(graph):
    """After a wanted change: python -m tests.orchestration.asset_keys > tests/orchestration/asset_keys.txt."""
    found = sorted(key.to_user_string() for key in graph.get_all_asset_keys() if graph.get(key).is_materializable)
    assert found == KEYS.read_text(encoding="utf-8").split()


def test_every_asset_has_a_stage_an_owner_and_a_description(graph):
    lacking = [
        (key.to_user_string(), node.group_name, bool(node.owners), bool(node.description))
        for key in graph.get_all_asset_keys()
        if (node := graph.get(key)).is_materializable
        and not (node.group_name in (*STAGES, PULLS) and node.owners and (node.description or "").strip())
    ]
    assert lacking == []


def test_every_asset_is_read_from_somewhere_that_makes_it(graph):
    orphans = [key.to_user_string() for key in graph.get_all_asset_keys() if not graph.get(key).is_materializable]
    assert orphans == []


def test_every_stage_has_an_asset(graph):
    assert {graph.get(key).group_name for key in graph.get_all_asset_keys()} == {*STAGES, PULLS}


def test_what_people_look_up_by_date_is_partitioned_by_business_date_and_nothing_else(graph):
    """Dagster records one event per asset and partition: all assets over 28 dates were 756 events, 18.8 CPU s."""
    nodes = {key.to_user_string(): graph.get(key) for key in graph.get_all_asset_keys()}
    partitioned = {name: node for name, node in nodes.items() if node.is_materializable and node.partitions_def}
    assert sorted(partitioned) == PARTITIONED
    assert {type(node.partitions_def) for node in partitioned.values()} == {dg.DailyPartitionsDefinition}
    assert {node.backfill_policy for node in partitioned.values()} == {dg.BackfillPolicy.single_run()}


def test_no_step_of_the_night_lists_every_date_since_2009_of_what_it_reads(graph):
    """A table without dates that reads one with them: Dagster listed 6,000 dates a pair, 1 CPU s a night."""
    undated = [graph.get(key) for key in graph.get_all_asset_keys() if not graph.get(key).partitions_def]
    pairs = {
        (node.key.to_user_string(), parent.to_user_string()): node.partition_mappings.get(parent)
        for node in undated
        for parent in node.parent_keys
        if graph.get(parent).partitions_def
    }
    assert ("published/recall_tasks", "recall/tasks") in pairs and ("figures/staff_contacts", "recall/tasks") in pairs
    every = [names for names, mapping in pairs.items() if not isinstance(mapping, dg.LastPartitionMapping)]
    assert every == [("published/exports", "published/version")]


def test_a_table_has_one_quality_check_or_none_and_the_job_has_no_step_for_them(graph):
    checks = sorted(graph.asset_check_keys)
    tables = [key.asset_key for key in checks]
    assert {key.name for key in checks} == {"quality"} and len(set(tables)) == len(tables)
    assert set(tables) <= set(graph.get_all_asset_keys())
    by_name = {key.to_user_string() for key in tables}
    assert {
        "staging/seeds",
        "staging/pos_orders",
        "channels/ledger",
        "models/registry",
        "published/customers",
    } <= by_name
    assert {"figures/touches", "channels/pos__tickets", "published/version"} & by_name == set()
    assert [node.name for node in definitions.resolve_job_def("daily").nodes if "quality" in node.name] == []


def test_the_job_runs_in_one_process_because_duckdb_has_one_writer():
    assert definitions.resolve_job_def("daily").executor_def.name == "in_process"


def test_the_schedule_runs_yesterday_at_half_past_six_in_shanghai():
    schedule = definitions.resolve_schedule_def("every_morning")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 6 * * *", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("selected", "reads"), [(None, True), ("channels/pos__tickets", True), ("published/version", False)]
)
def test_only_a_run_with_a_channel_reads_landing_and_the_job_has_them_all(selected, reads):
    keys = {dg.AssetKey(selected.split("/"))} if selected else None
    run = dg.DagsterRun(job_name="daily", asset_selection=keys)
    assert landing_is_read(SimpleNamespace(run=run)) is reads


def test_a_job_started_in_the_ui_moves_current_to_an_unfinished_date_only_by_its_tag():
    asked = [dg.DagsterRun(job_name="daily", tags=tags) for tags in ({}, {"siyu/unfinished": "true"})]
    assert [is_unfinished_wanted(SimpleNamespace(run=run)) for run in asked] == [False, True]
