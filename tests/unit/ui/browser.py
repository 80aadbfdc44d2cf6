"""A real browser that a test tells what to do: headless Chromium over its DevTools socket, without a driver."""

import contextlib
import itertools
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from websockets.sync.client import connect

from tests.unit.publish.chromium import CHROMIUM

_QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --window-size=1400,900 --remote-debugging-port=0"
)
_PATIENCE_SECONDS = 90


class Tab:
    """One tab."""

    def __init__(self, socket) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def call(self, method: str, **parameters):
        """Call a method of the DevTools protocol and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv(timeout=_PATIENCE_SECONDS))
            if said.get("id") == number:
                assert "error" not in said, said
                return said["result"]

    def open(self, address: str) -> None:
        """Go to an address."""
        self.call("Page.navigate", url=address)

    def run(self, script: str):
        """Return what a script comes to; a promise is waited for."""
        said = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return said["result"].get("value")

    def until(self, script: str):
        """Return what a script comes to, once that is something."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not (found := self.run(script)):
            assert time.monotonic() < end, f"{script}: {self.run('document.documentElement.outerHTML')[:2000]}"
            time.sleep(0.2)
        return found


@contextlib.contextmanager
def browser(folder: Path) -> Iterator[Tab]:
    """Start a browser with a profile of its own; hand out its tab."""
    profile = folder / "profile"
    command = [str(CHROMIUM), *_QUIET.split(), f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port_file = profile / "DevToolsActivePort"
        end = time.monotonic() + _PATIENCE_SECONDS
        while not (port_file.exists() and (lines := port_file.read_text().splitlines())):
            assert process.poll() is None and time.monotonic() < end, "the browser did not start"
            time.sleep(0.1)
        with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json/list") as answer:
            tab = next(one for one in json.load(answer) if one["type"] == "page")
        with connect(tab["webSocketDebuggerUrl"], max_size=2**26) as socket:
            yield Tab(socket)
    finally:
        process.kill()
        process.wait()
