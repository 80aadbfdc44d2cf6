"""What stands beside the folders for readers, brought to where CURRENT points: Postgres, where a home names one.

The files are published whatever becomes of it: what went wrong is said, kept in ``published/readers.json`` for
``siyu status``, and mended by ``siyu readers`` or by the next run.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from orchestration import audit_log
from orchestration.files import write_text
from orchestration.publishing.versions import Store
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.publishing.postgres import Brought

FILE: Final = "readers.json"
_REMEDY: Final = "mend it, then run: siyu readers"


def follow(settings: Settings, say: Callable[[str], None] = lambda line: None) -> str:
    """Bring Postgres to where CURRENT points; return what a person has to know, empty where nothing is wrong."""
    if not settings.publish_postgres.get_secret_value():
        return ""
    # Imported here: a home without Postgres pays nothing for it.
    from orchestration.publishing.postgres import PostgresFailed, bring_up

    try:
        brought = bring_up(settings, say)
        problem = _held(brought) if brought else ""
    except PostgresFailed as failed:
        brought, problem = None, f"{failed}; readers there see what they saw before; {_REMEDY}"
    if brought and (brought.came or brought.left):
        said = {"came": sorted(brought.came), "left": sorted(brought.left), "current": brought.current}
        audit_log.append(settings, "published_to_postgres", said)
    if brought or problem:
        text = json.dumps({"postgres": problem}, ensure_ascii=False)
        write_text(settings.published / FILE, text + "\n")
    return f"Postgres: {problem}" if problem else ""


def check_readers(settings: Settings) -> None:
    """Refuse, before a byte is read, a Postgres that is named in a way in which it cannot be reached."""
    if settings.publish_postgres.get_secret_value():
        from orchestration.publishing.postgres import check_postgres

        check_postgres(settings)


def problem_of(settings: Settings) -> str:
    """Return what was wrong with Postgres when it was last written to; empty without one."""
    if not settings.publish_postgres.get_secret_value():
        return ""
    try:
        said = json.loads((settings.published / FILE).read_text(encoding="utf-8"))["postgres"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f"Postgres: {said}" if said else ""


def catch_up(settings: Settings, say: Callable[[str], None]) -> str:
    """Write ``siyu.duckdb`` anew and bring Postgres up; return what a person has to know, as ``follow``."""
    store = Store(settings.published)
    if current := store.current():
        store.point_to(current)
        say(f"{store.root / 'siyu.duckdb'} shows {current}")
    return follow(settings, say)


def _held(brought: "Brought") -> str:
    names = ", ".join(brought.held_by_readers)
    return f"{names} should be gone, and a reader or something made on it holds it; {_REMEDY}" if names else ""
