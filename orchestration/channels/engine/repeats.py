"""Rows of one file that name the same thing and say something else of it: the last one holds, and it is said."""

from collections.abc import Sequence

import pyarrow as pa

from orchestration.channels.engine.declare import BOOKKEEPING, Dataset
from orchestration.channels.engine.records import Tally

#: By these a row is a version of its own.
_VERSIONS = ("updated_at", "_fetched_at")


def count_repeats(dataset: Dataset, parts: Sequence[pa.Table], tally: Tally) -> None:
    """Count into ``same_key_other_content`` the rows whose key and version another row of the file has.

    Parameters
    ----------
    dataset
        Whose natural key.
    parts
        The file's rows of it.
    tally
        Where they are counted.
    """
    if not dataset.natural_key or not parts:
        return
    rows = pa.concat_tables(parts)
    key = [*dataset.natural_key, *(name for name in _VERSIONS if name in rows.column_names)]
    key = [name for name in dict.fromkeys(key) if name in rows.column_names]
    keys = len(rows.group_by(key).aggregate([]))
    if keys == len(rows):
        return
    said = [name for name in rows.column_names if name not in BOOKKEEPING or name in key]
    if repeats := len(rows.group_by(said).aggregate([])) - keys:
        tally.warnings["same_key_other_content"] += repeats
