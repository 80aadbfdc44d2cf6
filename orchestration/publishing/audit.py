"""Checks versions as the files they are: their contract by this module, what they say by the published gate's suite."""

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.checks import Check
from data_quality.files import measure_version
from data_quality.judge import Gate, judge
from data_quality.page import quality_page
from data_quality.report import Report, joined, one_of_each
from data_quality.suites.published import CONTACTABLE, published_checks
from data_quality.suites.recall import RecallLimits
from data_quality.suites.shapes import TableShape
from ml.recall import arms
from orchestration.business_time import cut_off_at, day_ends_at
from orchestration.dbt_checks import kept_outcomes
from orchestration.door.files import clean
from orchestration.door.tables import Before
from orchestration.files import FOLDER_MODE, sha256_of, write_text
from orchestration.publishing import gates
from orchestration.publishing.contract import ARROW_TYPES, tables
from orchestration.publishing.manifest import MANIFEST
from orchestration.publishing.versions import Store, date_of
from orchestration.settings import Settings

GATE: Final = "published"
#: Customers are compared with those of a version whose date lies this close.
_COMPARED_DAYS: Final = 7
_COMPARED_COLUMNS: Final = ["reachable_channels", "consented_channels"]
#: Seeds that checks of the published tables read.
_RULES: Final = ("depth_rules", "profiling_exclusions")
_NOT_DATED: Final = {"identity_map": "", "identity_redirects": "", "message_templates": "", "words": "", "kpis": ""}
_CUMULATIVE_DATE: Final = {
    "kpi_daily": "kpi_date",
    "staff_daily": "kpi_date",
    "stage_transitions": "as_of_date",
    "recall_outcomes": "week_from",
}


def shapes() -> list[TableShape]:
    """Return every published table's declared shape, for the checks that follow from it."""
    found = []
    for name, table in tables().items():
        columns = table.columns
        date_column = _CUMULATIVE_DATE.get(name, _NOT_DATED.get(name, "as_of_date"))
        found.append(
            TableShape(
                name=name,
                key=table.key,
                never_null=tuple(c.name for c in columns if c.null == "never" and c.name not in table.key),
                date_column=date_column,
                is_one_date=date_column == "as_of_date" and name not in _CUMULATIVE_DATE,
            )
        )
    return found


def checks_of(settings: Settings, connection: duckdb.DuckDBPyConnection) -> list[Check]:
    """Return the published gate's checks, with the limits that the home's recall plans are made under."""
    hours = dict(connection.execute("select name, cast(value as double) from seeds.recall_settings").fetchall())
    limits = RecallLimits(
        sent_arms=arms.SENT,
        staff_channels=settings.staff_channels,
        opens_hour=max(hours["list_stands_hour"], hours["quiet_to_hour"]),
        closes_hour=hours["quiet_from_hour"],
    )
    return published_checks(shapes(), limits)


def audit_versions(
    settings: Settings,
    store: Store,
    connection: duckdb.DuckDBPyConnection,
    versions: Mapping[dt.date, str],
    before: Mapping[str, Mapping[str, Before]] | None = None,
) -> dict[str, Report]:
    """Return the report of each version by its name: of its files, of the gates it came through, and of dbt's tests.

    The quality page is written from the same reports.

    Parameters
    ----------
    settings
        Whose home.
    store
        Where the versions stand.
    connection
        The warehouse, for refusals, also those that could not be read, and consents as they stand now.
    versions
        Version name by as-of date.
    before
        By version and table, the rows of which the door kept something back, as they stood before: a row that stays in
        the house is no row that is missing.
    """
    checks = checks_of(settings, connection)
    refused = "select one_id, message_channel from published.do_not_contact_at_publish"
    refusals = connection.sql(refused).to_arrow_table()
    unread = connection.sql(
        "select * from channels.unread_refusals where accepted_at is null and not coalesce(is_read_widely, false)"
    ).to_arrow_table()
    figures = connection.sql("select kpi, unit from seeds.kpis").to_arrow_table()
    rules = {name: connection.sql(f"select * from seeds.{name}").to_arrow_table() for name in _RULES}
    measured = {}
    for date, name in versions.items():
        consents = connection.sql(
            "select one_id, message_channel, purpose from published.contact_consents where as_of_date = $date",
            params={"date": date},
        ).to_arrow_table()
        version: dict[str, Any] = {
            "as_of_date": date,
            "ends_at": day_ends_at(date),
            "cut_off_at": cut_off_at(date, settings.cut_off_hour),
            **_before(store, date, versions),
        }
        beside = {"refusals": refusals, "consents": consents, "unread": unread, "figures": figures} | rules
        whole = {table: (one.places, one.rows) for table, one in (before or {}).get(name, {}).items()}
        numbers = measure_version(
            store.versions / name, list(tables()), checks, version, beside, settings.memory_limit, whole
        )
        measured[name] = numbers | _contract_faults(store, name)
    before = [
        gates.gate(name, settings, connection, list(versions), list(measured)) for name in gates.present(connection)
    ]
    said = judge([*before, Gate(GATE, [*checks, *contract_checks()], measured)])
    tested = kept_outcomes(connection)
    reports = {name: joined(said[name], tested) for name in measured}
    shown = one_of_each([reports[versions[date]].findings for date in sorted(versions)])
    _write_page(settings.quality_page, clean(settings, quality_page(versions[max(versions)], shown)))
    return reports


def _write_page(path: Path, page: str) -> None:
    """Write the quality page; what an earlier release laid beside it goes: nothing would keep it true."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    for left in path.parent.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
    write_text(path, page, is_durable=False)


def contract_checks() -> list[Check]:
    """Return the check of each table that its file is as the contract says; this module counts the faults."""
    remedy = "Columns, types, rows or hash differ from models/published/_*.yml or the manifest; run the date again."
    remedy_zh = "列、类型、行数或哈希与 models/published/_*.yml 或清单不符；请重跑这个日期。"
    return [Check(f"{name}_file_is_as_the_contract_says", name, "", remedy, remedy_zh) for name in tables()]


def _contract_faults(store: Store, name: str) -> dict[str, float]:
    """Return, per table's check, how many faults its file has against contract and manifest."""
    folder = store.versions / name
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    found = {}
    for check, (table_name, table) in zip(contract_checks(), tables().items(), strict=True):
        path = folder / f"{table_name}.parquet"
        schema = pq.read_schema(path)
        metadata = pq.read_metadata(path)
        wanted = [(column.name, ARROW_TYPES[column.data_type]) for column in table.columns]
        present = [(field.name, str(field.type)) for field in schema]
        said = manifest["tables"].get(table_name, {})
        faults = len(set(wanted) ^ set(present)) + (wanted != present)
        faults += said.get("rows") != metadata.num_rows
        faults += said.get("sha256") != sha256_of(path)
        found[check.name] = float(faults)
    return found


def _before(store: Store, date: dt.date, run: Mapping[dt.date, str]) -> dict[str, int | None]:
    """Return what the version of the nearest date before counts, else that in CURRENT, when it is near; else nulls.

    Versions of the same run stand for those they replace. A date run again is not compared with its own earlier
    version while there is another: what a mended fault changes is no change overnight.
    """
    known = store.newest_by_date() | dict(run)
    earlier = [day for day in known if 0 < (date - day).days <= _COMPARED_DAYS]
    before = known[max(earlier)] if earlier else store.current()
    counted = (None, None)
    if before is not None and abs((dt.date.fromisoformat(date_of(before)) - date).days) <= _COMPARED_DAYS:
        try:
            customers = pq.read_table(store.versions / before / "customers.parquet", columns=_COMPARED_COLUMNS)
            with duckdb.connect() as apart:
                apart.register("customers", customers)
                counted = apart.execute(f"select count(*), {CONTACTABLE} from customers").fetchone() or counted
        except (OSError, pa.ArrowInvalid):  # a version that retention or a person took away
            pass
    return dict(zip(("customers_before", "contactable_before"), counted, strict=True))
