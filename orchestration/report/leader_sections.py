"""Lead sheep and roles beyond buying: what a role is given and brings, and whom others follow."""

from typing import Any, Final

from orchestration.report.facts import Facts, Words

#: So many are shown; the table in the published files has them all.
_SHOWN: Final = 10


def leaders(facts: Facts) -> dict[str, Any]:
    """Show each role with what it is given and brings, or what is missing, and who moves most people."""
    roles = facts.rows(
        """
        select super_user_role, people, price_list, rights_zh, rights_en, contacts_28d, coupons_28d, buyers_28d,
               net_paid_fen_28d, referral_buyers_90d, reach_90d, follower_buyers_28d, sent_28d, follower_share_sent,
               held_back_28d, follower_share_held_back, verdict, missing
        from super_user_roles where as_of_date = $as_of order by priority
        """
    )
    sheep = facts.rows(
        """
        select one_id, super_user_role, coalesce(staff_id, ''), reach_90d, share_clicks_90d, referral_buyers_90d,
               posts_90d, answering_90d, follower_buyers_28d, arm, count(*) over ()
        from lead_sheep where as_of_date = $as_of order by reach_90d desc, follower_buyers_28d desc, one_id limit $shown
        """,
        shown=_SHOWN,
    )
    return {
        "gist": _gist(roles, sheep),
        "roles": [
            (
                facts.word("super_user_role", role),
                people,
                facts.word("price_list", prices),
                (rights_zh, rights_en),
                *given,
                facts.word("role_missing", missing) if missing else facts.word("lot_verdict", verdict),
            )
            for role, people, prices, rights_zh, rights_en, *given, verdict, missing in roles
        ],
        "sheep": [
            (one_id, facts.word("super_user_role", role), staff or "—", *counts, facts.word("lead_arm", arm))
            for one_id, role, staff, *counts, arm, _ in sheep
        ],
        "more": sheep[0][-1] - len(sheep) if sheep else 0,
    }


def _gist(roles: list[tuple[Any, ...]], sheep: list[tuple[Any, ...]]) -> Words | None:
    """Return how many people others follow, and how many roles are filled."""
    if not roles:
        return None
    filled, followed = sum(row[1] > 0 for row in roles), sheep[0][-1] if sheep else 0
    return (
        f"{followed:,} 人有人跟随；{len(roles)} 种角色里 {filled} 种有人",
        f"{followed:,} people are followed; {filled} of {len(roles)} roles are filled",
    )
