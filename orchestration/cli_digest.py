"""``siyu digest``: the morning in a few lines, for whoever brings it to people."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli_shared import DONE, FAILED, settings_of_home
from orchestration.screen import say

digest_app = typer.Typer()


class Language(StrEnum):
    """The languages of the digest."""

    ZH = "zh"
    EN = "en"


@digest_app.command(epilog="Examples: siyu digest; siyu digest --lang en")
def digest(
    lang: Annotated[Language, typer.Option("--lang", help="zh or en: siyu digest --lang en.")] = Language.ZH,
) -> int:
    """Print the morning in at most 20 lines of WeCom robot markdown, from the published version."""
    settings = settings_of_home()
    from orchestration.report.digest import digest as written
    from orchestration.why import NobodyPublished, opened

    try:
        facts = opened(settings)
    except NobodyPublished as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    try:
        say(written(facts, lang.value))
    finally:
        facts.connection.close()
    return DONE
