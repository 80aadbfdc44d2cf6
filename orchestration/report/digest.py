"""The morning in at most twenty lines, in the markdown that a WeCom group robot takes."""

from typing import Final

from ml.recall.lists import NOT_FOR_PROFIT
from orchestration.report.days import sales
from orchestration.report.facts import Facts, Words
from orchestration.report.first_screen import date_words
from orchestration.report.list_sections import expected, overlap_words, parts, people, yesterday_words
from orchestration.report.page import KINDS, UNKNOWN, count, signed, yuan
from orchestration.report.todo import todo
from orchestration.report.young import is_young, young

#: What the robot of a WeCom group takes at the most: lines are ours, bytes the platform's (UTF-8).
MOST_LINES, MOST_BYTES = 20, 4096
_MOST_TODO: Final = 8


def digest(facts: Facts, language: str) -> str:
    """Return the morning's text.

    Parameters
    ----------
    facts
        An opened version.
    language
        ``zh`` or ``en``.

    Returns
    -------
    str
        At most 20 lines and 4,096 bytes of UTF-8; no person, no contact value.
    """
    told = _young(facts) if is_young(facts) else [_state(facts), *_sales(facts), *_todo(facts), *_list(facts)]
    zh, en = date_words(facts)
    lines: list[Words] = [(f"# 私域晨报 {zh}", f"# Morning report {en}"), *told]
    at = 0 if language == "zh" else 1
    picked = [line[at] if language == "zh" else line[at].replace(UNKNOWN, "unknown") for line in lines][:MOST_LINES]
    while len("\n".join(picked).encode()) > MOST_BYTES:
        picked.pop()
    return "\n".join(picked)


def _sales(facts: Facts) -> list[Words]:
    said = sales(facts)
    private, friends = said["private"], said["friends"]
    now, before, change = yuan(private["week"]), yuan(private["week_before"]), private["week_change"]
    all_, buyers = said["gmv"]["week_change"], said["buyers"]["week_change"]
    known, net = count(friends["friends"]), signed(friends["net"])
    left = KINDS["rate"](friends["deletion_rate"])
    return [
        (
            f"**私域成交 近 7 天 {now} {change}**（前 7 天 {before}）",
            f"**Private GMV, 7 days: {now} {change}** ({before} before)",
        ),
        said["day_words"],
        (
            f"全部成交 7 天 {all_}，购买人次 7 天 {buyers}，好友 {known}（7 天 {net}，删除率 {left}）",
            f"All GMV 7 d {all_}, buyers 7 d {buyers}, friends {known} (7 d {net}, {left} deleted us)",
        ),
    ]


def _todo(facts: Facts) -> list[Words]:
    said = todo(facts)
    lines: list[Words] = []
    number = left = 0
    for line in [*said["lines"], *said["others"]]:
        number += line.is_decision
        if number > _MOST_TODO:
            left += line.is_decision
        elif line.is_decision:
            lines.append((f"{number}. {line.words[0]}", f"{number}. {line.words[1]}"))
        else:
            lines.append(line.words)
    if left:
        lines.append((f"另有 {left} 件，见晨报", f"{left} more in the report"))
    return [("**今天要做**", "**To do today**"), *lines] if lines else []


def _state(facts: Facts) -> Words:
    said = todo(facts)
    zh, en = said["data"]
    if not said["decisions"]:
        return (f"没有要处理的事，{zh}", f"Nothing to decide, {en}")
    return (f"**{said['decisions']}** 件事要处理，{zh}", f"**{said['decisions']}** to decide, {en}")


def _list(facts: Facts) -> list[Words]:
    found = parts(facts)
    told = [
        tuple(
            f"{word} {count(part['people'])}" + ("" if kind in NOT_FOR_PROFIT else f" {earns}")
            for word, earns in zip(facts.word("list_kind", kind), expected(part), strict=True)
        )
        for kind, part in found.items()
    ]
    listed = count(people(facts))
    zh, en = "，".join(one[0] for one in told), ", ".join(one[1] for one in told)
    return [
        (
            f"**今日名单 {listed} 人**：{zh or '今天谁也不发'}",
            f"**Today's list: {listed} people**: {en or 'nobody is written to'}",
        ),
        yesterday_words(facts),
        overlap_words(facts),
    ]


def _young(facts: Facts) -> list[Words]:
    said = young(facts)
    there = "，".join(f"{words[0]} {printed}" for printed, words in said["there"])
    there_en = ", ".join(f"{words[1]} {printed}" for printed, words in said["there"])
    return [
        (f"**已经有的**：{there}", f"**What is there**: {there_en}"),
        (f"**今日名单** {said['people']} 人", f"**Today's list**: {said['people']} people"),
        *[(f"缺：{zh}", f"Missing: {en}") for zh, en in said["missing"]],
        *[(f"以后：{zh}", f"Later: {en}") for zh, en in said["later"]],
    ]
