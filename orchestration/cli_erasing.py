"""``siyu erase``: a person goes out of every place of a home."""

import sys
from typing import Annotated

import typer

from orchestration.cli_shared import DONE, FAILED, settings_of_home

erasing_app = typer.Typer()


@erasing_app.command(
    epilog="Examples: siyu erase --id 13912345671; siyu erase --id customer_id:shop:C1; siyu erase --finish"
)
def erase(
    who: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="ID",
            help="A phone, an e-mail address, an openid, a one_id, or customer_id:SOURCE:ID; - reads it from the"
            " terminal, so that it stands in no shell history: --id -.",
        ),
    ] = None,
    is_finished: Annotated[bool, typer.Option("--finish", help="End what was begun: siyu erase --finish.")] = False,
) -> int:
    """Erase a person everywhere, and keep a receipt that names nobody."""
    if (who is None) == (not is_finished):
        raise typer.BadParameter("name the person with --id, or end what was begun with --finish")
    settings = settings_of_home()
    from orchestration.erasing.erase import StillThere, ask, complete
    from orchestration.erasing.journal import unfinished
    from orchestration.erasing.person import NobodyToErase
    from orchestration.warehouse import ERASING, HomeBusy, writer_lock

    if who == "-":
        who = sys.stdin.readline().strip()
    try:
        with writer_lock(settings, ERASING):
            complete(settings, _tell)
            if who is not None:
                ask(settings, who, _tell)
            receipts = complete(settings, _tell)
    except (NobodyToErase, StillThere, HomeBusy) as error:
        print(f"siyu: {error}", file=sys.stderr)
        return FAILED
    for receipt in receipts:
        print(f"  {receipt}")
    if open_ := unfinished(settings):
        _tell(f"{len(open_)} open; the receipt follows with the next run after that, or: siyu erase --finish")
    return DONE


def _tell(line: str) -> None:
    print(f"siyu: {line}", flush=True)
