"""Members by level: who came up, who is near the next one, and what their points are owed for."""

from typing import Any

from orchestration.report.facts import Facts, Words
from orchestration.report.page import yuan


def members(facts: Facts) -> dict[str, Any]:
    """Show every level with its movement since the eve, and its points: issued, spent, ended, and about to end."""
    rows = facts.rows(
        """
        select level, members, came_up, went_down, near_next, points_issued, points_spent, points_expired,
               points_expiring, liability_fen, stated_otherwise
        from member_daily where as_of_date = $as_of order by level_rank desc
        """
    )
    numbers = {row["name"]: row["value"] for row in facts.seed("segment_numbers")}
    return {
        "gist": _gist(rows),
        "days": numbers["points_expiring_days"],
        "rows": [(facts.word("member_level", level), *rest) for level, *rest in rows],
    }


def _gist(rows: list[tuple[Any, ...]]) -> Words | None:
    """Return who came up and what is owed, the two that a lead asks for."""
    if not rows:
        return None
    up, near = sum(row[2] or 0 for row in rows), sum(row[4] or 0 for row in rows)
    owed = sum(row[9] or 0 for row in rows)
    down = sum(row[3] or 0 for row in rows)
    zh = f"升级 {up:,} 人，降级 {down:,} 人，差一点升级 {near:,} 人，积分负债 {yuan(owed)}"
    return zh, f"{up:,} came up, {down:,} went down, {near:,} are near a level, points owed for {yuan(owed)}"
