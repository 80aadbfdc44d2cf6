import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.unit.pulls.pulling import NOON, Pulling


@pytest.fixture
def at(monkeypatch):
    """Sets the moment at which pulls begin."""
    return lambda moment: monkeypatch.setenv("SIYU_NOW", moment.isoformat())


@pytest.fixture
def pulling(tmp_path, at):
    """A home that pulls, at noon; in memory where there is a place for it, because every page waits for the disk."""
    at(NOON)
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory)) if os.access(memory, os.W_OK) else tmp_path
    home = Pulling(folder / "home")
    yield home
    shutil.rmtree(folder, ignore_errors=True)
    for server in home.servers.values():
        server.platform.released.set()
        server.shutdown()
        server.server_close()
