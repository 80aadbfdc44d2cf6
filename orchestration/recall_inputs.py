"""What recall reads: its rules, its money, and what was learned of the plans that were really published."""

import datetime as dt
from collections.abc import Sequence

import duckdb
import pandas as pd

from ml.recall import SEEDS, Rules, arms
from ml.recall.learned import Learned
from ml.recall.posterior import cells_of, learn
from ml.recall.redemption import redemption
from ml.recall.worth import worth
from orchestration.frames import of_dates, query, seeds
from orchestration.settings import Settings

_NIGHTS = """
    select policy_id, count(distinct plan_date) as nights
    from people.recall_episodes
    where as_of_date = $date and source = 'siyu' and plan_date < date_trunc('month', cast($date as date))
    group by policy_id
"""
_NIGHTS_IN_ALL = """
    select count(distinct plan_date) from people.recall_episodes where as_of_date = $date and source = 'siyu'
"""
#: Whom the lots of a year's plans were drawn over, each as who they are now: a person who was merged since is one.
_YEAR = """
    with planned as (
        select distinct as_of_date from customer.plans
        where counts_from <= $date and as_of_date < $date and as_of_date > cast($date as date) - 365
    ),
    living as (
        select distinct one_id from people.record_owners
        where from_date <= $date and (to_date is null or to_date > $date)
    ),
    heirs as (
        select ancestry.ancestor_one_id, min(ancestry.one_id) as one_id
        from identity.ancestry as ancestry
        inner join living using (one_id)
        where cast(ancestry.known_from + interval 8 hour as date) <= $date
        group by ancestry.ancestor_one_id
    ),
    drawn as (
        select coalesce(living.one_id, heirs.one_id, drawn.one_id) as one_id, drawn.one_id as drawn_one_id,
            drawn.as_of_date, drawn.arm, drawn.audience_kind, drawn.global_holdout
        from recall.assignment as drawn
        inner join planned using (as_of_date)
        left join living on drawn.one_id = living.one_id
        left join heirs on drawn.one_id = heirs.ancestor_one_id
    ),
"""
_PAID = """
    select candidates.* exclude (first_date),
        cast(coalesce(sum(orders.goods_paid_fen - orders.refunded_fen), 0) as double) as paid_fen
    from candidates
    left join people.order_states as orders
        on orders.one_id = candidates.one_id and orders.counts_as_purchase
            and orders.order_date > candidates.first_date and orders.order_date <= $date
            and orders.from_date <= $date and (orders.to_date is null or orders.to_date > $date)
    group by all
"""
_YEAR_OF_CANDIDATES = f"""
    {_YEAR}
    candidates as (
        select one_id, bool_or(global_holdout) as is_holdout, min(as_of_date) as first_date
        from drawn group by one_id
    )
    {_PAID}
"""
#: A share that was changed moves people between the lots; they stay where they were at first.
_YEAR_OF_USUAL = f"""
    {_YEAR}
    candidates as (
        select one_id, first(arm = '{arms.AS_USUAL}' order by as_of_date, drawn_one_id) as is_usual,
            min(as_of_date) as first_date
        from drawn
        where audience_kind not in (select unnest($services::varchar[]))
        group by one_id
        having not bool_or(global_holdout)
    )
    {_PAID}
"""
_YEAR_OF_MESSAGES = f"""
    {_YEAR}
    newest as (
        select as_of_date, arg_max(version, moved_at) as version from customer.plans
        where counts_from <= $date
        group by as_of_date
    ),
    messages as (
        select plans.one_id, plans.message_channel, false as is_listed
        from customer.plans as plans
        inner join planned using (as_of_date)
        inner join newest using (as_of_date, version)
        where plans.arm in (select unnest($sent::varchar[]))
            and plans.audience_kind not in (select unnest($services::varchar[]))
        union all
        select one_id, message_channel, true as is_listed
        from people.landed_assignments
        where is_shops_list and from_date <= $date and (to_date is null or to_date > $date)
            and assigned_date <= $date and assigned_date > cast($date as date) - 365
    )
    select coalesce(living.one_id, heirs.one_id, messages.one_id) as one_id, messages.message_channel,
        messages.is_listed, count(*) as messages
    from messages
    left join living on messages.one_id = living.one_id
    left join heirs on messages.one_id = heirs.ancestor_one_id
    group by all
"""
_YEAR_OF_COST = """
    select coalesce(sum(plans.expected_cost_fen), 0) from customer.plans as plans
    inner join (
        select as_of_date, arg_max(version, moved_at) as version from customer.plans
        where counts_from <= $date and as_of_date < $date and as_of_date > cast($date as date) - 365
        group by as_of_date
    ) as newest using (as_of_date, version)
    where plans.arm in (select unnest($sent::varchar[]))
"""
_LANDED = """
    select cast($date as date) as as_of_date, experiment_id, set_aside_for, is_control, is_shops_list
    from people.landed_assignments
    where from_date <= $date and (to_date is null or to_date > $date)
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


def episodes_known(con: duckdb.DuckDBPyConnection, date: dt.date) -> pd.DataFrame:
    """Return every episode known on a date (``people.recall_episodes``), in one order."""
    return of_dates(con, "people.recall_episodes", [date], key="episode_id")


def with_margin(episodes: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the episodes, landed ones with the brand's margin: nobody planned them with another."""
    return episodes.assign(margin_rate=episodes["margin_rate"].astype(float).fillna(rules.gross_margin_rate))


def landed_known(con: duckdb.DuckDBPyConnection, date: dt.date) -> pd.DataFrame:
    """Return every landed assignment known then, as ``health`` reads it; set_aside_for null: it teaches."""
    return query(con, _LANDED, date=date)


def year_of(con: duckdb.DuckDBPyConnection, date: dt.date, rules: Rules) -> tuple[pd.DataFrame, float]:
    """Return everybody who was a candidate within the year (one_id, is_holdout, margin_fen), and what sending cost."""
    people = query(con, _YEAR_OF_CANDIDATES, date=date)
    ((cost,),) = con.execute(_YEAR_OF_COST, {"date": date, "sent": list(arms.SENT)}).fetchall()
    return people.assign(margin_fen=people["paid_fen"] * rules.gross_margin_rate), float(cost)


def usual_of(con: duckdb.DuckDBPyConnection, date: dt.date, rules: Rules) -> pd.DataFrame:
    """Return whom the lot of the shop's own list was drawn over in the year (``usual.usual_found``).

    What a message costs is its row of send_costs on either side, so that no list is cheaper by how it is counted.
    """
    policies, costs = rules.seeds["recall_policies"], rules.seeds["send_costs"].set_index("message_channel")
    services = policies.loc[policies["consent_purpose"].eq("service"), "audience_kind"].unique().tolist()
    people = query(con, _YEAR_OF_USUAL, date=date, services=services)
    sent = query(con, _YEAR_OF_MESSAGES, date=date, services=services, sent=list(arms.SENT))
    each = (costs["send_fen"] + costs["labour_fen"]).astype(float)
    sent["cost_fen"] = sent["message_channel"].map(each).fillna(0.0).astype(float) * sent["messages"].astype(float)
    listed = set(sent.loc[sent["is_listed"].astype(bool), "one_id"])
    return people.assign(
        margin_fen=people["paid_fen"] * rules.gross_margin_rate,
        cost_fen=people["one_id"].map(sent.groupby("one_id")["cost_fen"].sum()).fillna(0.0).astype(float),
        is_listed=people["one_id"].isin(listed),
    )


def learned_by(con: duckdb.DuckDBPyConnection, date: dt.date, episodes: pd.DataFrame, rules: Rules) -> Learned:
    """Return what was learned by a date: from the episodes that were over by then, and nothing else."""
    cells = cells_of(rules.seeds["response_priors"], rules.seeds["recall_policies"])
    nights = query(con, _NIGHTS, date=date)
    ((in_all,),) = con.execute(_NIGHTS_IN_ALL, {"date": date}).fetchall()
    posterior, least = learn(cells, episodes, date, rules.learned_by), int(rules.setting("outcome_holdout_least"))
    return Learned(
        posterior=posterior,
        redemption=redemption(rules.seeds["response_priors"], episodes, date, rules.learned_by),
        worth=worth(posterior, episodes, date, rules.learned_by, least),
        nights=dict(zip(nights["policy_id"], nights["nights"].astype(int), strict=True)),
        nights_in_all=int(in_all),
    )


def known_ancestry(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return which ids a person had before, and since when that is known: holdouts follow the person."""
    return con.sql("select one_id, ancestor_one_id, known_from from identity.ancestry").df()
