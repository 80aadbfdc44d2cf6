"""What Dagster works out anew at every output of a step, worked out once.

Of a step with 200 tables Dagster asks at each of them, twice, for the names of all, and makes the set of their keys
anew at each name: 100,000 sets in a small night. And at each it reads the newest materialization of every table that
this one reads back from its store, most of them written by the same step a moment before (docs/decisions.md, 416).
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, Final

from dagster import AssetKey, AssetsDefinition
from dagster._core.definitions.data_version import extract_data_version_from_entry
from dagster._core.execution.context.data_version_cache import DataVersionCache, InputAssetVersionInfo
from dagster._core.execution.context.system import StepExecutionContext

#: What stands here in Dagster itself.
OF_DAGSTER: Final[dict[str, Callable[..., Any]]] = {
    "asset_and_check_keys": AssetsDefinition.asset_and_check_keys.fget,
    "get_output_asset_keys": StepExecutionContext.get_output_asset_keys,
    "_fetch_input_asset_version_info": DataVersionCache._fetch_input_asset_version_info,
}
_OUTPUTS: Final = "_siyu_output_asset_keys"


def _output_asset_keys(context: Any) -> Any:
    if _OUTPUTS not in context.__dict__:
        context.__dict__[_OUTPUTS] = OF_DAGSTER["get_output_asset_keys"](context)
    return context.__dict__[_OUTPUTS]


def _fetch_versions(cache: Any, asset_keys: Sequence[AssetKey]) -> None:
    """Take the version of a table that this step has made from what its store keeps of it, and read all others."""
    stored = getattr(cache._context.instance.event_log_storage, "stored", {})
    made = [key for key in asset_keys if key in cache.values and key in stored and not _is_partitioned(cache, key)]
    for key in made:
        storage_id, entry = stored[key]
        cache.input_asset_version_info[key] = InputAssetVersionInfo(
            storage_id,
            entry.get_dagster_event().event_type,
            extract_data_version_from_entry(entry),
            entry.run_id,
            entry.timestamp,
        )
    if others := [key for key in asset_keys if key not in made]:
        OF_DAGSTER["_fetch_input_asset_version_info"](cache, others)


def _is_partitioned(cache: Any, key: AssetKey) -> bool:
    # the version of an input with partitions is made of all of theirs
    name = cache._context.job_def.asset_layer.get_node_input_name(cache._context.node_handle, key)
    return bool(name and cache._context.has_asset_partitions_for_input(name))


def install() -> None:
    """Let Dagster, in this process, keep what it worked out with the definition and the step that it belongs to."""
    keys = functools.cached_property(OF_DAGSTER["asset_and_check_keys"])
    keys.__set_name__(AssetsDefinition, "asset_and_check_keys")
    AssetsDefinition.asset_and_check_keys = keys
    StepExecutionContext.get_output_asset_keys = _output_asset_keys
    DataVersionCache._fetch_input_asset_version_info = _fetch_versions
