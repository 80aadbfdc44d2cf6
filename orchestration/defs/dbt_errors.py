"""What a person reads when a table could not be built: which one, why, and where the whole story stands."""

import re
from pathlib import Path

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_FAILURE = re.compile(r"Failure in (?:model|test|seed|unit_test) (\S+) \(([^)]*)\)\s*\n(.*?)(?=\n\s*\n|\Z)", re.DOTALL)


class TablesFailed(RuntimeError):
    """A dbt call that built some tables and failed at others."""


def what_failed(message: str, log: Path) -> str:
    """Return the failed tables of a dbt error with their reasons, one a line.

    Parameters
    ----------
    message
        The text of dbt's failure, colours and command line included.
    log
        Where dbt wrote everything.
    """
    plain = _COLOUR.sub("", message)
    found = [
        f"{path.removeprefix('models/')}: {' '.join(reason.split())[:400]}"
        for _, path, reason in _FAILURE.findall(plain)
    ]
    return "\n  ".join([
        *(found or [plain.strip().splitlines()[-1]]),
        f"remedy: mend the cause, run the date again; {log}",
    ])
