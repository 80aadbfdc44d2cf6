"""The power goes while the page, its scheduler and a night of theirs run; switched on again, all goes on by itself."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.builders import CHECKOUT
from tests.faults.homes import DAY, Base, copied, current_is_whole, environment, healed

_LOADED = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"
_RUNS = "{ runsOrError { ... on Runs { results { runId status parentRunId } } } }"
_SELECTOR = '{repositoryLocationName: "siyu", repositoryName: "__repository__", jobName: "daily"}'
_LAUNCH = (
    f'mutation {{ launchRun(executionParams: {{mode: "default", runConfigData: {{}}, selector: {_SELECTOR},'
    f' executionMetadata: {{tags: [{{key: "dagster/partition", value: "{DAY}"}}]}}}})'
    " { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"
)
#: TRUST P10: so soon after the restart the run that lost its process is known to be dead.
_FAILED_WITHIN_SECONDS = 120
_PATIENCE_SECONDS = 600


def power(base: Base, scratch: Path, number: int) -> str:
    """Cut the power somewhere in a night that the page started, and switch it on again."""
    home, chance = copied(base.two, scratch / "home"), random.Random(f"power {number}")
    with _page(home) as port:
        earlier = _status(port)  # of the nights that made the home
        said = _ask(port, _LAUNCH)["launchRun"]
        if said["__typename"] != "LaunchRunSuccess":
            return f"the night was not begun: {said}"
        killed = said["run"]["runId"]
        if not _until(lambda: _status(port).get(killed) == "STARTED", _PATIENCE_SECONDS):
            return f"the night did not start: {_status(port)}"
        time.sleep(base.seconds * chance.uniform(0.05, 0.6))
        if (before := _status(port).get(killed)) != "STARTED":
            return f"the night had ended before the power went: {before}"
    if wrong := current_is_whole(home):
        return wrong
    with _page(home) as port:
        if not _until(lambda: _status(port).get(killed) == "FAILURE", _FAILED_WITHIN_SECONDS):
            return f"not known to be dead after {_FAILED_WITHIN_SECONDS} s: {_status(port)}"
        if not _until(lambda: "SUCCESS" in _since(earlier, port).values(), _PATIENCE_SECONDS + 10 * base.seconds):
            return f"nobody began it again: {_status(port)}"
        if len(_since(earlier, port)) != 2:
            return f"begun again more than once: {_status(port)}"
    return healed(home, base.expected)


@contextlib.contextmanager
def _page(home: Path) -> Iterator[int]:
    """Serve a home's page until the power goes; hand out its port."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home), "ui", "--port", str(port)],
        cwd=CHECKOUT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        if not _until(lambda: "LOADED" in json.dumps(_ask(port, _LOADED)), _PATIENCE_SECONDS):
            raise TimeoutError("the page did not start")
        yield port
    finally:
        _cut(process)


def _cut(process: "subprocess.Popen[bytes]") -> None:
    """Kill every process of the session that a process leads, at once: whatever it started, and they in turn."""
    while found := _of_session(process.pid):
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.poll()
        time.sleep(0.1)
    process.wait()


def _of_session(leader: int) -> list[int]:
    """Return the living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state not in "ZX":
                found.append(int(stat.parent.name))
    return found


def _ask(port: int, query: str) -> dict[str, Any]:
    """Ask the page, as it asks itself; nothing where it does not answer."""
    headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{port}"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/graphql", json.dumps({"query": query}), headers)
        return dict(json.loads(connection.getresponse().read()).get("data") or {})
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()


def _status(port: int) -> dict[str, str]:
    """Return how every run of the home stands."""
    runs = _ask(port, _RUNS).get("runsOrError", {}).get("results", [])
    return {run["runId"]: run["status"] for run in runs}


def _since(earlier: dict[str, str], port: int) -> dict[str, str]:
    """Return how the runs stand that were begun since."""
    return {run: status for run, status in _status(port).items() if run not in earlier}


def _until(holds: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(1.0)
    return held
