"""``siyu leads``: whose turn it is, as a sheet for each owner."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_shared import DONE, FAILED, settings_of_home
from orchestration.screen import say

leads_app = typer.Typer()


@leads_app.command(epilog="Example: siyu leads --out out")
def leads(
    out: Annotated[Path, typer.Option(metavar="PATH", help="The folder of the sheets: --out out.")],
) -> int:
    """Write the leads that wait for their owners, a sheet for each; no name and no number stands in it."""
    from orchestration import clock
    from orchestration.own_manifest import make_manifest
    from orchestration.sending.export import published_date
    from orchestration.sending.handing_over import ExportRefused
    from orchestration.sending.morning import leads_as_they_stand
    from orchestration.warehouse import HomeBusy, writer_lock

    settings = settings_of_home()
    try:
        published_date(settings)
        make_manifest()
        with writer_lock(settings, "leads"):
            date, done = leads_as_they_stand(settings, out, clock.now(), lambda line: say(f"siyu: {line}"))
    except (ExportRefused, HomeBusy) as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    for owner, count in done.by_owner.items():
        say(f"  {owner}: {count}")
    if done.refused_since:
        say(f"  {done.refused_since} refused since the night and are left out")
    if done.stopped:
        say(f"  {done.stopped} are stopped: siyu stop lists why")
    say(f"siyu: leads of {date}: {done.folder}")
    return DONE
