"""Times and dates as platforms and spreadsheets write them, read into UTC instants and ISO dates."""

import datetime as dt
import re
import zoneinfo
from typing import Final, NamedTuple

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.contacts import plain
from orchestration.channels.engine.declare import Clock

#: Days that systems write for "none".
SENTINELS: Final = frozenset(
    map(dt.date.fromisoformat, ("1970-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "0001-01-01"))
)
# Every datetime here is naive: UTC instants as the warehouse stores them, or local time on its way there.
EARLIEST: Final = dt.datetime.fromisoformat("1900-01-01")
LATEST: Final = dt.datetime.fromisoformat("2200-01-01")
_EPOCH: Final = dt.datetime.fromisoformat("1970-01-01")
#: With the summer time of 1986 to 1991, which instants of births were written under; business dates have none.
_SHANGHAI: Final = zoneinfo.ZoneInfo("Asia/Shanghai")
_EXCEL_DAY_ZERO: Final = dt.datetime.fromisoformat("1899-12-30")
_DATE: Final = r"(?P<y>\d{4})(?:[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?|(?P<m2>\d{2})(?P<d2>\d{2}))"
_TIME: Final = (
    r"(?P<half>上午|下午|中午|晚上|凌晨|早上|AM|PM|am|pm)?\s*(?P<h>\d{1,2})[:时点](?P<min>\d{1,2})"
    r"(?:[:分](?P<s>\d{1,2})(?:[.,](?P<f>\d{1,9}))?秒?)?分?\s*(?P<half2>AM|PM|am|pm)?"
)
_ZONE: Final = r"(?P<zone>Z|z|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}(?::?\d{2})?)?"
_INSTANT: Final = re.compile(rf"{_DATE}(?:(?:[T ]|\s+|(?=上|下|中|晚|凌|早)){_TIME}\s*{_ZONE})?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
_WEIBO: Final = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})")
#: As JavaScript writes a date, the zone's name behind it: Thu Nov 20 2025 23:30:00 GMT+0800 (中国标准时间).
_SCRIPT: Final = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d):(\d\d):(\d\d) (?:GMT|UTC)([+-]\d{4})(?: \([^()]*\))?"
)
#: As Java writes one, the place behind the offset that says the same: 2025-11-20T23:30:00+08:00[Asia/Shanghai].
_PLACE: Final = re.compile(r"(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)\[[A-Za-z_]+(?:/[A-Za-z_]+)*\]$")
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?")
_AMBIGUOUS: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4})(?:\s.*)?")
_ZERO: Final = re.compile(r"0{4}[-/.]?0{1,2}[-/.]?0{1,2}(?:[T ]00:00(?::00(?:\.0+)?)?)?|0(?:\.0+)?")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_AFTERNOON: Final = frozenset({"下午", "晚上", "PM", "pm"})
_MORNING: Final = frozenset({"上午", "凌晨", "早上", "AM", "am"})


class Read(NamedTuple):
    """A time as read: a naive datetime (UTC, or local where only the date counts), or why there is none."""

    moment: dt.datetime | None
    reason: str | None = None


def read_instant(text: str, clock: Clock) -> Read:
    """Return the UTC instant (naive) a text means.

    Numbers are epochs by magnitude (10, 13, 16 digits), compact stamps (8 or 14 digits) or spreadsheet days (up to
    5 digits); text with a zone is converted by it, without one it stands on the declared clock. The reason of a
    failure is a code of ``reasons.REMEDIES``.
    """
    value = plain(text[:64])
    if _ZERO.fullmatch(value):
        return Read(None, "sentinel_date")
    number = value[:-2] if value.endswith(".0") else value
    if number.isascii() and number.isdigit() and len(number) in (10, 13, 16):
        return _bounded(_EPOCH + dt.timedelta(microseconds=int(number) * 10 ** (16 - len(number))))
    match = _WEIBO.fullmatch(value)
    if match and match[1] in _MONTHS:
        return _built(match[7], _MONTHS.index(match[1]) + 1, match[2], match[3], match[4], match[5], 0, match[6], clock)
    match = _SCRIPT.fullmatch(value)
    if match and match[1] in _MONTHS:
        return _built(match[3], _MONTHS.index(match[1]) + 1, match[2], match[4], match[5], match[6], 0, match[7], clock)
    match = _COMPACT.fullmatch(number)
    if match:
        year, month, day, clock_hour, minute, second = match.groups()
        return _built(year, month, day, clock_hour, minute, second, 0, None, clock)
    days = _excel_days(number)
    if days is not None:
        return _bounded(_EXCEL_DAY_ZERO + days - SHANGHAI_OFFSET)
    match = _INSTANT.fullmatch(_PLACE.sub(r"\g<offset>", value))
    if not match:
        return Read(None, "ambiguous_date" if _AMBIGUOUS.fullmatch(value) else "not_a_time")
    part = match.groupdict()
    hour = _hour(part)
    if hour is None:
        return Read(None, "not_a_time")
    micros = int((part["f"] or "0")[:6].ljust(6, "0"))
    month, day = part["m"] or part["m2"], part["d"] or part["d2"]
    return _built(part["y"], month, day, hour, part["min"] or 0, part["s"] or 0, micros, part["zone"], clock)


def read_date(text: str) -> Read:
    """Return the business date a text means, as midnight; an instant with a zone counts on its Shanghai date.

    That is the date on the calendar there: midnight of a birthday in the summers of 1986 to 1991 was 15:00 UTC.
    """
    value = plain(text[:64])
    if len(value) == 10 and value[4] == "-" == value[7]:
        try:
            moment = dt.datetime.combine(dt.date.fromisoformat(value), dt.time())
        except ValueError:
            moment = None
        if moment and moment >= EARLIEST and moment.date() not in SENTINELS:
            return Read(moment)
    read = read_instant(value, "shanghai")
    if read.moment is None:
        return read
    local = read.moment + SHANGHAI_OFFSET
    if read_instant(value, "utc") == read and _excel_days(value) is None:  # it said its zone, whatever ours is
        local = read.moment.replace(tzinfo=dt.UTC).astimezone(_SHANGHAI)
    return Read(dt.datetime.combine(local.date(), dt.time()))


def _hour(part: dict[str, str | None]) -> int | None:
    """Return the hour on 24 hours; 0 where there is no time, None where the hour cannot be."""
    if part["h"] is None:
        return 0
    hour, half = int(part["h"]), part["half"] or part["half2"]
    if half is None:
        return hour
    if hour > 12:
        return hour if half in _AFTERNOON else None
    if half in _AFTERNOON:
        return hour % 12 + 12
    return hour % 12 if half in _MORNING else hour or 12


def _built(
    year: str | int,
    month: str | int | None,
    day: str | int | None,
    hour: str | int,
    minute: str | int,
    second: str | int,
    micros: int,
    zone: str | None,
    clock: Clock,
) -> Read:
    """Return the UTC instant of the parts of a written time."""
    try:
        date = dt.date(int(year), int(month or 0), int(day or 0))
        moment = dt.datetime.combine(date, dt.time(int(hour), int(minute), int(second), micros))
    except ValueError:
        return Read(None, "not_a_time")
    if moment.date() in SENTINELS:
        return Read(None, "sentinel_date")
    if offset := _OFFSET.fullmatch(zone or ""):
        shift = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        moment -= shift if offset[1] == "+" else -shift
    elif not zone and clock != "utc":
        moment -= SHANGHAI_OFFSET
    return _bounded(moment)


def _bounded(moment: dt.datetime) -> Read:
    return Read(moment) if EARLIEST <= moment < LATEST else Read(None, "not_a_time")


def _excel_days(text: str) -> dt.timedelta | None:
    """Return days since the spreadsheet's day zero for serials of 1954 to 2173 (5 digits, a fraction is the time)."""
    whole, _, fraction = text.partition(".")
    if not (len(whole) == 5 and whole.isdigit() and whole.isascii() and (not fraction or fraction.isdigit())):
        return None
    if int(whole) < 20000:
        return None
    seconds = round(float(f"0.{fraction or 0}") * 86400)
    return dt.timedelta(days=int(whole), seconds=seconds)


def as_instant_text(moment: dt.datetime) -> str:
    """Return ``YYYY-MM-DD HH:MM:SS``, with microseconds only where there are some."""
    return moment.isoformat(sep=" ")
