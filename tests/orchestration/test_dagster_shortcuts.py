"""What is kept for Dagster is what Dagster works out: a step's assets, and the versions of what they are made of."""

import dagster as dg
import pytest
from dagster import AssetsDefinition
from dagster._core.execution.context.data_version_cache import DataVersionCache

from orchestration import dagster_shortcuts
from orchestration.instance import prepare_instance
from orchestration.settings import load_settings


def test_a_step_that_makes_some_of_its_assets_names_those_and_its_checks():
    dagster_shortcuts.install()
    asked = []

    @dg.multi_asset(
        specs=[dg.AssetSpec(name, skippable=True) for name in ("orders", "customers", "scores")],
        check_specs=[dg.AssetCheckSpec("grain", asset="orders")],
        can_subset=True,
    )
    def tables(context):
        step = context.get_step_execution_context()
        for _ in range(2):
            asked.append((step.get_output_asset_keys(), dagster_shortcuts.OF_DAGSTER["get_output_asset_keys"](step)))
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(key, check_results=[])

    keys = dagster_shortcuts.OF_DAGSTER["asset_and_check_keys"]
    assert tables.asset_and_check_keys == keys(tables) and len(keys(tables)) == 4
    assert isinstance(tables, AssetsDefinition) and tables.asset_and_check_keys is tables.asset_and_check_keys
    done = dg.materialize([tables], selection=["customers", "scores"])
    assert done.success
    for ours, of_dagster in asked:
        assert ours == of_dagster == {dg.AssetKey("customers"), dg.AssetKey("scores")}


@pytest.fixture
def instance(tmp_path, monkeypatch):
    """The Dagster instance of an empty home."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "before"))
    prepare_instance(load_settings({"SIYU_HOME": str(tmp_path)}))
    with dg.DagsterInstance.get() as made:
        yield made


def test_a_table_knows_the_version_of_what_it_was_made_of_without_reading_it_back(instance, monkeypatch):
    dagster_shortcuts.install()
    read = []
    of_dagster = dagster_shortcuts.OF_DAGSTER["_fetch_input_asset_version_info"]
    told = {
        **dagster_shortcuts.OF_DAGSTER,
        "_fetch_input_asset_version_info": lambda cache, keys: (read.extend(keys), of_dagster(cache, keys)),
    }
    monkeypatch.setattr(dagster_shortcuts, "OF_DAGSTER", told)
    landed = dg.AssetSpec("landed", code_version="1")
    chain = [
        dg.AssetSpec("orders", deps=["landed"], code_version="1", skippable=True),
        dg.AssetSpec("customers", deps=["orders", "landed"], code_version="1", skippable=True),
        dg.AssetSpec("scores", deps=["customers", "orders"], code_version="1", skippable=True),
    ]

    @dg.multi_asset(specs=[landed])
    def landing():
        yield dg.MaterializeResult("landed")

    @dg.multi_asset(specs=chain, can_subset=True)
    def tables(context):
        for spec in chain:
            yield dg.MaterializeResult(spec.key)

    said = []
    for fetch in (dagster_shortcuts._fetch_versions, of_dagster):
        monkeypatch.setattr(DataVersionCache, "_fetch_input_asset_version_info", fetch)
        for _ in range(2):  # the second run finds what the first one made
            assert dg.materialize([landing, tables], instance=instance).success
            if fetch is dagster_shortcuts._fetch_versions:
                assert set(read) == {dg.AssetKey("landed")}
        made = {spec.key: instance.fetch_materializations(spec.key, limit=1).records[0] for spec in (landed, *chain)}
        tags = {key: record.asset_materialization.tags for key, record in made.items()}
        for spec in chain:
            for dep in spec.deps:
                name, came_of = dep.asset_key.to_user_string(), made[dep.asset_key]
                assert tags[spec.key][f"dagster/input_event_pointer/{name}"] == str(came_of.storage_id)
        versions = {key: one["dagster/data_version"] for key, one in tags.items()}
        said.append(
            versions
            | {
                (spec.key, dep.asset_key): tags[spec.key][
                    f"dagster/input_data_version/{dep.asset_key.to_user_string()}"
                ]
                for spec in chain
                for dep in spec.deps
            }
        )
    assert said[0] == said[1] and len(said[0]) == 9
