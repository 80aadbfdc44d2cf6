"""What is history and what is live follows ``live_from`` of the settings, also for what loaded before it changed."""

import datetime as dt

import duckdb

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.declare import Channel
from orchestration.channels.engine.tables import transaction
from orchestration.settings import Settings


def follow_live_from(settings: Settings, connection: duckdb.DuckDBPyConnection, channel: Channel) -> None:
    """Mark files as history or live anew: that is a function of settings and landing times, also when they change."""
    live_from = settings.live_from_date(channel.name)
    began = None if live_from is None else dt.datetime.combine(live_from, dt.time()) - SHANGHAI_OFFSET
    changed = connection.execute(
        "select file_id, file_name, status, not is_history from channels.ledger "
        "where channel = $channel and status <> 'waiting' "
        "and not starts_with(file_name, 'history/') and not contains(file_name, '/history/') "
        "and is_history <> (cast($began as timestamp) is null or landed_at < cast($began as timestamp))",
        {"channel": channel.name, "began": began},
    ).fetchall()
    if not changed:
        return
    with transaction(connection):
        for file_id, file_name, status, is_history in changed:
            connection.execute(
                "update channels.ledger set is_history = ? where file_id = ? and file_name = ?",
                [is_history, file_id, file_name],
            )
            # The rows came with the file that was loaded: a second delivery of it elsewhere says nothing about them.
            for table in channel.tables() if status == "loaded" else ():
                connection.execute(
                    f'update channels."{table}" set _is_history = ? where _file_id = ?', [is_history, file_id]
                )
