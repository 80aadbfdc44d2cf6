"""The page that readers have is the contract that dbt enforces."""

import json
import re

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from orchestration.publish import publish
from orchestration.publishing.contract import CONTRACT_VERSION, MODELS, tables
from orchestration.publishing.reference import PAGE, PAGE_ZH, page
from tests.unit.publish.world import DATE, SENT, brand

#: The published contract, version 1: a change here is a change for everybody downstream.
KEYS = {
    "accounts": "account_id",
    "carrier_daily": "as_of_date carrier",
    "channel_attribution": "as_of_date window_days channel model",
    "customer_lifecycle": "one_id",
    "customer_scores": "one_id model",
    "customer_segments": "one_id",
    "customers": "one_id",
    "funnel_daily": "as_of_date cut value_key",
    "general_list": "one_id",
    "group_clearing": "list_kind source place_id one_id state",
    "group_health": "source group_id",
    "group_moves": "source group_id one_id state",
    "group_plays": "play_id",
    "group_squads": "source squad_id one_id",
    "hand_over_list": "one_id",
    "staff_handover": "one_id",
    "identity_map": "id_type id_scope id_token known_from",
    "identity_redirects": "one_id_old changed_at",
    "kpi_daily": "kpi_date kpi dimension value_key",
    "lead_funnel": "step",
    "lead_path": "act",
    "lead_stages": "source lead_id",
    "lead_sheep": "one_id",
    "member_daily": "as_of_date level",
    "message_templates": "template_id",
    "pool_goals": "as_of_date pool goal",
    "recall_assignment": "one_id",
    "recall_assignment_v1": "one_id",
    "recall_audience": "one_id",
    "recall_audience_summary": "audience_id message_channel offer_id",
    "recall_budget": "audience_id",
    "recall_effects": "band message_channel depth",
    "recall_health": "check_name subject",
    "recall_outcomes": "week_from read_window source subject",
    "recall_plan_options": "one_id message_channel offer_id",
    "recall_readings": "episode_id read_window",
    "recall_refused_options": "one_id message_channel offer_id",
    "recall_plans": "one_id",
    "recall_signals": "one_id signal",
    "recall_tasks": "task_id",
    "recall_withheld": "one_id",
    "service_desk": "one_id",
    "staff_daily": "kpi_date staff_id",
    "staff_effects": "as_of_date staff_id",
    "stage_transitions": "as_of_date model from_stage to_stage",
    "staff": "staff_id",
    "stores": "store_id",
    "kpis": "kpi",
    "super_user_roles": "super_user_role",
    "tag_validity": "as_of_date tag",
    "words": "kind code",
}


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    """The folder of one published version, to be read and not changed."""
    settings = brand(tmp_path_factory.mktemp("home"))
    return settings.published / "versions" / publish(settings, [DATE]).current


def _written():
    """Return, by published table, the description of the table (None) and of each exported column, as yml has them."""
    found = {}
    for file in MODELS.glob("_*.yml"):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", ()):
            if "published" in model.get("config", {}).get("meta", {}):
                marks = {column["name"]: column.get("config", {}).get("meta", {}) for column in model["columns"]}
                found[model["config"]["alias"]] = {
                    None: (model["description"], model["config"]["meta"]["zh"]),
                    **{
                        column["name"]: (column["description"], marks[column["name"]]["zh"])
                        for column in model["columns"]
                        if marks[column["name"]].get("exported", True)
                    },
                }
    return found


def _of(metadata):
    return metadata[b"description"].decode(), metadata[b"description_zh"].decode()


@pytest.mark.parametrize("path", [PAGE, PAGE_ZH], ids=["English", "Chinese"])
def test_the_page_says_what_the_contract_says(path):
    """After a wanted change: python -m orchestration.publishing.reference."""
    assert path.read_text(encoding="utf-8") == page(path)
    assert re.findall("[0-9]+", page(path).splitlines()[0]) == [str(CONTRACT_VERSION)]


def test_a_published_file_says_in_english_and_chinese_what_it_and_each_of_its_columns_mean(version):
    written = _written()
    assert set(written) == {file.stem for file in version.glob("*.parquet")}
    for name, words in written.items():
        schema = pq.read_schema(version / f"{name}.parquet")
        assert {None: _of(schema.metadata), **{field.name: _of(field.metadata) for field in schema}} == words, name


def test_the_manifest_says_in_english_and_chinese_what_each_table_and_column_means(version):
    manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
    said = {
        name: {
            None: (table["description"], table["description_zh"]),
            **{column["name"]: (column["description"], column["description_zh"]) for column in table["columns"]},
        }
        for name, table in manifest["tables"].items()
    }
    assert said == _written()


def test_the_tables_and_keys_of_contract_version_2():
    assert {name: " ".join(table.key) for name, table in tables().items()} == KEYS


def test_every_column_says_what_it_means_and_what_null_means_in_english_and_in_chinese():
    silent = [
        (name, c.name)
        for name, t in tables().items()
        for c in t.columns
        if not (c.description and c.null and _is_chinese(c.description_zh) and _is_chinese(c.null_zh))
    ]
    assert silent == []
    assert [n for n, t in tables().items() if not (t.description and _is_chinese(t.description_zh))] == []
    assert [n for n, t in tables().items() if t.exempt and not _is_chinese(t.exempt_zh)] == []


def _is_chinese(text):
    return re.search("[\u4e00-\u9fff]", text) is not None


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


@pytest.mark.parametrize("path", [PAGE, PAGE_ZH], ids=["English", "Chinese"])
def test_the_duckdb_example_of_the_page_runs(path, tmp_path, monkeypatch):
    settings = brand(tmp_path / ".siyu" / "demo")
    publish(settings, [DATE])
    monkeypatch.chdir(tmp_path)
    example = path.read_text(encoding="utf-8").split("```sql\n")[1].split("```")[0]
    with duckdb.connect() as con:
        rows = con.execute(example).fetchall()
    assert rows == [("wecom", len(SENT), 100.0 * len(SENT) / 100)]
