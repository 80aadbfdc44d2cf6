"""Clean values are read by Arrow, the rest one by one: the two must never disagree."""

import random

import pyarrow as pa
import pytest

from orchestration.channels.engine.column_cleaning import as_text, read_column
from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.values import Rules, read_value

RULES = Rules(Tokeniser(bytes(range(7, 200, 5))), "2026-06-01 00:00:00", "2026-06-01")
LETTERS = {"identifier": "0123456789abcA_-86 1@.", "decimal": "0123456789.-,", "integer": "01234567890-"}


def written(chance: random.Random, kind: str) -> str:
    """Return a value near the edge of what is clean."""
    if kind == "instant":
        date = f"{chance.choice([1989, 1990, 2016, 2026, 2100])}-{chance.randrange(14):02d}-{chance.randrange(33):02d}"
        clock = f"{chance.randrange(26):02d}:{chance.randrange(62):02d}:{chance.randrange(62):02d}"
        dated = f"{date}{chance.choice(' T')}{clock}{chance.choice(['', 'Z'])}"
        return chance.choice([
            dated,
            str(chance.randrange(10**9, 2 * 10**9)),
            str(chance.randrange(10**12, 2 * 10**12)),
        ])
    if kind == "identifier" and chance.random() < 0.4:
        tail = "".join(chance.choice("0123456789") for _ in range(chance.randrange(7, 14)))
        return chance.choice(["", "86", "0086", "+86", "a", "x-", "_"]) + f"1{chance.choice('3456789')}{tail}"
    return "".join(chance.choice(LETTERS[kind]) for _ in range(chance.randrange(1, 20)))


@pytest.mark.parametrize(
    "column",
    [
        Column("c", "identifier"),
        Column("c", "decimal", minimum=0, scale=2),
        Column("c", "integer"),
        Column("c", "instant"),
        Column("c", "instant", clock="utc", may_be_future=True),
    ],
    ids=lambda column: f"{column.type}-{column.clock}",
)
def test_a_column_at_once_reads_what_one_value_at_a_time_reads(column):
    chance = random.Random(3)
    texts = [written(chance, column.type) for _ in range(6000)]
    at_once = read_column(column, pa.array(texts), RULES)
    one_by_one = [read_value(text, column, RULES) for text in texts]
    assert at_once.outputs[0].to_pylist() == [outcome.value for outcome in one_by_one]
    assert at_once.reasons == {place: outcome.reason for place, outcome in enumerate(one_by_one) if outcome.reason}


def test_a_json_number_reads_the_same_whatever_stands_beside_it():
    assert as_text([1, 2.5, None]).to_pylist() == ["1", "2.5", None]
    assert as_text([1, 9007199254740993, 700000000000000001]).to_pylist() == [
        "1",
        "9007199254740993",
        "700000000000000001",
    ]
    assert as_text([1.0, 0.00001, "x", True, {"a": 1}, 1e300]).to_pylist()[:5] == [
        "1.0",
        "1.0000000000000001e-05",
        "x",
        "true",
        '{"a":1}',
    ]
