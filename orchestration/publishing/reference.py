"""Writes docs/published-tables.md from the contract: ``python -m orchestration.publishing.reference``."""

from typing import Final

from orchestration.publishing.contract import CONTRACT_VERSION, TableContract, tables
from orchestration.settings import CHECKOUT

PAGE: Final = CHECKOUT / "docs" / "published-tables.md"
_TYPES: Final = {"timestamp with time zone": "timestamp (UTC)", "varchar[]": "list of strings", "varchar": "string"}

_HEAD: Final = f"""# Published tables (contract version {CONTRACT_VERSION})

This page is written from `dbt_project/models/published/_*.yml`, where dbt enforces the contract; after a change run
`python -m orchestration.publishing.reference`.

## How to read

```
published/CURRENT                      the name of the current version, one line
published/versions/<name>/<table>.parquet
published/versions/<name>/manifest.json
published/current -> versions/<name>   a link for people; programs read CURRENT
```

Read `CURRENT` **once**, then every table from the folder it names: that is one consistent set, whatever is published
meanwhile. A version's folder never changes; it stays while it is current or the newest of one of the last 20 dates
(setting `retention_dates`), and until the publish after the one that replaced it.

```python
from pathlib import Path
import pandas as pd

published = Path(".siyu/demo/published")
version = published / "versions" / (published / "CURRENT").read_text().strip()
audience = pd.read_parquet(version / "recall_audience.parquet")
```

```sql
-- DuckDB: the name first, then the tables of that version
set variable version = (select trim(content, chr(10)) from read_text('.siyu/demo/published/CURRENT'));
select message_channel, count(*), sum(net_p50_fen) / 100 as yuan
from read_parquet('.siyu/demo/published/versions/' || getvariable('version') || '/recall_audience.parquet')
group by 1;
```

## What holds for every table

- Money is whole fen (`_fen`), instants are UTC (`_at`), dates are business dates in Asia/Shanghai (`_date`), rates are
  shares of one, doubles are rounded to the scale stated. Lists are sorted. Rows are sorted by key.
- Null means what the column says it means, and never 0. A column marked *never* has no nulls; keys never have any.
- Every table holds the one as_of_date of its version, but the cumulative ones: they hold what the version's date is
  entitled to, as it was known then.
- Additive columns keep the contract version; anything else raises it, and both are published for one release.
- The same ledger, code and settings give the same bytes, except where a table says what else it reads.
- `manifest.json`: contract_version, as_of_date; tables (rows, sha256, key, columns); channels (data_as_of, stale);
  checks run; suppression_state_sha256; exempt (tables that read more than the ledger, and what); withheld (only while
  refusals could not be read: how many, and which tables name nobody for it); refusals_that_meet_nobody (only where
  there are any: how many by channel, and the first three by file and line).
- `published/checks/<version>.json` says what every check saw. `published/journal.parquet` holds the plans that CURRENT
  was ever moved to. `identity_map` can be read by its owner alone.
"""


def page() -> str:
    """Return the page's text."""
    return _HEAD + "".join(_section(table) for table in tables().values())


def _section(table: TableContract) -> str:
    kind = "Cumulative. " if table.is_cumulative else ""
    exempt = f" Reads beyond the ledger: {table.exempt}." if table.exempt else ""
    lines = [f"\n## {table.name}\n", f"{table.description} {kind}Key: {', '.join(table.key)}.{exempt}\n"]
    lines += ["| column | type | meaning | null |", "|---|---|---|---|"]
    for column in table.columns:
        kind = _TYPES.get(column.data_type, column.data_type)
        lines.append(f"| {column.name} | {kind} | {column.description.replace('|', '/')} | {column.null or '-'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
