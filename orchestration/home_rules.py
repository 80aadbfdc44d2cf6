"""A brand's own rules: ``rules/<seed>.csv`` of a home stands in for the seed of that name that siyu ships.

A release may change shipped seeds; what stands in the home stays. A file here replaces its whole seed, so it starts as
a copy of the shipped one.
"""

import dataclasses
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from orchestration.files import sha256_of
from orchestration.seed_rows import SEEDS, check_seed, column_types, read_seed
from orchestration.settings import Settings, SettingsError

FOLDER: Final = "rules"


@dataclasses.dataclass(frozen=True)
class OwnRules:
    """A seed that a home replaces: its name, its file and the file's sha256."""

    seed: str
    file: Path
    sha256: str


def own_rules(settings: Settings) -> list[OwnRules]:
    """Return the seeds that a home replaces, by name; the files are not looked into."""
    files = sorted((settings.home / FOLDER).glob("*.csv"))
    return [OwnRules(file.stem, file, sha256_of(file)) for file in files]


def seed_file(settings: Settings, seed: str) -> Path:
    """Return the file that holds a seed's rows: the home's own, else the shipped one."""
    own = settings.home / FOLDER / f"{seed}.csv"
    return own if own.is_file() else SEEDS / f"{seed}.csv"


def check_own_rules(settings: Settings) -> list[OwnRules]:
    """Return the seeds that a home replaces, after every one of their cells was read.

    Raises
    ------
    SettingsError
        Something else than CSV files named like seeds lies in the folder, or a file cannot take its seed's place
        (:func:`orchestration.seed_rows.check_seed`); the message names file, line, column and remedy.
    """
    folder = settings.home / FOLDER
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        if file.suffix != ".csv" and not file.name.startswith("."):
            raise SettingsError(f"{file}: only <seed>.csv is read here; rename it, or take it out")
    known = sorted(file.stem for file in SEEDS.glob("*.csv"))
    for file in sorted(folder.glob("*.csv")):
        if file.stem not in known:
            raise SettingsError(f"{file}: there is no seed {file.stem!r}; rename it to one of: {', '.join(known)}")
        check_seed(read_seed(file), file.stem)
    return own_rules(settings)


def load_seeds(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[str]:
    """Make the warehouse's seeds anew, all or none: the shipped rows, and a home's own where it has some.

    One script instead of a dbt node for each of some sixty files: 11 CPU seconds of a first night became .5.

    Returns
    -------
    list of str
        The seeds whose rows are the home's own.
    """
    own = {rules.seed: rules.file for rules in own_rules(settings)}
    connection.execute("begin")
    try:
        connection.execute("create schema if not exists seeds")
        for shipped in sorted(SEEDS.glob("*.csv")):
            said, types = read_seed(own.get(shipped.stem, shipped)), column_types(shipped.stem)
            rows = pa.table({
                column: pa.array([row[at] or None for _, row in said.rows], pa.string())
                for at, column in enumerate(said.head)
            })
            columns = ", ".join(f'cast("{column}" as {kind}) as "{column}"' for column, kind in types.items())
            connection.register("seed_rows", rows)
            connection.execute(f'create or replace table seeds."{shipped.stem}" as select {columns} from seed_rows')
            connection.unregister("seed_rows")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return sorted(own)
