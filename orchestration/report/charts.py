"""Charts as inline SVG: Altair describes them, vl-convert draws them without a browser, the page needs no script."""

import functools
import hashlib
import re

import altair as alt
import pandas as pd
import vl_convert

_FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
INK, ACCENT, QUIET = "#374151", "#0f5f8f", "#9ca3af"
#: A chart is drawn as wide as the narrowest phone shows it, so that its letters are never made smaller.
_WIDTH, _LETTERS = 300, 12


def svg(chart: alt.Chart | alt.LayerChart, height: int = 180) -> str:
    """Return a chart as an SVG element that grows with the page."""
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    styled = (
        chart
        .properties(width=_WIDTH, height=height, autosize=fit)
        .configure(font=_FONT, background="transparent", padding=2)
        .configure_view(stroke=None)
    )
    styled = styled.configure_axis(
        labelColor=INK,
        titleColor=INK,
        gridColor="#e5e7eb",
        domainColor=QUIET,
        tickColor=QUIET,
        labelFontSize=_LETTERS,
        titleFontSize=_LETTERS,
    )
    return _drawn(styled.to_json())


@functools.lru_cache(maxsize=256)
def _drawn(specification: str) -> str:
    """Draw a chart; a week's pages share their models' charts, and drawing is what a page costs.

    The library counts its clips through the whole process; named by the chart, they leave a page's bytes to its facts.
    """
    drawn = vl_convert.vegalite_to_svg(specification)
    head, rest = drawn.split(">", 1)
    width, height = _attribute(head, "width"), _attribute(head, "height")
    chart = hashlib.sha256(specification.encode()).hexdigest()[:8]
    clips: dict[str, str] = {}
    rest = re.sub(
        r'(?<=id=")clip\d+|(?<=url\(#)clip\d+',
        lambda found: clips.setdefault(found.group(), f"clip-{chart}-{len(clips)}"),
        rest,
    )
    named = f'role="img" aria-labelledby="words-{chart}"'
    return f'<svg class="chart" viewBox="0 0 {width} {height}" {named} xmlns="http://www.w3.org/2000/svg">{rest}'


def _attribute(head: str, name: str) -> str:
    return head.split(f' {name}="', 1)[1].split('"', 1)[0]


def lift(frame: pd.DataFrame) -> str:
    """Return lift by decile, 1 the highest scores, against the line of no lift."""
    drawn = (
        alt
        .Chart(frame)
        .mark_bar(color=ACCENT)
        .encode(x=alt.X("decile:O", title=None, axis=alt.Axis(labelAngle=0)), y=alt.Y("lift:Q", title=None))
    )
    one = alt.Chart(pd.DataFrame({"lift": [1.0]})).mark_rule(color=QUIET, strokeDash=[4, 3]).encode(y="lift:Q")
    return svg(drawn + one)


def calibration(frame: pd.DataFrame) -> str:
    """Return predicted against observed rates, with the diagonal of a perfectly calibrated model."""
    top = float(max(frame["predicted"].max(), frame["observed"].max(), 0.05)) * 1.05
    scale = alt.Scale(domain=[0, top])
    line = alt.Chart(pd.DataFrame({"predicted": [0, top], "observed": [0, top]})).mark_line(
        color=QUIET, strokeDash=[4, 3]
    )
    points = alt.Chart(frame).mark_point(filled=True, size=60, color=ACCENT)
    axes = {
        "x": alt.X("predicted:Q", scale=scale, title=None, axis=alt.Axis(format=".0%")),
        "y": alt.Y("observed:Q", scale=scale, title=None, axis=alt.Axis(format=".0%")),
    }
    return svg(line.encode(**axes) + points.encode(**axes))


def roi_curve(frame: pd.DataFrame) -> str:
    """Return expected net profit by budget in yuan, P50 as a line inside the band from P10 to P90."""
    x = alt.X("budget_yuan:Q", title=None)
    band = (
        alt
        .Chart(frame)
        .mark_area(opacity=0.25, color=ACCENT)
        .encode(x=x, y=alt.Y("net_p10_yuan:Q", title=None), y2="net_p90_yuan:Q")
    )
    middle = alt.Chart(frame).mark_line(color=ACCENT, point=True).encode(x=x, y="net_p50_yuan:Q")
    return svg(band + middle, height=210)


def bins(scores: pd.Series, count: int) -> str:
    """Return how scores are spread, as bars of people by equal steps from 0 to 1."""
    steps = (scores.clip(0, 1) * count).astype(int).clip(upper=count - 1)
    people = steps.value_counts().reindex(range(count), fill_value=0)
    frame = pd.DataFrame({
        "from": [step / count for step in range(count)],
        "to": [(step + 1) / count for step in range(count)],
        "people": people.to_numpy(),
    })
    x = alt.X("from:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%"))
    drawn = alt.Chart(frame).mark_rect(color=ACCENT).encode(x=x, x2="to:Q", y=alt.Y("people:Q", title=None))
    return svg(drawn)
