"""Charts as inline SVG: Altair describes them, vl-convert draws them without a browser, the page needs no script."""

import functools
import hashlib
import re

import altair as alt
import pandas as pd
import vl_convert

_FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
INK, ACCENT, WARM, QUIET = "#1f2933", "#1769aa", "#c2410c", "#9aa5b1"


def svg(chart: alt.TopLevelMixin) -> str:
    """Return a chart as an SVG element that scales with the page."""
    styled = chart.configure(font=_FONT, background="transparent").configure_view(stroke=None)
    styled = styled.configure_axis(
        labelColor=INK, titleColor=INK, gridColor="#e4e7eb", domainColor=QUIET, labelLimit=160
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
    return f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" xmlns="http://www.w3.org/2000/svg">{rest}'


def _attribute(head: str, name: str) -> str:
    return head.split(f' {name}="', 1)[1].split('"', 1)[0]


def heat_map(
    frame: pd.DataFrame, x: str, y: str, x_order: list[str], y_order: list[str], count: str = "customers"
) -> str:
    """Return a heat map of counts with the count written in each cell."""
    base = alt.Chart(frame).encode(
        x=alt.X(f"{x}:O", sort=x_order, title=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y(f"{y}:O", sort=y_order, title=None),
    )
    most = max(int(frame[count].max()), 1)
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(f"{count}:Q", scale=alt.Scale(scheme="blues", domain=[0, most]), legend=None)
    )
    dark = alt.condition(f"datum['{count}'] > {0.55 * most}", alt.value("white"), alt.value(INK))
    words = base.mark_text(fontSize=12, lineBreak="\n").encode(text="label:N", color=dark)
    return svg((cells + words).properties(width=460, height=46 * max(len(y_order), 2)))


def bars(frame: pd.DataFrame, x: str, y: str, color: str = ACCENT, label: str | None = None) -> str:
    """Return horizontal bars, longest first as the frame is ordered."""
    order = list(frame[y])
    base = alt.Chart(frame).encode(y=alt.Y(f"{y}:N", sort=order, title=None), x=alt.X(f"{x}:Q", title=None))
    drawn = base.mark_bar(color=color, cornerRadiusEnd=2)
    if label:
        drawn += base.mark_text(align="left", dx=4, color=INK).encode(text=f"{label}:N")
    return svg(drawn.properties(width=420, height=max(24 * len(order), 48)))


def moves(frame: pd.DataFrame) -> str:
    """Return the day's moves between stages: leaps to the right, falls to the left of zero."""
    order = list(frame["move"])
    chart = alt.Chart(frame).encode(
        y=alt.Y("move:N", sort=order, title=None),
        x=alt.X("signed:Q", title=None, axis=alt.Axis(format="d")),
        color=alt.Color(
            "kind:N", scale=alt.Scale(domain=["leap", "skip", "fall"], range=[ACCENT, "#0e9f6e", WARM]), legend=None
        ),
    )
    return svg(chart.mark_bar().properties(width=400, height=max(22 * len(order), 60)))


def lift(frame: pd.DataFrame) -> str:
    """Return lift by decile, 1 the highest scores, against the line of no lift."""
    drawn = (
        alt
        .Chart(frame)
        .mark_bar(color=ACCENT)
        .encode(x=alt.X("decile:O", title=None, axis=alt.Axis(labelAngle=0)), y=alt.Y("lift:Q", title=None))
    )
    one = alt.Chart(pd.DataFrame({"lift": [1.0]})).mark_rule(color=WARM, strokeDash=[4, 3]).encode(y="lift:Q")
    return svg((drawn + one).properties(width=320, height=200))


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
    return svg((line.encode(**axes) + points.encode(**axes)).properties(width=320, height=200))


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
    return svg((band + middle).properties(width=440, height=220))
