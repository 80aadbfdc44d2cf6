"""Stores and staff over seven days: whom to praise, whom to ask, and everybody in the fold below."""

import datetime as dt
from typing import Any, Final

from orchestration.report.days import arrow
from orchestration.report.facts import WEEK, Facts

#: So many are named above the fold of each list; the fold holds the rest.
_NAMED: Final = 5
#: Members in the table of what lots say of them, those with the most messages first.
_EARNED: Final = 12
_STAFF: Final = """
    select staff_id, sum(private_gmv_fen) as gmv, sum(bought) as bought, sum(sent) as sent, sum(replied) as replied,
           sum(new_friends) as new, sum(deleted_friends) as deleted, sum(tasks) as tasks,
           arg_max(followed_customers, kpi_date) as friends
    from staff_daily where kpi_date > $as_of - 7 and kpi_date <= $as_of group by staff_id
"""


def staff(facts: Facts) -> dict[str, Any]:
    """Give the staff's seven days: the best by private GMV, who lost friends or was not answered, and all of them."""
    rows = facts.rows(
        f"""
        select staff_id, gmv, bought, sent, replied, new, deleted, friends, tasks from ({_STAFF})
        order by gmv desc nulls last, bought desc, staff_id
        """
    )
    active = [row for row in rows if any(row[1:7])]
    asked = facts.rows(
        f"""
        select staff_id, deleted, sent, replied, friends from ({_STAFF})
        where deleted > 0 or (sent > 0 and replied = 0)
        order by deleted desc, sent desc, staff_id
        """
    )
    handover = _waiting(facts)
    waiting = sum(people for _, people, _ in handover)
    gist = (
        f"{len(active)} 位有动静（共 {len(rows)} 位），{len(asked)} 位该问一问，{waiting} 位客户等人接手",
        f"{len(active)} of {len(rows)} did something, {len(asked)} to ask, {waiting} customers wait for a taker",
    )
    return {
        "gist": gist if rows or waiting else None,
        "best": [(facts.staff(name), *rest[:-1]) for name, *rest in active[:_NAMED] if rest[0]],
        "asked": [(facts.staff(name), *rest) for name, *rest in asked[:_NAMED]],
        "asked_total": len(asked),
        "rows": [(facts.staff(name), *rest[:-1]) for name, *rest in active],
        "total": len(rows),
        "is_reported": any(row[8] is not None for row in rows),
        "handover": handover,
        "alone": without_adviser(facts),
        "unasked": [(facts.staff(name), *rest) for name, *rest in never_asked(facts)],
        **_effects(facts),
    }


def _effects(facts: Facts) -> dict[str, Any]:
    """Return what lots say that each member's messages and calls earned on top of what they sold."""
    rows = facts.rows(
        """
        select staff_id, private_gmv_fen, sent, held_back, sent_margin_fen, held_back_margin_fen,
            incremental_profit_fen, incremental_low_fen, incremental_high_fen
        from staff_effects where as_of_date = $as_of order by sent desc nulls last, private_gmv_fen desc, staff_id
        """
    )
    by_lot = [row for row in rows if row[2] is not None]
    whole = facts.rows(
        """
        select numerator, denominator, value from kpi_daily
        where kpi = 'incremental_profit_per_staff' and kpi_date = $as_of
        """
    )
    return {
        "effects": [(facts.staff(name), *rest) for name, *rest in by_lot[:_EARNED]],
        "by_lot": len(by_lot),
        "unknown": len(rows) - len(by_lot),
        "earned": whole[0] if whole else None,
    }


def _waiting(facts: Facts) -> list[tuple[Any, ...]]:
    """Return who could take over how many of the customers whose staff have left, most money first."""
    rows = facts.rows(
        """
        select coalesce(staff_handover.taker_1_staff_id, suggested_staff_id) as taker, count(*),
               sum(hand_over_list.net_paid_fen)
        from hand_over_list left join staff_handover using (one_id) group by taker order by 3 desc, 1
        """
    )
    nobody = ("还没有人选", "nobody yet")
    return [(facts.staff(taker) if taker else nobody, people, net) for taker, people, net in rows]


def without_adviser(facts: Facts) -> list[tuple[Any, ...]]:
    """Return each customer of the upper two tiers whom nobody looks after, of most value first, and who could.

    Who sold to them last and is at work knows them, as for a leaver's customer (staff_handover); else a manager names
    somebody. Who may not be profiled has no tier and does not stand here.
    """
    rows = facts.rows(
        """
        select customers.one_id, customer_segments.pyramid_tier, customer_segments.net_paid_fen_365d,
               cast(customers.last_order_at as date), sellers.staff_id
        from customers
        inner join customer_segments using (one_id)
        left join staff as sellers on customers.last_seller_staff_id = sellers.staff_id and sellers.is_at_work
        where customers.owner_staff_id is null and customers.exclusion is null
            and customer_segments.pyramid_tier in ('核心', '塔尖')
        order by customer_segments.pyramid_tier = '塔尖' desc, customer_segments.net_paid_fen_365d desc, one_id
        """
    )
    nobody = ("请店长指定", "ask a store manager")
    return [
        (one_id[:10], facts.word("pyramid_tier", tier), net, last, facts.staff(seller) if seller else nobody)
        for one_id, tier, net, last, seller in rows
    ]


def never_asked(facts: Facts) -> list[tuple[str, int, dt.date]]:
    """Return by adviser how many of their buyers were never asked whether they may be profiled, and the last visit.

    They are counted and never ranked: whoever may not be profiled has no score, so members stand by their ids.
    """
    rows: list[tuple[str, int, dt.date]] = facts.rows(
        """
        select owner_staff_id, count(*), max(cast(last_order_at as date))
        from customers
        where exclusion = 'profiling_never_asked' and order_count > 0 and owner_staff_id is not null
        group by owner_staff_id order by owner_staff_id
        """
    )
    return rows


def stores(facts: Facts) -> dict[str, Any]:
    """Give each store's seven days against the seven before, largest first, and those that lost most."""
    rows = facts.rows(
        """
        select value_key, sum(numerator) filter (kpi = 'gmv' and kpi_date > $week) as gmv,
               sum(numerator) filter (kpi = 'gmv' and kpi_date <= $week) as before,
               sum(numerator) filter (kpi = 'buyers' and kpi_date > $week),
               sum(numerator) filter (kpi = 'private_gmv_per_staff' and kpi_date > $week)
        from kpi_daily
        where dimension = 'store' and kpi_date > $fortnight and kpi_date <= $as_of
            and kpi in ('gmv', 'buyers', 'private_gmv_per_staff')
        group by value_key order by gmv desc nulls last, value_key
        """,
        week=facts.as_of_date - WEEK,
        fortnight=facts.as_of_date - 2 * WEEK,
    )
    told = [(facts.store(store), gmv, arrow(gmv, then), buyers, private) for store, gmv, then, buyers, private in rows]
    fell = sorted(rows, key=lambda row: (row[1] or 0) - (row[2] or 0))[:_NAMED]
    less = sum((gmv or 0) < (then or 0) for _, gmv, then, *_ in rows)
    return {
        "gist": (f"{len(rows)} 家，{less} 家比前 7 天少", f"{len(rows)} stores, {less} below the 7 days before"),
        "rows": told,
        "best": told[:_NAMED],
        "fell": [
            (facts.store(store), (gmv or 0) - (then or 0), gmv or 0, arrow(gmv or 0, then))
            for store, gmv, then, *_ in fell
            if (gmv or 0) < (then or 0)
        ],
    }
