"""Parquet files and workbooks without some of their records: every other row, column and sheet stays as it was."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.channels.engine.declare import Dataset
from orchestration.channels.engine.parquet_and_xlsx import sheet_that_is_read
from orchestration.erasing.one_record import headers

if TYPE_CHECKING:
    from orchestration.erasing.cutting import Knife


def cut_parquet(knife: "Knife", path: Path) -> bytes | None:
    """Return a Parquet file's bytes without what a knife cuts, None where nothing of it is."""
    file = pq.ParquetFile(path)
    table = file.read()
    if not knife.is_searching and not any(knife.act(number) for number in range(1, table.num_rows + 1)):
        return None
    made = []
    for number, row in enumerate(table.to_pylist(), 1):
        act = knife.act(number)
        changed = row if act is None else knife.changed(act, row)
        if changed is not None and changed is not row:
            changed = {name: None if value == "" != row[name] else value for name, value in changed.items()}
        if changed is not None:
            made.append(_without_theirs(knife, changed) if knife.is_searching else changed)
    if not knife.has_cut:
        return None
    out = io.BytesIO()
    codec = file.metadata.row_group(0).column(0).compression.lower() if file.metadata.num_row_groups else "snappy"
    pq.write_table(_as_before(made, table.schema), out, compression=codec.replace("uncompressed", "none"))
    return out.getvalue()


def _without_theirs(knife: "Knife", row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: knife.without_theirs(value) if isinstance(value, str) else value for name, value in row.items()}


def _as_before(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return rows under a file's own schema; a column of numbers in which a walk-in's id stands becomes texts."""
    for place, field in enumerate(schema):
        is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        is_text |= pa.types.is_dictionary(field.type) or pa.types.is_string_view(field.type)
        if not is_text and any(isinstance(row[field.name], str) for row in rows):
            schema = schema.set(place, pa.field(field.name, pa.string(), metadata=field.metadata))
            for row in rows:
                row[field.name] = None if row[field.name] is None else str(row[field.name])
    return pa.Table.from_pylist(rows, schema)


def cut_workbook(knife: "Knife", path: Path, dataset: Dataset) -> bytes | None:
    """Return a workbook's bytes without what a knife cuts, None where nothing of it is.

    The acts are by the rows of the one sheet that is read; the rows of every other sheet are judged by their cells.
    """
    book = openpyxl.load_workbook(path)
    read = sheet_that_is_read(book, dataset)
    for sheet in book.worksheets:
        _cut_sheet(knife, sheet, is_read=sheet.title == read)
    if not knife.has_cut:
        return None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cut_sheet(knife: "Knife", sheet: Worksheet, *, is_read: bool) -> None:
    header: list[str] = []
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = ["" if cell.value is None else str(cell.value) for cell in row]
        if is_read and not header and any(map(knife.is_declared, filter(None, cells))):
            header = cells
        act = knife.act(number) if is_read else knife.doubtful
        changed: Mapping[str, Any] | None = dict(zip(headers(header, len(cells)), cells, strict=True))
        if act is not None:
            changed = knife.changed(act, changed)
        after = [""] * len(cells) if changed is None else list(changed.values())
        if knife.is_searching:
            after = list(map(knife.without_theirs, after))
        for cell, text, old in zip(row, after, cells, strict=True):
            if text != old:
                cell.value = text or None
