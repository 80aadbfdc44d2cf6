"""What the law book asks of a home: which rules were read too long ago, and what the SMS gateway takes."""

import datetime as dt
from typing import Any

import pyarrow.parquet as pq

from orchestration.home_facts import reading
from orchestration.home_rules import seed_file
from orchestration.seed_rows import read_seed
from orchestration.settings import Settings, SettingsError

#: The row that stands in for what a gateway does not say; nobody sends through it.
STRICTEST = "strictest"


def check_gateway(settings: Settings) -> None:
    """Refuse a gateway that no row describes.

    Raises
    ------
    SettingsError
        With the gateways that are known.
    """
    if settings.sms_gateway and settings.sms_gateway not in (known := gateways(settings)):
        raise SettingsError(
            f"sms_gateway: no row of sms_gateways is called {settings.sms_gateway!r}; known are {', '.join(known)},"
            " or describe yours in rules/sms_gateways.csv"
        )


def gateways(settings: Settings) -> list[str]:
    """Return the gateways that a brand may name."""
    rows = read_seed(seed_file(settings, "sms_gateways")).cells()
    return sorted(row["gateway"] for _, row in rows if row["gateway"] != STRICTEST)


def overdue(settings: Settings, today: dt.date) -> list[str]:
    """Return the rules that were read more than ``law_read_days`` before a day of the real calendar, by name."""
    numbers = {row["name"]: row["value"] for _, row in read_seed(seed_file(settings, "recall_settings")).cells()}
    before = today - dt.timedelta(days=int(numbers["law_read_days"]))
    rows = read_seed(seed_file(settings, "law_rules")).cells()
    return sorted(row["rule_id"] for _, row in rows if dt.date.fromisoformat(row["read_on"]) < before)


def refused_templates(settings: Settings) -> dict[str, str]:
    """Return the SMS templates of CURRENT that may not be sent, with the reason: none before a first version."""
    file = settings.published / "current" / "message_templates.parquet"
    if not file.exists():
        return {}
    with reading(file):
        rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    # a version of an earlier release has no such column
    reasons = {row["template_id"]: row.get("refused_because") for row in rows if row["message_channel"] == "sms"}
    return {name: str(why) for name, why in sorted(reasons.items()) if why not in (None, "not_approved")}


def said(settings: Settings, today: dt.date) -> list[str]:
    """Return what a person should know after a run, a line each; nothing where all is well."""
    lines = []
    if not settings.sms_gateway:
        known = ", ".join(gateways(settings))
        lines.append(f"no SMS is planned: no gateway is named; set sms_gateway in siyu.toml to one of: {known}")
    elif refused := refused_templates(settings):
        listed = ", ".join(f"{name} ({why})" for name, why in refused.items())
        lines.append(
            f"{settings.sms_gateway} does not take these SMS templates, so they are not used: {listed};"
            " write others in rules/message_templates.csv"
        )
    if missing := [name for name in ("brand_name", "brand_link") if not getattr(settings, name)]:
        lines.append(
            f"words that sign or link are not finished: set {' and '.join(missing)} in siyu.toml and run again"
        )
    scenes = {row["scene_id"] for _, row in read_seed(seed_file(settings, "message_templates")).cells()}
    if unknown := sorted(set(settings.scene_links) - scenes):
        lines.append(f"scene_links of siyu.toml names scenes that no message stands in: {', '.join(unknown)}")
    if old := overdue(settings, today):
        lines.append(f"rules of the law book that want reading again (docs/law.md): {', '.join(old)}")
    return lines
