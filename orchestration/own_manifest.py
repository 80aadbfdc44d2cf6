"""dbt's manifest of the checkout, made where it is missing or old: ``python -m orchestration.own_manifest``.

Dagster's definitions are read from it, so every command that loads them asks for it first.
"""

import fcntl
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from orchestration.dbt_calls import PROJECT as PROJECT
from orchestration.screen import say
from orchestration.settings import CHECKOUT, SettingsError

MANIFEST: Final = PROJECT / "target" / "manifest.json"
#: The declared channels say which tables dbt reads (orchestration.nouns).
DECLARATIONS: Final = CHECKOUT / "orchestration" / "channels" / "platforms"
_ALIVE_EVERY_SECONDS: Final = 5.0
#: dbt colours what it says before it has read that it should not.
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_KINDS: Final = {".sql", ".yml", ".csv", ".py"}


def newer_than(manifest: Path, *folders: Path) -> Path | None:
    """Return a source that is newer than a manifest, None where the manifest is of today; one that is missing is old.

    Parameters
    ----------
    manifest
        The file that dbt wrote.
    folders
        Where its sources lie; what dbt writes itself (``target``, ``logs``) is none.
    """
    written = manifest.stat().st_mtime if manifest.is_file() else 0.0
    for folder in folders:
        for path, below, files in os.walk(folder):
            below[:] = sorted(set(below) - {"target", "logs", "__pycache__"})
            for file in (Path(path, name) for name in sorted(files)):
                if file.suffix in _KINDS and file.stat().st_mtime > written:
                    return file
    return None


def make_manifest() -> bool:
    """Make the manifest where it is missing or older than its sources; return whether it was made.

    Raises
    ------
    SettingsError
        dbt cannot read the project, or its folder cannot be written; the message ends with what to do.
    """
    if not (PROJECT / "dbt_project.yml").is_file():
        raise SettingsError(
            f"{PROJECT} is missing: siyu runs from its checkout; install that with: pip install --editable CHECKOUT"
        )
    if newer_than(MANIFEST, PROJECT, DECLARATIONS) is None:
        return False
    try:
        MANIFEST.parent.mkdir(exist_ok=True)
        with (MANIFEST.parent / "manifest.lock").open("w") as lock:
            # Of two commands that start at once, the second waits here and finds it made.
            fcntl.flock(lock, fcntl.LOCK_EX)
            return newer_than(MANIFEST, PROJECT, DECLARATIONS) is not None and _parse()
    except OSError as error:
        raise SettingsError(f"dbt's manifest cannot be written: {error}; make it as the checkout's owner") from None


def _parse() -> bool:
    # Imported here: a manifest that is of today costs no reading of the channels.
    from orchestration.nouns import write

    say("setup: dbt manifest (about ten seconds)", flush=True)
    write()
    dbt = str(Path(sys.executable).with_name("dbt"))
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    started = time.monotonic()
    with subprocess.Popen(
        # A parse of what changed alone loses what yml says of tests that stand in files of their own.
        [dbt, "--quiet", "parse", "--no-partial-parse", *where],
        cwd=CHECKOUT,
        env={**os.environ, "DO_NOT_TRACK": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as parse:
        said = None
        while said is None:
            try:
                said, _ = parse.communicate(timeout=_ALIVE_EVERY_SECONDS)
            except subprocess.TimeoutExpired:
                say(f"       {time.monotonic() - started:.0f} s", flush=True)
    if parse.returncode:
        why = _COLOURS.sub("", said).strip() or "it did not say why"
        raise SettingsError(f"dbt cannot read {PROJECT}, so there is no manifest; mend this first:\n{why}")
    # Imported here, as above: it brings dbt's own imports with it.
    from orchestration import dbt_templates

    dbt_templates.write()
    MANIFEST.touch()
    return True


if __name__ == "__main__":
    try:
        make_manifest()
    except SettingsError as error:
        sys.exit(f"setup: {error}")
