"""What is kept for Dagster is what Dagster works out: the assets of a step, of the whole and of a selection of it."""

import dagster as dg
from dagster import AssetsDefinition

from orchestration import dagster_shortcuts


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
