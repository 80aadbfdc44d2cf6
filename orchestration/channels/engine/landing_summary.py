"""The end of the doors: folders nobody reads are reported, and the ledger and the quarantine exported for people."""

import datetime as dt
from typing import Final

import duckdb

from orchestration.channels.engine import registry
from orchestration.channels.engine.files import below, readable_name
from orchestration.channels.engine.look_alikes import where_it_belongs
from orchestration.channels.engine.mappings import mappings
from orchestration.channels.engine.reasons import RULE_VERSION, remedy
from orchestration.channels.engine.tables import LEDGER, QUARANTINE, append_rows, create_tables, export, transaction
from orchestration.channels.engine.unread_refusals import tell_unread
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.settings import Settings

_HINTS: Final = 50


def strays(settings: Settings) -> list[str]:
    """Return the files in landing (relative) that lie in no declared channel's dataset folder."""
    known = {(channel.name, dataset.name) for channel in registry.channels().values() for dataset in channel.datasets}
    known |= {(name.partition("/")[0], name.partition("/")[2]) for name in mappings(settings.home)}
    found = []
    for path in below(settings.landing):
        parts = tuple(readable_name(part) for part in path.relative_to(settings.landing).parts)
        if path.is_dir() or path.name.startswith(".") or path.suffix in (".done", ".md"):
            continue
        if len(parts) < 3 or parts[:2] not in known:
            found.append("/".join(parts))
    return found


def finish(settings: Settings, connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> dict[str, int]:
    """Report stray files afresh and export the tables; return their rows, of unread refusals those that are open.

    Parameters
    ----------
    settings
        Whose home.
    connection
        The open warehouse.
    now
        Landing time of the stray files reported.
    """
    create_tables(connection)
    tokeniser = home_tokeniser(settings)
    rows = []
    mapped = mappings(settings.home)
    for number, found in enumerate(strays(settings)):
        stray = tokeniser.scrub(found)
        # so many unknown files are another folder altogether, not a few exports
        hint = where_it_belongs(settings.landing / found, "", mapped) if number < _HINTS else ""
        channel, _, rest = stray.rpartition("/")[0].partition("/")
        rows.append({
            "channel": channel or "landing", "dataset": rest or None, "file_name": stray,
            "landed_at": now,
            "physical_records": 0, "loaded": 0, "quarantined": 0, "skipped": 0, "status": "quarantined",
            "reason": "unknown_folder", "remedy": remedy("unknown_folder") + hint, "rule_version": RULE_VERSION,
        })  # fmt: skip
    with transaction(connection):
        for name, columns in (("ledger", LEDGER), ("quarantine", QUARANTINE)):
            connection.execute(f"delete from channels.{name} where reason = 'unknown_folder'")
            append_rows(connection, name, columns, rows)
    counts = {"unread_refusals": tell_unread(settings, connection)}
    export(settings, connection)
    for name in ("ledger", "quarantine", "widest_refusals"):
        counted = connection.execute(f"select count(*) from channels.{name}").fetchone()
        counts[name] = int(counted[0]) if counted else 0
    return counts
