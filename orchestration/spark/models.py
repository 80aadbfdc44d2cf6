"""Which models run on Spark, which do not and why, and the one word that the two engines spell differently."""

import re
from collections.abc import Iterable
from typing import Final

from orchestration.dbt_graph import models, nodes, parents_of, table_of

#: The models that Spark is handed as tables, and why it does not make them. docs/spark.md says the same.
NOT_ON_SPARK: Final = {
    "model.siyu.identity_replay": "a fold over the days in Python, not SQL; orchestration.spark.identity folds it by"
    " component, or DuckDB's table is handed over",
    "model.siyu.attribution_removal": "matrices of a few channels in Python: small whatever the brand's size, made on"
    " the driver's side and handed over",
}
_TEXT: Final = re.compile(r"\bvarchar\b", re.IGNORECASE)


def sql_models() -> list[str]:
    """Return the models that are SQL, by their unique id, sorted."""
    return sorted(unique_id for unique_id, node in models().items() if node["language"] == "sql")


def python_models() -> list[str]:
    """Return the models that are Python, by their unique id, sorted."""
    return sorted(unique_id for unique_id, node in models().items() if node["language"] == "python")


def read_by(wanted: Iterable[str]) -> list[tuple[str, str]]:
    """Return the tables (schema, name) that some models read and none of them makes, sorted."""
    made = set(wanted)
    return sorted({table_of(nodes()[parent]) for one in made for parent in parents_of(one) if parent not in made})


def in_words_of_spark(sql: str) -> str:
    """Return a query as the target ``spark`` runs it: the macro of that name says the same to dbt."""
    return _TEXT.sub("string", sql)
