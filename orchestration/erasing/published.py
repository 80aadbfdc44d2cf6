"""Published versions without erased people: every other row stays as it was, and the version is named anew."""

import dataclasses
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.erasing.columns import ONE_IDS, SENT_TO
from orchestration.erasing.tombstones import ANYWHERE, LEAD, Tombstones
from orchestration.files import FOLDER_MODE, replacing, sha256_of, write_text
from orchestration.publishing.files import ROW_GROUP_ROWS
from orchestration.publishing.manifest import MANIFEST, as_text, version_name
from orchestration.publishing.versions import Store

#: The field of a manifest that says how many rows were cut, by table: such a version equals no other of its records.
CUT: Final = "cut"
_NAMING: Final = (*ONE_IDS, *SENT_TO)
_ACCOUNT: Final = "account_id"


@dataclasses.dataclass
class CutVersions:
    """What became of the versions: name before to name after, and the rows cut."""

    renamed: dict[str, str] = dataclasses.field(default_factory=dict)
    rows: int = 0


def rows_to_go(table: pa.Table, stones: Tombstones) -> np.ndarray:
    """Say of each row of a table of the house whether it names an erased person."""
    gone = np.zeros(table.num_rows, bool)
    for name in table.column_names:
        if name in _NAMING and pa.types.is_string(table.schema.field(name).type):
            gone |= stones.mask(ANYWHERE, table[name])
    # A company's account is called after its first lead, who is a person.
    if _ACCOUNT in table.column_names and not set(_NAMING) & set(table.column_names):
        gone |= stones.mask(LEAD, table[_ACCOUNT])
    if {"source", "customer_id"} <= set(table.column_names):
        sources = table["source"].to_pylist()
        for source in sorted({each for each in sources if each}):
            of_source = np.array([each == source for each in sources])
            gone |= of_source & stones.mask(f"customer {source}", table["customer_id"])
    return gone


def named_in(path: Path, stones: Tombstones) -> set[str]:
    """Return the erased people's ids and tokens in the columns of a file that name somebody."""
    names = [field.name for field in pq.read_schema(path) if field.name in _NAMING and pa.types.is_string(field.type)]
    columns = [pq.read_table(path, columns=[name])[name].combine_chunks() for name in names]
    return {value for column in columns for value in stones.matches(ANYWHERE, column)}


def cut_parquet(path: Path, stones: Tombstones, change: Callable[[pa.Table], pa.Table] = lambda rows: rows) -> int:
    """Take an erased person's rows out of a Parquet file of the house, in its place; return how many.

    The others are written as the file's own writer writes them: in their order, the same row groups, the same codec.
    A file without such a row is not touched, unless ``change`` changes it.
    """
    file = pq.ParquetFile(path)
    table = file.read()
    gone = rows_to_go(table, stones)
    kept = change(table.filter(pa.array(~gone)) if gone.any() else table)
    if kept is table:
        return 0
    groups = file.metadata.num_row_groups
    codec = file.metadata.row_group(0).column(0).compression.lower() if groups else "zstd"
    mode = path.stat().st_mode & 0o777
    with (
        replacing(path, mode, is_durable=True) as draft,
        pq.ParquetWriter(draft, file.schema_arrow, compression=codec, version="2.6") as writer,
    ):
        for start in range(0, kept.num_rows, ROW_GROUP_ROWS):
            part = kept.slice(start, ROW_GROUP_ROWS).combine_chunks()
            writer.write_table(part, row_group_size=ROW_GROUP_ROWS)
    return int(gone.sum())


def cut_versions(store: Store, stones: Tombstones, renamed: dict[str, str] | None = None) -> CutVersions:
    """Cut every kept version; return the new names. The old folders stay for whoever is reading them.

    ``renamed``: what an earlier, interrupted call renamed already. Old versions lose their check results: nothing
    publishes, rolls back to or counts them any more.
    """
    done = CutVersions(dict(renamed or {}))
    current = store.current()
    for old in store.by_age():
        if old in done.renamed:
            continue
        new, rows = _cut_version(store, old, stones)
        done.rows += rows
        if new != old:
            done.renamed[old] = new
    for old, new in done.renamed.items():
        if current == old:
            store.point_to(new)
        (store.results / f"{old}.json").unlink(missing_ok=True)
    return done


def _cut_version(store: Store, old: str, stones: Tombstones) -> tuple[str, int]:
    place = store.versions / old
    manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    building = store.root / f".building-cut-{old}"
    shutil.rmtree(building, ignore_errors=True)
    cut: dict[str, int] = {}
    for table in sorted(manifest["tables"]):
        file = place / f"{table}.parquet"
        names = [name for name in pq.read_schema(file).names if name in (*_NAMING, _ACCOUNT)]
        if not names or not rows_to_go(pq.read_table(file, columns=names), stones).any():
            continue
        building.mkdir(mode=FOLDER_MODE, exist_ok=True)
        shutil.copy2(file, building / file.name)
        cut[table] = cut_parquet(building / file.name, stones)
    if not cut:
        return old, 0
    for file in place.iterdir():
        if not (building / file.name).exists() and file.name != MANIFEST:
            os.link(file, building / file.name)
    said = _said(manifest, building, cut)
    new = version_name(said)
    write_text(building / MANIFEST, as_text(said))
    result = store.result(old)
    before = place.stat()
    if (store.versions / new).exists():
        shutil.rmtree(building)
    else:
        building.rename(store.versions / new)
    os.utime(store.versions / new, ns=(before.st_atime_ns, before.st_mtime_ns))
    if result:
        text = json.dumps(result | {"version": new}, ensure_ascii=False, indent=1, sort_keys=True)
        write_text(store.results / f"{new}.json", text + "\n")
    return new, sum(cut.values())


def _said(manifest: dict[str, Any], folder: Path, cut: dict[str, int]) -> dict[str, Any]:
    """Return what a cut version says of itself: no clock and no id, so that a restore cuts it to the same name."""
    tables = {
        name: said | {"rows": said["rows"] - cut[name], "sha256": sha256_of(folder / f"{name}.parquet")}
        if name in cut
        else said
        for name, said in manifest["tables"].items()
    }
    earlier: dict[str, int] = manifest.get(CUT, {})
    total = {name: earlier.get(name, 0) + cut.get(name, 0) for name in sorted({*earlier, *cut})}
    return manifest | {"tables": tables, CUT: total}


def cut_named_by_version(folder: Path, stones: Tombstones, renamed: dict[str, str]) -> int:
    """Cut the files of a folder that are named by a version, and name them by what the version is called now."""
    rows = 0
    for file in sorted(folder.glob("*.parquet")) if folder.is_dir() else []:
        rows += cut_parquet(file, stones, lambda table: with_new_versions(table, renamed))
        if new := renamed.get(file.stem):
            file.replace(folder / f"{new}.parquet")
    return rows


def with_new_versions(table: pa.Table, renamed: dict[str, str]) -> pa.Table:
    """Return a table whose ``version`` column says what the versions are called now; the same one without a change."""
    if "version" not in table.column_names or not renamed:
        return table
    place = table.schema.get_field_index("version")
    old = table["version"].combine_chunks()
    if not pc.any(pc.is_in(old, pa.array(list(renamed), old.type))).as_py():
        return table
    names = [renamed.get(name, name) for name in old.to_pylist()]
    return table.set_column(place, table.schema.field(place), pa.array(names, old.type))


def retire(store: Store, names: list[str]) -> None:
    """Delete versions that were cut, when no reader can be in them any more."""
    for name in names:
        if name != store.current():
            shutil.rmtree(store.versions / name, ignore_errors=True)
