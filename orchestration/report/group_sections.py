"""Chat groups: how each kind does, which groups want a hand, and who should go from where to where."""

from typing import Any, Final

from orchestration.report.facts import Facts, Words
from orchestration.report.page import UNKNOWN

#: So many groups that want a hand are shown; the table in the published files has them all.
_SHOWN: Final = 20


def groups(facts: Facts) -> dict[str, Any]:
    """Show groups by kind beside friends in none, groups that are not well, and moves proposed and made."""
    kinds = facts.rows(
        """
        select kind, count(*), sum(members), sum(joined_28d), sum(left_28d), sum(acting_14d) / nullif(sum(members), 0),
               sum(speaking_14d), sum(buyers_28d), sum(similar_buyers_28d), sum(net_paid_fen_28d),
               sum(similar_net_paid_fen_28d)
        from group_health where as_of_date = $as_of group by kind order by sum(members) desc, kind
        """
    )
    unwell = facts.rows(
        """
        select coalesce(name, group_id), kind, coalesce(staff_id, ''), members, acting_14d, left_28d, verdict,
               count(*) over ()
        from group_health where as_of_date = $as_of and verdict not in ('alive', 'young')
        order by members desc, group_id limit $shown
        """,
        shown=_SHOWN,
    )
    moves = facts.rows(
        """
        select rule, count(*) filter (where state = 'proposed'),
               count(distinct staff_id) filter (where state = 'proposed'),
               count(*) filter (where state in ('no_room', 'no_group')), count(*) filter (where state = 'went')
        from group_moves where as_of_date = $as_of group by rule order by 2 desc, rule
        """
    )
    return {
        "gist": _gist(kinds, moves),
        "kinds": [
            (facts.word("group_kind", kind), *counts, UNKNOWN if speaking is None else f"{speaking:,}", *rest)
            for kind, *counts, speaking, buyers, similar, paid, similar_paid in kinds
            for rest in [(buyers, None if similar is None else round(similar), paid, similar_paid)]
        ],
        "unwell": [
            (name, facts.word("group_kind", kind), staff or "—", *counts, facts.word("group_verdict", verdict))
            for name, kind, staff, *counts, verdict, _ in unwell
        ],
        "more": unwell[0][-1] - len(unwell) if unwell else 0,
        "moves": [
            (facts.word("group_rule", rule) if rule else ("不符合规则", "by no rule"), *counts)
            for rule, *counts in moves
        ],
    }


def _gist(kinds: list[tuple[Any, ...]], moves: list[tuple[Any, ...]]) -> Words | None:
    """Return how many groups there are and how many moves wait for their owners."""
    if not kinds:
        return None
    count, members, waiting = sum(row[1] for row in kinds), sum(row[2] for row in kinds), sum(row[1] for row in moves)
    return (
        f"{count:,} 个群 {members:,} 人，建议换群 {waiting:,} 人",
        f"{count:,} groups, {members:,} members, {waiting:,} proposed to move",
    )
