"""``siyu pull``: fetches what a platform keeps into ``landing/``, or says which pulls there are."""

import datetime as dt
from typing import Annotated

import typer

from orchestration.cli_shared import settings_of_home

pulls_app = typer.Typer()


def _moment(text: str) -> dt.datetime:
    from orchestration.pulls.window import parse_moment

    try:
        return parse_moment(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@pulls_app.command(
    epilog="Examples: siyu pull; siyu pull wecom_contacts; siyu pull tmall_trades --from 2026-11-27 --to 2026-11-28"
)
def pull(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="As siyu pull alone lists them: wecom_contacts. Without it: the list."),
    ] = None,
    first: Annotated[
        dt.datetime | None,
        typer.Option(
            "--from", parser=_moment, metavar="FROM", help="From this day or moment of Shanghai on: --from 2026-11-27."
        ),
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", parser=_moment, metavar="TO", help="Until before this one: --to 2026-11-28T10:00."),
    ] = None,
) -> int:
    """Fetch what a platform keeps, page by page, into landing/."""
    settings = settings_of_home()
    from orchestration.pulls.telling import list_pulls, pull_once

    return list_pulls(settings) if name is None else pull_once(settings, name, first, last)
