"""``siyu ui``: Dagster's page behind a guard, with the scheduler."""

import socket
from typing import Annotated

import typer

from orchestration.cli_shared import settings_here
from orchestration.screen import say
from orchestration.settings import Settings, SettingsError

ui_app = typer.Typer()


@ui_app.command(epilog="Example: siyu ui --port 3001")
def ui(
    port: Annotated[
        int, typer.Option(min=1, max=65535, metavar="PORT", help="The port on loopback: --port 3001.")
    ] = 3000,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Nobody changes anything from the page: siyu ui --read-only.")
    ] = False,
) -> int:
    """Start Dagster's UI on loopback, with the schedule."""
    return _start(settings_here(), port, read_only)


def _start(settings: Settings, port: int, is_read_only: bool = False) -> int:
    """Serve Dagster's UI on a port of loopback until it is stopped; return the exit code."""
    try:
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(("127.0.0.1", port))
    except OSError as error:
        another = f"siyu ui --port {port + 1 if 1024 <= port < 65535 else 3000}"
        raise SettingsError(f"port {port} cannot be used ({error.strerror}); choose another: {another}") from None
    from orchestration.commands import make_ready
    from orchestration.ui.sessions import read_tokens

    asks = "asks for the token" if read_tokens(settings).roles else "no token: whoever uses this machine may open it"
    make_ready(settings)
    import dagster as dg

    from orchestration.instance import prepare_instance, sweep_orphans

    prepare_instance(settings)
    with dg.DagsterInstance.get() as instance:
        sweep_orphans(instance, settings)
    from orchestration.ui.serving import serve

    changes = ", read-only" if is_read_only else ""
    say(f"siyu: http://127.0.0.1:{port} (loopback only{changes}; {asks})", flush=True)
    return serve(settings, port, is_read_only)
