"""Breaks the rules on purpose, prints what no test noticed: ``python -m tests.mutants [COUNT] [SEED] [MODEL ...]``."""

import sys
import tempfile
from pathlib import Path

import duckdb

from tests.mutants.judge import judged, rule_models, sampled, unit_tests
from tests.warehouse.empty_home import make_empty_home, run_unit_tests


def main(arguments: list[str]) -> int:
    """Print the survivors and the share killed; exit 1 where more than three in a hundred survive."""
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    models = [argument for argument in arguments if not argument.isdigit()] or rule_models()
    count, seed = numbers[0] if numbers else 300, numbers[1] if len(numbers) > 1 else 1
    with tempfile.TemporaryDirectory() as folder:
        home = make_empty_home(Path(folder))
        run_unit_tests(home)
        tests = unit_tests(home / "target")
        chosen = sampled(tests, models, count, seed)
        with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
            verdicts = list(judged(con, tests, chosen))
    survivors = [verdict for verdict in verdicts if not verdict.is_killed]
    for verdict in survivors:
        print(f"survives  {verdict.model:28} {verdict.mutation}")
    untested = [model for model in models if model not in tests]
    if untested:
        print(f"no unit test: {', '.join(untested)}")
    print(f"{len(verdicts)} mutants of {len(models)} models, {len(verdicts) - len(survivors)} killed, seed {seed}")
    return 1 if len(survivors) > 0.03 * len(verdicts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
