"""The page around the facts: bilingual text, cards, tables and one small script that switches the language."""

import re
from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
:root{--ink:#1f2933;--quiet:#616e7c;--line:#e4e7eb;--accent:#1769aa;--warm:#c2410c;--good:#0e7a5f;--paper:#f7f9fb}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.55 system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}
main{max-width:1080px;margin:0 auto;padding:0 16px 48px}header{max-width:1080px;margin:0 auto;padding:20px 16px 4px;
display:flex;gap:12px;align-items:baseline;flex-wrap:wrap}h1{font-size:22px;margin:0}header .sub{color:var(--quiet)}
button{margin-left:auto;border:1px solid var(--line);background:#fff;border-radius:6px;padding:4px 12px;font:inherit;
cursor:pointer}section{background:#fff;border:1px solid var(--line);border-radius:10px;padding:14px 16px;margin:12px 0}
h2{font-size:16px;margin:0 0 8px}h2 .n{color:var(--quiet);font-weight:400;margin-right:6px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px}
.figure b{display:block;font-size:22px;font-variant-numeric:tabular-nums}.figure span{color:var(--quiet);font-size:13px}
.good{color:var(--good)}.bad{color:var(--warm)}.note{color:var(--quiet);font-size:13px;margin:8px 0 0}
.tag{display:inline-block;border-radius:4px;padding:0 6px;font-size:12px;background:#fff4e5;color:#8a4b08}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top}
td.num,th.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}th{color:var(--quiet);font-weight:500}
.chart{width:100%;max-width:640px;height:auto;display:block}.two{display:grid;gap:12px;
grid-template-columns:repeat(auto-fit,minmax(300px,1fr))}.two>section{margin:0}
body.en .zh,body.zh .en{display:none}h3{font-size:14px;margin:12px 0 4px}
"""
_SCRIPT = (
    "document.querySelector('button').onclick=function(){var b=document.body;b.className=b.className=='zh'?'en':'zh'}"
)


#: Chinese sets these marks in full width; the sources keep to ASCII, where the two cannot be mistaken for each other.
_FULL_WIDTH = str.maketrans({":": "\uff1a", ";": "\uff1b", ",": "\uff0c", "(": "\uff08", ")": "\uff09", "?": "\uff1f"})
_BESIDE_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff])[:;,?]|[:;,?](?=[\u4e00-\u9fff])|\([^()]*[\u4e00-\u9fff][^()]*\)")


def _typeset(zh: str) -> str:
    return _BESIDE_CHINESE.sub(lambda found: found.group().translate(_FULL_WIDTH), zh)


def t(zh: str, en: str) -> str:
    """Return a text in both languages; the page shows one. Both are escaped."""
    return f'<span class="zh">{escape(_typeset(zh))}</span><span class="en">{escape(en)}</span>'


def figure(value: str, zh: str, en: str, mood: str = "") -> str:
    """Return one large figure with its label; mood is '', 'good' or 'bad'."""
    return f'<div class="figure"><b class="{mood}">{escape(value)}</b>{t(zh, en)}</div>'


def figures(*drawn: str) -> str:
    """Return figures side by side."""
    return f'<div class="figures">{"".join(drawn)}</div>'


def note(zh: str, en: str) -> str:
    """Return a small explanation."""
    return f'<p class="note">{t(zh, en)}</p>'


def section(title_zh: str, title_en: str, *parts: str, number: int | None = None) -> str:
    """Return one block of the page; the numbered ones are the first screen, in its order."""
    mark = f'<span class="n">{number}</span>' if number else ""
    return f"<section><h2>{mark}{t(title_zh, title_en)}</h2>{''.join(parts)}</section>"


def columns(*sections: str) -> str:
    """Return blocks side by side where the page is wide enough."""
    return f'<div class="two">{"".join(sections)}</div>'


def table(heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], numeric: Sequence[int] = ()) -> str:
    """Return a table; ``numeric`` are the columns set to the right. Cells are escaped."""
    align = ['class="num"' if place in numeric else "" for place in range(len(heads))]
    head = "".join(f"<th {align[place]}>{t(*words)}</th>" for place, words in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td {align[place]}>{escape(cell)}</td>" for place, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def page(as_of_date: str, version: str, sections: Iterable[str], warning: str = "") -> str:
    """Return the whole page; a warning stands above everything."""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>siyu {escape(as_of_date)}</title><style>{_STYLE}</style></head><body class='zh'>"
        f"<header><h1>{t('私域晨报', 'Private-domain morning report')}</h1>"
        f'<span class="sub">{escape(as_of_date)} · {escape(version)}</span>'
        f"<button>{t('English', '中文')}</button>{warning}</header>"
        f"<main>{''.join(sections)}</main><script>{_SCRIPT}</script></body></html>\n"
    )


UNKNOWN = "未知"


def count(value: object) -> str:
    """Return a count with separators; what is not known is said so, never 0."""
    return UNKNOWN if _missing(value) else f"{int(value):,}"  # type: ignore[call-overload]


def yuan(fen: object) -> str:
    """Return an amount of fen in whole yuan, below ten yuan with its fen; a loss has its sign in front."""
    if _missing(fen):
        return UNKNOWN
    amount = int(fen)  # type: ignore[call-overload]
    shown = f"{abs(amount) / 100:,.2f}" if abs(amount) < 1_000 else f"{round(abs(amount) / 100):,}"
    return f"{'-' if amount < 0 else ''}¥{shown}"


def rate(value: object) -> str:
    """Return a rate as a percentage."""
    return UNKNOWN if _missing(value) else f"{float(value):.1%}"  # type: ignore[arg-type]


def _missing(value: object) -> bool:
    return value is None or value != value  # NaN is the only value unlike itself
