"""What a version says of itself: its tables, their columns and hashes, channels, checks, the state read at publish.

No clocks and no run ids: the same ledger, code and settings give the same manifest, hence the same version name. One
thing of the clock is told, because readers have to know it: that the date was not over.
"""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from orchestration.door.tables import KeptBack, sources
from orchestration.files import sha256_of
from orchestration.publishing.contract import CONTRACT_VERSION, TableContract

MANIFEST = "manifest.json"
#: The field of a version whose date was not over when it was made: records of the date may be missing in it.
UNFINISHED: Final = "unfinished"
#: The field of a version in which the door kept contact values back.
KEPT_BACK: Final = "contact_values_withheld"
_NAME_HEX = 16
#: Of refusals that meet nobody, so many are named with their file and line.
_EXAMPLES: Final = 3
#: What names people to write to: empty while a refusal could not be read (models/published/sending_gate.sql).
WITHHELD: Final = (
    "general_list",
    "recall_assignment",
    "recall_assignment_v1",
    "recall_audience",
    "recall_audience_summary",
    "recall_budget",
    "recall_plan_options",
    "recall_plans",
    "recall_refused_options",
    "recall_signals",
    "recall_tasks",
    "service_desk",
)


def freshness(connection: duckdb.DuckDBPyConnection, as_of_date: str) -> dict[str, dict[str, Any]]:
    """Return, per channel, the business date of its newest event known at the date, and whether that is stale."""
    rows = connection.execute(
        "select channel, data_as_of, is_stale from published.channel_freshness"
        " where as_of_date = cast($as_of_date as date) order by channel",
        {"as_of_date": as_of_date},
    ).fetchall()
    return {
        channel: {"data_as_of": seen.isoformat() if seen else None, "stale": stale} for channel, seen, stale in rows
    }


def suppression_state(connection: duckdb.DuckDBPyConnection, as_of_date: str) -> str:
    """Return the sha256 of the refusals and consents that bar people from the lists at publish, as they stand now.

    Rows are hashed one by one and the hashes summed: the state is a set, and a sum needs no sorting (sorted text took
    5 s a version where this takes 20 ms).
    """
    digest = hashlib.sha256()
    for query in (
        "select one_id, message_channel from published.do_not_contact_at_publish where $as_of_date <> ''",
        "select one_id, message_channel, purpose from published.contact_consents"
        " where as_of_date = cast($as_of_date as date)",
        "select one_id from published.profiling_refused_at_publish where as_of_date = cast($as_of_date as date)",
    ):
        row = connection.execute(
            "select count(*), sum(md5_number_lower(line)), sum(md5_number_upper(line))"
            f" from (select cast(state as varchar) as line from ({query}) as state) as lines",
            {"as_of_date": as_of_date},
        ).fetchall()
        digest.update(repr(row).encode())
    return digest.hexdigest()


def withheld(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return which tables name nobody, and why: none where every refusal could be read."""
    ((unread,),) = connection.execute("select unread_refusals from published.sending_gate").fetchall()
    return {"unread_refusals": unread, "tables": list(WITHHELD)} if unread else {}


def unmet(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return how many refusals meet nobody, by channel, and where the first of them stand: nothing where none does."""
    counted = connection.execute(
        "select message_channel, count(*) from published.unmet_refusals group by 1 order by 1"
    ).fetchall()
    first = connection.execute(
        "select distinct place, line from published.unmet_refusals where place is not null order by 1, 2 limit $most",
        {"most": _EXAMPLES},
    ).fetchall()
    examples = [f"{place}, line {line}" for place, line in first]
    return {"by_channel": dict(counted), "examples": examples} if counted else {}


def out_of_order(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return how many receipts came back out of order, by flag, and where the first stand: nothing where none did."""
    counted = connection.execute(
        "select flag, count(*) from published.receipts_out_of_order group by 1 order by 1"
    ).fetchall()
    first = connection.execute(
        "select distinct place, line, flag from published.receipts_out_of_order where place is not null"
        " order by 1, 2, 3 limit $most",
        {"most": _EXAMPLES},
    ).fetchall()
    examples = [f"{place}, line {line}: {flag}" for place, line, flag in first]
    return {"by_flag": dict(counted), "examples": examples} if counted else {}


def disagreeing(connection: duckdb.DuckDBPyConnection, as_of_date: str) -> dict[str, int]:
    """Return of how many people two records say different things by a date, by kind: nothing where none do."""
    rows = connection.execute(
        "select kind, people from published.records_that_disagree where as_of_date = cast($date as date) order by 1",
        {"date": as_of_date},
    ).fetchall()
    return dict(rows)


def kept_back(connection: duckdb.DuckDBPyConnection, door: KeptBack) -> dict[str, Any]:
    """Return what the door kept back, by table and column, with rows and the files and lines the texts came from.

    Nothing where it kept back nothing. The texts themselves are asked for and not said.
    """
    if not door.withheld:
        return {}
    by_column: Counter[str] = Counter()
    for one in door.withheld:
        by_column[f"{one.table}.{one.column}"] += one.count
    return {
        "by_column": dict(by_column),
        "places": [one.sentence for one in door.withheld],
        "sources": sources(connection, door.texts),
    }


def silent(connection: duckdb.DuckDBPyConnection, as_of_date: str) -> dict[str, Any]:
    """Return the channels whose receipts stopped coming by a date: which exports, how many rows and how many came."""
    rows = connection.execute(
        "select message_channel, first_exported_date, last_exported_date, rows_out, rows_told"
        " from published.sending_receipts where as_of_date = cast($date as date) and is_silent order by 1",
        {"date": as_of_date},
    ).fetchall()
    return {
        channel: {"exported_from": str(first), "exported_to": str(last), "rows_out": out, "rows_told": told}
        for channel, first, last, out, told in rows
    }


def build_manifest(
    folder: Path,
    as_of_date: str,
    contracts: Mapping[str, TableContract],
    rows: Mapping[str, int],
    channels: Mapping[str, Mapping[str, Any]],
    suppression_hash: str,
    checks: Sequence[str],
    own_rules: Mapping[str, str] | None = None,
    held: Mapping[str, Any] | None = None,
    met_nobody: Mapping[str, Any] | None = None,
    unfinished_until: dt.datetime | None = None,
    odd_receipts: Mapping[str, Any] | None = None,
    silent_channels: Mapping[str, Any] | None = None,
    withheld_values: Mapping[str, Any] | None = None,
    erased_since: int = 0,
    records: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """Return the manifest of a folder of written tables.

    ``own_rules``: sha256 of the seeds that a home replaces; ``held``: what ``withheld`` says; ``met_nobody``: what
    ``unmet`` says; ``unfinished_until``: where the date is not over, the instant (UTC) until which its records count;
    ``odd_receipts``: what ``out_of_order`` says; ``silent_channels``: what ``silent`` says; ``withheld_values``: what
    ``kept_back`` says; ``erased_since``: how many people were erased after the date's cut-off: made again without them,
    it is no equal of what was published; ``records``: what ``disagreeing`` says.
    """
    tables = {
        name: {
            "rows": rows[name],
            "sha256": sha256_of(folder / f"{name}.parquet"),
            "key": list(contract.key),
            "description": contract.description,
            "description_zh": contract.description_zh,
            "columns": [
                {
                    "name": column.name,
                    "type": column.data_type,
                    "description": column.description,
                    "description_zh": column.description_zh,
                    "null": column.null,
                    "null_zh": column.null_zh,
                    "unit": column.unit,
                }
                for column in contract.columns
            ],
        }
        for name, contract in contracts.items()
    }
    return {
        "contract_version": CONTRACT_VERSION,
        "as_of_date": as_of_date,
        "tables": tables,
        "channels": {name: dict(channel) for name, channel in channels.items()},
        "checks": sorted(checks),
        "suppression_state_sha256": suppression_hash,
        "exempt": {name: contract.exempt for name, contract in contracts.items() if contract.exempt},
        **({UNFINISHED: {"records_count_until": f"{unfinished_until:%Y-%m-%dT%H:%M:%SZ}"}} if unfinished_until else {}),
        **({"own_rules": dict(own_rules)} if own_rules else {}),
        **({"withheld": dict(held)} if held else {}),
        **({"refusals_that_meet_nobody": dict(met_nobody)} if met_nobody else {}),
        **({"receipts_out_of_order": dict(odd_receipts)} if odd_receipts else {}),
        **({"silent_channels": dict(silent_channels)} if silent_channels else {}),
        **({KEPT_BACK: dict(withheld_values)} if withheld_values else {}),
        **({"erased_since": erased_since} if erased_since else {}),
        **({"records_that_disagree": dict(records)} if records else {}),
    }


def as_text(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as the text of its file."""
    return json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def version_name(manifest: Mapping[str, Any]) -> str:
    """Return ``<as_of_date>-<content hash>``: two versions have one name exactly when they say the same."""
    return f"{manifest['as_of_date']}-{hashlib.sha256(as_text(manifest).encode()).hexdigest()[:_NAME_HEX]}"
