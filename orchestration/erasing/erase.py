"""``siyu erase``: a person goes out of every place of a home, in steps that can each be done again."""

import datetime as dt
import getpass
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from orchestration import audit_log, clock
from orchestration.channels.engine import registry
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.erasing import backups, elsewhere, handed_over, journal, published, tombstones
from orchestration.erasing.gate import keep_out
from orchestration.erasing.journal import Journal
from orchestration.erasing.person import find_person, plain_values
from orchestration.erasing.raw import Cut, cut_landing, cut_raw
from orchestration.erasing.suspects import finds
from orchestration.erasing.tombstones import Erased, Key, Tombstones
from orchestration.erasing.vault_file import forget, unheld
from orchestration.erasing.warehouse_file import rewrite
from orchestration.files import write_text
from orchestration.publishing import plans, readers
from orchestration.publishing.versions import Store
from orchestration.sending import activations
from orchestration.settings import Settings
from orchestration.warehouse import connect

Say = Callable[[str], None]


class StillThere(RuntimeError):
    """Bytes of the person stand somewhere that nobody cut; the message names the files, and the erasure stays open."""


def ask(settings: Settings, who: str, say: Say = lambda line: None) -> Journal:
    """Find whom an identifier means and record that they are to be erased; the home's lock has to be held.

    Raises
    ------
    NobodyToErase
        Nobody is known by it, or several people are.
    """
    person = find_person(settings, who)
    begun = journal.begin(settings, person, getpass.getuser(), clock.now().replace(microsecond=0))
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
    for begun in journal.unfinished(settings):
        for name, step in _STEPS.items():
            if name not in begun.done:
                started = time.monotonic()
                step(settings, begun)
                begun.seconds = round(begun.seconds + time.monotonic() - started, 2)
                begun.done.append(name)
                journal.keep(settings, begun)
                say(f"{begun.erasure_id}: {name.replace('_', ' ')}, {time.monotonic() - started:.1f} s")
        if begun.readers_until and clock.now() < begun.readers_until:
            say(
                f"{begun.erasure_id}: readers may be in the old versions until {begun.readers_until:%Y-%m-%d %H:%M} UTC"
            )
            continue
        receipts.append(_end(settings, begun))
    return receipts


def _bury(settings: Settings, begun: Journal) -> None:
    """Write the tombstones, before anything is cut: what lands meanwhile is recognised."""
    stones = tombstones.opened(settings)
    plain = plain_values(settings, begun.person)
    contacts = {Key(tombstones.CONTACT, value) for token, value in plain.items() if token in begun.person.values}
    hashes = frozenset(map(stones.hash, begun.person.keys | contacts))
    stones = stones.with_erased(Erased(begun.erasure_id, begun.at, hashes))
    tombstones.keep(settings, stones.erased)
    begun.counts["tombstones"] = len(hashes)


def _stones(settings: Settings, begun: Journal) -> Tombstones:
    """Return the tombstones of this erasure alone: who came back after an earlier one is not cut again."""
    stones = tombstones.load(settings)
    return Tombstones.like(stones, [one for one in stones.erased if one.erasure_id == begun.erasure_id])


def _cut_deliveries(settings: Settings, begun: Journal) -> None:
    stones, plain = _stones(settings, begun), plain_values(settings, begun.person)
    contacts = [value for value in plain.values() if elsewhere.is_contact(value)]

    def moved(old: str, new: str) -> None:
        begun.moved[old] = new
        journal.keep(settings, begun)

    known = finds(settings, begun.person, stones, contacts, begun.moved)
    raw = cut_raw(settings, stones, contacts, known=known, moved=moved)
    landing = cut_landing(settings, stones, contacts, known=known, moved=begun.moved)
    for name, cut in (("raw", raw), ("landing", landing)):
        _count(begun, name, cut)
    _rename_accepted(settings, begun.moved)


def _count(begun: Journal, name: str, cut: Cut) -> None:
    begun.count(f"{name}_files_rewritten", cut.files)
    begun.count(f"{name}_records_removed", cut.removed)
    begun.count(f"{name}_sales_kept_as_walk_ins", cut.walk_ins)
    begun.count(f"{name}_records_with_values_emptied", cut.emptied)
    begun.counts[f"{name}_files_nobody_can_read"] = len(cut.unread)


def _rename_accepted(settings: Settings, moved: dict[str, str]) -> None:
    """Let what a person accepted of a file hold for the same file under its new id."""
    for name in ("refusals/accepted.jsonl", "quarantine/accepted.jsonl"):
        file = settings.home / name
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        changed = text
        for old, new in moved.items():
            changed = changed.replace(old, new)
        if changed != text:
            write_text(file, changed, file.stat().st_mode & 0o777)


def _cut_logs_of_lists(settings: Settings, begun: Journal) -> None:
    """Cut the log of exports, and the files themselves where they still lie where they were written."""
    stones = _stones(settings, begun)
    plain = plain_values(settings, begun.person)
    begun.count("handed_over_rows", handed_over.cut(settings, stones, {*plain.values(), *begun.person.values}))
    rows = sum(published.cut_parquet(file, stones) for file in sorted(activations.folder(settings).glob("*.parquet")))
    begun.count("rows_of_the_log_of_exports", rows)
    for file in sorted((settings.home / "identity").glob("*.parquet")):
        begun.count("rows_of_identity_evidence", published.cut_parquet(file, stones))


def _cut_versions(settings: Settings, begun: Journal) -> None:
    stones, store = _stones(settings, begun), Store(settings.published)
    if not store.versions.is_dir():
        return
    done = published.cut_versions(store, stones, begun.renamed)
    begun.renamed = done.renamed
    begun.count("versions_cut", len(done.renamed))
    begun.count("published_rows_removed", done.rows)
    for name in (plans.FOLDER, "withdrawn"):
        begun.count(
            "rows_of_plans_and_withdrawals", published.cut_named_by_version(store.root / name, stones, done.renamed)
        )
    for file in sorted(activations.folder(settings).glob("*.parquet")):
        published.cut_parquet(file, stones, lambda rows: published.with_new_versions(rows, done.renamed))
    readers.follow(settings)
    if done.renamed:
        grace = dt.timedelta(hours=settings.reader_hours)
        begun.readers_until = clock.now() + grace if grace else None


def _write_warehouse(settings: Settings, begun: Journal) -> None:
    """Write the warehouse anew, then read again what landed: its accounts are of the new files."""
    begun.count("warehouse_rows_removed", rewrite(settings, _stones(settings, begun), begun))
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


def _mask_the_rest(settings: Settings, begun: Journal) -> None:
    changed = elsewhere.mask(settings, _searched(settings, begun))
    begun.counts["other_files_changed"] = len(changed)


def _look_for_residue(settings: Settings, begun: Journal) -> None:
    store = Store(settings.published)
    out = [settings.home / "vault", tombstones.folder(settings), *(store.versions / old for old in begun.renamed)]
    if found := elsewhere.residue(settings, _searched(settings, begun), out):
        raise StillThere(
            f"{begun.erasure_id}: the person still stands in {len(found)} files, first {', '.join(found[:5])}; take"
            " them away or mend them, then run: siyu erase --finish"
        )


def _empty_vault(settings: Settings, begun: Journal) -> None:
    """Take the person's values out of the vault, and let the tombstones say so to a vault that is restored."""
    plain = plain_values(settings, begun.person)
    gone = unheld(settings, begun.person.tokens)
    stones = tombstones.load(settings)
    for one in stones.erased:
        if one.erasure_id == begun.erasure_id:
            one.hashes |= {stones.hash(Key(tombstones.VAULT, plain[token])) for token in gone if token in plain}
    tombstones.keep(settings, stones.erased)
    begun.count("vault_values_removed", forget(settings, gone))


def _tell_backups(settings: Settings, begun: Journal) -> None:
    told, lost = backups.tell(settings)
    begun.counts["backups_told"], begun.counts["backups_out_of_reach"] = told, lost


def _searched(settings: Settings, begun: Journal) -> set[str]:
    """Return the values to search files for: in the clear, tokens and ids; what others carry too stays out."""
    plain = plain_values(settings, begun.person)
    own = {value for token, value in plain.items() if token in begun.person.values}
    return own | begun.person.values | {key.value for key in begun.person.keys if key.space.startswith("order ")}


def _end(settings: Settings, begun: Journal) -> Path:
    store = Store(settings.published)
    published.retire(store, list(begun.renamed))
    if behind := readers.follow(settings):
        raise StillThere(f"{begun.erasure_id}: {behind}; then: siyu erase --finish")
    out = [settings.home / "vault", tombstones.folder(settings)]
    if found := elsewhere.residue(settings, _searched(settings, begun), out):
        raise StillThere(f"{begun.erasure_id}: the person stands again in {', '.join(found[:5])}; run it again")
    receipt: dict[str, Any] = {
        "erasure": begun.erasure_id,
        "asked_at": f"{begun.at:%Y-%m-%dT%H:%M:%SZ}",
        "ended_at": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "by": begun.by,
        "seconds": begun.seconds,
        "records": begun.person.records,
        "orders_kept_as_walk_ins": begun.person.orders,
        "values_kept_because_somebody_else_has_them": begun.person.shared,
        "files_with_residue": 0,
        **begun.counts,
    }
    file = journal.end(settings, begun, receipt)
    audit_log.append(settings, "erased", receipt)
    return file


#: In this order; each may be done again. The person's values leave the vault when nothing has to be searched any more.
_STEPS: Final[dict[str, Callable[[Settings, Journal], None]]] = {
    "tombstones_written": _bury,
    "deliveries_cut": _cut_deliveries,
    "lists_cut": _cut_logs_of_lists,
    "versions_cut": _cut_versions,
    "warehouse_written_anew": _write_warehouse,
    "other_files_masked": _mask_the_rest,
    "residue_looked_for": _look_for_residue,
    "vault_emptied": _empty_vault,
    "backups_told": _tell_backups,
}
