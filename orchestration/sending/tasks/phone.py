"""The page of a member of staff: their tasks one after the other, to be read and done on a phone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import jinja2

from orchestration.channels.engine.vocabularies import TASK_SHEET_WORDS
from orchestration.sending.gateways.cells import held

_TEMPLATE: Final = Path(__file__).with_name("phone.html.jinja")


_WORDS: Final = tuple(word for word, _ in TASK_SHEET_WORDS)


def phone_page(
    tasks: Sequence[Mapping[str, Any]],
    member: str,
    store: str,
    day: str,
    yesterday: Mapping[str, Any] | None,
    words: Sequence[str] = _WORDS,
) -> str:
    """Return one page that needs nothing else: no request, no other file.

    Parameters
    ----------
    tasks
        Of one member, in order, by the keys of ``sheet.COLUMNS`` and ``talking`` and ``bars`` (lists of sentences); of
        the service desk also ``group``, a heading before the first of a way, and ``last``.
    member, store
        What they are called; without a store it is the service desk's.
    day
        The day of the list, ISO.
    yesterday
        The member's day before, of staff_daily; None where nothing is known.
    words
        What a result is picked from.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    # into a script: no tag may begin in it
    ids = json.dumps([[task["task_id"], task["staff_id"], task["day"]] for task in tasks], ensure_ascii=False)
    page = template.render(
        tasks=tasks,
        member=member,
        store=store,
        day=day,
        words=words,
        yesterday=yesterday,
        ids=ids.replace("<", "\\u003c"),
    )
    return held(page)
