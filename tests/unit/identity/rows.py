"""Literal links for the identity tests, and the rules that the seeds state."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from ml.identity import IdentityHistory, IdentityRules, replay

SEEDS = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds"
KEY = b"a key for tests, thirty-two bytes"
CUT_OFF = dt.timedelta(hours=22)


def rules() -> IdentityRules:
    """Return the rules of the project's seeds."""
    names = ("id_types", "identifier_origins", "identity_limits")
    return IdentityRules.from_seeds(*(pd.read_csv(SEEDS / f"{name}.csv") for name in names))


def day(text: str) -> dt.datetime:
    """Return a date as an instant."""
    return dt.datetime.fromisoformat(text)


def link(
    record: str,
    identifier: str,
    known: str,
    *,
    origin: str = "verified",
    seen: str | None = None,
    until: str | None = None,
    blocked: str | None = None,
    blocked_from: str | None = None,
) -> dict[str, Any]:
    """Return one observation: ``record`` is source/customer_id, ``identifier`` is type@scope=value, days are dates."""
    source, customer_id = record.split("/")
    kind, value = identifier.split("=")
    id_type, _, id_scope = kind.partition("@")
    return {
        "source": source, "customer_id": customer_id, "id_type": id_type, "id_scope": id_scope, "id_value": value,
        "observed_at": day(seen or known), "unbound_at": day(until) if until else None, "known_day": day(known),
        "unbound_day": max(day(until), day(known)) if until else None, "origin": origin, "no_join_reason": blocked,
        "no_join_day": day(blocked_from) if blocked_from else None,
    }  # fmt: skip


def alone(record: str, known: str) -> dict[str, Any]:
    """Return a record's own key, seen on a day."""
    source, customer_id = record.split("/")
    return link(record, f"customer_id@{source}={customer_id}", known, origin="record")


def merged(record: str, into: str, known: str) -> dict[str, Any]:
    """Return the ruling that two records of a source are one member."""
    source, customer_id = record.split("/")
    return link(into, f"customer_id@{source}={customer_id}", known, origin="ruling")


def fold(*rows: dict[str, Any], everything: bool = False) -> IdentityHistory:
    """Return the history of the rows."""
    return replay(pd.DataFrame(list(rows)), rules(), KEY, CUT_OFF, everything=everything)


def persons(history: IdentityHistory, known: str) -> list[list[str]]:
    """Return the records of each person as known at a date's cut-off, sorted."""
    groups: dict[str, list[str]] = {}
    for record, one_id in one_ids(history, known).items():
        groups.setdefault(one_id, []).append(record)
    return sorted(sorted(records) for records in groups.values())


def one_ids(history: IdentityHistory, known: str) -> dict[str, str]:
    """Return record to one_id as known at a date's cut-off."""
    rows = as_known(history.frame("source_record"), known)
    return {f"{row.source}/{row.customer_id}": row.one_id for row in rows.itertuples()}


def identifier(history: IdentityHistory, name: str, known: str) -> Any:
    """Return the map's only row of an identifier (type=value) as known at a date's cut-off."""
    id_type, value = name.split("=")
    rows = as_known(history.frame("identifier"), known)
    (row,) = rows[(rows["id_type"] == id_type) & (rows["id_token"] == value)].itertuples()
    return row


def as_known(frame: pd.DataFrame, known: str) -> pd.DataFrame:
    """Return the rows known at a date's cut-off."""
    at = day(known) + CUT_OFF
    return frame[(frame["known_from"] <= at) & (frame["known_to"].isna() | (frame["known_to"] > at))]
