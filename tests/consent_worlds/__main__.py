"""Run worlds and forms: ``python -m tests.consent_worlds [--worlds 1000] [--seed 1] [--clean|--dirty] [--home H]``."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.consent_worlds import forms
from tests.consent_worlds.compare import run


def main() -> int:
    """Run worlds in clean and in dirty spellings and the forms, print what came of them; return 1 if one is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000, help="of each spelling")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clean", action="store_true", help="only spelled as the docs spell")
    parser.add_argument("--dirty", action="store_true", help="only spelled as other people's exports spell")
    parser.add_argument("--home", type=Path, help="a folder that is kept afterwards")
    options = parser.parse_args()
    spellings = [name for name in ("clean", "dirty") if getattr(options, name)] or ["clean", "dirty"]
    with tempfile.TemporaryDirectory() as scratch:
        home = options.home or Path(scratch) / "home"
        home.mkdir(parents=True, exist_ok=True)
        say = lambda line: print(line, flush=True)  # noqa: E731
        outcomes, read = run(home, options.worlds, options.seed, spellings, say)
    print("\n".join([*(line for outcome in outcomes for line in outcome.lines()), *forms.lines(read)]))
    return 1 if any(outcome.wrong for outcome in outcomes) or forms.leaked(read) else 0


if __name__ == "__main__":
    sys.exit(main())
