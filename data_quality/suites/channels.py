"""The gate of channels: every record is accounted for, and enough of them came through."""

from collections.abc import Mapping
from typing import Final

from data_quality.checks import Check

#: More than this share of all records in quarantine means a changed export, not a few bad rows (operator default).
MOST_QUARANTINED_SHARE: Final = 0.2
#: A file set aside whole is named and stops nobody; bad rows of files that were read count until a later file of the
#: data set is read without many: what was mended must not block for ever.
_READ_FILES: Final = (
    "(select *, coalesce(landed_at < max(case when loaded > 0"
    f" and quarantined <= {MOST_QUARANTINED_SHARE} * physical_records then landed_at end)"
    " over (partition by channel, dataset), false) as is_mended"
    " from channels.ledger where status = 'loaded') as ledger"
)


def channels_checks(minimum_rows: Mapping[str, int]) -> list[Check]:
    """Return the checks over ``channels.ledger`` and ``channels.quarantine``; minimums are by ``channel/dataset``."""
    checks = [
        Check(
            "records_are_loaded_quarantined_or_skipped",
            "ledger",
            (
                "count(case when status in ('loaded', 'quarantined') and physical_records <> loaded +"
                " quarantined + skipped then 1 end)"
            ),
            "A file's records do not add up: an error of the channel's module; see ledger.parquet.",
            relation="channels.ledger",
        ),
        Check(
            "quarantined_records_stand_in_the_quarantine",
            "quarantine",
            "count(case when ledger.quarantined <> coalesce(apart.records, 0) then 1 end)",
            "The ledger counts other quarantined records than the quarantine holds; deliver the file again.",
            relation=(
                "(select * from channels.ledger where status = 'loaded') as ledger left join (select"
                " file_id, channel, dataset,"
                " count(distinct line) as records from channels.quarantine where line is not null"
                " and reason <> 'undeclared_refusal' group by all) as apart"
                " using (file_id, channel, dataset)"
            ),
        ),
        Check(
            "few_records_are_quarantined",
            "ledger",
            "coalesce(sum(case when is_mended then 0 else quarantined end) / nullif(sum(physical_records), 0), 0)",
            (
                "A channel's export has changed; see quarantine/quarantine.parquet for file, line, column and reason,"
                " mend the source and deliver again."
            ),
            relation=_READ_FILES,
            high=MOST_QUARANTINED_SHARE,
        ),
    ]
    for wanted, rows in sorted(minimum_rows.items()):
        channel, _, dataset = wanted.partition("/")
        where = f"channel = '{_text(channel)}'" + (f" and dataset = '{_text(dataset)}'" if dataset else "")
        checks.append(
            Check(
                f"{channel}_{dataset or 'any'}_has_its_least_rows",
                "ledger",
                f"coalesce(sum(case when {where} then loaded end), 0)",
                f"Fewer than {rows} records of {wanted} came (setting minimum_rows); ask the sender for the rest.",
                relation="channels.ledger",
                low=rows,
                high=None,
            )
        )
    return checks


def _text(word: str) -> str:
    return word.replace("'", "''")
