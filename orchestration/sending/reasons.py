"""Who of a published list may still be sent to: the first reason in the seed export_reasons' order keeps a row in.

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
from orchestration.settings import Settings

#: Channels that no machine sends on: the platform asks a member of staff, whatever the settings call staff channels.
STAFFED: Final = ("wecom",)
#: Channels whose plans may go out without approved words: a call is a talk.
WORDLESS: Final = ("call",)
_FACTS: Final = """
    select facts.*, file.one_id is not null as is_published,
        coalesce(receipts.is_silent, false) as channel_is_silent, receipts.rows_out as receipts_due,
        receipts.rows_told as receipts_told
    from published.sending_facts as facts
    left join published.sending_receipts as receipts using (as_of_date, message_channel)
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
_OWED: Final = "select coalesce(sum(most_fen), 0) from published.sending_liability where last_valid_date >= $today"
_MOST_OWED: Final = """
    select offer_id, coalesce(maximum_discount_fen, face_value_fen, 0) from seeds.offers_catalogue
"""
_ROOM: Final = """
    select caps.message_channel, any_value(caps.most) - count(sent.one_id) as room
    from seeds.contact_caps as caps
    left join channels.activations as sent
        on sent.message_channel = caps.message_channel
        and coalesce(sent.list_name, '') <> 'desk'
        and cast(sent.exported_at + interval 8 hour as date) = $today
        and not exists (
            select 1 from channels.withdrawals as withdrawn
            where withdrawn.export_id = sent.export_id
                and coalesce(withdrawn.recipient_token, sent.recipient_token) = sent.recipient_token
        )
    where caps.cap_id = 'channel_day'
    group by caps.message_channel
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


def without_room(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, now: dt.datetime, most_owed_fen: int
) -> pd.Series:
    """Return the rows' reasons with those for whom the channel's day, or what coupons may owe, leaves no room.

    What is owed goes first, then who is worth most. The least of a channel's people go out tomorrow, by another list.
    """
    today = (now + SHANGHAI_OFFSET).date()
    left = dict(connection.execute(_ROOM, {"today": today}).fetchall())
    ((owed,),) = connection.execute(_OWED, {"today": today}).fetchall()
    prices = dict(connection.execute(_MOST_OWED).fetchall())
    is_owed = rows["consent_purpose"].eq("service")
    ordered = rows.assign(is_owed=is_owed).sort_values(
        ["is_owed", "net_p50_fen", "one_id"], ascending=[False, False, True], na_position="last"
    )
    reason = ordered["reason"].copy()
    for channel, most in left.items():
        mine = reason.isna() & ordered["message_channel"].eq(channel)
        reason = reason.mask(mine & (mine.cumsum() > most), "channel_full")
    costs = ordered["offer_id"].map(prices).astype("float64").fillna(0).where(reason.isna(), 0)
    over = reason.isna() & (costs > 0) & (costs.cumsum() + owed > most_owed_fen)
    return reason.mask(over, "coupon_liability").reindex(rows.index)


def reasons(
    rows: pd.DataFrame,
    now: dt.datetime,
    ranks: Mapping[str, int],
    is_stopped: Callable[[pd.DataFrame], pd.Series],
    settings: Settings,
    *,
    for_staff: bool = False,
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
    settings
        ``wecom_by``: WeCom plans go out by template, or stand in the members' task lists; ``staff_channels``: a member
        of staff carries their plans out; ``stop_silent_channels``: whose receipts stopped coming sends nothing.
    for_staff
        The members of staff themselves are given the rows, as their tasks.
    """
    at = pd.Timestamp(now, tz="UTC")
    channel = rows["message_channel"]
    by_staff = channel.isin((*STAFFED, *settings.staff_channels))
    masks = {
        "unread_refusals": ~rows["gate_is_open"],
        "not_published": ~rows["is_published"],
        "excluded": rows["is_excluded"],
        "refused": rows["is_refused"],
        "no_consent": ~rows["has_consent"],
        "held_out": rows["is_held_out"],
        "not_chosen": rows["is_not_chosen"],
        "stopped": is_stopped(rows),
        "channel_silent": rows["channel_is_silent"] & settings.stop_silent_channels,
        "came_true": rows["stop"].notna(),
        "already_out": rows["is_out"],
        "too_early": rows["as_of_date"].dt.date >= (now + SHANGHAI_OFFSET).date(),
        "expired": ~(rows["send_before_at"] > at),  # a channel without a window is never open
        "cap": rows["cap_id"].notna(),
        "by_task": (channel == "wecom")
        & (rows["list_name"] == "audience")
        & (settings.wecom_by == "tasks" and not for_staff),
        "no_sender": by_staff & (rows["staff_id"].isna() | rows["sender_has_left"]),
        "no_words": ~channel.isin(WORDLESS) & ~rows["has_approved_words"],
        "no_address": rows["id_token"].isna(),
    }
    found = pd.Series(pd.NA, index=rows.index, dtype="string")
    for reason in sorted(masks, key=lambda name: ranks[name]):
        found = found.mask(found.isna() & masks[reason].astype(bool), reason)
    return found
