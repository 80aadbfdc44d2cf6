"""The ingest of a channel: whatever is new in its landing folder becomes rows, quarantine rows and ledger rows.

Running it again changes nothing: a file is known by the sha256 of its content. Rows, quarantine and ledger of a file
are written in one transaction, after the vault holds the plain values of its tokens; a run that dies before the
commit leaves the copy in ``raw/``, and the next run reads it from there with the same landing time.
"""

import dataclasses
import datetime as dt
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from orchestration.channels import registry
from orchestration.channels.declare import Channel, Dataset
from orchestration.channels.files import discover
from orchestration.channels.landing import Delivery, land, read_again, restore
from orchestration.channels.reading import FileReader, Reading
from orchestration.channels.reasons import RULE_VERSION, BrokenFile, remedy
from orchestration.channels.records import Tally
from orchestration.channels.tables import LEDGER, QUARANTINE, append, append_rows, create_tables, transaction
from orchestration.channels.tokens import Tokeniser
from orchestration.channels.vault import Vault, home_tokeniser, open_vault
from orchestration.settings import Settings

#: Rows held before they are written; bounds memory, and saves the fixed cost of an insert per small file.
ROWS_PER_WRITE: Final = 200_000
PROGRESS_SECONDS: Final = 5.0


class BalanceError(RuntimeError):
    """A file whose records do not add up: an error of ours, never of the sender's."""


@dataclasses.dataclass
class Ingested:
    """What an ingest did: rows now in each table, and the records of this run."""

    channel: str
    rows: dict[str, int] = dataclasses.field(default_factory=dict)
    files: int = 0
    loaded: int = 0
    quarantined: int = 0
    skipped: int = 0
    waiting: int = 0
    duplicates: int = 0
    broken: list[str] = dataclasses.field(default_factory=list)
    seconds: float = 0.0


def ingest(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    channel: str,
    now: dt.datetime,
    progress: Callable[[str], None] = print,
) -> Ingested:
    """Bring a channel's tables up to its landing folder.

    Parameters
    ----------
    settings
        Whose home, live dates and done markers.
    connection
        The open warehouse.
    channel
        A channel of the registry.
    now
        The landing time (UTC, naive) of files not seen before.
    progress
        Gets a line now and then when it takes long.

    Raises
    ------
    SettingsError
        A missing, short or changed key, before a byte is read.
    BalanceError
        When a file's records do not add up.
    """
    started = time.monotonic()
    declared = registry.channel(channel)
    with open_vault(settings) as vault:
        create_tables(connection, declared)
        work = _Work(settings, connection, declared, vault, now, progress)
        with work:
            for dataset in declared.datasets:
                work.dataset(dataset)
        work.correct_history()
    for table in declared.tables():
        count = connection.execute(f'select count(*) from channels."{table}"').fetchone()
        work.result.rows[table] = int(count[0]) if count else 0
    work.result.seconds = time.monotonic() - started
    return work.result


class _Work:
    """One channel's ingest in progress: rows waiting to be written and the records of their files."""

    def __init__(
        self, settings: Settings, connection: duckdb.DuckDBPyConnection, channel: Channel, vault: Vault,
        now: dt.datetime, progress: Callable[[str], None],
    ) -> None:
        self.result = Ingested(channel.name)
        self._settings = settings
        self._connection = connection
        self._channel = channel
        self._vault = vault
        self._tokeniser: Tokeniser = home_tokeniser(settings, vault)
        self._now = now
        self._progress = progress
        self._pending: dict[str, list[pa.Table]] = {}
        self._held = 0
        self._open = False
        self._ledger: list[dict[str, Any]] = []
        self._quarantine: list[dict[str, Any]] = []
        self._said = self._began = time.monotonic()

    def __enter__(self) -> Self:
        """Return the work."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit what was read, or roll the open transaction back when an error passes through."""
        if kind is None:
            self.commit()
        elif self._open:
            self._connection.execute("rollback")
            self._open = False

    def dataset(self, dataset: Dataset) -> None:
        """Land and load whatever is new of a dataset."""
        name = (self._channel.name, dataset.name)
        rows = self._connection.execute(
            "select file_id, file_name, bytes, modified_ns, status, physical_records from channels.ledger "
            "where channel = ? and dataset = ?", name,
        ).fetchall()
        seen = {(row[1], row[2], row[3]) for row in rows if row[4] != "waiting"}
        counts: dict[str, int] = {row[0]: row[5] for row in rows if row[4] in ("loaded", "quarantined")}
        self._connection.execute("delete from channels.ledger where channel = ? and dataset = ? and status = 'waiting'", name)
        for delivery in restore(self._settings.home / "raw" / name[0] / name[1], set(counts)):
            seen.add((delivery.file_name, delivery.bytes, delivery.modified_ns))
            counts[delivery.file_id] = self._load(dataset, read_again(delivery))
        wants_done = self._channel.name in self._settings.done_markers
        ready, waiting = discover(self._settings.landing / name[0] / name[1], wants_done)
        for landed in ready:
            file_name = self._tokeniser.scrub(landed.name)
            if (file_name, landed.bytes, landed.modified_ns) in seen:
                continue
            delivery_or_none = land(self._settings, *name, landed, file_name, self._now)
            if delivery_or_none is None:
                waiting.append((landed, "growing"))
            elif delivery_or_none.file_id in counts:
                self._duplicate(delivery_or_none, counts[delivery_or_none.file_id])
            else:
                counts[delivery_or_none.file_id] = self._load(dataset, delivery_or_none)
        for landed, reason in waiting:
            self.result.waiting += 1
            self._ledger.append({
                "channel": name[0], "dataset": name[1], "file_name": self._tokeniser.scrub(landed.name),
                "bytes": landed.bytes, "modified_ns": landed.modified_ns, "status": "waiting", "reason": reason,
                "physical_records": 0, "loaded": 0, "quarantined": 0, "skipped": 0, "rule_version": RULE_VERSION,
            })

    def _load(self, dataset: Dataset, delivery: Delivery) -> int:
        """Read a file into the pending rows; return its physical records."""
        reading = Reading(Tally())
        is_history = delivery.is_history(self._settings)
        mine: list[tuple[str, pa.Table]] = []
        held, written = 0, False
        broken: BrokenFile | None = None
        try:
            for table, rows in FileReader(self._channel, dataset, self._tokeniser).read(delivery, reading, is_history):
                mine.append((table, rows))
                held += rows.num_rows
                if held >= ROWS_PER_WRITE:
                    self._hold(mine)
                    self._write()
                    mine, held, written = [], 0, True
                self._say(reading)
            self._hold(mine)
        except BrokenFile as error:
            broken = error
        if broken is not None and written:
            for table in self._channel.tables():
                self._connection.execute(f'delete from channels."{table}" where _file_id = ?', [delivery.file_id])
        self._record(dataset, delivery, reading, is_history, broken)
        if self._held >= ROWS_PER_WRITE:
            self.commit()
        return int(self._ledger_physical)

    def _record(
        self, dataset: Dataset, delivery: Delivery, reading: Reading, is_history: bool, broken: BrokenFile | None
    ) -> None:
        tally = reading.tally
        skipped, quarantined, loaded, physical = sum(tally.skipped.values()), len(tally.rejected), reading.loaded, tally.physical
        rejected = tally.rejected
        if broken is not None:
            headers = 0 if dataset.headerless or "json" in (delivery.format or "") else 1
            physical = max(tally.physical, (delivery.probe.lines - headers) if delivery.probe else 0)
            skipped, loaded, quarantined = 0, 0, physical
            rejected = [(None, broken.column, broken.reason)]  # type: ignore[list-item]
            self.result.broken.append(f"{delivery.channel}/{delivery.dataset}/{delivery.file_name}: {broken}")
        if physical != loaded + quarantined + skipped:
            raise BalanceError(
                f"{delivery.channel}/{delivery.dataset}/{delivery.file_name}: {physical} records, but {loaded} loaded, "
                f"{quarantined} quarantined and {skipped} skipped; this is an error of the reader, please report it"
            )
        self._ledger_physical = physical
        self._ledger.append({
            **self._named(delivery), "is_history": is_history, "encoding": delivery.probe.encoding if delivery.probe else None,
            "physical_records": physical, "loaded": loaded, "quarantined": quarantined, "skipped": skipped,
            "status": "quarantined" if broken else "loaded", "reason": broken.reason if broken else None,
            "warnings": self._warnings(reading) if broken is None else None,
            "min_event_at": _moment(reading.earliest) if broken is None else None,
            "max_event_at": _moment(reading.latest) if broken is None else None,
        })
        place = {key: self._ledger[-1][key] for key in ("file_id", "channel", "dataset", "file_name", "rule_version")}
        for line, column, reason in rejected:
            self._quarantine.append(
                {**place, "line": line, "column_name": column, "reason": reason, "remedy": _remedy(dataset, column, reason)}
            )
        self.result.files += 1
        self.result.loaded += loaded
        self.result.quarantined += quarantined
        self.result.skipped += skipped

    def _warnings(self, reading: Reading) -> str | None:
        counts = {**{f"skipped {what}": count for what, count in reading.tally.skipped.items()}, **reading.tally.warnings}
        if not reading.tally.physical:
            counts["no_rows"] = 1
        told = {self._tokeniser.scrub(code): count for code, count in sorted(counts.items())}
        return json.dumps(told, ensure_ascii=False) if told else None

    def _duplicate(self, delivery: Delivery, physical: int) -> None:
        self.result.duplicates += 1
        self._ledger.append({
            **self._named(delivery), "is_history": delivery.is_history(self._settings), "physical_records": physical,
            "loaded": 0, "quarantined": 0, "skipped": physical, "status": "duplicate", "reason": "same content as an earlier file",
        })

    @staticmethod
    def _named(delivery: Delivery) -> dict[str, Any]:
        return {
            "file_id": delivery.file_id, "channel": delivery.channel, "dataset": delivery.dataset,
            "file_name": delivery.file_name, "bytes": delivery.bytes, "modified_ns": delivery.modified_ns,
            "landed_at": delivery.landed_at, "rule_version": RULE_VERSION,
        }

    def _hold(self, tables: list[tuple[str, pa.Table]]) -> None:
        for table, rows in tables:
            self._pending.setdefault(table, []).append(rows)
            self._held += rows.num_rows

    def _write(self) -> None:
        """Write the pending rows into the open transaction, their plain values to the vault first."""
        self._vault.flush()
        if not self._open:
            self._connection.execute("begin")
            self._open = True
        for table, parts in self._pending.items():
            append(self._connection, table, pa.concat_tables(parts))
        self._pending, self._held = {}, 0

    def commit(self) -> None:
        """Make the files read so far durable: rows, quarantine and ledger together."""
        try:
            self._write()
            append_rows(self._connection, "quarantine", QUARANTINE, self._quarantine)
            append_rows(self._connection, "ledger", LEDGER, self._ledger)
            self._connection.execute("commit")
        except BaseException:
            if self._open:
                self._connection.execute("rollback")
            raise
        finally:
            self._open = False
        self._ledger, self._quarantine = [], []

    def correct_history(self) -> None:
        """Follow a changed ``live_from``: which files are history is a function of settings and landing times."""
        live_from = self._settings.live_from_date(self._channel.name)
        began = None if live_from is None else dt.datetime.combine(live_from, dt.time()) - dt.timedelta(hours=8)
        changed = self._connection.execute(
            "select file_id, dataset, not is_history from channels.ledger where channel = $channel and status <> 'waiting' "
            "and not starts_with(file_name, 'history/') and not contains(file_name, '/history/') "
            "and is_history <> (cast($began as timestamp) is null or landed_at < cast($began as timestamp))",
            {"channel": self._channel.name, "began": began},
        ).fetchall()
        if not changed:
            return
        with transaction(self._connection):
            for file_id, _, is_history in changed:
                for table in ("ledger", *self._channel.tables()):
                    key, flag = ("file_id", "is_history") if table == "ledger" else ("_file_id", "_is_history")
                    self._connection.execute(f'update channels."{table}" set {flag} = ? where {key} = ?', [is_history, file_id])

    def _say(self, reading: Reading) -> None:
        if time.monotonic() - self._said >= PROGRESS_SECONDS:
            self._said = time.monotonic()
            seconds = self._said - self._began
            self._progress(f"channels: {self._channel.name} {self.result.loaded + reading.loaded:,} records, {seconds:.0f} s")


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _remedy(dataset: Dataset, name: str | None, reason: str) -> str:
    plain = name.rsplit(".", 1)[-1] if name else None
    columns = [*dataset.columns, *(column for child in dataset.children for column in child.columns)]
    column = next((each for each in columns if each.name == plain), None)
    if column is None:
        return remedy(reason, allowed="", minimum="", maximum="")
    return remedy(reason, allowed=", ".join(column.values), minimum=column.minimum, maximum=column.maximum)
