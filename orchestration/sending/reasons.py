"""Who of a published list may still be sent to: the first reason in the order of the seed export_reasons keeps them out.

What the law and the plan say stands in the view ``published.sending_facts``; here are only the reasons that need the
clock, the log of what went out, or a person's hand.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

import duckdb
import pandas as pd

from orchestration.business_time import SHANGHAI_OFFSET

#: Channels whose plans a member of staff carries out.
STAFFED: Final = ("wecom", "call")
#: Channels whose plans may go out without approved words: a call is a talk.
WORDLESS: Final = ("call",)
_FACTS: Final = """
    select facts.*, file.one_id is not null as is_published
    from published.sending_facts as facts
    left join published_rows as file using (list_name, one_id, message_channel)
    where facts.as_of_date = $date and facts.list_name in (select unnest($lists::varchar[]))
        and facts.message_channel in (select unnest($channels::varchar[]))
        and ($store is null or facts.store_id = $store)
    order by facts.list_name, facts.message_channel, facts.one_id
"""
_OUT: Final = """
    select distinct sent.list_name, sent.one_id, sent.audience_id, sent.message_channel
    from channels.activations as sent
    left join channels.withdrawals as withdrawn
        on sent.export_id = withdrawn.export_id
        and coalesce(withdrawn.recipient_token, sent.recipient_token) = sent.recipient_token
    where withdrawn.export_id is null
"""
_ROOM: Final = """
    select caps.message_channel, caps.most - count(sent.one_id) as room
    from seeds.contact_caps as caps
    left join channels.activations as sent
        on sent.message_channel = caps.message_channel
        and cast(sent.exported_at + interval 8 hour as date) = $today
        and not exists (
            select 1 from channels.withdrawals as withdrawn
            where withdrawn.export_id = sent.export_id
                and coalesce(withdrawn.recipient_token, sent.recipient_token) = sent.recipient_token
        )
    where caps.cap_id = 'channel_day'
    group by all
"""


@dataclasses.dataclass(frozen=True)
class Asked:
    """What an export is asked for: whose lists of which date, on which channels, of which store."""

    date: dt.date
    lists: tuple[str, ...]
    channels: tuple[str, ...]
    store: str | None = None


def facts(connection: duckdb.DuckDBPyConnection, asked: Asked, published: pd.DataFrame) -> pd.DataFrame:
    """Return everybody asked for, with what stands of them now, one row per person and list.

    Parameters
    ----------
    connection
        The warehouse, with the log of what went out loaded.
    asked
        The lists.
    published
        ``list_name, one_id, message_channel`` of the version that readers read: only what was published goes out.
    """
    connection.register("published_rows", published)
    named = {"date": asked.date, "lists": asked.lists, "channels": asked.channels, "store": asked.store}
    rows: pd.DataFrame = connection.execute(_FACTS, named).df()
    connection.unregister("published_rows")
    sent = connection.execute(_OUT).df()
    key = ["list_name", "one_id", "audience_id", "message_channel"]
    rows["is_out"] = pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(sent[key]))
    return rows


def room(connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> dict[str, int]:
    """Return how many messages each channel may still send today, by the caps of a channel's day."""
    today = (now + SHANGHAI_OFFSET).date()
    return dict(connection.execute(_ROOM, {"today": today}).fetchall())


def reasons(
    rows: pd.DataFrame,
    now: dt.datetime,
    ranks: Mapping[str, int],
    is_stopped: Callable[[pd.DataFrame], pd.Series],
    wecom_by: str,
) -> pd.Series:
    """Return the first reason that keeps each row out, null where none does.

    Parameters
    ----------
    rows
        From ``facts``.
    now
        The home's clock, UTC.
    ranks
        The order of the reasons (seed export_reasons); one that is missing there is an error.
    is_stopped
        Which rows a person stopped (brakes).
    wecom_by
        The setting: WeCom plans go out by template, or stand in the members' task lists.
    """
    at = pd.Timestamp(now, tz="UTC")
    channel = rows["message_channel"]
    masks = {
        "unread_refusals": ~rows["gate_is_open"],
        "not_published": ~rows["is_published"],
        "excluded": rows["is_excluded"],
        "refused": rows["is_refused"],
        "no_consent": ~rows["has_consent"],
        "held_out": rows["is_held_out"],
        "not_chosen": rows["is_not_chosen"],
        "stopped": is_stopped(rows),
        "came_true": rows["stop"].notna(),
        "already_out": rows["is_out"],
        "too_early": rows["as_of_date"].dt.date >= (now + SHANGHAI_OFFSET).date(),
        "expired": rows["send_before_at"] <= at,
        "cap": rows["cap_id"].notna(),
        "by_task": (channel == "wecom") & (rows["list_name"] == "audience") & (wecom_by == "tasks"),
        "no_sender": channel.isin(STAFFED) & (rows["staff_id"].isna() | rows["sender_has_left"]),
        "no_words": ~channel.isin(WORDLESS) & ~rows["has_approved_words"],
        "no_address": rows["id_token"].isna(),
    }
    found = pd.Series(pd.NA, index=rows.index, dtype="string")
    for reason in sorted(masks, key=lambda name: ranks[name]):
        found = found.mask(found.isna() & masks[reason].astype(bool), reason)
    return found
