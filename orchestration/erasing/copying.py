"""A person's own copy of what a home holds of them: landed records in the clear, published rows, and what was decided.

A person may see what is kept of them and take it along (law_rules: explain_and_copy). Finding goes as an erasure's
does, so what is copied is what would be erased. Other people's values stay out: whom they recommended, the other side
of a call.
"""

import contextlib
import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration import audit_log
from orchestration.erasing.columns import Place
from orchestration.erasing.person import Person, find_person, plain_values, rows_of
from orchestration.erasing.tombstones import is_token
from orchestration.files import PRIVATE_MODE, replacing, sha256_of, write_text
from orchestration.publishing.versions import Store
from orchestration.rights import require
from orchestration.sending.gateways.cells import Sheet, write_sheets
from orchestration.settings import Settings
from orchestration.warehouse import connect
from orchestration.why import NobodyPublished, opened, printed, why

#: What a copy is written as: a workbook to read, or what another program takes.
KINDS: Final = (".xlsx", ".json")
#: What stands where a value is somebody else's.
ANOTHERS: Final = "(他人)"
#: Of a call one side is the person; the other is the house, or whoever called for them.
_SIDES: Final = ("calling_number", "called_number")
_DECISIONS: Final = "决定"
#: Excel takes no longer name of a sheet.
_NAME_LENGTH: Final = 31

_Rows = list[dict[str, Any]]


class NoCopy(ValueError):
    """The file is none that can be written; the message says which is."""


@dataclasses.dataclass(frozen=True)
class Copied:
    """What was written: records that landed, rows that are published, and the file's hash."""

    records: int
    published_rows: int
    sha256: str


def copy(settings: Settings, who: str, out: Path, approved_by: str) -> Copied:
    """Write a person's copy for its owner alone, and note in the audit log that somebody approved it.

    Parameters
    ----------
    settings
        Whose home; nothing in it is changed but the log.
    who
        As ``find_person`` takes it.
    out
        The file: .xlsx to read, .json to take along.
    approved_by
        Who made sure that it is really they who ask.

    Raises
    ------
    NoCopy
        The file has another ending, or lies in the home, or its folder is not there.
    NobodyToErase
        Nobody is known by it, or several people are.
    """
    require(settings, "copy")
    _check(settings, out)
    person = find_person(settings, who)
    landed, published = _landed(settings, person), _published(settings, person)
    decisions = _decisions(settings, person)
    if out.suffix == ".json":
        said = {"decisions": decisions, "landed": landed, "published": published}
        write_text(out, json.dumps(said, ensure_ascii=False, indent=1, default=str), PRIVATE_MODE)
    else:
        tables = [*landed.items(), *published.items()]
        sheets = [_sheet(f"{number} {name}", rows) for number, (name, rows) in enumerate(tables, 1)]
        with replacing(out, PRIVATE_MODE) as draft:
            write_sheets(draft, [Sheet(_DECISIONS, [_DECISIONS], [[line] for line in decisions]), *sheets])
    done = Copied(sum(map(len, landed.values())), sum(map(len, published.values())), sha256_of(out))
    audit_log.append(settings, "person_copied", {"approved_by": approved_by, **dataclasses.asdict(done)})
    return done


def _check(settings: Settings, out: Path) -> None:
    if out.suffix not in KINDS:
        raise NoCopy(f"--out {out}: name a file that ends with {' or '.join(KINDS)}")
    if out.resolve().is_relative_to(settings.home.resolve()):
        raise NoCopy(f"--out {out}: it lies in the home, where it would be kept; name a file outside")
    if not out.parent.is_dir():
        raise NoCopy(f"--out {out}: there is no folder {out.parent}; name a file in one that is there")


def _landed(settings: Settings, person: Person) -> dict[str, _Rows]:
    """Return the person's records as they landed, with the values that only the vault holds."""
    plain = plain_values(settings, person)
    with connect(settings, read_only=True) as warehouse:
        found = rows_of(person, warehouse, "*", is_mention_counted=False)
        rows = {
            table: [_own(row, place, person, plain) for row in theirs.to_pylist()] for table, place, theirs in found
        }
    return {table: own for table, own in rows.items() if own}


def _own(row: Mapping[str, Any], place: Place, person: Person, plain: Mapping[str, str]) -> dict[str, Any]:
    """Return a record without the house's own columns, empty ones, and what is somebody else's."""
    own = {}
    for name, value in row.items():
        if name.startswith("_") or value in (None, "", []):
            continue
        is_anothers = name in place.mentions or (name in _SIDES and value not in person.values)
        own[name] = ANOTHERS if is_anothers else plain.get(str(value), value)
        if is_token(str(own[name])):
            own[name] = ANOTHERS  # the vault no longer has it, or it is not the person's
    return own


def _published(settings: Settings, person: Person) -> dict[str, _Rows]:
    """Return the person's rows of every table of the version that readers read."""
    store = Store(settings.published)
    if (current := store.current()) is None:
        return {}
    found = {}
    for name in sorted(store.manifest(current)["tables"]):
        file = store.versions / current / f"{name}.parquet"
        if "one_id" in pq.read_schema(file).names:
            rows: pa.Table = pq.read_table(file, filters=[("one_id", "in", sorted(person.one_ids))])
            found[name] = [{k: v for k, v in row.items() if v not in (None, [])} for row in rows.to_pylist()]
    return {name: rows for name, rows in found.items() if rows}


def _decisions(settings: Settings, person: Person) -> list[str]:
    """Return what was decided about the person and why, in words; empty where no version has them."""
    lines: list[str] = []
    for one_id in sorted(person.one_ids):
        with contextlib.suppress(NobodyPublished):
            lines += printed(why(opened(settings), one_id, "zh"), "zh")
    return lines


def _sheet(name: str, rows: _Rows) -> Sheet:
    header = list(dict.fromkeys(column for row in rows for column in row))
    cells = [[_text(row.get(column)) for column in header] for row in rows]
    return Sheet(name[:_NAME_LENGTH], header, cells)


def _text(value: Any) -> Any:
    return ";".join(map(str, value)) if isinstance(value, list) else value
