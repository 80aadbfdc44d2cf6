"""The first phone screen: the state in a line, sales, what to do, and the list."""

from typing import Any

from orchestration.report.days import WEEKDAYS, sales
from orchestration.report.facts import Facts, Words
from orchestration.report.list_sections import brief
from orchestration.report.todo import todo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def head(facts: Facts) -> dict[str, Any]:
    """Give everything of the first screen."""
    return sales(facts) | todo(facts) | brief(facts)


def date_words(facts: Facts) -> Words:
    """Return the date with its weekday."""
    date = facts.as_of_date
    zh, en = WEEKDAYS[date.weekday()]
    return f"{date.month}月{date.day}日 {zh}", f"{en[:3]} {date.day} {_MONTHS[date.month - 1]}"
