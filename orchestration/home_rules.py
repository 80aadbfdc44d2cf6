"""A brand's own rules: ``rules/<seed>.csv`` of a home stands in for the seed of that name that siyu ships.

A release may change shipped seeds; what stands in the home stays. A file here replaces its whole seed, so it starts as
a copy of the shipped one.
"""

import dataclasses
from pathlib import Path
from typing import Final

import duckdb

from orchestration.files import sha256_of
from orchestration.seed_rows import SEEDS, check_seed, read_seed
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


def load_own_rules(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[str]:
    """Replace the rows of the warehouse's seeds by a home's own, in one transaction; return the seeds' names."""
    found = own_rules(settings)
    connection.execute("begin")
    try:
        for rules in found:
            said = read_seed(rules.file)
            columns = ", ".join(f'"{column}"' for column in said.head)
            marks = ", ".join("?" for _ in said.head)
            connection.execute(f'delete from seeds."{rules.seed}"')
            if said.rows:
                connection.executemany(
                    f'insert into seeds."{rules.seed}" ({columns}) values ({marks})',
                    [[cell or None for cell in row] for _, row in said.rows],
                )
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return [rules.seed for rules in found]
