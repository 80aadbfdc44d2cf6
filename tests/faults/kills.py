"""A night, and a publish, killed at a random moment, and run again."""

import random
import time
from multiprocessing import get_context
from pathlib import Path

from orchestration.publish import publish
from orchestration.settings import Settings
from tests.faults.homes import DAY, Base, copied, current_is_whole, healed, kill_group, run, start

#: Where publishing begins anew each time with its libraries loaded: what is killed is publishing, not importing.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["orchestration.publish", "orchestration.publishing.audit", "tests.faults.kills"])


def night(base: Base, scratch: Path, number: int) -> str:
    """Kill a whole night with everything it started, anywhere between its start and its end."""
    home, chance = copied(base.two, scratch / "home"), random.Random(f"night {number}")
    process = start(home, "daily", DAY.isoformat())
    time.sleep(base.seconds * chance.uniform(0.02, 0.98))
    kill_group(process)
    if wrong := current_is_whole(home):
        return wrong
    code, said = run(home, "daily", DAY.isoformat())
    return healed(home, base.expected) if code == 0 else f"run again it ended with {code}: {said[-800:]}"


def publishing(base: Base, scratch: Path, number: int) -> str:
    """Kill a publish, anywhere between its first byte and its last, and a second one too: two kills a trial."""
    settings, chance = base.ready_to_publish(scratch / "home"), random.Random(f"publish {number}")
    seconds = undisturbed(base, scratch)
    for _ in range(2):
        process = PROCESSES.Process(target=publish, args=(settings, [DAY]))
        process.start()
        process.join(seconds * chance.uniform(0.0, 1.0))
        process.kill()
        process.join()
        if wrong := current_is_whole(settings.home):
            return wrong
    return _to_its_end(settings) or healed(settings.home, base.expected)


_seconds: list[float] = []


def undisturbed(base: Base, scratch: Path) -> float:
    """Return how long a publish takes here, from the start of its process."""
    if not _seconds:
        settings = base.ready_to_publish(scratch / "undisturbed")
        began = time.monotonic()
        if wrong := _to_its_end(settings):
            raise RuntimeError(wrong)
        _seconds.append(time.monotonic() - began)
    return _seconds[0]


def _to_its_end(settings: Settings) -> str:
    process = PROCESSES.Process(target=publish, args=(settings, [DAY]))
    process.start()
    process.join()
    return f"publish ended with {process.exitcode}" if process.exitcode else ""
