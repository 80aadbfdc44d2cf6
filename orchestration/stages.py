"""The stages of the data's way, in order, and which stage may read which.

Dagster groups, warehouse schemas, dbt folders and ``orchestration/defs`` folders all use these names.
"""

from typing import Final

STAGES: Final[tuple[str, ...]] = (
    "channels",
    "staging",
    "identity",
    "customer",
    "people",
    "lifecycle",
    "segments",
    "features",
    "models",
    "scores",
    "recall",
    "figures",
    "published",
)

#: What fetches from platforms stands before the first stage: it lands files and has no tables.
PULLS: Final = "pulls"

#: Which stages a table of a stage may read. Seeds (thresholds, vocabularies) are open to all but ``channels``.
#: ``people`` says once what was true of a person on a date; later stages read it and one another, nothing before it.
#: Held over dbt's manifest by ``tests/warehouse/test_direction.py``.
ALLOWED_PARENTS: Final[dict[str, frozenset[str]]] = {
    "channels": frozenset(),
    "staging": frozenset({"channels", "staging"}),
    "identity": frozenset({"staging", "identity"}),
    "customer": frozenset({"staging", "customer"}),
    "people": frozenset({"identity", "customer", "people"}),
    "lifecycle": frozenset({"people", "lifecycle"}),
    "segments": frozenset({"people", "lifecycle", "segments"}),
    "features": frozenset({"people", "segments", "lifecycle", "features"}),
    "models": frozenset({"features", "models"}),
    "scores": frozenset({"features", "models", "scores"}),
    "recall": frozenset({"people", "segments", "lifecycle", "features", "scores", "recall"}),
    "figures": frozenset({"people", "segments", "lifecycle", "features", "scores", "recall", "figures"}),
    "published": frozenset({
        "channels",
        "identity",
        "people",
        "segments",
        "lifecycle",
        "features",
        "models",
        "scores",
        "recall",
        "figures",
        "published",
    }),
}
