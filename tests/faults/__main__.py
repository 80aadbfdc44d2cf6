"""Run the faults: ``python -m tests.faults [--only night,publish] [--folder FOLDER] [--minutes N]``.

Every trial leaves a file in the folder, so that what was interrupted goes on from there; the folder of another release
of the rules is begun anew. The last lines say, part by part, how many trials of how many were made and what was wrong.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from orchestration.settings import CHECKOUT
from tests.faults import blocked, canaries, homes, kills, places, power, readers

Trial = Callable[[homes.Base, Path, int], str]
#: Part -> its trial, and how many make it whole.
PARTS: dict[str, tuple[Trial, int]] = {
    "publish": (kills.publishing, 25),
    "blocked": (blocked.blocked, len(blocked.FAULTS)),
    "readers": (readers.readers, 10),
    "zones": (places.zones, 3),
    "read_only": (places.read_only, 1),
    "two": (places.two, 20),
    "backfill": (places.backfill, 3),
    "memory": (places.memory, 3),
    "power": (power.power, 3),
    "disk": (places.disk, 10),
    "canaries": (canaries.canary_nights, 1),
    "clean": (places.clean, 1),
    "night": (kills.night, 50),
}


def tried(base: homes.Base, folder: Path, part: str, number: int) -> dict[str, object]:
    """Return what a trial came to: read from its file, or made now."""
    file = folder / part / f"{number:03d}.json"
    if file.exists():
        return dict(json.loads(file.read_text(encoding="utf-8")))
    file.parent.mkdir(exist_ok=True)
    scratch = folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    began = time.monotonic()
    try:
        said: dict[str, object] = {"wrong": PARTS[part][0](base, scratch, number)}
    except homes.Skipped as why:
        said = {"wrong": "", "skipped": str(why)}
    said["seconds"] = round(time.monotonic() - began, 1)
    file.write_text(json.dumps(said, ensure_ascii=False) + "\n", encoding="utf-8")
    shutil.rmtree(scratch, ignore_errors=True)
    print(f"{part} {number}: {said['wrong'] or said.get('skipped') or 'held'}, {said['seconds']} s", flush=True)
    return said


def main() -> int:
    """Make the trials that are missing, then say how many held; return 1 where one did not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts of: {', '.join(PARTS)}")
    parser.add_argument("--folder", type=Path, default=CHECKOUT / ".siyu" / "faults")
    parser.add_argument("--count", type=int, help="trials of each part, instead of all")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no trial after so many")
    options = parser.parse_args()
    parts = options.only.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    end = time.monotonic() + options.minutes * 60
    folder = options.folder.resolve()
    base, wrong = homes.base(folder), 0
    lines = []
    for part in parts:
        whole = PARTS[part][1]
        results = [
            tried(base, folder, part, number)
            for number in range(min(options.count or whole, whole))
            if time.monotonic() < end or (folder / part / f"{number:03d}.json").exists()
        ]
        faults = [one["wrong"] for one in results if one["wrong"]]
        skipped = [str(one["skipped"]) for one in results if "skipped" in one]
        wrong += len(faults)
        said = f"{part}: {len(results) - len(faults) - len(skipped)} of {len(results)} held, {whole} make it whole"
        lines.append(said + (f"; {len(skipped)} skipped: {skipped[0]}" if skipped else ""))
        lines += [f"    {one}" for one in faults]
    print("\n".join(lines))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
