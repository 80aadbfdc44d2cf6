"""``siyu scan``: whether a contact value stands anywhere in a home but where plain values belong."""

import typer

from orchestration.cli_shared import DONE, FAILED, settings_of_home
from orchestration.screen import say

door_app = typer.Typer()
#: So many files and tables are named; all are counted.
_NAMED = 20


@door_app.command(epilog="Example: siyu scan")
def scan() -> int:
    """Look through every file and table of the home for values that the vault knows, and count them by place."""
    settings = settings_of_home()
    from orchestration.door.scan import scan as look_through

    found, looked, named = look_through(settings)
    for place in sorted(looked):
        things = "tables" if place == "warehouse" else "files"
        say(f"{place}: {found[place]} contact values in {looked[place]} {things}")
    for name in named[:_NAMED]:
        say(f"  {name}")
    say(f"{sum(found.values())} contact values outside landing, raw and vault")
    return FAILED if sum(found.values()) else DONE
