"""Parts of the links that never touch one another, so that each can be folded wherever there is room for it."""

import datetime as dt
import hashlib
from collections.abc import Callable

import pandas as pd
import pyarrow as pa

from ml.identity.history import KINDS, LONG_SCHEMA, long_table
from ml.identity.replay import replay
from ml.identity.rules import IdentityRules
from ml.identity.unionfind import UnionFind

_RECORD = ["source", "customer_id"]
_VALUE = ["id_type", "id_scope", "id_value"]


def components(links: pd.DataFrame) -> "pd.Series[str]":
    """Return the component of each link: all that any chain of records and values reaches, whenever it was known.

    Values that keep apart (a shop's phone) hold a component together too: whether they join anybody is what the fold
    finds out, and what it says of a value it says of all records that carry it. So a component is never too small,
    and folding the components one by one gives the rows of folding all links at once. Its name is its smallest record,
    whatever the order of the links.
    """
    scopes = links["id_scope"].fillna("")
    records = list(zip(*(links[name] for name in _RECORD), strict=True))
    values = list(zip(links["id_type"], scopes, links["id_value"], strict=True))
    sets: UnionFind[tuple[str, ...]] = UnionFind([])
    for record, value in zip(records, values, strict=True):
        sets.union(record, value)  # two texts and three: no record is taken for a value
        sets.union(record, ("customer_id", *record))  # a record has its own key, said or not: rulings name it
    roots = [sets.find(record) for record in records]
    smallest: dict[tuple[str, ...], tuple[str, ...]] = {}
    for root, record in zip(roots, records, strict=True):
        smallest[root] = min(record, smallest.get(root, record))
    return pd.Series(["\x1f".join(smallest[root]) for root in roots], index=links.index, dtype="str")


def bucket(component: str, buckets: int) -> int:
    """Return which of so many buckets a component goes to: a hash of its name, the same on every machine."""
    return int.from_bytes(hashlib.sha256(component.encode()).digest()[:8], "big") % buckets


def fold_of(
    rules: IdentityRules, key: bytes, cut_off: dt.timedelta, was_erased: Callable[[str], bool] = lambda one_id: False
) -> Callable[[pa.Table], pa.Table]:
    """Return the function from the links of whole components to their rows of the long table."""

    def folded(links: pa.Table) -> pa.Table:
        return long_table(replay(links.to_pandas(), rules, key, cut_off, was_erased=was_erased))

    return folded


def in_order(rows: pa.Table) -> pa.Table:
    """Return the rows of many folds as one fold of them all gives them: kind after kind, each sorted by its columns."""
    kinds = [rows.filter(pa.compute.equal(rows["record_kind"], kind)) for kind in KINDS]
    tables = [
        one.sort_by([(name, "ascending") for name in KINDS[kind]]) for kind, one in zip(KINDS, kinds, strict=True)
    ]
    return pa.concat_tables(tables).cast(LONG_SCHEMA)
