"""Which business dates a home's files speak about: a date without data is refused before anything is computed."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import duckdb

from orchestration.settings import Settings
from orchestration.warehouse import connect


@dataclasses.dataclass(frozen=True)
class Horizon:
    """The business dates of the first and the last event in the ledger's loaded files; None where there is none."""

    first: dt.date | None
    last: dt.date | None

    def refusal(self, dates: Sequence[dt.date]) -> str | None:
        """Return why a run over some dates has no data, with a remedy; None when every date lies inside."""
        if self.first is None or self.last is None:
            return (
                "channels: ledger: no file with an event has been loaded. Put files into landing/<channel>/<dataset>/ "
                "(docs/plugging-in-your-channels.md), and look at quarantine/quarantine.parquet for those set aside."
            )
        outside = [date for date in sorted(dates) if not self.first <= date <= self.last]
        if not outside:
            return None
        return (
            f"channels: ledger: no data for {', '.join(map(str, outside))}: the files landed speak of {self.first} to "
            f"{self.last}. Deliver the missing days to landing/, or choose a date among those."
        )


def data_horizon(settings: Settings) -> Horizon:
    """Return the horizon of a home's ledger, to be asked for after ingest; both ends None before the first file."""
    with connect(settings, read_only=True) as connection:
        return horizon_of(connection)


def horizon_of(connection: duckdb.DuckDBPyConnection) -> Horizon:
    """Return the horizon of an open warehouse. Business dates are those of Asia/Shanghai, UTC + 8 hours."""
    known = connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'channels' and table_name = 'ledger'"
    ).fetchone()
    if not known or not known[0]:
        return Horizon(None, None)
    row = connection.execute(
        "select cast(min(min_event_at) + interval 8 hour as date), cast(max(max_event_at) + interval 8 hour as date)"
        " from channels.ledger where status = 'loaded' and loaded > 0"
    ).fetchone()
    return Horizon(*row) if row else Horizon(None, None)
