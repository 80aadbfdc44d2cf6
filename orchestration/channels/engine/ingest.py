"""The ingest of a channel: whatever is new in its landing folder becomes rows, quarantine rows and ledger rows.

Running it again changes nothing: a file is known by the sha256 of its content. Rows, quarantine and ledger of a file
are written in one transaction, after the vault holds the plain values of its tokens; a run that dies before the
commit leaves the copy in ``raw/``, and the next run reads it from there with the same landing time.
"""

import dataclasses
import datetime as dt
import time
from collections.abc import Callable
from typing import Final

import duckdb
import pyarrow as pa

from orchestration import screen
from orchestration.channels.engine import file_ledger, registry
from orchestration.channels.engine.accepted_files import accepted_files
from orchestration.channels.engine.declare import Channel, Dataset
from orchestration.channels.engine.files import discover
from orchestration.channels.engine.guard import Guard
from orchestration.channels.engine.landing import Delivery, land, land_again, read_again, restore
from orchestration.channels.engine.live_from import follow_live_from
from orchestration.channels.engine.look_alikes import where_it_belongs
from orchestration.channels.engine.mapped import MappedReader
from orchestration.channels.engine.mappings import CHANNEL, MappedDataset, mappings
from orchestration.channels.engine.medians import Row, judge, known_medians
from orchestration.channels.engine.reading import FileReader, Reading
from orchestration.channels.engine.reasons import TRIED_AGAIN, BrokenFile
from orchestration.channels.engine.records import Fault, Tally
from orchestration.channels.engine.repeats import count_repeats
from orchestration.channels.engine.sent_tokens import SentTokens
from orchestration.channels.engine.tables import (
    create_tables,
    forget_accepted,
    forget_known_tokens,
    forget_other_mappings,
    forget_other_rules,
    forget_passed_times,
)
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.channels.engine.watching import changes, known_shares, landing_limits, moved
from orchestration.channels.engine.writing import ROWS_PER_WRITE, Writer
from orchestration.settings import Settings

PROGRESS_SECONDS: Final = 5.0
#: Spreadsheets end at this row.
EXCEL_LAST_ROW: Final = 1_048_576


@dataclasses.dataclass
class Ingested:
    """What an ingest did: rows now in each table, and the files and records of this run."""

    channel: str
    rows: dict[str, int] = dataclasses.field(default_factory=dict)
    files: int = 0
    loaded: int = 0
    quarantined: int = 0
    skipped: int = 0
    waiting: int = 0
    duplicates: int = 0
    #: one message per file set aside whole, naming file, reason, column and remedy
    broken: list[str] = dataclasses.field(default_factory=list)
    #: one message per column of a file that says otherwise than its channel's last 28 days
    changed: list[str] = dataclasses.field(default_factory=list)
    seconds: float = 0.0


def ingest(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    channel: str,
    now: dt.datetime,
    progress: Callable[[str], None] = screen.say,
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
    mapped = mappings(settings.home)
    with open_vault(settings) as vault, Guard(settings) as guard:
        create_tables(connection, declared)
        tokeniser = home_tokeniser(settings, vault)
        with Writer(connection, declared, vault) as writer:
            work = _Work(settings, connection, declared, writer, tokeniser, now, progress, mapped, guard)
            if channel == CHANNEL:
                forget_other_mappings(connection, declared, mapped)
            for dataset in (*declared.datasets, *(mapped.values() if channel == CHANNEL else ())):
                work.dataset(dataset)
    follow_live_from(settings, connection, declared)
    for table in declared.tables():
        count = connection.execute(f'select count(*) from channels."{table}"').fetchone()
        work.result.rows[table] = int(count[0]) if count else 0
    work.result.seconds = time.monotonic() - started
    return work.result


@dataclasses.dataclass
class _Work:
    """One channel's ingest in progress."""

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    channel: Channel
    writer: Writer
    tokeniser: Tokeniser
    now: dt.datetime
    progress: Callable[[str], None]
    mapped: dict[str, MappedDataset]
    guard: Guard

    def __post_init__(self) -> None:
        self.result = Ingested(self.channel.name)
        names = "select distinct dataset from channels.ledger where channel = ?"
        self.known = {name for (name,) in self.connection.execute(names, [self.channel.name]).fetchall()}
        self.sent_tokens = SentTokens(self.settings)
        self.accepted = accepted_files(self.settings)
        self.loaded: dict[str, int] = {}
        self.refused: set[str] = set()
        self.medians: list[Row] = []
        self.shares: list[Row] = []
        self.limits = landing_limits(self.settings)
        self.began = self.said = time.monotonic()

    def dataset(self, dataset: Dataset) -> None:
        """Land and load whatever is new of a dataset; one that never had a file costs no query."""
        place = (self.channel.name, dataset.name)
        is_mapped = isinstance(dataset, MappedDataset)
        raw = self.settings.home / "raw" / place[0] / place[1]
        landing = self.settings.landing / (place[1] if is_mapped else f"{place[0]}/{place[1]}")
        if dataset.name not in self.known and not raw.exists() and not landing.exists():
            return
        forget_other_rules(self.connection, self.channel, dataset)
        forget_known_tokens(self.connection, self.channel, dataset, self.sent_tokens)
        if self.accepted:
            forget_accepted(self.connection, self.channel, dataset, self.accepted)
        forget_passed_times(self.connection, self.channel, dataset, self.now)
        rows = self.connection.execute(
            "select file_id, file_name, bytes, modified_ns, status, physical_records, reason from channels.ledger "
            "where channel = ? and dataset = ?",
            place,
        ).fetchall()
        read = [row for row in rows if row[4] != "waiting" and row[6] not in TRIED_AGAIN]
        seen = {row[1:4] for row in read}
        self.loaded = {row[0]: row[5] for row in read if row[4] == "loaded"}
        self.refused = {row[0] for row in read if row[4] == "quarantined"} - self.loaded.keys()
        self.medians = known_medians(self.connection, *place)
        self.shares = known_shares(self.connection, *place, self.now - 2 * dt.timedelta(days=self.limits.watched_days))
        self.connection.execute(
            "delete from channels.ledger where channel = ? and dataset = ? and status = 'waiting'", place
        )
        # What could not be read is tried again: new rights do not change a file's time.
        for table in ("ledger", "quarantine"):
            self.connection.execute(
                f"delete from channels.{table} where channel = ? and dataset = ? and reason in (select unnest(?))",
                [*place, list(TRIED_AGAIN)],
            )
        for restored in restore(raw, self.loaded.keys() | self.refused):
            again = read_again(restored)
            if again.broken is None or again.broken.reason != "raw_changed":  # else what still lies in landing mends it
                seen.add((restored.file_name, restored.bytes, restored.modified_ns))
            self._load(dataset, again)
        newest = dict(
            self.connection.execute(
                "select file_name, split_part(arg_max(file_id, landed_at), '-', 1) from channels.ledger"
                " where channel = ? and dataset = ? and status = 'loaded' group by file_name having count(*) > 1",
                place,
            ).fetchall()
        )
        ready, waiting = discover(landing, self.channel.name in self.settings.done_markers)
        for landed in ready:
            file_name = self.tokeniser.scrub(landed.name)
            if (file_name, landed.bytes, landed.modified_ns) in seen:
                continue
            delivery = land(self.settings, *place, landed, file_name, self.now, self.loaded)
            if delivery is None:
                waiting.append((landed, "growing"))
            elif delivery.file_id in self.loaded and newest.get(file_name, delivery.file_id) != delivery.file_id:
                # What this name said before the last time, it says again: A, B, A are three states.
                self._load(dataset, land_again(self.settings, delivery, landed, self.now, self.loaded))
            elif delivery.file_id in self.loaded:
                self.result.duplicates += 1
                physical = self.loaded[delivery.file_id]
                self.writer.ledger.append(file_ledger.duplicate_file(delivery, physical, dataset, self.settings))
            else:
                self._load(dataset, delivery)
        self.result.waiting += len(waiting)
        for landed, reason in waiting:
            file_name = self.tokeniser.scrub(landed.name)
            self.writer.ledger.append(file_ledger.waiting_file(*place, landed, file_name, reason))

    def _load(self, dataset: Dataset, delivery: Delivery) -> None:
        """Read a file into the writer. Bytes that were refused before are no delivery: what is said now holds."""
        reading = Reading(Tally())
        mine: list[tuple[str, pa.Table]] = []
        held, written, hint = 0, False, ""
        try:
            if delivery.broken is None:
                self.guard.check(delivery.path, delivery.format)
            is_whole = self.channel.name in self.settings.done_markers
            reader_of = MappedReader if isinstance(dataset, MappedDataset) else FileReader
            reader = reader_of(self.channel, dataset, self.tokeniser, is_whole, self.sent_tokens, self.now)
            for table, rows in reader.read(delivery, reading, delivery.is_history(self.settings)):
                mine.append((table, rows))
                held += rows.num_rows
                if held >= ROWS_PER_WRITE:
                    self.writer.hold(mine)
                    self.writer.write()
                    mine, held, written = [], 0, True
                self._say(reading)
            self._refuse_full_sheet(dataset, delivery, reading)
            medians, shares = self._watched(delivery, reading)
            if not written:
                count_repeats(
                    dataset, [rows for table, rows in mine if table.endswith(f"__{dataset.name}")], reading.tally
                )
        except BrokenFile as broken:
            if written:
                self.writer.forget(delivery.file_id)
            if delivery.file_id in self.refused:
                self.writer.replace_refused(delivery.channel, delivery.dataset, delivery.file_id, delivery.file_name)
            self.refused.add(delivery.file_id)
            row = file_ledger.broken_file(delivery, reading, dataset, broken, self.settings)
            faults = [Fault(None, broken.column, broken.reason)]
            if broken.reason in ("unknown_header", "missing_column"):
                place = delivery.dataset if isinstance(dataset, MappedDataset) else f"{delivery.channel}/{dataset.name}"
                hint = where_it_belongs(delivery.path, place, self.mapped)
            hint = f" {broken.told}{hint}" if broken.told else hint
            self.result.broken.append(f"{delivery.channel}/{delivery.dataset}/{delivery.file_name}: {broken}")
        else:
            row = file_ledger.loaded_file(delivery, reading, dataset, self.settings, self.tokeniser)
            faults = reading.tally.rejected
            if delivery.file_id in self.refused:
                self.writer.replace_refused(delivery.channel, delivery.dataset, delivery.file_id, None)
            self.writer.hold(mine)
            self.writer.medians += medians
            self.medians += medians
            self.writer.shares += shares
            self.shares += shares
            self.loaded[delivery.file_id] = row["physical_records"]
        # What a header says of refusals is not read; the records are, where the file can be.
        for header, line in reading.tally.refusing.items():
            faults = [*faults, Fault(line, self.tokeniser.scrub(header), "undeclared_refusal")]
        self.writer.ledger.append(row)
        self.writer.quarantine.extend(file_ledger.quarantine_rows(delivery, dataset, faults, hint))
        self.result.files += 1
        self.result.loaded += row["loaded"]
        self.result.quarantined += row["quarantined"]
        self.result.skipped += row["skipped"]
        if self.writer.is_full:
            self.writer.commit()

    def _refuse_full_sheet(self, dataset: Dataset, delivery: Delivery, reading: Reading) -> None:
        """Set a table aside that ends at the last row of a spreadsheet: what came after it was cut."""
        ends_at = reading.tally.physical + (not dataset.headerless)
        is_table = (delivery.format or "").startswith(("csv", "xlsx"))
        if is_table and ends_at == EXCEL_LAST_ROW and delivery.file_id not in self.accepted:
            raise BrokenFile("full_sheet")

    def _watched(self, delivery: Delivery, reading: Reading) -> tuple[list[Row], list[Row]]:
        """Return a file's medians and shares, or set it aside where its amounts are of another size than before.

        What else changed is said: a warning of the file, by column.
        """
        place = {"file_id": delivery.file_id, "channel": delivery.channel, "dataset": delivery.dataset}
        times = [dt.datetime.fromisoformat(each) for each in (reading.earliest, reading.latest) if each]
        first, last = (times[0], times[-1]) if times else (delivery.landed_at, delivery.landed_at)
        medians, shares = reading.medians.rows(place, first, last), reading.shares.rows(place, first, last)
        if delivery.file_id not in self.accepted:
            judge(medians, self.medians, self.limits)
        said = moved(medians, self.medians, self.limits) | changes(shares, self.shares, self.limits)
        reading.tally.warnings.update(said)
        where = f"{delivery.channel}/{delivery.dataset}/{delivery.file_name}"
        self.result.changed += [f"{where}: {what}, {per_cent} %" for what, per_cent in said.items()]
        return medians, shares

    def _say(self, reading: Reading) -> None:
        if time.monotonic() - self.said >= PROGRESS_SECONDS:
            self.said = time.monotonic()
            records, seconds = self.result.loaded + reading.loaded, self.said - self.began
            self.progress(f"channels: {self.channel.name} {records:,} records, {seconds:.0f} s")
