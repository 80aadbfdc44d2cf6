"""How the page is set: its templates, and the filters that print a number or say that it is unknown."""

import functools
import hashlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import jinja2
import markupsafe

from orchestration.report.facts import Facts, Words

UNKNOWN, NONE = "未知", "—"

#: Chinese sets these marks in full width; the models' words keep to ASCII, where the two cannot be mistaken.
_FULL_WIDTH = str.maketrans({":": "\uff1a", ";": "\uff1b", ",": "\uff0c", "(": "\uff08", ")": "\uff09", "?": "\uff1f"})
_BESIDE_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff])[:;,?]|[:;,?](?=[\u4e00-\u9fff])|\([^()]*[\u4e00-\u9fff][^()]*\)")


def cards(columns: list[tuple[str, ...]]) -> markupsafe.Markup:
    """Return the style that writes a table's heads beside its values where a phone shows rows as cards.

    Once a table instead of in every cell: the page of 122 staff and 153 stores is 510 KB otherwise.
    """
    lines = [
        f'.{heads(columns)} td:nth-child({at}):lang({language})::before{{content:"{head}"}}'
        for at, column in enumerate(columns[1:], 2)
        for language, head in zip(("zh", "en"), column[:2], strict=True)
    ]
    style = "<style>@media (max-width:480px){" + "".join(lines) + "}</style>"
    return markupsafe.Markup(style)  # noqa: S704 - the heads are the templates' own


def heads(columns: list[tuple[str, ...]]) -> str:
    """Return a name for the heads of a table."""
    return "k" + hashlib.sha256(repr([column[:2] for column in columns]).encode()).hexdigest()[:6]


_NAMED_BY = re.compile(r'aria-labelledby="([^"]+)"')


def typeset(zh: str) -> str:
    """Return a Chinese text with Chinese punctuation."""
    return _BESIDE_CHINESE.sub(lambda found: found.group().translate(_FULL_WIDTH), zh)


def _known(form: Callable[..., str], missing: str = UNKNOWN) -> Callable[..., Any]:
    """Return ``form`` for what is known; words, and pairs of words in two languages, stay as they are."""

    @functools.wraps(form)
    def shown(value: Any, *more: Any) -> Any:
        if isinstance(value, (str, tuple)):
            return value
        is_missing = value is None or value != value  # NaN is the only value unlike itself
        return missing if is_missing else form(value, *more)

    return shown


@_known
def count(value: float) -> str:
    """Return a count with separators; what is not known is said so, never 0."""
    return f"{int(value):,}"


@_known
def yuan(fen: float) -> str:
    """Return an amount of fen in whole yuan, below ten yuan with its fen; a loss has its sign in front."""
    amount = int(fen)
    shown = f"{abs(amount) / 100:,.2f}" if abs(amount) < 1_000 else f"{round(abs(amount) / 100):,}"
    return f"{'−' if amount < 0 else ''}¥{shown}"


@_known
def signed(number: float) -> str:
    """Return by how much a number of people grew, with its sign in front."""
    return f"{number:+,.0f}".replace("-", "−") if number else "0"


@_known
def signed_yuan(fen: float) -> str:
    """Return an expected gain or loss with its sign in front."""
    return f"{'' if fen < 0 else '+'}{yuan(fen)}"


def _metric(measured: float | dict[str, Any]) -> str:
    """Return a measure of a model with its interval, where it has one."""
    if not isinstance(measured, dict):
        return f"{measured:.3f}"
    numbers = [measured["mean"], *measured["interval"]]
    return UNKNOWN if None in numbers else "{:.3f} [{:.3f}, {:.3f}]".format(*numbers)


#: How a column or a figure is printed, by the name that the templates give its kind.
KINDS: Final[dict[str, Callable[..., Any]]] = {
    "text": _known(str, missing=NONE),
    "num": _known(str, missing=NONE),
    "wide": _known(str, missing=NONE),
    "day": _known("{:%Y-%m-%d}".format),
    "count": count,
    "signed": signed,
    "signed_yuan": signed_yuan,
    "yuan": yuan,
    "rate": _known("{:.1%}".format),
    "share": _known("{:.0%}".format),
    "metric": _known(_metric, missing=NONE),
}


@functools.cache
def _environment() -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(Path(__file__).with_name("templates"))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= KINDS | {
        "typeset": typeset,
        "cards": cards,
        "heads": heads,
        "as_kind": lambda value, kind: KINDS[kind](value),
        "named_by": lambda drawn: _NAMED_BY.search(drawn).group(1),
    }
    environment.globals["unknown"] = UNKNOWN
    return environment


def section(gather: Callable[[Facts], dict[str, Any]], facts: Facts) -> str:
    """Return a block of the page: what ``gather`` finds, set by the template of its name."""
    return _environment().get_template(f"{gather.__name__}.html.jinja").render(gather(facts))


def page(head: dict[str, Any], sections: Iterable[str], contents: Iterable[tuple[str, Words]] = ()) -> str:
    """Return the whole page; it loads nothing from elsewhere.

    Parameters
    ----------
    head
        ``as_of_date`` and ``version``, whose page it is; ``date_words``, the date in two languages; ``counts_until``,
        of a date that was not over until when (in Shanghai) its records count, else empty; ``state``, the line above
        everything, or nothing.
    sections
        The finished sections.
    contents
        Anchor and name of what the list of contents leads to.
    """
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(head | {"sections": list(sections), "contents": list(contents)})
    )
