"""The line of four weeks above the fold: an SVG of a few elements whose letters never shrink under 12 px."""

import datetime as dt
from xml.sax.saxutils import escape

from orchestration.report.facts import Words

_WIDTH, _HEIGHT, _TOP, _BASE = 340, 84, 20, 64
#: A name takes so much of the width: of marked days closer together, the newest is named.
_NAME = 110


def spark(ends_on: dt.date, days: int, fen: dict[dt.date, float | None], marked: dict[dt.date, Words]) -> str:
    """Return the line of some days to a date; the last seven stand out, marked days carry a diamond and their name.

    Parameters
    ----------
    ends_on
        The last day, at the right edge.
    days
        How many.
    fen
        Amount by day; a day that is unknown leaves a gap.
    marked
        Names of holidays and the brand's own days.
    """
    dates = [ends_on - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    most = max((value for date in dates if (value := fen.get(date)) is not None), default=0) or 1
    x = {date: 4 + at * (_WIDTH - 8) / (days - 1) for at, date in enumerate(dates)}
    y = {date: _BASE - (value / most) * (_BASE - _TOP) for date in dates if (value := fen.get(date)) is not None}
    week = dates[-8:]
    drawn = [
        f'<path class="quiet" d="{_path(dates[:-7], x, y)}"/>',
        f'<path class="week" d="{_path(week, x, y)}"/>',
    ]
    if ends_on in y:
        drawn.append(f'<circle class="now" cx="{x[ends_on]:.1f}" cy="{y[ends_on]:.1f}" r="3.5"/>')
    named_from = float(_WIDTH)
    for date in reversed(dates):
        if date not in marked or date not in y:
            continue
        drawn.append(
            f'<path class="mark" d="M{x[date]:.1f},{y[date] - 5:.1f}l5,5l-5,5l-5,-5z">'
            f"<title>{date:%m-%d} {escape(marked[date][0])} · {escape(marked[date][1])}</title></path>"
        )
        if x[date] < named_from:
            named_from = x[date] - _NAME
            drawn.extend(_named(date, x[date], marked[date]))
    ends = (
        f'<text x="4" y="80">{dates[0]:%m-%d}</text>'
        f'<text x="{_WIDTH - 4}" y="80" text-anchor="end">{ends_on:%m-%d}</text>'
    )
    dots = "".join(
        f'<circle class="day" cx="{x[date]:.1f}" cy="{y[date]:.1f}" r="6">'
        f"<title>{date:%m-%d} ¥{value / 100:,.0f}</title></circle>"
        for date in dates
        if (value := fen.get(date)) is not None
    )
    return (
        f'<svg class="spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="spark-words"'
        f' xmlns="http://www.w3.org/2000/svg">{dots}{"".join(drawn)}{ends}</svg>'
    )


def _path(dates: list[dt.date], x: dict[dt.date, float], y: dict[dt.date, float]) -> str:
    steps, is_open = [], False
    for date in dates:
        if date in y:
            steps.append(f"{'L' if is_open else 'M'}{x[date]:.1f},{y[date]:.1f}")
        is_open = date in y
    return "".join(steps)


def _named(date: dt.date, at: float, words: Words) -> list[str]:
    """Return a day's name above the line, in both languages, kept inside the picture."""
    anchor = "start" if at < 70 else "end" if at > _WIDTH - 70 else "middle"
    return [
        f'<text class="{language}" x="{at:.1f}" y="12" text-anchor="{anchor}">◆ {date:%m-%d} {escape(word)}</text>'
        for language, word in zip(("zh", "en"), words, strict=True)
    ]
