"""Run worlds or forms: ``python -m tests.consent_worlds [--worlds 1000] [--seed 1] [--dirty|--forms] [--home DIR]``."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.consent_worlds import forms
from tests.consent_worlds.compare import run


def main() -> int:
    """Run worlds and print what came of them; return 1 where a row is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirty", action="store_true", help="spelled as other people's exports spell")
    parser.add_argument("--forms", action="store_true", help="84 refusals as people wrote them, in place of worlds")
    parser.add_argument("--home", type=Path, help="a folder that is kept afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = options.home or Path(scratch) / "home"
        home.mkdir(parents=True, exist_ok=True)
        if options.forms:
            found = forms.run(home, lambda line: print(line, flush=True))
            print("\n".join(forms.lines(found)))
            return 1 if any(one.became == "leaked" for one in found) else 0
        outcome, _ = run(home, options.worlds, options.seed, options.dirty, lambda line: print(line, flush=True))
    print("\n".join(outcome.lines()))
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
