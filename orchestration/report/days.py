"""What the head of the page says of the days: seven against seven with 28 days as a line, and the day second."""

import datetime as dt
from typing import Any, Final

from orchestration.report.facts import WEEK, Facts, Words
from orchestration.report.page import UNKNOWN, yuan
from orchestration.report.spark import spark

#: Days of the line above the fold.
LINE_DAYS: Final = 28
WEEKDAYS: Final[tuple[Words, ...]] = (
    ("周一", "Monday"),
    ("周二", "Tuesday"),
    ("周三", "Wednesday"),
    ("周四", "Thursday"),
    ("周五", "Friday"),
    ("周六", "Saturday"),
    ("周日", "Sunday"),
)
#: Key figures in the order of the table: which part of kpi_daily is added up, how it is printed, and its name.
FIGURES: Final = (
    ("private_gmv", "numerator", "yuan", ("私域成交", "Private GMV")),
    ("gmv", "value", "yuan", ("全部成交", "All GMV")),
    ("orders", "value", "count", ("订单", "Orders")),
    ("buyers", "value", "count", ("购买人次", "Buyer days")),
    ("new_buyers", "value", "count", ("新客", "First-time buyers")),
    ("new_friends", "value", "count", ("新增好友", "New friends")),
)


def arrow(now: float | None, then: float | None) -> str:
    """Return by what share a figure rose or fell, with an arrow; unknown where one of the two is, or nothing before."""
    if now is None or not then:
        return UNKNOWN
    share = now / then - 1
    return f"{'▲' if share > 0 else '▼' if share < 0 else '±'}{abs(share):.0%}"


def figures(facts: Facts) -> dict[str, dict[str, Any]]:
    """Return each key figure of the seven days and of the seven before, of the day and of its weekday a week before."""
    found = {}
    for name, part, kind, words in FIGURES:
        of = {"week": facts.week(name, part=part), "week_before": facts.week(name, facts.as_of_date - WEEK, part)}
        of |= {"day": facts.kpi(name, part=part), "day_before": facts.kpi(name, facts.as_of_date - WEEK, part)}
        found[name] = of | {"kind": kind, "words": words} | _signs(of)
    return found


def _signs(of: dict[str, float | None]) -> dict[str, Any]:
    week, day = arrow(of["week"], of["week_before"]), arrow(of["day"], of["day_before"])
    return {"week_change": week, "day_change": day, "is_opposite": {week[0], day[0]} == {"▲", "▼"}}


def holidays(facts: Facts) -> dict[dt.date, Words]:
    """Return the brand's days among those of the line and the week before, with their names (the seed brand_days)."""
    rows = facts.seed("brand_days")
    found = {}
    for back in range(LINE_DAYS + WEEK.days):
        date = facts.as_of_date - dt.timedelta(days=back)
        for row in rows:
            if row["day"] == str(date.day) and row["month"] in {"", str(date.month)}:
                found[date] = (row["name_zh"], row["name_en"])
    return found


def sales(facts: Facts) -> dict[str, Any]:
    """Give sales, friends and the line of the first screen, each week before its day."""
    found, days = figures(facts), holidays(facts)
    private = found["private_gmv"]
    line = facts.rows(
        """
        select kpi_date, numerator from kpi_daily
        where kpi = 'private_gmv' and dimension = 'all' and value_key = 'all' and kpi_date > $as_of - 28
        order by kpi_date
        """
    )
    return {
        "private": private,
        "gmv": found["gmv"],
        "buyers": found["buyers"],
        "line": spark(facts.as_of_date, LINE_DAYS, dict(line), days),
        "than": _than(facts, private, dict(line)),
        "day_words": day_words(facts, private, days),
        "friends": friends(facts),
    }


def _than(facts: Facts, figure: dict[str, Any], line: dict[dt.date, float | None]) -> Words:
    """Say what the week is compared with; where it fell, which day of the week before was the highest."""
    before = yuan(figure["week_before"])
    end = facts.as_of_date - WEEK
    known = {day: worth for day, worth in line.items() if end - WEEK < day <= end and worth}
    if not known or not figure["week_change"].startswith("▼"):
        return f"比前 7 天 {before}", f"vs {before} before"
    top = max(known, key=lambda day: (known[day], day))
    highest = yuan(known[top])
    return (
        f"比前 7 天 {before}，其中 {top:%m-%d} 最高 {highest}",
        f"vs {before} before, {highest} of it on {top:%m-%d}",
    )


def day_words(facts: Facts, figure: dict[str, Any], days: dict[dt.date, Words]) -> Words:
    """Return the sentence about the day: it comes second, and says where it points the other way than the week."""
    zh, en = WEEKDAYS[facts.as_of_date.weekday()]
    then = facts.as_of_date - WEEK
    said_zh = f"当天 {yuan(figure['day'])}，比上{zh} {figure['day_change']}"
    said_en = f"The day {yuan(figure['day'])}, {figure['day_change']} on last {en}"
    if then in days:
        said_zh, said_en = f"{said_zh}（上{zh}是{days[then][0]}）", f"{said_en} (a special day: {days[then][1]})"
    if facts.as_of_date in days:
        name = days[facts.as_of_date]
        said_zh, said_en = f"{said_zh}（当天是{name[0]}）", f"{said_en} (today: {name[1]})"
    if figure["is_opposite"]:
        said_zh, said_en = f"{said_zh}，与近 7 天相反", f"{said_en}, the opposite of the week"
    return said_zh, said_en


def friends(facts: Facts) -> dict[str, Any]:
    """Give friends now, and how many came and left on the day and in seven days."""
    sums = facts.one(
        """
        select sum(new_friends - deleted_friends) filter (kpi_date = $as_of) as day_net,
               sum(new_friends) as new, sum(deleted_friends) as deleted, sum(new_friends - deleted_friends) as net
        from staff_daily where kpi_date > $as_of - 7 and kpi_date <= $as_of
        """
    )
    return sums | {name: facts.kpi(name) for name in ("friends", "deletion_rate")}


def numbers(facts: Facts) -> dict[str, Any]:
    """Set every key figure of seven days beside its day, with coupons, complaints and who deleted us."""
    rows = [
        (of["words"], (of["week"], of["kind"]), of["week_change"], (of["day"], of["kind"]), of["day_change"])
        for of in figures(facts).values()
    ]
    names = ("coupons_issued", "coupons_redeemed", "coupon_cost", "coupons_uncosted", "complaints", "opt_outs")
    falling = [of["words"] for of in figures(facts).values() if of["week_change"].startswith("▼")]
    zh, en = "、".join(zh for zh, _ in falling), ", ".join(en for _, en in falling)
    gist = (f"近 7 天比前 7 天少：{zh}", f"Less than in the 7 days before: {en}") if falling else None
    return {"rows": rows, "friends": friends(facts), "gist": gist} | {
        name: {"day": facts.kpi(name), "week": facts.week(name)} for name in names
    }
