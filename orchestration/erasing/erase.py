"""``siyu erase``: a person goes out of every place of a home, in steps that can each be done again."""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from orchestration import audit_log, clock
from orchestration.account import who_works
from orchestration.channels.engine import registry
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.erasing import backups, elsewhere, journal, published, tombstones
from orchestration.erasing.cutting_out import CuttingOut
from orchestration.erasing.gate import keep_out
from orchestration.erasing.journal import Journal
from orchestration.erasing.needles import Needles
from orchestration.erasing.person import find_person, plain_values
from orchestration.erasing.raw import Unread
from orchestration.erasing.suspects import finds
from orchestration.erasing.tombstones import Erased, Key, Tombstones
from orchestration.erasing.vault_file import forget, unheld
from orchestration.erasing.warehouse_file import rewrite
from orchestration.files import take_away_drafts
from orchestration.publishing import plans, readers
from orchestration.publishing.versions import Store
from orchestration.rights import require
from orchestration.sending import activations
from orchestration.settings import Settings
from orchestration.warehouse import connect

Say = Callable[[str], None]


class StillThere(RuntimeError):
    """Bytes of the person stand somewhere that nobody cut; the message names the files, and the erasure stays open."""


class FoundAgain(StillThere):
    """Bytes of the person were found by the last look: all that was done is done again before the next one."""


def ask(settings: Settings, who: str, say: Say = lambda line: None) -> Journal:
    """Find whom an identifier means and record that they are to be erased; the home's lock has to be held.

    Raises
    ------
    NobodyToErase
        Nobody is known by it, or several people are.
    """
    require(settings, "erase")
    person = find_person(settings, who)
    begun = journal.begin(settings, person, who_works(), clock.now().replace(microsecond=0))
    audit_log.append(settings, "erasure_asked", {"erasure": begun.erasure_id, "records": person.records})
    say(f"{begun.erasure_id}: asked; {person.records} records, {person.orders} orders; from now on nothing reads them")
    return begun


def complete(settings: Settings, say: Say = lambda line: None) -> list[Path]:
    """Bring every erasure that has begun to its end, or up to where readers have to be waited for.

    The home's lock has to be held, and nobody may hold the warehouse open.

    Returns
    -------
    list of Path
        The receipts of those that ended.

    Raises
    ------
    StillThere
        Something was left in a file that nobody cut.
    """
    receipts = []
    unfinished = journal.unfinished(settings)
    if unfinished:  # of an erasure or a night that was killed, which nothing else takes away before the last look
        take_away_drafts(settings.home, clock.real_now(), leave_out=[settings.landing])
    for begun in unfinished:
        try:
            receipts += _brought_on(settings, begun, say)
        except FoundAgain:
            begun.done.clear()
            journal.keep(settings, begun)
            raise
    return receipts


def _brought_on(settings: Settings, begun: Journal, say: Say) -> list[Path]:
    """Do the steps that are left, and end the erasure unless readers have to be waited for; return its receipt."""
    for name, step in _STEPS.items():
        if name not in begun.done:
            started = time.monotonic()
            step(settings, begun)
            begun.seconds = round(begun.seconds + time.monotonic() - started, 2)
            begun.done.append(name)
            journal.keep(settings, begun)
            say(f"{begun.erasure_id}: {name.replace('_', ' ')}, {time.monotonic() - started:.1f} s")
    if begun.readers_until and clock.now() < begun.readers_until:
        say(f"{begun.erasure_id}: readers may be in the old versions until {begun.readers_until:%Y-%m-%d %H:%M} UTC")
        return []
    return [_end(settings, begun)]


def _bury(settings: Settings, begun: Journal) -> None:
    """Write the tombstones, before anything is cut: what lands meanwhile is recognised."""
    stones = tombstones.opened(settings)
    plain = plain_values(settings, begun.person)
    contacts = {Key(tombstones.CONTACT, value) for token, value in plain.items() if token in begun.person.values}
    hashes = frozenset(map(stones.hash, begun.person.keys | contacts))
    # Begun again after the vault was emptied: what stood in it is known by its hash alone.
    hashes |= frozenset().union(*(one.hashes for one in stones.erased if one.erasure_id == begun.erasure_id))
    stones = stones.with_erased(Erased(begun.erasure_id, begun.at, hashes))
    tombstones.keep(settings, stones.erased)
    begun.counts["tombstones"] = len(hashes)


def _stones(settings: Settings, begun: Journal) -> Tombstones:
    """Return the tombstones of this erasure alone: who came back after an earlier one is not cut again."""
    stones = tombstones.load(settings)
    return Tombstones.like(stones, [one for one in stones.erased if one.erasure_id == begun.erasure_id])


def _cutting_out(settings: Settings, begun: Journal) -> CuttingOut:
    """Return the knife for this person; what it changes is noted in the journal."""
    return CuttingOut(
        settings,
        _stones(settings, begun),
        _searched(settings, begun),
        lambda: journal.keep(settings, begun),
        begun.moved,
        begun.renamed,
        begun.named,
        begun.counts,
    )


def _cut_deliveries(settings: Settings, begun: Journal) -> None:
    out = _cutting_out(settings, begun)
    out.deliveries(finds(settings, begun.person, out.stones, out.needles, begun.moved))
    begun.unread = [(file.path, file.bytes, file.modified_ns) for file in out.unread]


def _cut_versions(settings: Settings, begun: Journal) -> None:
    _cutting_out(settings, begun).versions()
    readers.follow(settings)
    if begun.renamed:
        grace = dt.timedelta(hours=settings.reader_hours)
        begun.readers_until = clock.now() + grace if grace else None


def _write_warehouse(settings: Settings, begun: Journal) -> None:
    """Write the warehouse anew, then read again what landed: its accounts are of the new files."""
    _cutting_out(settings, begun).count("warehouse_rows_removed", rewrite(settings, _stones(settings, begun), begun))
    if not settings.warehouse.exists():
        return
    with connect(settings) as warehouse:
        now = clock.now().replace(microsecond=0)
        keep_out(settings, warehouse)
        for channel in registry.channels():
            ingest(settings, warehouse, channel, now, lambda line: None)
        finish(settings, warehouse, now)
        activations.load(settings, warehouse)
        plans.load(settings, warehouse)


def _look_for_residue(settings: Settings, begun: Journal) -> None:
    store, needles = Store(settings.published), _cutting_out(settings, begun).needles
    begun.counts["lines_of_the_chain"] = elsewhere.lines_of_the_chain(settings, needles)
    unread = [settings.home / name for name, *_ in begun.unread]
    out = [*_never_looked_at(settings), *unread, *(store.versions / old for old in begun.renamed)]
    if found := elsewhere.residue(settings, needles, out):
        raise FoundAgain(
            f"{begun.erasure_id}: the person still stands in {len(found)} files, first {_named(needles, found)}; take"
            " them away or mend them, then run: siyu erase --finish"
        )


def _never_looked_at(settings: Settings) -> list[Path]:
    return [settings.home / "vault", tombstones.folder(settings)]


def _named(needles: Needles, files: list[str]) -> str:
    """Return the first of some files by their names, in which the person may stand as well."""
    return ", ".join(map(needles.without, files[:5]))


def _empty_vault(settings: Settings, begun: Journal) -> None:
    """Take the person's values out of the vault, and let the tombstones say so to a vault that is restored."""
    plain = plain_values(settings, begun.person)
    gone = unheld(settings, begun.person.tokens)
    stones = tombstones.load(settings)
    for one in stones.erased:
        if one.erasure_id == begun.erasure_id:
            one.hashes |= {stones.hash(Key(tombstones.VAULT, plain[token])) for token in gone if token in plain}
    tombstones.keep(settings, stones.erased)
    begun.counts["vault_values_removed"] = begun.counts.get("vault_values_removed", 0) + forget(settings, gone)


def _tell_backups(settings: Settings, begun: Journal) -> None:
    told, lost = backups.tell(settings)
    begun.counts["backups_told"], begun.counts["backups_out_of_reach"] = told, lost


def _searched(settings: Settings, begun: Journal) -> set[str]:
    """Return the values to search files for: in the clear, tokens and ids; what others carry too stays out."""
    plain = plain_values(settings, begun.person)
    own = {value for token, value in plain.items() if token in begun.person.values}
    return own | begun.person.values | {key.value for key in begun.person.keys if key.space.startswith("order ")}


def _end(settings: Settings, begun: Journal) -> Path:
    """Retire the old versions, look once more and keep the receipt.

    Raises
    ------
    StillThere
        The person stands somewhere again, or a file that nobody can read still lies there: the receipt says so, and
        that the erasure is not complete. Or Postgres still has versions with them.
    """
    published.retire(Store(settings.published), list(begun.renamed))
    if behind := readers.follow(settings):
        raise StillThere(f"{begun.erasure_id}: {behind}; then: siyu erase --finish")
    if begun.unread and not any(Unread(*file).stands(settings) for file in begun.unread):
        _cut_deliveries(settings, begun)  # what came in their place is read now
        journal.keep(settings, begun)
    names = [name for name, *_ in begun.unread]
    needles = _cutting_out(settings, begun).needles
    out = [*_never_looked_at(settings), *(settings.home / name for name in names)]
    if found := elsewhere.residue(settings, needles, out):
        raise FoundAgain(f"{begun.erasure_id}: the person stands again in {_named(needles, found)}; run it again")
    receipt: dict[str, Any] = {
        "erasure": begun.erasure_id,
        "is_complete": not names,
        "asked_at": f"{begun.at:%Y-%m-%dT%H:%M:%SZ}",
        "ended_at": None if names else f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "by": begun.by,
        "seconds": begun.seconds,
        "records": begun.person.records,
        "orders_kept_as_walk_ins": begun.person.orders,
        "values_kept_because_somebody_else_has_them": begun.person.shared,
        "files_with_residue": 0,
        "files_nobody_can_read": names,
        **begun.counts,
    }
    if names:
        receipt["remedy"] = _UNREAD_REMEDY
        journal.keep_receipt(settings, begun, receipt)
        raise StillThere(
            f"{begun.erasure_id} is not complete: {len(names)} files cannot be read, so nobody can cut the person out"
            f" of them: {', '.join(names)}; {_UNREAD_REMEDY}"
        )
    file = journal.keep_receipt(settings, begun, receipt)
    audit_log.append(settings, "erased", receipt)
    journal.end(settings, begun)
    return file


#: What is done about a damaged file.
_UNREAD_REMEDY: Final = (
    "replace each by a whole copy, or take it out of the home (of raw/ with the .landed.json beside it), then run:"
    " siyu erase --finish"
)
#: In this order; each may be done again. The person's values leave the vault when nothing has to be searched any more.
_STEPS: Final[dict[str, Callable[[Settings, Journal], None]]] = {
    "tombstones_written": _bury,
    "deliveries_cut": _cut_deliveries,
    "lists_cut": lambda settings, begun: _cutting_out(settings, begun).lists(begun.person.leads),
    "versions_cut": _cut_versions,
    "warehouse_written_anew": _write_warehouse,
    "other_files_masked": lambda settings, begun: _cutting_out(settings, begun).everything_else(),
    "residue_looked_for": _look_for_residue,
    "vault_emptied": _empty_vault,
    journal.LAST_STEP: _tell_backups,
}
