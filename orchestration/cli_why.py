"""``siyu why``: what was decided about one customer, for whoever has to answer for it."""

import sys
from typing import Annotated

import typer

from orchestration.cli_shared import DONE, FAILED, WRONG_USE, settings_of_home
from orchestration.screen import say

why_app = typer.Typer()


@why_app.command(epilog="Examples: siyu why p_30ce7072ff6ceaf35e7af162; siyu why p_30ce7072ff6ceaf35e7af162 --lang en")
def why(
    one_id: Annotated[str, typer.Argument(metavar="ONE_ID", help="The customer: p_30ce7072ff6ceaf35e7af162.")],
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="In Chinese or English: --lang en.")] = "zh",
) -> int:
    """Say what was decided about a customer on the published date, and why."""
    from orchestration.erasing.journal import pending_one_ids
    from orchestration.why import LANGUAGES, NobodyPublished, opened, printed
    from orchestration.why import why as decided

    if lang not in LANGUAGES:
        say(f"siyu: --lang {lang!r} is neither zh nor en", file=sys.stderr)
        return WRONG_USE
    try:
        facts = opened(settings := settings_of_home())
        if one_id in pending_one_ids(settings):
            raise NobodyPublished(f"{one_id} is being erased: nothing reads them any more")
        try:
            found = decided(facts, one_id, lang)
        finally:
            facts.connection.close()
    except NobodyPublished as nobody:
        say(nobody)
        return FAILED
    say("\n".join(printed(found, lang)))
    return DONE
