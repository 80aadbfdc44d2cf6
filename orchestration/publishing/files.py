"""Writes one published table as a Parquet file whose bytes follow from its rows and its contract alone."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.door.tables import Door
from orchestration.files import FILE_MODE, PRIVATE_MODE
from orchestration.publishing.contract import TableContract

#: Rows of a row group: the file is cut here whatever the sizes of the batches that arrive.
ROW_GROUP_ROWS: Final = 131_072
#: identity_map joins everything with everything, the plans say who is held back: their files are for their owner alone.
RESTRICTED: Final = frozenset({
    "identity_map", "recall_plans", "recall_plan_options", "recall_readings", "recall_refused_options",
})  # fmt: skip
_SEPARATOR: Final = "\x1f"


def recipient_token(key: bytes, one_id: str, message_channel: str, audience_id: str, recipient: str = "") -> str:
    """Return the token a recipient has in one audience and channel: it joins to nothing but the export step.

    With the name of who gets an export it is another one: what two of them hold joins to nothing either.
    """
    text = _SEPARATOR.join((one_id, message_channel, audience_id, *filter(None, (recipient,))))
    return "r1:" + hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


def write_table(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    as_of_date: str,
    path: Path,
    activation_key: bytes,
    door: Door,
) -> int:
    """Write the rows a version holds of a table, in key order, and return how many.

    Sorted by key, in row groups of a fixed size, without clocks: the same rows give the same bytes, whatever the
    number of threads or the order of arrival.

    Parameters
    ----------
    connection
        The warehouse.
    contract
        Whose columns, and in which order.
    as_of_date
        The version's date, ``YYYY-MM-DD``.
    path
        The file to write.
    activation_key
        Key of ``recipient_token``, for tables that carry one.
    door
        Withholds contact values on the way.
    """
    columns = ", ".join(f'"{name}"' for name in contract.column_names)
    order = ", ".join(
        f'"{name}"' for name in (*contract.key, *(n for n in contract.column_names if n not in contract.key))
    )
    query = (
        f'select {columns} from published."{contract.name}" '
        f'where "{contract.partition}" = cast($as_of_date as date) order by {order}'
    )
    reader = connection.sql(query, params={"as_of_date": as_of_date}).to_arrow_reader(ROW_GROUP_ROWS)
    rows = seen = 0
    with pq.ParquetWriter(path, _described(reader.schema, contract), compression="zstd", version="2.6") as writer:
        for group in _row_groups(reader):
            whole = _with_tokens(group, activation_key) if "recipient_token" in contract.column_names else group
            table = door.through(whole, contract, seen + 1, rows)
            seen += group.num_rows
            writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
            rows += table.num_rows
    _give_rights(path, contract)
    return rows


def write_rows(table: pa.Table, contract: TableContract, path: Path) -> None:
    """Write rows that were read from a table's file, and changed, in the form in which ``write_table`` writes them."""
    schema = _described(table.schema, contract)
    with pq.ParquetWriter(path, schema, compression="zstd", version="2.6") as writer:
        for group in _row_groups(table.to_reader()):
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
    _give_rights(path, contract)


def _give_rights(path: Path, contract: TableContract) -> None:
    path.chmod(PRIVATE_MODE if contract.name in RESTRICTED else FILE_MODE)


def _described(schema: pa.Schema, contract: TableContract) -> pa.Schema:
    """Return a table's schema with what the contract says of the table and of each column, in English and Chinese."""
    fields = [
        field.with_metadata({
            "description": column.description,
            "description_zh": column.description_zh,
            "unit": column.unit,
            "key": "true" if column.name in contract.key else "false",
        })
        for field, column in zip(schema, contract.columns, strict=True)
    ]
    return pa.schema(fields, {"description": contract.description, "description_zh": contract.description_zh})


def _row_groups(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Cut a stream into tables of exactly ``ROW_GROUP_ROWS`` rows, the last one shorter, each of one chunk."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in reader:
        waiting.append(batch)
        count += batch.num_rows
        while count >= ROW_GROUP_ROWS:
            table = pa.Table.from_batches(waiting, reader.schema)
            yield table.slice(0, ROW_GROUP_ROWS).combine_chunks()
            rest = table.slice(ROW_GROUP_ROWS)
            waiting, count = rest.to_batches(), rest.num_rows
    if count:
        yield pa.Table.from_batches(waiting, reader.schema).combine_chunks()


def _with_tokens(table: pa.Table, key: bytes) -> pa.Table:
    ones, channels, audiences = (
        table.column(name).to_pylist() for name in ("one_id", "message_channel", "audience_id")
    )
    tokens = [recipient_token(key, *who) for who in zip(ones, channels, audiences, strict=True)]
    place = table.schema.get_field_index("recipient_token")
    return table.set_column(place, table.schema.field(place), pa.array(tokens, pa.string()))
