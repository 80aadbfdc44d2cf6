"""What wants a decision this morning, most urgent first: how many, what is planned, and whom to ask."""

import dataclasses
import datetime as dt
from typing import Any

from orchestration.report import list_sections, risk_sections
from orchestration.report.facts import Facts, Words

#: What is printed at the end of a line, and leads to the section that tells more.
_LIST: Words = ("各导购", "by staff")
_ASSIGN: Words = ("谁能接手", "who could take them")
_LOOK: Words = ("", "")
#: So many stores are named in a line; the section below has all.
_STORES = 3


@dataclasses.dataclass(frozen=True)
class Todo:
    """One line: its sentence in two languages and where it leads; what wants no decision is said without a number."""

    words: Words
    anchor: str
    leads: Words = _LOOK
    is_decision: bool = True


def todo(facts: Facts) -> dict[str, Any]:
    """Give the lines of the block and how many of them want a decision."""
    lines = [
        *_unread(facts),
        *_questions(facts),
        *_tasks(facts),
        *_at_risk(facts),
        *_stale(facts),
        *_silent(facts),
        *_unmet(facts),
        *_withheld(facts),
        *_hand_over(facts),
        *_alarms(facts),
        *_overlap(facts),
    ]
    return {"lines": lines, "decisions": sum(line.is_decision for line in lines)} | completeness(facts)


def completeness(facts: Facts) -> dict[str, Any]:
    """Say how many channels are there, and which are late by how many days."""
    late = [f"{zh}缺 {days} 天" for (zh, _), days, _ in stale(facts)]
    late_en = [f"{en} {days} d late" for (_, en), days, _ in stale(facts)]
    every = len(facts.manifest["channels"])
    complete = every - len(late)
    if not late:
        return {"data": (f"数据 {every}/{every} 齐", f"data {every}/{every} complete")}
    return {
        "data": (
            f"数据 {complete}/{every} 齐，{'、'.join(late)}",
            f"data {complete}/{every}, {', '.join(late_en)}",
        )
    }


def stale(facts: Facts) -> list[tuple[Words, int | str, str]]:
    """Return each stale channel: its name, the days it lacks and the day its data ends."""
    found = []
    for name, channel in sorted(facts.manifest["channels"].items()):
        if channel.get("stale"):
            ends = channel.get("data_as_of")
            found.append((facts.word("channel", name), _days_to(facts.as_of_date, ends), ends or "—"))
    return found


def _days_to(date: dt.date, ends: str | None) -> int | str:
    try:
        return (date - dt.date.fromisoformat(ends or "")).days
    except ValueError:
        return "?"


def _unread(facts: Facts) -> list[Todo]:
    unread = facts.manifest.get("withheld", {}).get("unread_refusals")
    if not unread:
        return []
    return [
        Todo(
            (
                f"今天谁也不发：有 {unread} 条拒绝没有读出来，不知道是谁说了不。请数据工程师看 siyu refusals",
                f"Nobody is written to today: {unread} refusals could not be read. Data engineer: siyu refusals",
            ),
            "quality",
        )
    ]


def _questions(facts: Facts) -> list[Todo]:
    """Say how many wait for an answer, since when the first, whose store has them, and whom nobody can answer.

    A question is no signal any more once it is as old as its window: who has it for the last time is said as well.
    """
    within = next(int(row["within_days"]) for row in facts.seed("signals") if row["signal"] == "question_open")
    rows = facts.rows(
        """
        select recall_tasks.store_id, count(*) as people, max(date_diff('day', cast(signal_at as date), $as_of)) + 1,
               count(*) filter (answered_by is null), count(*) filter (answered_by = 'service'),
               count(*) filter (owner is null),
               count(*) filter (is_last and owner is not null), count(*) filter (is_last and owner is null)
        from (
            select signals.*, coalesce(recall_tasks.staff_id, customers.owner_staff_id) as owner,
                   date_diff('day', cast(signal_at as date), $as_of) + 1 >= $within as is_last
            from recall_signals as signals left join recall_tasks using (one_id) left join customers using (one_id)
            where signal = 'question_open'
        ) as questions left join recall_tasks using (one_id)
        group by recall_tasks.store_id order by people desc, recall_tasks.store_id
        """,
        within=within,
    )
    if not rows:
        return []
    people, longest = sum(row[1] for row in rows), max(row[2] for row in rows)
    stores = [(facts.store(store), count) for store, count, *_ in rows if store]
    named, more = stores[:_STORES], len(stores) - _STORES
    told, nobody = sum(row[4] for row in rows), sum(row[3] for row in rows)
    zh = [f"{store} {count} 位" for store, count in named] + ([f"另 {more} 家店"] if more > 0 else [])
    en = [f"{store} {count}" for store, count in named] + ([f"{more} more stores"] if more > 0 else [])
    zh += [f"系统先告知 {told} 位"] * bool(told) + [f"没法答复 {nobody} 位"] * bool(nobody)
    en += [f"{told} told by message"] * bool(told) + [f"{nobody} cannot be answered"] * bool(nobody)
    ends_zh, ends_en = _left_over(*(sum(row[at] for row in rows) for at in (5, 6, 7)))
    words = (
        f"{people} 位在等答复，最久等了 {longest} 天：{'，'.join(zh)}{ends_zh}",
        f"{people} wait for an answer, the first for {longest} days: {', '.join(en)}{ends_en}",
    )
    return [Todo(words, "signals" if nobody and not stores else "tasks", _LIST)]


def _left_over(alone: int, owned_last: int, alone_last: int) -> Words:
    """Say how many of them nobody looks after, and how many leave the list unless answered today, in a few words."""
    zh, en, last = [], [], owned_last + alone_last
    if alone:
        zh.append(f"{alone} 位没人负责，客服台来答")
        en.append(f"{alone} have no adviser: the service desk")
    if last:
        zh.append(f"{last} 位今天是最后一天（{alone_last} 位没人负责）")
        en.append(f"{last} for the last day ({alone_last} without)")
    return "".join(f"；{one}" for one in zh), "".join(f"; {one}" for one in en)


def _tasks(facts: Facts) -> list[Todo]:
    kinds = {
        kind: (part["people"], list_sections.expected(part)) for kind, part in list_sections.task_parts(facts).items()
    }
    lines = []
    if service := kinds.get("service"):
        lines.append(
            Todo(
                (
                    f"先服务 {service[0]} 位客户：答复、提醒，不推销",
                    f"Serve {service[0]} customers first: answers and reminders, no offer",
                ),
                "tasks",
                _LIST,
            )
        )
    if care := kinds.get("care"):
        lines.append(
            Todo(
                (f"关怀 {care[0]} 位高价值客户（问候，不推销）", f"Greet {care[0]} valued customers (care, no offer)"),
                "tasks",
                _LIST,
            )
        )
    if chosen := kinds.get("chosen"):
        lines.append(
            Todo(
                (
                    f"导购联系 {chosen[0]} 位，{chosen[1][0]}",
                    f"Staff contact {chosen[0]}, {chosen[1][1]}",
                ),
                "tasks",
                _LIST,
            )
        )
    if learning := kinds.get("learning"):
        lines.append(
            Todo(
                (
                    f"另有 {learning[0]} 位先试试有没有用，{learning[1][0]}",
                    f"{learning[0]} more to try whether it helps, {learning[1][1]}",
                ),
                "tasks",
                is_decision=False,
            )
        )
    return lines


def _at_risk(facts: Facts) -> list[Todo]:
    people = risk_sections.people(facts)
    if not people:
        return []
    without = [person for person in people if not person["is_planned"]]
    alone = sum(person["owner"] is None for person in without)
    if not without:
        words = (f"高价值新风险 {len(people)} 位，都已安排", f"{len(people)} of high value newly at risk, all planned")
        return [Todo(words, "risk", _LOOK, is_decision=False)]
    return [
        Todo(
            (
                f"高价值新风险 {len(people)} 位：{len(without)} 位没有安排"
                + (f"，{alone} 位没有归属" if alone else ""),
                f"{len(people)} of high value newly at risk: {len(without)} have no plan"
                + (f", {alone} no owner" if alone else ""),
            ),
            "risk",
            _ASSIGN,
        )
    ]


def _stale(facts: Facts) -> list[Todo]:
    return [
        Todo(
            (
                f"{zh}数据停在 {ends[5:]}：找{zh}的对接人",
                f"{en} data ends on {ends[5:]}: ask its sender",
            ),
            "quality",
        )
        for (zh, en), _, ends in stale(facts)
    ]


def _silent(facts: Facts) -> list[Todo]:
    lines = []
    for channel, said in sorted(facts.manifest.get("silent_channels", {}).items()):
        zh, en = facts.word("message_channel", channel)
        out, told = said["rows_out"], said["rows_told"]
        lines.append(
            Todo(
                (
                    f"{zh}没有回执：导出 {out} 行，只有 {told} 行有回执。核对是否真的发出",
                    f"{en} sends no receipts: {told} of {out} rows exported were told of. Were they sent?",
                ),
                "list",
            )
        )
    return lines


def _unmet(facts: Facts) -> list[Todo]:
    if not (unmet := facts.manifest.get("refusals_that_meet_nobody")):
        return []
    total = sum(unmet["by_channel"].values())
    words = (
        f"{total} 条拒绝没有对上任何人：今天核对写法",
        f"{total} refusals meet nobody: check their spelling today",
    )
    return [Todo(words, "quality")]


def _withheld(facts: Facts) -> list[Todo]:
    rows = facts.rows("select withheld_because, count(*) from recall_withheld group by all order by 2 desc, 1")
    if not rows:
        return []
    people = sum(count for _, count in rows)
    zh, en = facts.word("withheld_because", rows[0][0])
    return [Todo((f"{people} 位因话术没有发：{zh}", f"{people} not sent for their words: {en}"), "list")]


def _hand_over(facts: Facts) -> list[Todo]:
    ((people,),) = facts.rows("select count(*) from hand_over_list")
    if not people:
        return []
    words = (f"{people} 位客户的导购已离职，等人接手", f"{people} customers of staff who left")
    return [Todo(words, "staff", _ASSIGN)]


def _alarms(facts: Facts) -> list[Todo]:
    ((alarms,),) = facts.rows("select count(*) from recall_health where verdict = 'alarm'")
    if not alarms:
        return []
    words = (f"发与不发的对比有 {alarms} 处不对劲", f"Alarms about the comparison of sent and not sent: {alarms}")
    return [Todo(words, "loop")]


def _overlap(facts: Facts) -> list[Todo]:
    before = list_sections.before(facts)
    if not before or not before["is_low"]:
        return []
    share = f"{before['overlap']:.0%}"
    words = (
        f"名单与昨日只重合 {share}：看是什么变了",
        f"Overlap with yesterday only {share}: what changed?",
    )
    return [Todo(words, "list")]
