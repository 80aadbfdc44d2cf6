"""What a person is shown instead of a code, in Chinese and in English."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Final

import duckdb

from orchestration.seed_rows import SEEDS, read_seed

#: Where the words stand: of a warehouse the published table, of an opened version the view; the newest wins.
_FOUND: Final = """
    select table_schema
    from information_schema.tables
    where table_name = 'words' and table_schema in ('published', 'main', 'seeds')
    order by array_position(['published', 'main', 'seeds'], table_schema)
    limit 1
"""


@dataclasses.dataclass(frozen=True)
class Labels:
    """The words of every code by (kind, code); a code without a row is shown as it is and counted."""

    words: Mapping[tuple[str, str], tuple[str, str]]
    unknown: Counter[tuple[str, str]] = dataclasses.field(default_factory=Counter)

    def zh(self, kind: str, code: str) -> str:
        """Return the Chinese words of a code, for example ``沉睡客`` of (purchase_stage, dormant)."""
        return self._word(kind, code, 0)

    def en(self, kind: str, code: str) -> str:
        """Return the English words of a code, for example ``dormant`` of (purchase_stage, dormant)."""
        return self._word(kind, code, 1)

    def _word(self, kind: str, code: str, language: int) -> str:
        if (found := self.words.get((kind, code))) is not None:
            return found[language]
        self.unknown[kind, code] += 1
        return code


def labels(con: duckdb.DuckDBPyConnection) -> Labels:
    """Return the words of every code.

    Parameters
    ----------
    con
        A warehouse, or a published version whose files are views of their names. Where it has no table ``words``, as a
        version of an earlier release, or no row in it, the shipped seeds are read.
    """
    found = con.execute(_FOUND).fetchone()
    if found is None:
        return Labels(_shipped())
    rows = con.execute(f"select distinct kind, code, zh, en from {found[0]}.words order by all").fetchall()
    return Labels({(kind, code): (zh, en) for kind, code, zh, en in rows} or _shipped())


def _shipped() -> dict[tuple[str, str], tuple[str, str]]:
    found = {(row["kind"], row["code"]): (row["zh"], row["en"]) for row in _rows("words")}
    for kind, seed, code in (
        ("reason", "export_reasons", "reason"),
        ("withheld_because", "forbidden_words", "rule_id"),
        ("signal", "signals", "signal"),
        ("attribution_model", "attribution_models", "model"),
    ):
        found |= {(kind, row[code]): (row["words_zh"], row["words_en"]) for row in _rows(seed)}
    return found


def _rows(seed: str) -> list[dict[str, str]]:
    return [cells for _, cells in read_seed(SEEDS / f"{seed}.csv").cells()]
