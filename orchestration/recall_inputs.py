"""What recall reads: its rules, and what came of the audiences that were really published."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import duckdb
import pandas as pd

from ml.recall import SEEDS, Rules
from orchestration.frames import query, seeds
from orchestration.settings import Settings

_BOUGHT = """
    select one_id, order_date, goods_paid_fen - refunded_fen as net_paid_fen
    from people.order_states
    where from_date <= $known_on and (to_date is null or to_date > $known_on)
        and counts_as_purchase and one_id is not null
"""
_SENT = """
    select audience_id, customer_one_id as one_id
    from people.contacts
    where from_date <= $known_on and (to_date is null or to_date > $known_on)
        and audience_id is not null and customer_one_id is not null
    union
    select tasks.audience_id, tasks.one_id
    from people.task_result_states as results
    inner join recall.tasks as tasks using (task_id)
    inner join seeds.task_statuses as statuses using (status)
    where statuses.is_sent and results.from_date <= $known_on
        and (results.to_date is null or results.to_date > $known_on)
"""
_PLANNED_WITH = """
    select drawn.as_of_date, drawn.one_id, drawn.policy_id, cast(context.margin_rate as double) as margin_rate
    from recall.assignment as drawn
    left join recall.recall_people as context using (as_of_date, one_id)
    where drawn.as_of_date in (select unnest($dates::date[]))
"""
_SPENT = """
    select dates.as_of_date, sum(sent.expected_cost_fen)
    from (select unnest($dates::date[]) as as_of_date) as dates
    inner join customer.activations as sent
        on sent.counts_from <= dates.as_of_date
            and (sent.withdrawn_from is null or sent.withdrawn_from > dates.as_of_date)
            and date_trunc('month', sent.exported_at + interval 8 hour) = date_trunc('month', dates.as_of_date + 1)
    group by 1
"""
_ANCESTRY = "select one_id, ancestor_one_id from identity.ancestry"
_CHANGED = """
    select unnest([one_id_old, one_id]) as one_id, cast(changed_at + interval 8 hour as date) as changed_on
    from identity.redirects
"""


def load_rules(con: duckdb.DuckDBPyConnection, settings: Settings, offers: pd.DataFrame | None = None) -> Rules:
    """Return recall's seeds with the home's settings and, where given, the offers' terms per date."""
    return Rules(
        # what may be said: the templates as their channel and the gateway judge them, not as the seed wishes
        seeds=seeds(con, list(SEEDS)) | {"message_templates": query(con, "select * from recall.spoken_templates")},
        gross_margin_rate=settings.gross_margin_rate,
        holdout_share=settings.holdout_share,
        exploration_share=settings.exploration_share,
        as_usual_share=settings.as_usual_share,
        horizon_days=settings.horizon_days,
        staff_channels=tuple(settings.staff_channels),
        offers=offers,
        sms_gateway=settings.sms_gateway,
    )


def budgets(con: duckdb.DuckDBPyConnection, settings: Settings, dates: Sequence[dt.date]) -> dict[object, int]:
    """Return the money (fen) of each date's audience: that of a day, or what is left of the month it is sent in.

    A list is sent on the morning after its date. What exports of that month cost, as known at the date and not taken
    back by then, is spent.
    """
    spent = dict(con.execute(_SPENT, {"dates": list(dates)}).fetchall())
    month, day = settings.monthly_budget_yuan * 100, settings.daily_budget_yuan * 100
    return {date: min(day, max(month - int(spent.get(date, 0)), 0)) if month else day for date in dates}


@dataclasses.dataclass(frozen=True)
class Deeds:
    """What people did, as known on a date.

    ``bought`` has one_id, order_date and net_paid_fen; ``sent`` which audience_id was really sent to which one_id.
    """

    bought: pd.DataFrame
    sent: pd.DataFrame


def deeds(con: duckdb.DuckDBPyConnection, known_on: dt.date) -> Deeds:
    """Return purchases and sent plans as known on a date."""
    return Deeds(query(con, _BOUGHT, known_on=known_on), query(con, _SENT, known_on=known_on))


def planned_with(con: duckdb.DuckDBPyConnection, dates: Sequence[dt.date]) -> pd.DataFrame:
    """Return, for the audiences of some dates, each person's policy and the margin the plan was made with."""
    return query(con, _PLANNED_WITH, dates=list(dates))


def known_ancestry(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return which ids a person had before, and since when that is known: holdouts follow the person."""
    return con.sql("select one_id, ancestor_one_id, known_from from identity.ancestry").df()


def identity_moves(con: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return which ids changed when (one_id, changed_on), and the ancestry of ids."""
    return query(con, _CHANGED), query(con, _ANCESTRY)
