"""How dbt's models become Dagster assets: keyed by schema and name, grouped by stage, owned and described."""

from collections.abc import Mapping
from typing import Any, Final

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

#: All of dbt's seeds as one asset: they change with a release, not with a night.
SEEDS: Final = dg.AssetKey(["staging", "seeds"])


class StageTranslator(DagsterDbtTranslator):  # type: ignore[misc]
    """Groups a model with its stage, and lets what reads a seed depend on the one asset of all seeds."""

    def __init__(self, owners: list[str]) -> None:
        super().__init__()
        self._owners = owners

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """Return the asset of one dbt node, owned and in its stage's group."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        keys = {SEEDS if dependency.asset_key.path[0] == "seeds" else dependency.asset_key for dependency in spec.deps}
        return spec.replace_attributes(
            owners=self._owners, group_name=node["schema"], deps=sorted(keys, key=lambda key: key.path)
        )
