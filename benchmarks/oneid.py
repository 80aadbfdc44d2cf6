"""OneID on the demo's truth: pairwise precision and recall, beside naive connected components on all links.

Usage: ``python -m benchmarks.oneid HOME`` after a run of the demo brand in HOME (no run may be under way).

A pair is two source records of the truth. Precision: of the pairs put together, the share that is one person.
Recall: of the pairs that are one person, the share put together. Naive is what a first version would do: every record
and every identifier value it was ever seen with, joined without strength, cap, blocked value, ruling or time. (It is
spared masked, virtual and placeholder phones, because the door never makes a key of them.)
"""

import argparse
import dataclasses
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from pathlib import Path

import duckdb

Record = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Score:
    """Pairs counted over the truth's records; ``found`` and ``true`` share ``right``."""

    clusters: int
    largest: int
    found: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        """Share of found pairs that are one person."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that were found."""
        return self.right / self.true if self.true else 1.0


def pairs(groups: Iterable[Hashable]) -> int:
    """Return how many pairs stand in the same group."""
    return sum(count * (count - 1) // 2 for count in Counter(groups).values())


def score(person_of: dict[Record, str], cluster_of: dict[Record, Hashable]) -> Score:
    """Judge a clustering on the records that the truth knows; a record without a cluster stands alone."""
    clusters = {record: cluster_of.get(record, ("alone", record)) for record in person_of}
    sizes = Counter(clusters.values())
    return Score(
        clusters=len(sizes),
        largest=max(sizes.values(), default=0),
        found=pairs(clusters.values()),
        true=pairs(person_of.values()),
        right=pairs((clusters[record], person) for record, person in person_of.items()),
    )


def connected(links: Iterable[tuple[Hashable, Hashable]]) -> dict[Hashable, Hashable]:
    """Return the root of every node after joining all links (union by path halving)."""
    parent: dict[Hashable, Hashable] = {}

    def root(node: Hashable) -> Hashable:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in links:
        parent[root(left)] = root(right)
    return {node: root(node) for node in list(parent)}


def read_truth(home: Path) -> tuple[dict[Record, str], dict[str, set[str]]]:
    """Return person per source record, and the persons that each trap concerns."""
    rows = duckdb.execute(
        "select source, customer_id, person_id, flags from read_parquet(?) where customer_id <> '' order by all",
        [str(home / "truth" / "people.parquet")],
    ).fetchall()
    person_of = {(source, customer_id): person for source, customer_id, person, _ in rows}
    trapped: dict[str, set[str]] = defaultdict(set)
    for _, _, person, flags in rows:
        for flag in flags:
            trapped[flag].add(person)
    return person_of, dict(sorted(trapped.items()))


def read_identity(home: Path) -> dict[Record, Hashable]:
    """Return one_id per source record, as published last."""
    version = (home / "published" / "CURRENT").read_text(encoding="utf-8").strip()
    rows = duckdb.execute(
        "select id_scope, id_token, one_id from read_parquet(?) where id_type = 'customer_id' and known_to is null",
        [str(home / "published" / "versions" / version / "identity_map.parquet")],
    ).fetchall()
    return {(source, customer_id): one_id for source, customer_id, one_id in rows}


def read_links(home: Path) -> list[tuple[Hashable, Hashable]]:
    """Return (record, value) for every observation staging has, read from a copy: the warehouse has one owner."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "warehouse.duckdb"
        shutil.copy(home / "warehouse.duckdb", copy)
        with duckdb.connect(str(copy), read_only=True) as connection:
            rows = connection.execute(
                "select distinct source, customer_id, id_type, id_scope, id_value "
                "from identity.identifier_links order by all"
            ).fetchall()
    return [
        ((source, customer), (scope, value) if kind == "customer_id" else (kind, scope, value))
        for source, customer, kind, scope, value in rows
    ]


def by_trap(
    person_of: dict[Record, str], trapped: dict[str, set[str]], methods: dict[str, dict[Record, Hashable]]
) -> list[tuple[str, int, int, dict[str, tuple[int, int]]]]:
    """Return (trap, persons, true pairs, {method: (right pairs, persons mixed up with somebody else)})."""
    table = []
    for trap, persons in trapped.items():
        inside = {record: person for record, person in person_of.items() if person in persons}
        judged = {}
        for name, cluster_of in methods.items():
            everybody = defaultdict(set)
            for record, person in person_of.items():
                everybody[cluster_of.get(record, ("alone", record))].add(person)
            mixed = {person for found in everybody.values() if len(found) > 1 for person in found & persons}
            judged[name] = (score(inside, cluster_of).right, len(mixed))
        table.append((trap, len(persons), pairs(inside.values()), judged))
    return table


def main() -> int:
    """Print the two tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oneid", description=__doc__.split("\n")[0])
    parser.add_argument("home", type=Path, help="a home in which the demo brand was run")
    home = parser.parse_args().home
    person_of, trapped = read_truth(home)
    naive = connected(read_links(home))
    methods: dict[str, dict[Record, Hashable]] = {
        "siyu": read_identity(home),
        "naive": {record: naive[record] for record in person_of if record in naive},
    }
    people = len(set(person_of.values()))
    print(f"{len(person_of):,} source records of {people:,} people (records named by a phone left out)\n")
    print("| method | clusters | largest | found pairs | true pairs | right pairs | precision | recall |")
    print("|---|---|---|---|---|---|---|---|")
    for name, cluster_of in methods.items():
        got = score(person_of, cluster_of)
        print(
            f"| {name} | {got.clusters:,} | {got.largest} | {got.found:,} | {got.true:,} | {got.right:,} "
            f"| {got.precision:.4f} | {got.recall:.4f} |"
        )
    print("\n| trap | people | true pairs | siyu right | naive right | siyu mixed up | naive mixed up |")
    print("|---|---|---|---|---|---|---|")
    for trap, count, true, judged in by_trap(person_of, trapped, methods):
        cells = (judged["siyu"][0], judged["naive"][0], judged["siyu"][1], judged["naive"][1])
        print(f"| {trap} | {count} | {true} | {' | '.join(map(str, cells))} |")
    print("\nMixed up: people of the trap who share a cluster with anybody else.")
    print("A true pair that naive misses has no evidence at all in what landed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
