"""Who is at work: the account that somebody logged in with, as the audit log, the brakes and the rights name them."""

import os
import pwd
from pathlib import Path
from typing import Final

#: What the kernel says where nobody logged in: a service, a container.
_NOBODY_LOGGED_IN: Final = 2**32 - 1


def who_works(login: Path = Path("/proc/self/loginuid")) -> str:
    """Return who logged in, by the system's own account of it: sudo and su to the home's account do not change it.

    Where the system keeps none (a service, a container), whose account the process runs under. No variable of the
    environment is asked: whoever runs the command may set those.
    """
    try:
        uid = int(login.read_text(encoding="ascii"))
    except (OSError, ValueError):
        uid = _NOBODY_LOGGED_IN
    uid = os.getuid() if uid == _NOBODY_LOGGED_IN else uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
