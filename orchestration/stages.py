"""The stages of the data's way, in order, and which stage may read which.

Dagster groups, warehouse schemas, dbt folders and ``orchestration/defs`` folders all use these names.
"""

from typing import Final

STAGES: Final[tuple[str, ...]] = (
    "channels",
    "staging",
    "identity",
    "customer",
    "segments",
    "lifecycle",
    "features",
    "models",
    "scores",
    "recall",
    "published",
)

#: Which stages a table of a stage may read. Seeds (thresholds, vocabularies) are open to all but ``channels``.
#: Held over dbt's manifest by ``tests/warehouse/test_direction.py``.
ALLOWED_PARENTS: Final[dict[str, frozenset[str]]] = {
    "channels": frozenset(),
    "staging": frozenset({"channels", "staging"}),
    "identity": frozenset({"staging", "identity"}),
    "customer": frozenset({"staging", "customer"}),
    "segments": frozenset({"identity", "customer", "segments"}),
    "lifecycle": frozenset({"identity", "customer", "segments", "lifecycle"}),
    "features": frozenset({"identity", "customer", "segments", "lifecycle", "features"}),
    "models": frozenset({"features", "models"}),
    "scores": frozenset({"features", "models", "scores"}),
    "recall": frozenset({"identity", "customer", "segments", "lifecycle", "features", "scores", "recall"}),
    "published": frozenset({
        "channels",
        "identity",
        "customer",
        "segments",
        "lifecycle",
        "features",
        "models",
        "scores",
        "recall",
        "published",
    }),
}
