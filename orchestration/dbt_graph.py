"""dbt's manifest, as orchestration.own_manifest made it: which tables the project makes, of what, and how called."""

import functools
import json
from collections.abc import Mapping
from typing import Any

from orchestration.dbt_calls import PROJECT


@functools.cache
def nodes() -> dict[str, dict[str, Any]]:
    """Return the models, seeds, tests and sources of the manifest by their unique id."""
    manifest = json.loads((PROJECT / "target" / "manifest.json").read_text(encoding="utf-8"))
    return {**manifest["nodes"], **manifest["sources"]}


@functools.cache
def models() -> dict[str, dict[str, Any]]:
    """Return the models that become tables or views, by their unique id."""
    return {
        unique_id: node
        for unique_id, node in nodes().items()
        if node["resource_type"] == "model" and node["config"]["materialized"] != "ephemeral"
    }


def table_of(node: Mapping[str, Any]) -> tuple[str, str]:
    """Return the stage and the name of a node's table."""
    return node["schema"], node.get("alias") or node["name"]


def parents_of(unique_id: str) -> set[str]:
    """Return what a model reads: models, seeds and sources; through an ephemeral one, what that one reads."""
    found: set[str] = set()
    for parent in nodes()[unique_id]["depends_on"]["nodes"]:
        node = nodes()[parent]
        if node["resource_type"] == "model" and node["config"]["materialized"] == "ephemeral":
            found |= parents_of(parent)
        else:
            found.add(parent)
    return found
