"""``python -m demo [HOME]``: write the demo brand's landing files into a home (default: SIYU_HOME, else .siyu/demo)."""

import os
import sys
from pathlib import Path

from demo.build import ForeignHome, prepare


def main() -> int:
    """Build, unless the home already holds this very demo."""
    home = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SIYU_HOME") or ".siyu/demo")
    try:
        prepare(home)
    except ForeignHome as refused:
        print(f"demo: {refused}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
