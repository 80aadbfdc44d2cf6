"""Runs the unit tests of a model against its mutants: in DuckDB, on the SQL that dbt compiled for each test."""

import dataclasses
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import sqlglot.errors
import yaml

from orchestration.own_manifest import MANIFEST
from orchestration.settings import CHECKOUT
from tests.mutants.operators import Mutation, mutants, parsed

EQUIVALENTS: Final = Path(__file__).with_name("equivalents.yml")
#: Whose mistakes cost money, or write to somebody who refused.
CRITICAL: Final = (
    "sale_versions", "refund_spans", "order_refunds", "order_states", "customer_orders", "unmatched_refunds",
    "last_consent_words", "consents_in_force", "value_carriers", "value_holders", "mark_spans", "refusal_links",
    "refusal_states", "refusals_at_publish", "hard_rules", "published_general_list", "recall_contacts", "paid_orders",
)  # fmt: skip
_HOME: Final = re.compile(r"^\| [^|]+ \| `(?P<home>[^`]+)\.sql` \|", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class UnitTest:
    """A compiled dbt unit test: its SQL, the columns it speaks of and the rows it expects."""

    name: str
    sql: str
    columns: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    model: str
    mutation: Mutation
    is_killed: bool


def rule_models() -> list[str]:
    """Return the models that docs/rules.md names as the home of a rule."""
    page = (CHECKOUT / "docs" / "rules.md").read_text(encoding="utf-8")
    return sorted({match["home"].rpartition("/")[2] for match in _HOME.finditer(page)} | set(CRITICAL))


def unit_tests(target: Path) -> dict[str, list[UnitTest]]:
    """Return the unit tests of each model, as dbt compiled them into ``target``."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    compiled = {path.stem: path for path in (target / "compiled").rglob("*.sql")}
    found: dict[str, list[UnitTest]] = {}
    for test in manifest["unit_tests"].values():
        rows = test["expect"]["rows"]
        if test["name"] not in compiled or not isinstance(rows, list):
            continue
        columns = tuple(dict.fromkeys(column for row in rows for column in row))
        sql = compiled[test["name"]].read_text(encoding="utf-8")
        found.setdefault(test["model"], []).append(UnitTest(test["name"], sql, columns))
    return found


def equivalents() -> dict[str, list[dict[str, Any]]]:
    """Return the mutants that change nothing anybody could see, by model, each with its reason."""
    said: dict[str, list[dict[str, Any]]] = yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8")) or {}
    return said


def is_equivalent(model: str, mutation: Mutation, known: dict[str, list[dict[str, Any]]]) -> bool:
    """Return whether a mutant is named as equivalent: its operator, and a part of what is changed."""
    return any(
        one["operator"] == mutation.operator and one["before"] in mutation.before
        and one.get("after", mutation.after) == mutation.after
        and mutation.ordinal in one.get("ordinals", [mutation.ordinal])
        for one in known.get(model, [])
    )  # fmt: skip


def sampled(
    tests: dict[str, list[UnitTest]], models: Sequence[str], count: int, seed: int
) -> list[tuple[str, Mutation]]:
    """Return up to ``count`` mutations of the models, drawn by seed, those named as equivalent left out."""
    known, listed = equivalents(), []
    for model in models:
        places = {mutation for test in tests.get(model, []) for mutation, _ in mutants(parsed(test.sql), model)}
        listed += [(model, place) for place in sorted(places) if not is_equivalent(model, place, known)]
    return random.Random(seed).sample(listed, min(count, len(listed)))


def judged(
    con: duckdb.DuckDBPyConnection, tests: dict[str, list[UnitTest]], chosen: Sequence[tuple[str, Mutation]]
) -> Iterator[Verdict]:
    """Run the unit tests of each chosen mutant's model; it is killed when one of them no longer gives its rows."""
    by_model: dict[str, set[Mutation]] = {}
    for model, mutation in chosen:
        by_model.setdefault(model, set()).add(mutation)
    for model, wanted in sorted(by_model.items()):
        killed: set[Mutation] = set()
        for test in tests[model]:
            if killed == wanted:
                break
            tree = parsed(test.sql)
            right = _rows(con, tree.sql(dialect="duckdb"), test.columns)
            for mutation, changed in mutants(tree, model):
                is_open = mutation in wanted and mutation not in killed
                if is_open and _rows(con, changed().sql(dialect="duckdb"), test.columns) != right:
                    killed.add(mutation)
        for mutation in sorted(wanted):
            yield Verdict(model, mutation, mutation in killed)


def _rows(con: duckdb.DuckDBPyConnection, sql: str, columns: Sequence[str]) -> Counter[tuple[Any, ...]] | str:
    # of a test that expects no row nobody knows the columns: a row too many is what it can tell
    listed = ", ".join(f'"{column}"' for column in columns) or "count(*)"
    try:
        rows = con.execute(f"select {listed} from ({sql}) as mutant").fetchall()
    except (duckdb.Error, sqlglot.errors.SqlglotError) as error:
        return type(error).__name__
    return Counter(tuple(str(value) for value in row) for row in rows)
