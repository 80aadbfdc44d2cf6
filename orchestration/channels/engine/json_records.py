"""JSON records: one payload per line or element, with or without an envelope; lists inside become child datasets."""

import json
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine.column_cleaning import TEXT, as_text
from orchestration.channels.engine.declare import Column, Dataset
from orchestration.channels.engine.files import BLOCK, open_content
from orchestration.channels.engine.flat_json import FlatObjects
from orchestration.channels.engine.lines import Lines
from orchestration.channels.engine.platform_answers import platform_answers
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import ENVELOPE, Batch, Elements, Tally, header_keys, names_of
from orchestration.channels.engine.refusal_words import says_refusal

RECORDS_PER_BATCH: Final = 20_000
#: A whole .json file is read at once; bigger ones belong in .jsonl.
LARGEST_ARRAY: Final = 512 << 20
_POWERS: Final = r"\d[eE][+]?\d"


def _number(text: str) -> float | str:
    """Return a JSON fraction; one in powers of ten stays text, so that an id written so is seen to be damaged."""
    return text if "e" in text or "E" in text else float(text)


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


_PLAIN: Final = json.JSONDecoder(parse_constant=_no_constant)
_CAREFUL: Final = json.JSONDecoder(parse_constant=_no_constant, parse_float=_number)


class Explode:
    """Turns payloads of one dataset into batches."""

    def __init__(self, dataset: Dataset, tally: Tally) -> None:
        self._dataset = dataset
        self._tally = tally
        self._first = True
        every = [*dataset.columns, *(column for child in dataset.children for column in child.columns)]
        paths = [
            *(name for column in every for name in names_of(column)),
            *(child.path for child in dataset.children),
        ]
        self._known = {header_keys(part)[0] for path in paths for part in (path, *path.split(".")) if part}
        #: what may hold anything: its keys are no columns
        self._free = {column.path or column.name for column in every if column.type == "json"}

    def batch(self, lines: Sequence[int], records: list[dict[str, Any]]) -> Batch:
        """Return the records as columns, children beside them."""
        self._tally.physical += len(records)
        self._look_for_refusals(records, lines)
        payloads, accounts, fetched = _opened(records)
        keys: set[str] = set().union(*payloads) if payloads else set()
        columns = _columns(self._dataset.columns, payloads, keys)
        answers = platform_answers(self._dataset, payloads, keys)
        self._check(columns, keys, len(payloads), answers)
        batch = Batch(np.asarray(lines, np.int64), columns, accounts, fetched, answers=answers)
        for column in self._dataset.columns:
            if column.narrows:
                names = {header_keys(name)[0] for name in names_of(column)}
                said = {key for key in keys if header_keys(key)[0] in names}
                batch.unsaid[column.name] = np.array([said.isdisjoint(payload) for payload in payloads], bool)
        for child in self._dataset.children:
            lists = [_as_list(value) for value in _values(payloads, child.path)]
            counts = np.fromiter(map(len, lists), np.int64, len(lists))
            elements = list(chain.from_iterable(lists))
            parents = np.repeat(np.arange(len(lists)), counts)
            ordinals = np.arange(len(elements)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
            inner = set().union(*(each for each in elements[:100] if isinstance(each, dict)))
            batch.children[child.name] = Elements(parents, ordinals, _columns(child.columns, elements, inner))
        return batch

    def _look_for_refusals(self, records: list[dict[str, Any]], lines: Sequence[int]) -> None:
        """Note the keys that nobody declared and that say that people refuse, wherever in a record they stand."""
        for key in self._undeclared_refusals(_all_keys(records, self._free)):
            place = next(at for at, record in enumerate(records) if key in _all_keys([record], self._free))
            self._tally.undeclared(key, lines[place])

    def _undeclared_refusals(self, keys: set[str]) -> list[str]:
        return sorted(key for key in keys if says_refusal(key) and header_keys(key)[0] not in self._known)

    def flat(self, lines: range, fields: dict[str, pa.Array]) -> Batch:
        """Return records whose fields are columns of text already."""
        self._tally.physical += len(lines)
        nothing = pa.nulls(len(lines), TEXT)
        spelled = _spelled(fields)
        columns = {
            column.name: fields.get(_path(column, fields.keys(), spelled), nothing) for column in self._dataset.columns
        }
        self._check(columns, fields.keys(), len(lines))
        for key in self._undeclared_refusals(set(fields)):
            first = pc.index(pc.is_valid(fields[key]), True).as_py()
            self._tally.undeclared(key, lines[max(first, 0)])
        return Batch(np.arange(lines.start, lines.stop), columns)

    def _check(
        self,
        columns: dict[str, pa.Array],
        keys: Set[str],
        count: int,
        answers: dict[int, tuple[str, str]] | None = None,
    ) -> None:
        """Set the file aside where its first records lack a required column."""
        if not (self._first and count):
            return
        self._first = False
        required = [column for column in self._dataset.columns if column.required]
        missing = [
            column.name if column.path in (None, column.name) else f"{column.name} ({column.path})"
            for column in required
            if columns[column.name].null_count == count and _absent(column, keys)
        ]
        if missing and answers and len(answers) == count:
            raise BrokenFile(*next(iter(answers.values())))
        if missing:
            raise BrokenFile("missing_column", ", ".join(missing))


def _columns(columns: Sequence[Column], payloads: list[Any], keys: set[str]) -> dict[str, pa.Array]:
    spelled = _spelled(keys)
    found = {}
    opened: dict[str, list[Any]] = {"": payloads}
    for column in columns:
        path = _path(column, keys, spelled)
        parent, _, last = path.rpartition(".") if path != "." else ("", "", ".")
        if parent not in opened:
            opened[parent] = _values(payloads, parent)
        found[column.name] = as_text(_values(opened[parent], last))
    return found


def _spelled(keys: Iterable[str]) -> dict[str, str]:
    spelled: dict[str, str] = {}
    for key in sorted(keys):
        spelled.setdefault(header_keys(key)[0], key)
    return spelled


def _path(column: Column, keys: Set[str], spelled: dict[str, str]) -> str:
    """Return where a column stands in a payload: its path, or a key that is spelled like one of its names."""
    path = column.path or column.name
    if "." in path or path in keys:
        return path
    names = (header_keys(name)[0] for name in names_of(column))
    return next((spelled[name] for name in names if name in spelled), path)


def _opened(records: list[dict[str, Any]]) -> tuple[list[Any], pa.Array | None, pa.Array | None]:
    """Return payloads, accounts and fetch times; a record without an envelope is its own payload."""
    if not any("payload" in record for record in records):
        return records, None, None
    enveloped = [
        isinstance(record.get("payload"), dict) and any(key in record for key in ENVELOPE) for record in records
    ]
    payloads = [record["payload"] if inside else record for record, inside in zip(records, enveloped, strict=True)]
    outer = [record if inside else {} for record, inside in zip(records, enveloped, strict=True)]
    return (
        payloads,
        as_text([each.get("_account") for each in outer]),
        as_text([each.get("_fetched_at") for each in outer]),
    )


def _all_keys(objects: list[dict[str, Any]], free: set[str], depth: int = 5) -> set[str]:
    """Return the keys of objects and of what lies inside them, but for what may hold anything."""
    found: set[str] = set().union(*objects)
    inside: list[dict[str, Any]] = []
    for each in objects:
        for key, value in each.items():
            if type(value) is dict and key not in free:
                inside.append(value)
            elif type(value) is list and key not in free:
                inside += [element for element in value if type(element) is dict]
    return found | _all_keys(inside, free, depth - 1) if inside and depth else found


def _values(payloads: list[Any], path: str) -> list[Any]:
    if path == ".":
        return payloads
    values = payloads
    for key in path.split("."):
        try:
            values = [each.get(key) for each in values]
        except AttributeError:
            values = [each.get(key) if isinstance(each, dict) else None for each in values]
    return values


def _as_list(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _absent(column: Column, keys: Set[str]) -> bool:
    known = {header_keys(key)[0] for key in keys}
    roots = {header_keys(name.split(".")[0])[0] for name in names_of(column)}
    return not roots & known


def read_lines(blocks: Iterable[Lines], dataset: Dataset, tally: Tally) -> Iterator[Batch]:
    """Yield the batches of a file with one JSON object per line; a line that is none is set aside alone."""
    explode = Explode(dataset, tally)
    flat = FlatObjects(dataset)
    before = 0
    for lines in blocks:
        tally.lines += len(lines)
        for start in range(0, len(lines), RECORDS_PER_BATCH):
            end = min(start + RECORDS_PER_BATCH, len(lines))
            numbers = range(before + start + 1, before + end + 1)
            fields = flat.fields(lines, start, end)
            if fields is not None:
                yield explode.flat(numbers, fields)
            else:
                has_powers = pc.any(pc.match_substring_regex(lines.as_array()[start:end], _POWERS)).as_py()
                decoder = _CAREFUL if has_powers else _PLAIN
                yield _by_hand(explode, map(lines.text, range(start, end)), numbers, decoder, tally)
        before += len(lines)


def _by_hand(
    explode: Explode, texts: Iterable[str | None], numbers: range, decoder: json.JSONDecoder, tally: Tally
) -> Batch:
    read = [(number, _record(text, number, decoder, tally)) for number, text in zip(numbers, texts, strict=True)]
    kept = [(number, record) for number, record in read if record is not None]
    return explode.batch([number for number, _ in kept], [record for _, record in kept])


def _record(text: str | None, line: int, decoder: json.JSONDecoder, tally: Tally) -> dict[str, Any] | None:
    if text is None:
        tally.reject(line, "undecodable_line")
        return None
    try:
        record = decoder.decode(text)
    except (ValueError, RecursionError):
        if text.strip("\ufeff \t\x00"):
            tally.reject(line, "bad_json")
        else:
            tally.skip("blank")
        return None
    if isinstance(record, dict):
        return record
    tally.reject(line, "array_in_line" if isinstance(record, list) and record else "bad_json")
    return None


def read_array(path: Path, file_format: str, encoding: str, dataset: Dataset, tally: Tally) -> Iterator[Batch]:
    """Yield the batches of a file that is one JSON array (or one object); the line is the element's place, from 1."""
    with open_content(path, file_format) as content:
        text = content.read(LARGEST_ARRAY + BLOCK)
    if len(text) > LARGEST_ARRAY:
        raise BrokenFile("oversize")
    try:
        whole = _CAREFUL.decode(text.decode("utf-8-sig" if encoding == "utf-8" else encoding))
    except UnicodeDecodeError:
        raise BrokenFile("undecodable") from None
    except (ValueError, RecursionError):
        raise BrokenFile("not_json") from None
    elements = whole if isinstance(whole, list) else [whole]
    if dataset.rows_at:
        elements = [each for page in elements for each in _as_list(_values([page], dataset.rows_at)[0])]
    explode = Explode(dataset, tally)
    for start in range(0, len(elements), RECORDS_PER_BATCH):
        numbers, records = [], []
        for place, element in enumerate(elements[start : start + RECORDS_PER_BATCH], start + 1):
            if isinstance(element, dict):
                numbers.append(place)
                records.append(element)
            else:
                tally.reject(place, "bad_json")
        yield explode.batch(numbers, records)
