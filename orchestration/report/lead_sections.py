"""Leads and companies: by step, whose turn it is, what precedes a qualified lead, and contracts that end."""

from typing import Any, Final

from orchestration.report.facts import Facts, Words
from orchestration.report.page import UNKNOWN
from orchestration.report.todo import todo
from orchestration.report.young import buyers

#: So many leads, companies and contracts are shown; the published tables have them all.
_SHOWN: Final = 20
_DUE: Final = "next_play is not null and status not in ('won', 'lost', 'unfit')"


def sells_to_companies(facts: Facts) -> bool:
    """Tell whether the brand's leads are as many beside its buyers as report_settings says."""
    (leads,) = facts.rows("select count(*) from lead_stages")[0]
    return bool(leads) and leads * 100 >= facts.setting("lead_brand_percent") * buyers(facts)


def leads(facts: Facts) -> dict[str, Any]:
    """Show leads by step, whose turn it is, the way to a qualified lead, and companies by stage."""
    return {
        "gist": _gist(facts),
        "steps": _steps(facts),
        "owners": _owners(facts),
        "next": _next(facts),
        "funnel": _funnel(facts),
        "path": _path(facts),
        "stages": _stages(facts),
        "renewals": _renewals(facts),
        "basis": _basis(facts),
        "unread": facts.rows("select count(*) from lead_stages where status = 'unknown'")[0][0],
    }


def companies(facts: Facts) -> dict[str, Any]:
    """Give the first screen of a brand that sells to companies: leads by step, what to do, groups, renewals."""
    groups = facts.rows(
        """
        select verdict, count(*), sum(members) from group_health where as_of_date = $as_of
        group by verdict order by count(*) desc, verdict
        """
    )
    return todo(facts) | {
        "steps": _steps(facts),
        "gist": _gist(facts),
        "next": _next(facts)[:5],
        "groups": [(facts.word("group_verdict", verdict), *counts) for verdict, *counts in groups],
        "renewals": _renewals(facts)[:5],
        "stages": _stages(facts),
    }


def _gist(facts: Facts) -> Words | None:
    told = facts.one(
        f"""
        select count(*) filter (where status not in ('won', 'lost', 'unfit')) as open,
               count(*) filter (where {_DUE}) as due,
               count(*) filter (where {_DUE} and due_date < as_of_date) as late,
               count(distinct staff_id) filter (where {_DUE}) as owners,
               count(*) filter (where {_DUE} and staff_id is null) as nobodys
        from lead_stages
        """
    )
    if not told["open"]:
        return None
    nobodys = (
        (f"，{told['nobodys']:,} 条没有负责人", f", {told['nobodys']:,} are nobody's") if told["nobodys"] else ("", "")
    )
    return (
        f"{told['open']:,} 条开着，{told['due']:,} 条轮到 {told['owners']:,} 人，{told['late']:,} 条过期{nobodys[0]}",
        f"{told['open']:,} open, {told['due']:,} wait for {told['owners']:,} people, {told['late']:,} late{nobodys[1]}",
    )


def _steps(facts: Facts) -> list[tuple[Any, ...]]:
    rows = facts.rows(
        f"""
        select told.step, told.leads, told.due, told.late, told.days, funnel.overdue
        from (
            select step, count(*) as leads, count(*) filter (where {_DUE}) as due,
                   count(*) filter (where {_DUE} and due_date < as_of_date) as late,
                   median(days_in_step) as days
            from lead_stages where status not in ('won', 'lost', 'unfit') group by step
        ) as told
        left join lead_funnel as funnel on told.step = funnel.step
        order by funnel.rank nulls last
        """
    )
    return [
        (facts.word("lead_step", step) if step else ("不可画像", "may not be profiled"), *counts, days, overdue)
        for step, *counts, days, overdue in rows
    ]


def _owners(facts: Facts) -> list[tuple[Any, ...]]:
    rows = facts.rows(
        f"""
        select staff_id, count(*) as leads, count(*) filter (where due_date < as_of_date), min(due_date)
        from lead_stages where {_DUE} group by staff_id order by leads desc, staff_id nulls first
        """
    )
    return [(_staff(facts, staff), *rest) for staff, *rest in rows]


def _next(facts: Facts) -> list[tuple[Any, ...]]:
    rows = facts.rows(
        f"""
        select lead_id, coalesce(company, ''), step, days_in_step, staff_id, next_play, message_channel, due_date,
               concat_ws('；', reason_1, reason_2)
        from lead_stages where {_DUE}
        order by status = 'opportunity' desc, status = 'qualified' desc, qualifies_28d desc nulls last, due_date,
                 lead_id
        limit $shown
        """,
        shown=_SHOWN,
    )
    return [
        (
            lead,
            company or UNKNOWN,
            facts.word("lead_step", step),
            days,
            _staff(facts, staff),
            facts.word("lead_play", play),
            facts.word("message_channel", channel),
            due,
            why,
        )
        for lead, company, step, days, staff, play, channel, due, why in rows
    ]


def _basis(facts: Facts) -> Words | None:
    """Say what the order of open leads rests on."""
    rows = facts.rows("select distinct score_basis from lead_stages where score_basis is not null order by 1")
    if not rows:
        return None
    return facts.word("basis", rows[0][0])


def _funnel(facts: Facts) -> list[tuple[Any, ...]]:
    rows = facts.rows(
        """
        select step, reached, went_on, gave_up, in_time, overdue, least_share, most_share, median_days
        from lead_funnel order by rank
        """
    )
    return [(facts.word("lead_step", step), *rest) for step, *rest in rows]


def _path(facts: Facts) -> list[tuple[Any, ...]]:
    rows = facts.rows(
        """
        select act, leads_who_did, qualified_after, ratio, ratio_low, ratio_high, verdict from lead_path
        order by ratio_low desc nulls last, act
        """
    )
    return [
        (
            facts.word("lead_act", act),
            did,
            after,
            UNKNOWN if ratio is None else f"{ratio:.1f} [{low:.1f}, {high:.1f}]",
            facts.word("path_verdict", verdict),
        )
        for act, did, after, ratio, low, high, verdict in rows
    ]


def _stages(facts: Facts) -> list[tuple[Any, ...]]:
    rows = facts.rows(
        """
        select stage, count(*), sum(contacts), count(*) filter (where missing_role is not null),
               count(*) filter (where next_play = 'renew_contract')
        from accounts group by stage order by count(*) desc, stage
        """
    )
    return [(facts.word("account_stage", stage), *counts) for stage, *counts in rows]


def _renewals(facts: Facts) -> list[tuple[Any, ...]]:
    rows = facts.rows(
        """
        select coalesce(company, account_id), contract_end_date, staff_id, net_paid_fen, step
        from accounts where next_play = 'renew_contract' order by contract_end_date, account_id limit $shown
        """,
        shown=_SHOWN,
    )
    return [
        (company, ends, _staff(facts, staff), paid, facts.word("lead_step", step) if step else UNKNOWN)
        for company, ends, staff, paid, step in rows
    ]


def _staff(facts: Facts, staff: str | None) -> str | Words:
    return facts.staff(staff) if staff else ("没有负责人", "nobody")
