"""Lines of flat JSON objects read by Arrow, as long as each key holds values of one kind; the others go by hand."""

import json
import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow_json

from orchestration.channels.engine.column_cleaning import TEXT, as_text
from orchestration.channels.engine.declare import Dataset
from orchestration.channels.engine.lines import Lines
from orchestration.channels.engine.records import header_keys, names_of

#: Lines from which the kinds of values are learned.
_SAMPLE: Final = 200
_NESTED: Final = pa.struct([])
_KINDS: Final = {str: TEXT, bool: pa.bool_(), int: pa.int64(), float: pa.float64()}


class FlatObjects:
    """Reads what Arrow reads without loss. Where it may not, nothing is said, and the lines are read by hand."""

    def __init__(self, dataset: Dataset) -> None:
        self._names = [{header_keys(name)[0] for name in names_of(column)} for column in dataset.columns]
        self._kinds: dict[str, pa.DataType] = {}
        # Of a key that narrows what a record says, it counts whether the record has it at all: columns forget that.
        self._may_be_flat = not dataset.children and not any(
            "." in (each.path or "") or each.narrows for each in dataset.columns
        )

    def fields(self, lines: Lines, start: int, end: int) -> dict[str, pa.Array] | None:
        """Return the fields of some lines as columns of text, or None."""
        first, last = lines.starts[start:end], lines.ends[start:end] - 1
        if not self._may_be_flat or any(start <= place < end for place in lines.broken):
            return None
        if (lines.bytes[first] != ord("{")).any() or (lines.bytes[last] != ord("}")).any():
            return None
        if not self._kinds:
            self._learn(pa.schema(()), [lines.text(place) or "" for place in range(start, min(end, start + _SAMPLE))])
        content = pa.py_buffer(lines.content)[first[0] : last[-1] + 2]
        table = self._read(content, end - start)
        if table is not None and self._learn(table.schema, []):
            table = self._read(content, end - start)
        if table is None or not self._may_be_flat:
            return None
        fields = {}
        for name, chunked in zip(table.column_names, table.columns, strict=True):
            values = chunked.combine_chunks()
            fields[name] = values.cast(TEXT)
            if pa.types.is_floating(values.type):
                fields[name] = _as_written(name, lines.as_array()[start:end])
                if fields[name].null_count != values.null_count:
                    return None
        return fields

    def _learn(self, inferred: pa.Schema, sample: list[str]) -> bool:
        """Learn which keys there are and what they hold; say whether that was news."""
        found = {field.name: _kind(field.type) for field in inferred}
        for text in sample:
            try:
                record = json.loads(text)
            except (ValueError, RecursionError):
                return False
            found |= {name: _KINDS.get(type(value), _NESTED) for name, value in record.items() if value is not None}
        new = {name: kind for name, kind in found.items() if name not in self._kinds and kind != pa.null()}
        self._kinds |= new
        keys = [header_keys(name)[0] for name in self._kinds]
        # Values in one another, an envelope, a key that reads as a path, or two keys for one column are read by hand.
        self._may_be_flat &= _NESTED not in new.values() and not any("." in name or name == "payload" for name in new)
        self._may_be_flat &= all(sum(key in names for key in keys) < 2 for names in self._names)
        return bool(new)

    def _read(self, content: pa.Buffer, count: int) -> pa.Table | None:
        parsing = arrow_json.ParseOptions(pa.schema(list(self._kinds.items())), unexpected_field_behavior="infer")
        options = arrow_json.ReadOptions(use_threads=False, block_size=content.size + 1)
        try:
            table = arrow_json.read_json(pa.BufferReader(content), options, parsing)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            if pa.int64() not in self._kinds.values():
                return None
            # A fraction among whole numbers: from here on such columns are read as written.
            self._kinds |= {name: pa.float64() for name, kind in self._kinds.items() if kind == pa.int64()}
            return self._read(content, count)
        return table if len(table) == count else None


def _kind(inferred: pa.DataType) -> pa.DataType:
    """Return how a column is read whose type Arrow inferred: a text that looks like a time is text."""
    if pa.types.is_timestamp(inferred) or pa.types.is_date(inferred) or pa.types.is_time(inferred):
        return TEXT
    return inferred if inferred in (*_KINDS.values(), pa.null()) else _NESTED


def _as_written(name: str, lines: pa.Array) -> pa.Array:
    """Return the numbers of a key as they stand in flat objects: a double forgets whether 12 was written 12.0."""
    pattern = rf'[{{,]\s*"{re.escape(name)}"\s*:\s*(?P<number>-?[0-9][0-9.]*)\s*[,}}]'
    encoded = pc.struct_field(pc.extract_regex(lines, pattern), "number").dictionary_encode()
    numbers = [None if text is None else json.loads(text) for text in encoded.dictionary.to_pylist()]
    return as_text(numbers).cast(TEXT).take(encoded.indices)
