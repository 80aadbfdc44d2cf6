"""How the house is built: models and their lines, edges past the wall, the longest chain, rules and their homes.

Usage: ``python -m benchmarks.house`` after `make manifest`. The wall: nothing after ``people`` reads a noun of
``customer`` or an identity for itself, but ``published`` for its two tables of identity.
"""

import functools
import json
import re
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.settings import CHECKOUT
from orchestration.stages import STAGES

_DBT = CHECKOUT / "dbt_project"
_PUBLISHED_IDENTITY = {"published_identity_map", "published_identity_redirects"}


def _lines(*patterns: str) -> tuple[int, int]:
    files = [file for pattern in patterns for file in CHECKOUT.glob(pattern) if "target" not in file.parts]
    return len(files), sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)


def past_the_wall(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the edges by which a stage after people asks a noun or an identity itself."""
    after = STAGES[STAGES.index("people") + 1 :] if "people" in STAGES else STAGES[STAGES.index("customer") + 1 :]
    return [
        f"{node['name']} reads {nodes[parent]['name']}"
        for node in nodes.values()
        if node["resource_type"] == "model" and node["schema"] in after and node["name"] not in _PUBLISHED_IDENTITY
        for parent in node["depends_on"]["nodes"]
        if parent in nodes and nodes[parent]["schema"] in {"customer", "identity"}
    ]


def longest_chain(nodes: Mapping[str, Mapping[str, Any]], ends: str) -> list[str]:
    """Return the longest chain of dbt's tables that ends in a model, by name."""

    @functools.cache
    def chain(uid: str) -> tuple[str, ...]:
        parents = [parent for parent in nodes[uid]["depends_on"]["nodes"] if parent in nodes]
        models = [parent for parent in parents if nodes[parent]["resource_type"] == "model"]
        return (*max((chain(parent) for parent in models), key=len, default=()), str(nodes[uid]["name"]))

    return list(next(chain(uid) for uid, node in nodes.items() if node["name"] == ends))


def main() -> int:
    """Print the figures; return the number of edges past the wall."""
    manifest = json.loads((_DBT / "target" / "manifest.json").read_text(encoding="utf-8"))
    nodes: dict[str, dict[str, Any]] = manifest["nodes"]
    models = {uid: node for uid, node in nodes.items() if node["resource_type"] == "model"}
    sizes = {
        node["name"]: len(Path(_DBT / node["original_file_path"]).read_text(encoding="utf-8").splitlines())
        for node in models.values()
        if node["language"] == "sql"
    }
    ones = [size for size in sizes.values() if size > 1]
    edges = past_the_wall(nodes)
    names = {node["name"] for node in models.values()}
    recall = next(name for name in ("recall_people", "recall_context") if name in names)
    chain = longest_chain(nodes, recall)
    longest = max(sizes, key=lambda name: sizes[name])
    print(f"models {len(models)}, SQL lines {sum(sizes.values())}, median {statistics.median(sizes.values()):g}")
    print(f"  {statistics.median(ones):g} without one-liners, longest {sizes[longest]} ({longest})")
    print(f"  over 120 lines: {sum(size > 120 for size in sizes.values())}")
    for what, *patterns in (
        ("Python", "orchestration/**/*.py", "ml/**/*.py", "data_quality/**/*.py", "dbt_project/**/*.py"),
        ("tests", "tests/**/*.py"),
        ("yml", "dbt_project/**/*.yml"),
        ("macros", "dbt_project/macros/**/*.sql"),
        ("seeds", "dbt_project/seeds/*.csv"),
    ):
        files, lines = _lines(*patterns)
        print(f"{what}: {files} files, {lines} lines")
    print(f"dbt unit tests: {len(manifest['unit_tests'])}")
    print(f"edges past the wall: {len(edges)}")
    print(f"longest chain of dbt's tables to {recall}: {len(chain)}: {' > '.join(chain)}")
    page = CHECKOUT / "docs" / "rules.md"
    if page.is_file():
        rows = re.findall(r"^\| (?!rule |---)", page.read_text(encoding="utf-8"), re.MULTILINE)
        print(f"rules with one home each, held by a test: {len(rows)} (docs/rules.md)")
    return len(edges)


if __name__ == "__main__":
    sys.exit(main() > 0)
