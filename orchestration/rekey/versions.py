"""The kept versions of a home under new names: the same rows in the same files, but for the tokens in them."""

import json
import os
import shutil
from pathlib import Path

import pyarrow.parquet as pq

from orchestration.files import sha256_of
from orchestration.publishing import plans
from orchestration.publishing.contract import TableContract, tables
from orchestration.publishing.files import write_rows
from orchestration.publishing.manifest import MANIFEST
from orchestration.publishing.versions import CURRENT, Store, date_of
from orchestration.rekey.renaming import Renaming


def renamed_versions(store: Store, renaming: Renaming) -> dict[str, str]:
    """Build the version that stands for each one in which an old token is; return new name by old one."""
    if not store.versions.is_dir():
        return {}
    store.prepare()
    return {name: new for name in sorted(store.by_age()) if (new := _renamed(store, name, renaming)) != name}


def take_over(store: Store, names: dict[str, str]) -> None:
    """Let results, the logs beside the versions and CURRENT speak of the new ones, then delete the old ones."""
    for old, new in names.items():
        # What they say was renamed with the home's other files.
        for folder, suffix in (
            (store.results, "json"),
            (store.root / plans.FOLDER, "parquet"),
            (store.root / plans.WITHDRAWN, "parquet"),
        ):
            if (folder / f"{old}.{suffix}").exists():
                (folder / f"{old}.{suffix}").replace(folder / f"{new}.{suffix}")
    if (current := store.current()) in names:
        seen = (store.root / CURRENT).stat()
        store.point_to(names[current])
        os.utime(store.root / CURRENT, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    for old in names:
        shutil.rmtree(store.versions / old, ignore_errors=True)


def _renamed(store: Store, name: str, renaming: Renaming) -> str:
    folder = store.versions / name
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    changed = {}
    for table, contract in tables().items():
        path = folder / f"{table}.parquet"
        if path.is_file():
            rows = pq.read_table(path)
            if (new := renaming.table(rows)) is not rows:
                changed[contract] = new.sort_by([(column, "ascending") for column in contract.key])
    said = json.loads(renaming.text(json.dumps(manifest, ensure_ascii=False)))
    if not changed and said == manifest:
        return name
    building = store.building(date_of(name))
    _write(folder, building, changed)
    for contract in changed:
        said["tables"][contract.name]["sha256"] = sha256_of(building / f"{contract.name}.parquet")
    seen = folder.stat()
    new_name = store.keep(building, said)
    os.utime(store.versions / new_name, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    return new_name


def _write(folder: Path, building: Path, changed: dict[TableContract, object]) -> None:
    names = {contract.name for contract in changed}
    for path in folder.iterdir():
        if path.stem not in names and path.name != MANIFEST:
            os.link(path, building / path.name)
    for contract, rows in changed.items():
        write_rows(rows, contract, building / f"{contract.name}.parquet")
