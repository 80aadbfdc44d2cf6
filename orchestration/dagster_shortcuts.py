"""What Dagster works out anew at every output of a step, worked out once: the assets that the step makes.

Of a step with 200 tables Dagster asks at each of them, twice, for the names of all, and makes the set of their keys
anew at each name: 100,000 sets in a small night (docs/decisions.md, 416).
"""

import functools
from collections.abc import Callable
from typing import Any, Final

from dagster import AssetsDefinition
from dagster._core.execution.context.system import StepExecutionContext

#: What stands here in Dagster itself.
OF_DAGSTER: Final[dict[str, Callable[[Any], Any]]] = {
    "asset_and_check_keys": AssetsDefinition.asset_and_check_keys.fget,
    "get_output_asset_keys": StepExecutionContext.get_output_asset_keys,
}
_OUTPUTS: Final = "_siyu_output_asset_keys"


def _output_asset_keys(context: Any) -> Any:
    if _OUTPUTS not in context.__dict__:
        context.__dict__[_OUTPUTS] = OF_DAGSTER["get_output_asset_keys"](context)
    return context.__dict__[_OUTPUTS]


def install() -> None:
    """Let Dagster, in this process, keep both with the definition and the step that they belong to."""
    keys = functools.cached_property(OF_DAGSTER["asset_and_check_keys"])
    keys.__set_name__(AssetsDefinition, "asset_and_check_keys")
    AssetsDefinition.asset_and_check_keys = keys
    StepExecutionContext.get_output_asset_keys = _output_asset_keys
