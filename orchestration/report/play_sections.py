"""What is played today: plans by play and channel, and which signals of yesterday were answered by what."""

from typing import Any

from orchestration.report.facts import Facts, Words
from orchestration.report.page import NONE


def plays(facts: Facts) -> dict[str, Any]:
    """Give the day's plans by play with their channels; how many of them are sent to learn stands beside."""
    rows = facts.rows(
        """
        with listed as (select *, play_id as play from recall_audience),
        channels as (select play, message_channel, count(*) as people from listed group by play, message_channel)
        select play, count(*), count(*) filter (list_kind = 'learning'),
               sum(net_p50_fen) filter (list_kind = 'chosen'), sum(expected_cost_fen),
               (select list((message_channel, people) order by people desc, message_channel)
                from channels where channels.play is not distinct from listed.play)
        from listed group by play order by 2 desc, 1
        """
    )
    told = [
        (facts.word("play", play), people, learning, NONE if net is None else net, cost, _channels(facts, by_channel))
        for play, people, learning, net, cost, by_channel in rows
    ]
    gist = (
        f"{len(rows)} 种打法，{sum(row[1] for row in rows)} 人",
        f"{len(rows)} plays, {sum(row[1] for row in rows)} people",
    )
    return {"rows": told, "gist": gist if rows else None}


def _channels(facts: Facts, counts: list[tuple[str, int]]) -> Words:
    named = [(facts.word("message_channel", channel), people) for channel, people in counts]
    return "、".join(f"{zh} {n}" for (zh, _), n in named), ", ".join(f"{en} {n}" for (_, en), n in named)


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
    resting = sum(people for reason, people in reasons if reason == "rest")
    rest = (f"，{resting} 个按规矩先不打扰", f", {resting} left alone first as the rule says") if resting else ("", "")
    return {
        "gist": (
            f"{total} 个信号，{answered} 个有回应{rest[0]}，其余写明原因",
            f"{total} signals, {answered} answered{rest[1]}, the rest with reasons",
        )
        if total
        else None,
        "rows": [(facts.word("signal", signal), *rest) for signal, *rest in rows],
        "reasons": [(facts.word("reason", reason), people) for reason, people in reasons],
    }
