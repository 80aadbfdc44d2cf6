"""``siyu rekey``: a new key for the tokens of a home."""

import sys

import typer

from orchestration.cli_shared import DONE, FAILED, settings_here
from orchestration.screen import say

rekey_app = typer.Typer()
_SAYS = {
    "values": "values under new tokens in the vault",
    "versions": "published versions built with them",
    "warehouse": "the warehouse written anew",
    "files": "the home's other files",
    "readers": "CURRENT moved, old versions deleted",
    "keys": "the new key in place of the old one",
}


@rekey_app.command(epilog="Example: siyu rekey")
def rekey() -> int:
    """Give every token a new key; the old one opens nothing afterwards."""
    settings = settings_here()
    from orchestration.channels.engine.keys import check_whole
    from orchestration.home import check_home
    from orchestration.publishing.readers import follow
    from orchestration.rekey.steps import Rekey
    from orchestration.rights import require
    from orchestration.warehouse import HomeBusy, writer_lock

    check_home(settings)
    check_whole(settings)
    require(settings, "rekey")
    try:
        with writer_lock(settings, "rekey"):
            said = Rekey(settings).run(lambda step: say(f"siyu: {_SAYS[step]}", flush=True))
            behind = follow(settings)
    except HomeBusy as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    say(f"siyu: {said['values']} values have {said['to']}: tokens now, and no {said['from']}: token is left")
    say("  back up vault/keys and fingerprints now; backups from before hold the old tokens")
    say("  whoever joins on id_token reads the new ones from CURRENT; one_ids and r1: tokens are as they were")
    if behind:
        say(f"siyu: {behind}", file=sys.stderr)
    return DONE
