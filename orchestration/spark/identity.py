"""Identity on Spark: components on the driver, the fold of each bucket of them wherever there is room for it."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from ml.identity import IdentityRules
from ml.identity.components import bucket, components, fold_of, in_order
from ml.identity.history import LONG_SCHEMA

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_PLACE = "bucket"


def fold_by_component(
    session: "SparkSession",
    links: pd.DataFrame,
    rules: IdentityRules,
    key: bytes,
    cut_off: dt.timedelta,
    buckets: int,
    was_erased: Callable[[str], bool] = lambda one_id: False,
) -> pa.Table:
    """Return the long table of ``identity.identity_replay``, each bucket of components folded by itself.

    Which component a link belongs to is found on the driver (union-find over texts, ``ml.identity.components``); the
    fold, which is what identity costs, runs where Spark has room. The rows are those of one fold of all links.

    Parameters
    ----------
    session
        Spark.
    links
        As :func:`ml.identity.replay` takes them.
    rules, key, cut_off, was_erased
        As :func:`ml.identity.replay` takes them; they go to every bucket.
    buckets
        How many parts: so many that the links of one fit into a worker's memory.
    """
    from pyspark.sql import types
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    placed = components(links)
    names = {one: bucket(one, buckets) for one in set(placed)}
    fields = [types.StructField(name, _type(links[name], types), True) for name in links.columns]
    schema = types.StructType([*fields, types.StructField(_PLACE, types.LongType(), False)])
    whole = links.assign(**{_PLACE: placed.map(names).astype("int64")})
    told = session.createDataFrame(pa.Table.from_pandas(whole, schema=to_arrow_schema(schema), preserve_index=False))
    folded = fold_of(rules, key, cut_off, was_erased)
    rows = told.groupBy(_PLACE).applyInArrow(
        lambda part: folded(part.drop_columns([_PLACE])), from_arrow_schema(LONG_SCHEMA, prefer_timestamp_ntz=True)
    )
    return in_order(rows.toArrow().cast(LONG_SCHEMA))


def _type(column: "pd.Series[object]", types: object) -> object:
    instant = pd.api.types.is_datetime64_any_dtype(column) or column.name in {
        "observed_at", "unbound_at", "known_day", "unbound_day", "no_join_day",
    }  # fmt: skip
    return types.TimestampNTZType() if instant else types.StringType()  # type: ignore[attr-defined]
