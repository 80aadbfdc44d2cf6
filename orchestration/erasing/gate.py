"""The gate before landing/ is read: a delivery that holds an erased person loses their records before it lands.

Somebody who comes back is somebody new: with a consent of their own, dated after the erasure, the records that are
dated after it stay. What is older never does, and the orders of before stay the walk-ins' that they became.
"""

import contextlib
import dataclasses
import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from orchestration import audit_log
from orchestration.channels.engine.files import Landed, check_shell, discover
from orchestration.channels.engine.guard import Guard
from orchestration.channels.engine.landing import Delivery
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.vault import home_tokeniser
from orchestration.erasing import tombstones
from orchestration.erasing.columns import PLACES
from orchestration.erasing.finding import Found, Shelf, find, newest_instant, shelves
from orchestration.erasing.raw import Cut, Unread, cut_landed, landed_as_delivery
from orchestration.erasing.tombstones import Erased, Tombstones, customer
from orchestration.settings import Settings

Record = tuple[str, str]
_CONSENTS = "standard__consents"


def keep_out(
    settings: Settings, connection: duckdb.DuckDBPyConnection, say: Callable[[str], None] = lambda line: None
) -> Cut:
    """Cut erased people out of what landed since the last reading; return what was cut.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held.
    connection
        The open warehouse: it knows what was read before.
    say
        Told a line where something was cut.
    """
    stones, done = tombstones.load(settings), Cut()
    if not stones:
        return done
    new = [(shelf, landed) for shelf in shelves(settings) for landed in _unread(settings, connection, shelf)]
    with Guard(settings) as guard:
        looked = [one for shelf, landed in new if (one := _look(settings, guard, shelf, landed, stones, done))]
    back = _who_came_back(settings, connection, stones, looked)
    for one in looked:
        if back & one.later.keys():  # records that were to go, and stay
            tokeniser = home_tokeniser(settings, stones)
            one.found = find(one.delivery, one.shelf, stones, tokeniser, functools.partial(stays, one.shelf))
        waiting = len(done.unread)
        cut_landed(one.landed, one.delivery, settings, one.shelf, stones, one.found, done)
        if len(done.unread) > waiting and one.found.broken is None:
            _hold_back(one.landed)  # the night could read it, and nobody can cut it
    if done.unread:
        names = ", ".join(home_tokeniser(settings).scrub(file.path) for file in done.unread)
        say(
            f"{len(done.unread)} new files cannot be read, so no erased person can be cut out of them: {names}; they"
            " are set aside whole, or wait as .part: deliver them anew, or take them away"
        )
    if done.files:
        said = {"files": done.files, "removed": done.removed, "walk_ins": done.walk_ins, "emptied": done.emptied}
        audit_log.append(settings, "erased_kept_out", said)
        say(f"{done.files} new files held erased people: {done.removed} records removed, {done.walk_ins} made walk-ins")
    return done


@dataclasses.dataclass
class _Looked:
    """A new file that was read once: what is to be cut out of it, and by erasure the records that may stay."""

    shelf: Shelf
    landed: Landed
    delivery: Delivery
    found: Found
    later: dict[str, set[Record]]
    consents: dict[Record, dt.datetime]


def _look(
    settings: Settings, guard: Guard, shelf: Shelf, landed: Landed, stones: Tombstones, done: Cut
) -> _Looked | None:
    """Read a new file once, after a child under limits has opened it; None where nobody can read it."""
    delivery = None
    with contextlib.suppress(BrokenFile):
        check_shell(landed.path, landed.format)
        guard.check(landed.path, landed.format)
        delivery = landed_as_delivery(landed, shelf)
    if delivery is None:
        if landed.path.is_file() and not landed.path.is_symlink() and landed.bytes:
            done.unread.append(Unread.of(settings, landed.path))
        return None
    later: dict[str, set[Record]] = defaultdict(set)
    consents: dict[Record, dt.datetime] = {}

    def is_kept(one: Erased, row: dict[str, Any]) -> bool:
        if stays(shelf, one, row):
            return True
        newest = newest_instant(shelf, row)
        if newest is not None and newest > one.at:
            record = _record_of(shelf, row)
            later[one.erasure_id] |= {record} if record else set()
        return False

    def saw(table: str, rows: pa.Table) -> None:
        _note_consents(table, rows, consents)

    found = find(delivery, shelf, stones, home_tokeniser(settings, stones), is_kept, saw)
    return _Looked(shelf, landed, delivery, found, later, consents)


def _hold_back(landed: Landed) -> None:
    """Let a file wait as if it were not complete: its name says so."""
    landed.path.rename(landed.path.with_name(f"{landed.path.name}.part"))


def stays(shelf: Shelf, one: Erased, row: dict[str, Any]) -> bool:
    """Return whether a record of an erased person stays: they came back, and it is dated after the erasure."""
    newest = newest_instant(shelf, row)
    return one.back_since is not None and newest is not None and newest > one.at


def _unread(settings: Settings, connection: duckdb.DuckDBPyConnection, shelf: Shelf) -> list[Landed]:
    """Return the complete landing files that no run has read."""
    ready, _ = discover(settings.landing / shelf.landing, shelf.channel.name in settings.done_markers)
    if not ready:
        return []
    rows: list[tuple[str, int, int]] = []
    if connection.execute("select 1 from duckdb_tables() where table_name = 'ledger'").fetchone():
        dataset = shelf.raw.partition("/")[2]
        rows = connection.execute(
            "select file_name, bytes, modified_ns from channels.ledger"
            " where channel = ? and dataset = ? and status <> 'waiting'",
            [shelf.channel.name, dataset],
        ).fetchall()
    scrub = home_tokeniser(settings).scrub
    return [one for one in ready if (scrub(one.name), one.bytes, one.modified_ns) not in set(rows)]


def _who_came_back(
    settings: Settings, connection: duckdb.DuckDBPyConnection, stones: Tombstones, looked: Sequence[_Looked]
) -> set[str]:
    """Return the erasures of those who are back since now; the tombstones are kept with the day."""
    consents: dict[Record, dt.datetime] = {}
    for file in looked:
        for who, at in file.consents.items():
            consents[who] = max(at, consents.get(who, at))
    back = {}
    for one in [one for one in stones.erased if one.back_since is None]:
        known = set().union(*(file.later.get(one.erasure_id, set()) for file in looked))
        given = [at for who, at in consents.items() if at > one.at and _is_theirs(stones, one, who, known)]
        given += _landed_consents(connection, one, known)
        if given:
            back[one.erasure_id] = min(given)
    if back:
        for one in stones.erased:
            one.back_since = back.get(one.erasure_id, one.back_since)
        tombstones.keep(settings, stones.erased)
        audit_log.append(settings, "erased_came_back", {"erasures": sorted(back)})
    return set(back)


def _record_of(shelf: Shelf, row: dict[str, Any]) -> Record | None:
    """Return the source and the customer id of a record, None where it says neither."""
    for columns in (place.people for place in PLACES.values()):
        for column, spaces in columns.items():
            if row.get(column) and any(space.startswith("customer ") for space in spaces):
                return str(row.get("source") or shelf.channel.name), str(row[column])
    return None


def _note_consents(table: str, rows: pa.Table, consents: dict[Record, dt.datetime]) -> None:
    """Note each customer's newest consent that was given."""
    if table != _CONSENTS:
        return
    for row in rows.select(["source", "customer_id", "granted", "changed_at"]).to_pylist():
        if row["granted"] == "true":
            who, at = (row["source"], row["customer_id"]), dt.datetime.fromisoformat(row["changed_at"])
            consents[who] = max(at, consents.get(who, at))


def _is_theirs(stones: Tombstones, one: Erased, who: Record, known: set[Record]) -> bool:
    return who in known or stones.hash(customer(*who)) in one.hashes


def _landed_consents(connection: duckdb.DuckDBPyConnection, one: Erased, records: set[Record]) -> list[dt.datetime]:
    """Return the consents that landed before the record by which their giver is recognised."""
    if (
        not records
        or not connection.execute(
            "select 1 from duckdb_tables() where table_name = $name", {"name": _CONSENTS}
        ).fetchone()
    ):
        return []
    rows = connection.execute(
        f"select source, customer_id, cast(changed_at as timestamp) from channels.{_CONSENTS} where granted = 'true'"
    ).fetchall()
    return [at for source, customer_id, at in rows if at > one.at and (source, customer_id) in records]
