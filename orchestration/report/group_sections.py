"""Chat groups: how each kind does, which want a hand, who goes where, squads, clearing lists, plays."""

from typing import Any, Final

from orchestration.report.facts import Facts, Words

#: So many groups that want a hand are shown; the table in the published files has them all.
_SHOWN: Final = 20


def groups(facts: Facts) -> dict[str, Any]:
    """Show groups by kind beside friends in none, groups that are not well, and moves proposed and made."""
    kinds = facts.rows(
        """
        select kind, count(*), sum(members), sum(joined_28d), sum(left_28d), sum(acting_14d) / nullif(sum(members), 0),
               sum(speaking_14d), sum(member_words_14d) / nullif(sum(words_14d), 0), sum(buyers_28d),
               sum(similar_buyers_28d), sum(net_paid_fen_28d), sum(similar_net_paid_fen_28d), sum(margin_fen_28d),
               sum(similar_margin_fen_28d)
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
            (facts.word("group_kind", kind), *counts, *rest)
            for kind, *counts, talk, buyers, similar, paid, similar_paid, margin, similar_margin in kinds
            for rest in [(talk, buyers, similar and round(similar), paid, similar_paid, margin, similar_margin)]
        ],
        "unwell": [
            (name, facts.word("group_kind", kind), staff or "—", *counts, facts.word("group_verdict", verdict))
            for name, kind, staff, *counts, verdict, _ in unwell
        ],
        "more": unwell[0][-1] - len(unwell) if unwell else 0,
        "squads": facts.rows(
            """
            select count(distinct squad_id) filter (where state = 'proposed'),
                   count(*) filter (where state = 'proposed'), count(*) filter (where state = 'proposed' and is_leader),
                   count(distinct squad_id) filter (where state = 'stands'),
                   count(*) filter (where state = 'stands' and is_leader), count(*) filter (where state = 'waits')
            from group_squads where as_of_date = $as_of having count(*) > 0
            """
        ),
        "clearing": _clearing(facts),
        "plays": _plays(facts),
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


def _clearing(facts: Facts) -> list[tuple[Any, ...]]:
    """Return each nearly full group or account with whom to take out of it today, later, and who left."""
    rows = facts.rows(
        """
        select list_kind, coalesce(groups.name, clearing.place_id), coalesce(clearing.staff_id, ''), max(held),
               max(capacity), count(*) filter (where state = 'today'), count(*) filter (where state = 'later'),
               count(*) filter (where state = 'left')
        from group_clearing as clearing
        left join group_health as groups
            on list_kind = 'group' and clearing.place_id = groups.group_id and clearing.source = groups.source
               and clearing.as_of_date = groups.as_of_date
        where clearing.as_of_date = $as_of group by all order by max(held) desc, 2 limit $shown
        """,
        shown=_SHOWN,
    )
    return [(facts.word("clearing_list", kind), name, staff or "—", *counts) for kind, name, staff, *counts in rows]


def _plays(facts: Facts) -> list[tuple[Any, ...]]:
    """Return each play with its lots of this round and what the closed round says."""
    rows = facts.rows(
        """
        select play_id, kind, groups_given, groups_held_back, groups_landed, closed_given, closed_held_back,
               closed_landed, buyer_share_given, buyer_share_held_back, verdict
        from group_plays where as_of_date = $as_of order by kind, play_id
        """
    )
    return [
        (facts.word("group_play", play), facts.word("group_kind", kind), *counts, facts.word("lot_verdict", verdict))
        for play, kind, *counts, verdict in rows
    ]
