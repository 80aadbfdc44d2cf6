"""How dbt's models become Dagster assets: keyed by schema and name, grouped by stage, owned and described."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator


class StageTranslator(DagsterDbtTranslator):  # type: ignore[misc]
    """Groups a seed with the first stage that reads seeds, and a model with its stage."""

    def __init__(self, owners: list[str]) -> None:
        super().__init__()
        self._owners = owners

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """Return the asset of one dbt node, owned and in its stage's group."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        group = "staging" if node["resource_type"] == "seed" else node["schema"]
        return spec.replace_attributes(owners=self._owners, group_name=group)
