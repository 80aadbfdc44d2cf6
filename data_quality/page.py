"""The quality page: every check with its number, its bound in words, its verdict and remedy, in one file."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import jinja2

from data_quality.chinese import stage_zh, table_zh
from data_quality.report import Finding, by_table

_TEMPLATE: Final = Path(__file__).with_name("page.html.jinja")


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {
        "words": lambda name: str(name).replace("_", " "),
        "stage_zh": stage_zh,
        "table_zh": table_zh,
        "zh": lambda both: both.partition(" · ")[0],
        "en": lambda both: both.partition(" · ")[2],
    }
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


def quality_page(subject: str, findings: Sequence[Finding]) -> str:
    """Return the page of some checks; it loads nothing from elsewhere and runs no script.

    It is in Chinese and English, and two buttons hide one of them; a browser too old for them shows both.

    Parameters
    ----------
    subject
        What was checked, for the head of the page: the newest version's name.
    findings
        One per check; each stands on the page once.
    """
    stages: dict[str, dict[str, list[Finding]]] = {}
    for (stage, table), found in by_table(findings).items():
        stages.setdefault(stage, {})[table] = found
    failed = [one for tables in stages.values() for found in tables.values() for one in found if not one.passed]
    return _template().render(subject=subject, total=len(findings), failed=failed, stages=stages)
