"""The fingerprint of the rules under which a date was made: a date made under another one is made again."""

import hashlib
import json
from pathlib import Path
from typing import Final

import duckdb

from orchestration.dbt_calls import PROJECT
from orchestration.dbt_graph import nodes
from orchestration.home_rules import seed_file
from orchestration.keeping.tables import ancestors
from orchestration.rules_text import hash_of
from orchestration.settings import CHECKOUT, Settings

#: The settings that kept tables or what they stand on read.
SETTINGS: Final = ("cut_off_hour", "horizon_days", "profiling", "live_from")


def files_of(settings: Settings, project: Path = PROJECT) -> list[Path]:
    """Return the files that decide what kept tables hold: their models, macros, seeds and the code of identity."""
    found = [project / "dbt_project.yml", *(project / "macros").glob("**/*.sql")]
    folders: set[Path] = set()
    for unique_id in ancestors():
        node = nodes()[unique_id]
        if node["resource_type"] == "seed":
            found.append(seed_file(settings, node["name"]))
        elif node["resource_type"] == "model":
            found.append(project / node["original_file_path"])
            folders.add(found[-1].parent)
    declared = [file for folder in folders for file in folder.glob("*.yml")]
    code = [*(CHECKOUT / "ml" / "identity").glob("*.py"), *(CHECKOUT / "orchestration" / "keeping").glob("*.py")]
    return [*found, *declared, *code]


def fingerprint(settings: Settings) -> str:
    """Return the fingerprint of a home's rules, its settings and the engine that works them out."""
    read = {name: getattr(settings, name) for name in SETTINGS}
    said = json.dumps([read, duckdb.__version__], sort_keys=True, default=dict)
    return hashlib.sha256(f"{said}{hash_of(files_of(settings))}".encode()).hexdigest()[:16]
