"""Today's list in parts that are never added up unsaid: what was chosen to earn, what is sent to learn, and service."""

import datetime as dt
from typing import Any

from ml.recall.lists import KINDS, NOT_FOR_PROFIT
from orchestration.publishing.versions import Store
from orchestration.report.facts import Facts, Words
from orchestration.report.page import NONE, UNKNOWN, count, signed_yuan, yuan


def task_parts(facts: Facts) -> dict[str, dict[str, Any]]:
    """Return the parts of the staff's tasks, as ``parts`` does of the audience."""
    return parts(facts, "recall_audience semi join recall_tasks using (one_id)")


def parts(facts: Facts, of: str = "recall_audience") -> dict[str, dict[str, Any]]:
    """Return the parts of the audience by kind, in fen.

    Each has people, the expected profit with its interval, the cost, and whether some effect behind it is an estimate.
    """
    rows = facts.rows(
        f"""
        select list_kind, count(*), sum(net_p50_fen), sum(net_p10_fen), sum(net_p90_fen), sum(expected_cost_fen),
               bool_or(contains(basis, 'prior'))
        from {of} group by list_kind
        """
    )
    names = ("people", "p50", "p10", "p90", "cost", "is_estimate")
    found = {kind: dict(zip(names, rest, strict=True)) for kind, *rest in rows}
    return {kind: found[kind] for kind in KINDS if kind in found}


def expected(part: dict[str, Any]) -> Words:
    """Return what a part is expected to earn, from P10 to P90, marked where part of it rests on no experiment."""
    middle, low, high = signed_yuan(part["p50"]), yuan(part["p10"]), yuan(part["p90"])
    zh, en = ("，估算", ", an estimate") if part["is_estimate"] else ("", "")
    return f"预计 {middle}（{low} 到 {high}{zh}）", f"{middle} expected ({low} to {high}{en})"


def people(facts: Facts) -> int:
    """Return how many people the list has."""
    return int(facts.rows("select count(*) from recall_audience")[0][0])


def before(facts: Facts) -> dict[str, Any] | None:
    """Compare the list with yesterday's, where yesterday's version is still there."""
    store = Store(facts.settings.published)
    version = store.newest_by_date().get(facts.as_of_date - dt.timedelta(days=1))
    if version is None:
        return None
    found = facts.one(
        """
        select count(*) as people,
               avg(case when one_id in (select one_id from recall_audience) then 1 else 0 end) as overlap
        from read_parquet($file)
        """,
        file=str(store.versions / version / "recall_audience.parquet"),
    )
    return found | {"is_low": found["people"] > 0 and found["overlap"] < facts.setting("overlap_asks_share")}


def yesterday(facts: Facts) -> dict[str, Any]:
    """Give what the staff sent on the day and what came back; reported tasks are unknown without receipts."""
    return facts.one(
        """
        select sum(sent) as sent, sum(replied) as replied, sum(bought) as bought, sum(tasks) as tasks,
               sum(booked) as booked
        from staff_daily where kpi_date = $as_of
        """
    )


def yesterday_words(facts: Facts) -> Words:
    """Return what came of yesterday's messages of the staff in a sentence; without receipts that is said first."""
    done = yesterday(facts)
    if done["sent"] is None:
        return ("昨日结果：没有导购数据", "Yesterday: nothing is known of the staff")
    if done["tasks"] is None and not done["sent"]:
        zh, en = count(done["bought"]), count(done["bought"])
        return (
            f"昨日任务没有回执；名下客户成交 {zh} 人",
            f"Yesterday: no task results; {en} of the staff's customers bought",
        )
    bought = count(done["bought"])
    zh = f"昨日导购发 {count(done['sent'])}、回复 {count(done['replied'])}，名下客户成交 {bought} 人"
    en = f"Yesterday staff sent {count(done['sent'])}, {count(done['replied'])} replied, {bought} of theirs bought"
    if done["tasks"] is None:
        return (f"{zh}；任务无回执", f"{en}; no task results")
    return (f"{zh}；任务回执 {count(done['tasks'])}", f"{en}; {count(done['tasks'])} tasks reported")


def overlap_words(facts: Facts) -> Words:
    """Return how far the list is yesterday's."""
    found = before(facts)
    if found is None:
        return ("没有昨日名单可比", "Yesterday's list is not there to compare with")
    if not found["people"]:
        return ("昨日名单为空", "Yesterday's list was empty")
    share = f"{found['overlap']:.0%}" if found["overlap"] is not None else UNKNOWN
    return (f"与昨日名单重合 {share}", f"Overlap with yesterday's list {share}")


def brief(facts: Facts) -> dict[str, Any]:
    """Give the list by part, yesterday's results and how far the list is yesterday's."""
    found = parts(facts)
    return {
        "parts": [
            (facts.word("list_kind", kind), part, None if kind in NOT_FOR_PROFIT else expected(part))
            for kind, part in found.items()
        ],
        "people": people(facts),
        "yesterday_words": yesterday_words(facts),
        "overlap_words": overlap_words(facts),
    }


def todays_list(facts: Facts) -> dict[str, Any]:
    """Give today's list by part and channel, its budget, and whatever keeps somebody from being written to."""
    money = facts.one(
        """
        select (select max(budget_fen) from recall_budget) as budget,
               coalesce(bool_or(contains(basis, 'prior')), false) as is_estimate
        from recall_audience
        """
    )
    rows = facts.rows(
        """
        select list_kind, message_channel, count(*), sum(net_p50_fen), sum(expected_cost_fen) from recall_audience
        group by list_kind, message_channel
        order by list_position($kinds, list_kind), count(*) desc, message_channel
        """,
        kinds=list(KINDS),
    )
    by_channel = [
        (
            _joined(facts.word("list_kind", kind), facts.word("message_channel", channel)),
            people,
            NONE if kind in NOT_FOR_PROFIT else net,
            cost,
        )
        for kind, channel, people, net, cost in rows
    ]
    silent = facts.manifest.get("silent_channels", {})
    told = [_told(facts, kind, part) for kind, part in parts(facts).items()]
    return (
        brief(facts)
        | money
        | {
            "rows": by_channel,
            "silent": [(facts.word("message_channel", channel), said) for channel, said in sorted(silent.items())],
            "gist": (
                "；".join(zh for zh, _ in told) or "今天谁也不发",
                "; ".join(en for _, en in told) or "nobody today",
            ),
        }
    )


def tasks(facts: Facts) -> dict[str, Any]:
    """Give the staff's tasks by member and part; every member stands there, so that the parts add up to the list."""
    found = facts.rows(
        """
        select staff_id, store_id, count(*) filter (list_contains($others, list_kind)),
               count(*) filter (list_kind = 'chosen'),
               sum(expected_net_p50_fen) filter (list_kind = 'chosen'), count(*) filter (list_kind = 'learning'),
               sum(expected_net_p50_fen) filter (list_kind = 'learning')
        from recall_tasks group by staff_id, store_id
        order by sum(expected_net_p50_fen) filter (list_kind = 'chosen') desc nulls last, count(*) desc, staff_id
        """,
        others=list(NOT_FOR_PROFIT),
    )
    kinds = task_parts(facts)
    told = [_told(facts, kind, part) for kind, part in kinds.items()]
    zh, en = "；".join(zh for zh, _ in told), "; ".join(en for _, en in told)
    return {
        "gist": (f"{zh}；{len(found)} 位导购", f"{en}; {len(found)} members of staff") if kinds else None,
        "rows": [_member(facts, *row) for row in found],
        "has_service": any(kind in NOT_FOR_PROFIT for kind in kinds),
        "desk": _desk(facts),
    }


def _desk(facts: Facts) -> list[tuple[Any, ...]]:
    """Return the service desk's list by how it reaches people: how many, who ordered since, whose last day it is."""
    rows = facts.rows(
        """
        select reached_by, count(*), count(ordered_date), count(*) filter (last_date <= $as_of + 1)
        from service_desk group by reached_by order by min(priority)
        """
    )
    return [(facts.word("reached_by", way), *(str(number or NONE) for number in rest)) for way, *rest in rows]


def _told(facts: Facts, kind: str, part: dict[str, Any]) -> Words:
    (zh, en), people = facts.word("list_kind", kind), count(part["people"])
    if kind in NOT_FOR_PROFIT:
        return f"{zh} {people} 位", f"{en} {people}"
    earns = expected(part)
    return f"{zh} {people} 位，{earns[0]}", f"{en} {people}, {earns[1]}"


def _joined(part: Words, channel: Words) -> Words:
    return f"{part[0]} · {channel[0]}", f"{part[1]} · {channel[1]}"


def _member(facts: Facts, staff: str, store: str | None, *sums: int | None) -> tuple[str, ...]:
    """Return a member's tasks and what they are expected to bring, by part; a dash where there is none."""
    service, chosen, earns, learning, costs = sums
    told = [f"{n}  {signed_yuan(fen)}" if n else NONE for n, fen in ((chosen, earns), (learning, costs))]
    return facts.staff(staff, store), *told, str(service or NONE)
