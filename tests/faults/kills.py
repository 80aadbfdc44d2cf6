"""A night, and a publish, killed at a random moment, and run again."""

import random
import time
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

from orchestration.publish import publish
from orchestration.settings import Settings
from tests.faults.homes import DAY, Base, copied, current_is_whole, healed, kill_group, run, start
from tests.forked import FORKS

_SECONDS_TO_IMPORT = 120


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
        process = _publishing(settings)
        process.join(seconds * chance.uniform(0.0, 1.0))
        process.kill()
        process.join()
        if wrong := current_is_whole(settings.home):
            return wrong
    return _to_its_end(settings) or healed(settings.home, base.expected)


_seconds: list[float] = []


def undisturbed(base: Base, scratch: Path) -> float:
    """Return how long a publish takes here, once its process has imported what it needs."""
    if not _seconds:
        settings = base.ready_to_publish(scratch / "undisturbed")
        process = _publishing(settings)
        began = time.monotonic()
        process.join()
        if process.exitcode:
            raise RuntimeError(f"publish ended with {process.exitcode}")
        _seconds.append(time.monotonic() - began)
    return _seconds[0]


def _to_its_end(settings: Settings) -> str:
    process = _publishing(settings)
    process.join()
    return f"publish ended with {process.exitcode}" if process.exitcode else ""


def _publishing(settings: Settings) -> BaseProcess:
    """Return a process that has begun to publish: what is killed is publishing, not importing."""
    begun = FORKS.Event()
    process = FORKS.Process(target=_publish, args=(settings, begun))
    process.start()
    if not begun.wait(_SECONDS_TO_IMPORT):
        process.kill()
        raise TimeoutError("a process did not come to publishing")
    return process


def _publish(settings: Settings, begun: Event) -> None:
    begun.set()
    publish(settings, [DAY])
