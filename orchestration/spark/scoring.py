"""Scores on Spark: each batch of people scored where it lies, by the same kept models."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pyarrow as pa

from ml.labels.questions import ModelSpec
from ml.scores.frame import score_frame
from ml.scores.tables import SCORES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ARROW: Final = {"DATE": pa.date32(), "VARCHAR": pa.string(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()}
#: A batch alone cannot know in which tenth of all people somebody is.
_OF_ALL: Final = "decile"


def scores(
    snapshots: "DataFrame",
    specs: Sequence[ModelSpec],
    cards: dict[str, dict[str, Any]],
    words: pd.DataFrame,
    models: Path,
    horizon_days: int,
) -> "DataFrame":
    """Return ``scores.customer_scores`` of some snapshots, scored as ``mapInArrow``.

    The models are read by every worker from one folder that all of them see. A score and its reasons are a row's own;
    the decile is counted over all rows, from how many people have each score: a million values at most.
    """
    from pyspark.sql.pandas.types import from_arrow_schema

    schema = pa.schema([(name, _ARROW[kind]) for name, kind in SCORES.items() if name != _OF_ALL])

    def scored(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = batch.to_pandas(date_as_object=True)
            frame = score_frame(rows, specs, cards, words, models, horizon_days).drop(columns=[_OF_ALL])
            yield from pa.Table.from_pandas(frame, schema=schema, preserve_index=False).to_batches()

    told = snapshots.mapInArrow(scored, from_arrow_schema(schema)).cache()
    return told.join(_deciles(told), ["as_of_date", "model", "score"]).select(*SCORES)


def _deciles(told: "DataFrame") -> "DataFrame":
    """Return the decile of each score: by the average rank of those who share it, as ml.scores.frame.deciles."""
    from pyspark.sql import functions as f
    from pyspark.sql.window import Window

    counted = told.groupBy("as_of_date", "model", "score").agg(f.count("*").alias("people"))
    by = Window.partitionBy("as_of_date", "model")
    above = f.sum("people").over(by.orderBy(f.col("score").desc()))
    rank = above - (f.col("people") - 1) / 2
    decile = f.greatest(f.least(f.ceil(rank * 10 / f.sum("people").over(by)), f.lit(10)), f.lit(1))
    return counted.select("as_of_date", "model", "score", decile.cast("bigint").alias(_OF_ALL))
