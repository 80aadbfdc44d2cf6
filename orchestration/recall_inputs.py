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
_YEAR_OF_CANDIDATES = """
    with planned as (
        select distinct as_of_date from customer.plans
        where counts_from <= $date and as_of_date < $date and as_of_date > cast($date as date) - 365
    ),
    candidates as (
        select drawn.one_id, bool_or(drawn.global_holdout) as is_holdout, min(drawn.as_of_date) as first_date
        from recall.assignment as drawn
        inner join planned using (as_of_date)
        group by drawn.one_id
    )
    select candidates.one_id, candidates.is_holdout,
        cast(coalesce(sum(orders.goods_paid_fen - orders.refunded_fen), 0) as double) as paid_fen
    from candidates
    left join people.order_states as orders
        on orders.one_id = candidates.one_id and orders.counts_as_purchase
            and orders.order_date > candidates.first_date and orders.order_date <= $date
            and orders.from_date <= $date and (orders.to_date is null or orders.to_date > $date)
    group by candidates.one_id, candidates.is_holdout
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
    select cast($date as date) as as_of_date, experiment_id, set_aside_for from people.landed_assignments
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
    """Return as_of_date, experiment_id and set_aside_for (null: it teaches) of every landed assignment known then."""
    return query(con, _LANDED, date=date)


def year_of(con: duckdb.DuckDBPyConnection, date: dt.date, rules: Rules) -> tuple[pd.DataFrame, float]:
    """Return everybody who was a candidate within the year (one_id, is_holdout, margin_fen), and what sending cost."""
    people = query(con, _YEAR_OF_CANDIDATES, date=date)
    ((cost,),) = con.execute(_YEAR_OF_COST, {"date": date, "sent": list(arms.SENT)}).fetchall()
    return people.assign(margin_fen=people["paid_fen"] * rules.gross_margin_rate), float(cost)


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
