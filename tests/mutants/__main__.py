"""Breaks the rules on purpose and prints what no unit test noticed.

``python -m tests.mutants [COUNT] [SEED] [MODEL ...]`` breaks the rules in SQL, ``python -m tests.mutants --python
[COUNT] [SEED]`` those in ml/.
"""

import sys
import tempfile
from pathlib import Path

import duckdb

from tests.mutants import python_rules
from tests.mutants.judge import judged, rule_models, sampled, unit_tests
from tests.warehouse.empty_home import make_empty_home, run_unit_tests

#: Most that may survive, of a hundred.
_MOST = 3


def main(arguments: list[str]) -> int:
    """Print the survivors and how many were killed; return 1 where more than three in a hundred survive."""
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    count, seed = numbers[0] if numbers else 300, numbers[1] if len(numbers) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        if "--python" in arguments:
            verdicts = [
                (str(mutation), killed)
                for mutation, killed in python_rules.judged(python_rules.sampled(count, seed), Path(folder))
            ]
        else:
            models = [argument for argument in arguments if not argument.isdigit()] or rule_models()
            verdicts = _in_sql(Path(folder), models, count, seed)
    survivors = [what for what, killed in verdicts if not killed]
    for survivor in survivors:
        print(f"survives  {survivor}")
    print(f"{len(verdicts)} mutants, {len(verdicts) - len(survivors)} killed, seed {seed}")
    return 1 if 100 * len(survivors) > _MOST * len(verdicts) else 0


def _in_sql(folder: Path, models: list[str], count: int, seed: int) -> list[tuple[str, bool]]:
    home = make_empty_home(folder)
    run_unit_tests(home)
    tests = unit_tests(home / "target")
    for model in models:
        if model not in tests:
            print(f"no unit test: {model}")
    chosen = sampled(tests, models, count, seed)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        return [(f"{one.model}: {one.mutation}", one.is_killed) for one in judged(con, tests, chosen)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
