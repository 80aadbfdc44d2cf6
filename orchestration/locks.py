"""Locks on files: the system drops them with the process, so a killed one leaves none."""

import fcntl
import time
from typing import Final

_POLL_SECONDS: Final = 0.2


def locked_within(descriptor: int, seconds: float) -> bool:
    """Take an exclusive ``flock`` on an open file; return whether it was free within so many seconds.

    Parameters
    ----------
    descriptor
        The open file; closing it drops the lock.
    seconds
        How long to wait while another process holds it; 0 asks once.
    """
    waited_until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= waited_until:
                return False
            time.sleep(_POLL_SECONDS)
