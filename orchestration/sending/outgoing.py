"""What left the house last and what still waits, read from files alone: ``siyu status`` answers during a run."""

import dataclasses
import datetime as dt
from typing import Any, Final

import pyarrow.parquet as pq

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.publishing.versions import Store, date_of
from orchestration.sending import activations
from orchestration.sending.brakes import holding
from orchestration.settings import Settings, SettingsError

_KEY: Final = ("one_id", "message_channel")


def last_exports(settings: Settings, now: dt.datetime) -> list[dict[str, Any]]:
    """Return the exports of the newest list that was exported, oldest first.

    Parameters
    ----------
    settings
        Whose home; nothing is written.
    now
        The home's clock, UTC.

    Returns
    -------
    list
        Plain values: ``rows`` went out and ``withdrawn`` of them were taken back; ``waits`` says that the folder still
        stands while its messages may be sent, so somebody has to upload it.
    """
    known = activations.exports(settings)
    newest = [name for name in known if name[:8] == known[-1][:8]]
    told = [_told(settings, name, now) for name in newest]
    return sorted(told, key=lambda one: (one["exported_at"], one["export_id"]))


def general_list(settings: Settings, now: dt.datetime) -> dict[str, int]:
    """Return how many rows CURRENT's general list has, how many went out, and how many wait this morning."""
    store = Store(settings.published)
    version = store.current() or ""
    file = store.versions / version / "general_list.parquet"
    if not version or not file.exists():
        return {"rows": 0, "out": 0, "waiting": 0}
    date = dt.date.fromisoformat(date_of(version))
    listed = set(zip(*(pq.read_table(file, columns=[name])[name].to_pylist() for name in _KEY), strict=True))
    out = {
        tuple(row[name] for name in _KEY)
        for export_id in activations.exports(settings)
        if export_id.startswith(f"{date:%Y%m%d}-")
        for row in _standing(settings, export_id)
        if row["list_name"] == "general"
    }
    is_over = (now + SHANGHAI_OFFSET).date() > date + dt.timedelta(days=1)
    return {"rows": len(listed), "out": len(listed & out), "waiting": 0 if is_over else len(listed - out)}


def general_said(waiting: int, recipient: str = "NAME", out: str = "FOLDER") -> str:
    """Return in words how many rows of the general list wait, and how they are sent."""
    rows = "1 row of the general list waits" if waiting == 1 else f"{waiting:,} rows of the general list wait"
    return f"{rows}: siyu export --all --list general --recipient {recipient} --out {out}"


def stops(settings: Settings) -> list[dict[str, str]]:
    """Return the stops that hold; a line that nobody can read stops everything until it is mended."""
    try:
        return [dataclasses.asdict(one) for one in holding(settings)]
    except SettingsError as error:
        return [{"what": "all", "name": "", "by": "", "at": "", "why": str(error)}]


def _told(settings: Settings, export_id: str, now: dt.datetime) -> dict[str, Any]:
    rows = activations.rows_of(settings, export_id)
    first, place = rows.slice(0, 1).to_pylist()[0], activations.place_of(settings, export_id)
    standing = _standing(settings, export_id)
    is_open = any(row["expires_at"] > now for row in standing)
    return {
        "export_id": export_id,
        "exported_at": f"{first['exported_at']:%Y-%m-%dT%H:%M:%SZ}",
        "message_channel": first["message_channel"],
        "recipient": first["recipient"],
        "rows": rows.num_rows,
        "withdrawn": rows.num_rows - len(standing),
        "folder": str(place),
        "waits": is_open and place.is_dir(),
    }


def _standing(settings: Settings, export_id: str) -> list[dict[str, Any]]:
    """Return an export's rows that nobody took back."""
    back = activations.withdrawn_of(settings, export_id)
    rows = activations.rows_of(settings, export_id).to_pylist()
    return [] if None in back else [row for row in rows if row["recipient_token"] not in back]
