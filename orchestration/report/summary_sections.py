"""What the first phone screen says, in the order in which a morning is worked through."""

import datetime as dt
from typing import Any

from orchestration.publishing.versions import Store
from orchestration.report.facts import Facts

_WEEK = dt.timedelta(days=7)
#: Below this share of yesterday's list, an operator wants to know why (operator default, calibrate).
_OVERLAP_SHARE = 0.7


def completeness(facts: Facts) -> dict[str, Any]:
    """Say whether the data is complete, and which channel is stale."""
    channels = sorted(facts.manifest["channels"].items())
    return {
        "stale": [name for name, channel in channels if channel.get("stale")],
        "rows": [
            (name, channel.get("data_as_of"), ("过期", "stale") if channel.get("stale") else "✓")
            for name, channel in channels
        ],
    }


def yesterday(facts: Facts) -> dict[str, Any]:
    """Give the day's private GMV, orders and buyers, each with that of the same weekday a week before."""
    asked = {"private_gmv": "numerator", "gmv": "value", "orders": "value", "buyers": "value"}
    dates = (facts.as_of_date, facts.as_of_date - _WEEK)
    return {name: tuple(facts.kpi(name, date, part) for date in dates) for name, part in asked.items()}


def friends(facts: Facts) -> dict[str, Any]:
    """Give net friends of the day and the share who deleted the staff."""
    day = facts.one(
        """
        select sum(new_friends) as new, sum(deleted_friends) as deleted, new - deleted as net
        from staff_daily where kpi_date = $as_of
        """
    )
    return day | {name: facts.kpi(name) for name in ("friends", "deletion_rate")}


def tasks_done(facts: Facts) -> dict[str, Any]:
    """Give yesterday's tasks sent against assigned, by staff."""
    rows = facts.rows(
        """
        select staff_id, tasks, sent, replied, bought, count(*) over () from staff_daily
        where kpi_date = $as_of and (coalesce(tasks, 0) > 0 or sent > 0)
        order by tasks desc nulls last, sent desc, staff_id limit 12
        """
    )
    return {"rows": rows, "is_reported": any(tasks for _, tasks, *_ in rows)}


def todays_list(facts: Facts) -> dict[str, Any]:
    """Give today's list: customers, by staff, expected net with its interval, the budget and the overlap."""
    audience = facts.one(
        """
        select count(*) as people, sum(net_p10_fen) as p10, sum(net_p50_fen) as p50, sum(net_p90_fen) as p90,
               sum(expected_cost_fen) as cost, (select max(budget_fen) from recall_budget) as budget,
               coalesce(bool_or(contains(basis, 'prior')), false) as is_estimate
        from recall_audience
        """
    )
    staff = facts.rows(
        """
        select staff_id, message_channel, count(*), sum(expected_net_p50_fen), count(*) over () from recall_tasks
        group by staff_id, message_channel order by 3 desc, 1, 2 limit 10
        """
    )
    unread = facts.manifest.get("withheld", {}).get("unread_refusals")
    silent = facts.manifest.get("silent_channels", {})
    held = {"unread": unread, "unmet": _unmet(facts), "silent": silent}
    return audience | held | {"staff": staff, "before": _before(facts)}


def _unmet(facts: Facts) -> dict[str, Any] | None:
    """Say how many refusals meet nobody, and where the first of them stand."""
    unmet = facts.manifest.get("refusals_that_meet_nobody")
    if not unmet:
        return None
    return {
        "total": sum(unmet["by_channel"].values()),
        "channels": ", ".join(f"{channel} {number}" for channel, number in sorted(unmet["by_channel"].items())),
        "places": "; ".join(unmet["examples"]),
    }


def _before(facts: Facts) -> dict[str, Any] | None:
    """Compare the list with yesterday's, where yesterday's version is still there."""
    store = Store(facts.settings.published)
    before = store.newest_by_date().get(facts.as_of_date - dt.timedelta(days=1))
    if before is None:
        return None
    found = facts.one(
        """
        select count(*) as people,
               avg(case when one_id in (select one_id from recall_audience) then 1 else 0 end) as overlap
        from read_parquet($file)
        """,
        file=str(store.versions / before / "recall_audience.parquet"),
    )
    return found | {"is_low": found["people"] > 0 and found["overlap"] < _OVERLAP_SHARE}


def at_risk(facts: Facts) -> dict[str, Any]:
    """List high-value customers newly at risk, with their staff."""
    rows = facts.rows(
        """
        select left(one_id, 12), customers.owner_staff_id, customer_segments.pyramid_tier, last_order_at,
               customer_segments.net_paid_fen_365d, count(*) over ()
        from customer_lifecycle
        inner join customers using (one_id)
        inner join customer_segments using (one_id)
        where purchase_stage = 'at_risk' and purchase_stage_since >= $as_of - 1
            and (customer_segments.pyramid_tier in ('核心', '塔尖') or customer_segments.rfm_segment like '重要%')
        order by customer_segments.net_paid_fen_365d desc, one_id limit 20
        """
    )
    return {"rows": rows}


def coupons(facts: Facts) -> dict[str, Any]:
    """Give coupons issued, redeemed and what they cost on the day."""
    names = ("coupons_issued", "coupons_redeemed", "coupon_cost", "coupons_uncosted")
    return {name: facts.kpi(name) for name in names}


def complaints(facts: Facts) -> dict[str, Any]:
    """Give complaints and opt-outs of the day."""
    return {name: facts.kpi(name) for name in ("complaints", "opt_outs")}
