"""What wants a decision this morning: who waits for an answer, today's list, whom to save; the rest in one line."""

import dataclasses
import datetime as dt
import re
from typing import Any

from orchestration.report import list_sections, risk_sections
from orchestration.report.facts import Facts, Words

#: What is printed at the end of a line, and leads to the section that tells more.
_LIST: Words = ("各导购", "by staff")
_ASSIGN: Words = ("谁能接手", "who could take them")
_LOOK: Words = ("", "")
#: What writes the service desk's list.
_DESK = "siyu tasks --desk"
#: The parts of a member's list as a line names them, in the order of their day.
_KINDS: dict[str, Words] = {
    "service": ("答复和提醒", "answer and remind"),
    "care": ("关怀", "care for"),
    "chosen": ("优先联系", "contact"),
    "learning": ("试一试", "to try"),
}
#: What ends the part of a line that is said of it beside others.
_SHORT = re.compile(r"[：，:,]")


#: So many other things are one line: one alone stands by itself.
_MANY = 2


@dataclasses.dataclass(frozen=True)
class Todo:
    """One line: its sentence in two languages and where it leads; what wants no decision is said without a number."""

    words: Words
    anchor: str
    leads: Words = _LOOK
    is_decision: bool = True


def todo(facts: Facts) -> dict[str, Any]:
    """Give the lines of the block, how many of them want a decision, and the others, which one line stands for."""
    lines = [*_unread(facts), *_questions(facts), *_tasks(facts), *_at_risk(facts)]
    others = [
        *_stale(facts),
        *_silent(facts),
        *_unmet(facts),
        *_withheld(facts),
        *_hand_over(facts),
        *_alarms(facts),
        *_overlap(facts),
    ]
    if not lines or len(others) < _MANY:
        lines, others = [*lines, *others], []
    found = {"lines": lines, "others": others, "others_words": _together(others) if others else None}
    return found | {"decisions": sum(line.is_decision for line in lines)} | completeness(facts)


def _together(others: list[Todo]) -> Words:
    zh, en = ([_SHORT.split(line.words[at], maxsplit=1)[0] for line in others] for at in (0, 1))
    return f"另有 {len(others)} 件：{'、'.join(zh)}", f"{len(others)} more: {'; '.join(en)}"


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
    """Say how many wait for an answer: how many the staff have as a task, and how the service desk reaches the others.

    A question is no signal any more once it is as old as its window: who has it for the last time is said as well.
    """
    within = next(int(row["within_days"]) for row in facts.seed("signals") if row["signal"] == "question_open")
    ((people, by_task, last),) = facts.rows(
        """
        select count(*), count(*) filter (answered_by = 'task'),
               count(*) filter (date_diff('day', cast(signal_at as date), $as_of) + 1 >= $within)
        from recall_signals where signal = 'question_open'
        """,
        within=within,
    )
    if not people:
        return []
    ways = facts.rows("select reached_by, count(*) from service_desk group by reached_by order by min(priority)")
    named = [(*facts.word("reached_by", way), count) for way, count in ways]
    zh = [f"导购今天答 {by_task}"] * bool(by_task)
    en = [f"staff answer {by_task} today"] * bool(by_task)
    if named:
        zh.append(f"客服台{'、'.join(f'{word} {count}' for word, _, count in named)}（{_DESK}）")
        en.append(f"service desk: {', '.join(f'{word} {count}' for _, word, count in named)} ({_DESK})")
    zh_last, en_last = (f"；{last} 位今天到期", f"; {last} for the last day") if last else ("", "")
    words = (f"{people} 位等答复：{'，'.join(zh)}{zh_last}", f"{people} wait for an answer: {'; '.join(en)}{en_last}")
    return [Todo(words, "tasks", _LIST)]


def _tasks(facts: Facts) -> list[Todo]:
    """Say today's list of the staff in one line: people first, then what is expected of them."""
    found = list_sections.task_parts(facts)
    told = [(kind, found[kind]["people"]) for kind in _KINDS if kind in found]
    if not told:
        return []
    zh = "，".join(f"{_KINDS[kind][0]} {people} 位" for kind, people in told)
    en = ", ".join(f"{_KINDS[kind][1]} {people}" for kind, people in told)
    for kind, name_zh, name_en in (("chosen", "优先联系的", "chosen"), ("learning", "试的", "to try")):
        if kind in found:
            expected = list_sections.expected(found[kind])
            zh, en = f"{zh}；{name_zh}{expected[0]}", f"{en}; {name_en}: {expected[1]}"
    return [Todo((f"导购今天的名单：{zh}", f"Today's list of the staff: {en}"), "tasks", _LIST)]


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
