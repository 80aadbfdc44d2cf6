"""``python -m demo [HOME]``: write the demo brand's landing files into a home (default: SIYU_HOME, else .siyu/demo)."""

import json
import os
import sys
from pathlib import Path

from demo.build import SEED, ForeignLanding, build, is_built


def main() -> int:
    """Build, unless the home already holds this very demo; print the summary."""
    home = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SIYU_HOME") or ".siyu/demo")
    if is_built(home, SEED):
        print(f"demo: {home} already holds the demo brand; nothing to do")
        return 0
    try:
        summary = build(home, SEED, say=lambda line: print(line, flush=True))
    except ForeignLanding as refused:
        print(f"demo: {refused}", file=sys.stderr)
        return 2
    print(
        json.dumps(
            {key: summary[key] for key in ("orders", "paid_fen", "people", "traps")}, ensure_ascii=False, indent=1
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
