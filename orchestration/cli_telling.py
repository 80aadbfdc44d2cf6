"""``siyu tell``: says that the night is late, and what a group could not be told before; for a cron line of its own."""

import sys
from typing import Annotated

import typer

from orchestration import clock
from orchestration.cli_shared import DONE, FAILED, settings_of_home
from orchestration.screen import say

telling_app = typer.Typer()


@telling_app.command(epilog="Examples: siyu tell; siyu tell --test")
def tell(
    test: Annotated[
        bool, typer.Option("--test", help="Say something now, to see whether it comes: siyu tell --test.")
    ] = False,
) -> int:
    """Tell that the night is late, if it is, and what could not be told before."""
    settings = settings_of_home()
    from orchestration.telling.nights import tell_late, tell_test, tell_waiting
    from orchestration.telling.robots import check_robot

    check_robot(settings)
    if test and not settings.robot_url.get_secret_value():
        say(f"siyu: there is no robot_url: people are told in {settings.home / 'notices.jsonl'} alone")
    why_not = tell_test(settings) if test else ""
    date = None if test else tell_late(settings, clock.now())
    why_not = why_not or tell_waiting(settings)
    if why_not:
        say(f"siyu: nobody was told: {why_not}", file=sys.stderr)
    if date:
        say(f"siyu: {date} is late: it should be published by now; see: siyu status")
    elif not why_not:
        say("siyu: told" if test else "siyu: the night is not late, and nothing waits to be told")
    return FAILED if date or why_not else DONE
