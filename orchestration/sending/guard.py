"""The guard: reads what landed since the night, and takes back what must not be sent any more.

It lands new files, brings up to date only what says whether somebody may be written to (orders, refunds, refusals,
consents, friendships; who is who stays as the night left it), and withdraws rows and tasks whose stop came true.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.channels.engine import registry
from orchestration.channels.engine.files import discover
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.channels.engine.mappings import CHANNEL, mappings
from orchestration.erasing.gate import keep_out
from orchestration.files import FOLDER_MODE, PRIVATE_MODE, replacing
from orchestration.publishing import plans
from orchestration.publishing.versions import Store, date_of
from orchestration.release import note
from orchestration.sending import activations
from orchestration.settings import Settings
from orchestration.warehouse import connect

#: The tables whose state decides whether somebody may be written to; what they are made of is brought up to date too.
WATCHED: Final = (
    "do_not_contact_at_publish",
    "contact_consents",
    "profiling_refused_at_publish",
    "sending_gate",
    "placed_orders",
    "refund_states",
    "refusal_states",
    "friendships",
    "staff_states",
    "contacts",
    "answers_in_person",
)
#: What a night alone makes: who is who, and what is learned and planned.
_OF_THE_NIGHT: Final = frozenset({
    "identity",
    "seeds",
    "segments",
    "lifecycle",
    "features",
    "models",
    "scores",
    "recall",
})
_HEEDED: Final = "what landed and is heeded"
WITHDRAWN: Final = pa.schema([
    ("list_name", pa.string()),
    ("one_id", pa.string()),
    ("message_channel", pa.string()),
    ("task_id", pa.string()),
    ("staff_id", pa.string()),
    ("reason", pa.string()),
    ("withdrawn_at", pa.timestamp("us", tz="UTC")),
])
_MUST_STOP: Final = """
    select list_name, one_id, message_channel, audience_id, task_id, staff_id,
        case
            when not gate_is_open then 'unread_refusals'
            when is_excluded then 'excluded'
            when is_refused then 'refused'
            when not has_consent then 'no_consent'
            else stop
        end as reason
    from published.sending_facts
    where as_of_date = $date
        and (not gate_is_open or is_excluded or is_refused or not has_consent or stop is not null)
"""


@dataclasses.dataclass(frozen=True)
class Guarded:
    """What the guard did: people whose plan is taken back, by reason, and how many of them were out already."""

    version: str
    reasons: dict[str, int]
    taken_back: int


def has_news(settings: Settings) -> bool:
    """Return whether a file lies in landing that no run has read, or was read by one that ended before it built on it.

    A refusal is in the ledger as soon as its file was read, and in force when the tables are built: a process that died
    in between leaves it landed and unheeded.
    """
    with connect(settings, read_only=True) as warehouse:
        if _heeded(warehouse) != _landed(warehouse):
            return True
        rows = warehouse.execute(
            "select channel, dataset, file_name, bytes, modified_ns from channels.ledger where status <> 'waiting'"
        ).fetchall()
    seen = set(rows)
    for channel in registry.channels().values():
        for dataset in channel.datasets:
            ready, _ = discover(settings.landing / channel.name / dataset.name, channel.name in settings.done_markers)
            place = (channel.name, dataset.name)
            if any((*place, landed.name, landed.bytes, landed.modified_ns) not in seen for landed in ready):
                return True
    for name in mappings(settings.home):
        ready, _ = discover(settings.landing / name, CHANNEL in settings.done_markers)
        if any((CHANNEL, name, landed.name, landed.bytes, landed.modified_ns) not in seen for landed in ready):
            return True
    return False


def heed(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that what decides whether somebody may be written to is built of all that landed so far."""
    note(connection, _HEEDED, _landed(connection))


def _landed(connection: duckdb.DuckDBPyConnection) -> str:
    ((files,),) = connection.execute(
        "select coalesce(sum(hash(channel, dataset, file_name, file_id, landed_at, status)), 0)::varchar"
        " from channels.ledger where status <> 'waiting'"
    ).fetchall()
    return str(files)


def _heeded(connection: duckdb.DuckDBPyConnection) -> str | None:
    noted = connection.execute("select release from main.release where part = $part", {"part": _HEEDED}).fetchall()
    return str(noted[0][0]) if noted else None


def look(settings: Settings, now: dt.datetime, say: Callable[[str], None] = lambda line: None) -> int:
    """Land what is new and bring up to date what decides whether somebody may be written to; return the new files.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held, and nobody may hold the warehouse open.
    now
        The home's clock, UTC: when new files landed.
    say
        Told a line now and then.
    """
    from orchestration.dbt_calls import call

    files = 0
    with connect(settings) as warehouse:
        keep_out(settings, warehouse, say)
        for channel in registry.channels():
            done = ingest(settings, warehouse, channel, now, say)
            files += done.files
            for broken in done.broken:
                say(broken)
        finish(settings, warehouse, now)
        activations.load(settings, warehouse)
    date = date_of(Store(settings.published).current() or "")
    for _ in call(settings, ["run", "--select", *watched_models()], {"as_of": [date]}):
        pass
    with connect(settings) as warehouse:
        heed(warehouse)
    return files


def watched_models() -> list[str]:
    """Return the models behind ``WATCHED``, up to what the night alone makes."""
    from orchestration.dbt_graph import models, nodes, parents_of

    by_name = {node["name"]: unique_id for unique_id, node in models().items()}
    found: dict[str, str] = {}
    waiting = [by_name[name] for name in WATCHED]
    while waiting:
        unique_id = waiting.pop()
        node = nodes().get(unique_id)
        if node is None or unique_id in found or unique_id not in models() or node["schema"] in _OF_THE_NIGHT:
            continue
        found[unique_id] = node["name"]
        waiting.extend(parents_of(unique_id))
    return sorted(found.values())


def take_back(settings: Settings, connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> Guarded:
    """Withdraw whoever's plan may not be carried out any more; return who that was, by reason.

    Rows that went out already are taken back in the log, unless the platform has told that it sent them; tasks and
    rows of lists stand in ``published/withdrawn/<version>.parquet``, which whoever works by the lists reads as well.
    """
    store = Store(settings.published)
    version = store.current() or ""
    frame = connection.execute(_MUST_STOP, {"date": dt.date.fromisoformat(date_of(version))}).df()
    connection.register("must_stop", frame)
    out = connection.execute(_OUT_NOW).fetchall()
    connection.unregister("must_stop")
    rows = [{"export_id": export_id, "recipient_token": token, "reason": reason} for export_id, token, reason in out]
    count = activations.withdraw(settings, rows, now)
    activations.load(settings, connection)
    _keep(settings, version, frame, now)
    reasons = frame["reason"].value_counts().to_dict()
    return Guarded(version, {str(name): int(count) for name, count in sorted(reasons.items())}, count)


_OUT_NOW: Final = """
    select sent.export_id, sent.recipient_token, must_stop.reason
    from must_stop
    inner join channels.activations as sent using (list_name, one_id, audience_id, message_channel)
    left join channels.withdrawals as withdrawn
        on sent.export_id = withdrawn.export_id
        and coalesce(withdrawn.recipient_token, sent.recipient_token) = sent.recipient_token
    where withdrawn.export_id is null
        and not exists (
            select 1 from customer.messages as told
            where told.recipient_token in (sent.recipient_token, sent.published_token)
        )
        and not exists (
            select 1 from customer.task_results as done
            where done.task_id = sent.task_id and done.superseded_at is null
        )
"""


def _keep(settings: Settings, version: str, frame: pd.DataFrame, now: dt.datetime) -> None:
    """Write who is withdrawn of a version; who was before stays, with the moment and the reason of then."""
    path = withdrawn_at(settings, version)
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    key = ["list_name", "one_id", "message_channel"]
    earlier = (
        pq.read_table(path, schema=WITHDRAWN).to_pandas() if path.exists() else WITHDRAWN.empty_table().to_pandas()
    )
    news = frame.assign(withdrawn_at=pd.Timestamp(now, tz="UTC"))[WITHDRAWN.names]
    both = pd.concat([earlier, news], ignore_index=True).drop_duplicates(key, keep="first").sort_values(key)
    with replacing(path, PRIVATE_MODE, is_durable=True) as draft:
        pq.write_table(pa.Table.from_pandas(both, WITHDRAWN, preserve_index=False), draft, compression="zstd")


def withdrawn_at(settings: Settings, version: str) -> Path:
    """Return the file of those taken back of a version."""
    return settings.published / plans.WITHDRAWN / f"{version}.parquet"
