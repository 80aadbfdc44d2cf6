"""The journal of plans really published: what recall's outcomes are read against.

``published/journal.parquet`` holds one row per candidate of every version that CURRENT was moved to, in the order of
the moves: version, as_of_date, audience_id, one_id, arm, message_channel, offer_id, expected_cost_fen,
net_p10/50/90_fen, assignment_probability. The first move to a version writes its rows; none is written twice.
"""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.files import PRIVATE_MODE, replacing
from orchestration.publishing.versions import Store

JOURNAL: Final = "journal.parquet"
_PLAN: Final = ("message_channel", "offer_id", "expected_cost_fen", "net_p10_fen", "net_p50_fen", "net_p90_fen")
SCHEMA: Final = pa.schema([
    ("version", pa.string()),
    ("as_of_date", pa.date32()),
    ("audience_id", pa.string()),
    ("one_id", pa.string()),
    ("arm", pa.string()),
    ("message_channel", pa.string()),
    ("offer_id", pa.string()),
    ("expected_cost_fen", pa.int64()),
    ("net_p10_fen", pa.int64()),
    ("net_p50_fen", pa.int64()),
    ("net_p90_fen", pa.int64()),
    ("assignment_probability", pa.float64()),
])


def append_plans(store: Store, version: str) -> int:
    """Add a version's plans, holdouts included, to the journal before CURRENT moves to it; return the rows added."""
    path = store.root / JOURNAL
    earlier = pq.read_table(path, schema=SCHEMA) if path.exists() else SCHEMA.empty_table()
    if pc.any(pc.equal(earlier.column("version"), version)).as_py():
        return 0
    folder = store.versions / version
    drawn = pq.read_table(folder / "recall_assignment.parquet")
    plans = pq.read_table(folder / "recall_audience.parquet", columns=["one_id", *_PLAN])
    rows = drawn.join(plans, keys="one_id", join_type="left outer").sort_by("one_id")
    rows = rows.append_column("version", pa.array([version] * rows.num_rows, pa.string()))
    rows = rows.select(SCHEMA.names).cast(SCHEMA)
    with replacing(path, PRIVATE_MODE, is_durable=True) as draft:
        pq.write_table(pa.concat_tables([earlier, rows]), draft, compression="zstd")
    return int(rows.num_rows)
