"""Breaks the rules on purpose and prints what no unit test noticed.

``python -m tests.mutants [COUNT] [SEED] [MODEL ...]`` breaks the rules in SQL, ``python -m tests.mutants --python
[COUNT] [SEED] [ml/MODULE.py ...]`` those in ml/. With ``--critical`` in place of modules those of money, consent and
the comparison are broken, and only the tests next to them are asked: what `make test` has time for.
"""

import sys
import tempfile
from pathlib import Path

from tests.mutants import python_judge, python_rules

#: Most that may survive, of a hundred.
_MOST = 3


def main(arguments: list[str]) -> int:
    """Print the survivors and how many were killed; return 1 where more than three in a hundred survive."""
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    count, seed = numbers[0] if numbers else 300, numbers[1] if len(numbers) > 1 else 1
    named = [argument for argument in arguments if not argument.isdigit() and not argument.startswith("--")]
    if "--python" in arguments:
        verdicts = _in_python(named, count, seed, is_quick="--critical" in arguments)
    else:
        with tempfile.TemporaryDirectory() as folder:
            verdicts = _in_sql(Path(folder), named, count, seed)
    survivors = [what for what, killed in verdicts if not killed]
    for survivor in survivors:
        print(f"survives  {survivor}")
    where = "ml" if "--python" in arguments else "SQL"
    print(f"{where}: {len(verdicts)} mutants, {len(verdicts) - len(survivors)} killed, seed {seed}")
    return 1 if 100 * len(survivors) > _MOST * len(verdicts) else 0


def _in_python(named: list[str], count: int, seed: int, *, is_quick: bool) -> list[tuple[str, bool]]:
    among = list(python_rules.CRITICAL) if is_quick else named or python_rules.modules()
    stale = python_rules.stale_equivalents(among)
    for one in stale:
        print(f"no mutant becomes this any more: {one}")
    chosen = python_rules.sampled(count, seed, among)
    seconds = {} if is_quick else python_judge.seconds_of(among)
    found = sorted(python_judge.judged(chosen, seconds, is_quick=is_quick))
    return [(str(mutation), is_killed) for mutation, is_killed in found] + [(one, False) for one in stale]


def _in_sql(folder: Path, named: list[str], count: int, seed: int) -> list[tuple[str, bool]]:
    # Imported here: they import ml/, which no process may have done that breaks it.
    import duckdb

    from tests.mutants.judge import judged, rule_models, sampled, unit_tests
    from tests.warehouse.empty_home import make_empty_home, run_unit_tests

    home = make_empty_home(folder)
    run_unit_tests(home)
    tests = unit_tests(home / "target")
    models = named or rule_models()
    for model in models:
        if model not in tests:
            print(f"no unit test: {model}")
    chosen = sampled(tests, models, count, seed)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return [(f"{one.model}: {one.mutation}", one.is_killed) for one in judged(con, tests, chosen)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
