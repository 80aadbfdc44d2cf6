"""``python -m demo [HOME]``: write the demo brand's landing files into a home (default: SIYU_HOME, else .siyu/demo)."""

import argparse
import os
import sys
from pathlib import Path

from demo.build import ForeignHome, prepare


def main() -> int:
    """Build, unless the home already holds this very demo."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="Write the demo brand's landing files.")
    home = Path(os.environ.get("SIYU_HOME") or ".siyu/demo")
    parser.add_argument("home", nargs="?", type=Path, default=home, help="the folder to write into (%(default)s)")
    try:
        prepare(parser.parse_args().home)
    except ForeignHome as refused:
        print(f"demo: {refused}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
