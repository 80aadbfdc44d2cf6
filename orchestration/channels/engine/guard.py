"""What somebody else's parser unpacks is opened first by a child under limits of memory, time and file size.

A workbook, a Parquet file or a JSON array of a few kilobytes may unpack to gigabytes, never end, or crash its parser;
a line of text may not. The child reads such a file to its end and keeps nothing; only then is it read here. One child
serves all files of a channel (it starts with the first that needs it) and is replaced when a file has killed it.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from orchestration.channels.engine.reasons import BrokenFile
from orchestration.settings import CHECKOUT, Settings

GUARDED: Final = ("parquet", "xlsx", "json")
_CHILD: Final = "orchestration.channels.engine.guarded"
#: So much longer than its CPU time may a file take on a busy machine.
_PATIENCE: Final = 4

#: Arrow's own allocator reserves a gigabyte before the first byte, and the limit counts what is reserved.
_ENVIRONMENT: Final = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Guard:
    """Opens files in a child with limits.

    Parameters
    ----------
    settings
        ``read_memory_mb`` and ``read_seconds``: what reading one file may take.
    """

    def __init__(self, settings: Settings) -> None:
        self._megabytes, self._seconds = settings.read_memory_mb, settings.read_seconds
        self._child: subprocess.Popen[str] | None = None

    def check(self, path: Path, file_format: str | None) -> None:
        """Open a file to its end, where its format is one that is unpacked.

        Raises
        ------
        BrokenFile
            ``too_heavy``: it took more than the limits, or its parser crashed.
        """
        if file_format not in GUARDED:
            return
        child = self._child or self._start()
        assert child.stdin is not None and child.stdout is not None
        try:
            child.stdin.write(json.dumps([str(path), file_format]) + "\n")
            child.stdin.flush()
            ready, _, _ = select.select([child.stdout], [], [], self._seconds * _PATIENCE)
            answer = child.stdout.readline().strip() if ready else ""
        except BrokenPipeError:
            answer = ""
        if answer != "read":
            self._stop()
            raise BrokenFile("too_heavy")

    def _start(self) -> "subprocess.Popen[str]":
        self._child = subprocess.Popen(
            [sys.executable, "-m", _CHILD, str(self._megabytes), str(self._seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=CHECKOUT,
            env=os.environ | _ENVIRONMENT,
        )
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            for pipe in (self._child.stdin, self._child.stdout):
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()  # type: ignore[union-attr]
            self._child.wait()
            self._child = None

    def __enter__(self) -> Self:
        """Return the guard."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child."""
        self._stop()
