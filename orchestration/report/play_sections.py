"""What is played today: plans by play and channel, and which signals of yesterday were answered by what."""

from typing import Any

from orchestration.report.facts import Facts
from orchestration.report.list_sections import LISTED


def plays(facts: Facts) -> dict[str, Any]:
    """Give the day's plans by play and channel, what earns apart from what is sent to learn."""
    rows = facts.rows(
        f"""
        select coalesce(play_id, policy_id) as play, message_channel, count(*), count(*) filter (kind = 'learning'),
               sum(net_p50_fen), sum(expected_cost_fen)
        from ({LISTED}) group by all order by 3 desc, 1, 2
        """
    )
    told = [
        (facts.word("play", play), facts.word("message_channel", channel), people, learning, net, cost)
        for play, channel, people, learning, net, cost in rows
    ]
    plays, people = len({play for play, *_ in rows}), sum(row[2] for row in rows)
    gist = (f"{plays} 种打法，{people} 人", f"{plays} plays, {people} people")
    return {"rows": told, "gist": gist if rows else None}


def signals(facts: Facts) -> dict[str, Any]:
    """Give the signals of the last days by what answered them, and why the others were not."""
    rows = facts.rows(
        """
        select signal, count(*), count(*) filter (answered_by = 'audience'), count(*) filter (answered_by = 'task'),
               count(*) filter (answered_by = 'service'), count(*) filter (answered_by is null)
        from recall_signals group by signal order by 2 desc, 1
        """
    )
    reasons = facts.rows(
        """
        select reason, count(*) from recall_signals where answered_by is null group by reason order by 2 desc, 1
        """
    )
    total = sum(row[1] for row in rows)
    answered = total - sum(row[5] for row in rows)
    return {
        "gist": (f"{total} 个信号，{answered} 个有回应，其余写明原因", f"{total} signals, {answered} answered, the rest with reasons")
        if total
        else None,
        "rows": [(facts.word("signal", signal), *rest) for signal, *rest in rows],
        "reasons": [(facts.word("reason", reason), people) for reason, people in reasons],
    }
