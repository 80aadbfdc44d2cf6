"""Dagster's page, its scheduler and its code server, as one command: what ``dagster dev`` starts, behind the guard."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import dagster as dg
import uvicorn
import yaml
from dagster._cli.proxy_server_manager import ProxyServerManager
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles

from orchestration.screen import say
from orchestration.settings import CHECKOUT, Settings
from orchestration.ui import REPORTS_PATH
from orchestration.ui.guard import ROLE, Guard
from orchestration.ui.sessions import Role, Sessions, read_tokens

_LOOPBACK: Final = ("127.0.0.1", "localhost")
_POLL_MILLISECONDS: Final = 2000
_LOOK_SECONDS: Final = 1.0
_END_SECONDS: Final = 30


class Pages(WorkspaceProcessContext):  # type: ignore[misc]
    """Dagster's workspace, that is read-only for a request of a viewer: the page itself then offers no change."""

    def create_request_context(self, source: Any = None) -> WorkspaceRequestContext:
        """Return what a request works on."""
        scope = getattr(source, "scope", {})
        return WorkspaceRequestContext(
            instance=self._instance,
            current_workspace=self.get_current_workspace(),
            process_context=self,
            version=self.version,
            source=source,
            read_only=scope.get(ROLE) != Role.OPERATOR.value,
        )


def origins(port: int, hosts: tuple[str, ...]) -> dict[str, str]:
    """Return the host names under which the page is served, with the origin of the page of each.

    Parameters
    ----------
    port
        The port on loopback.
    hosts
        Names under which a proxy that speaks TLS hands the page on.
    """
    own = {f"{name}:{port}": f"http://{name}:{port}" for name in _LOOPBACK}
    if port == 80:
        own |= {name: f"http://{name}" for name in _LOOPBACK}
    return own | {name: f"https://{name}" for name in hosts}


def serve(settings: Settings, port: int, is_read_only: bool) -> int:
    """Serve the page until it is stopped; return the exit code."""
    sessions = Sessions(read_tokens(settings))
    os.chdir(CHECKOUT)
    # The server hands a signal on once it has closed: it ends the blocks below too, whatever stands in them.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        return _serve(settings, sessions, port, is_read_only)
    except KeyboardInterrupt:
        return 0


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _serve(settings: Settings, sessions: Sessions, port: int, is_read_only: bool) -> int:
    with (
        dg.DagsterInstance.get() as instance,
        _code_server(instance) as workspace,
        _daemon(workspace) as daemon,
        Pages(instance, WorkspaceFileTarget([str(workspace)]), version=__version__) as pages,
    ):
        application = with_reports(
            create_app_from_workspace_process_context(pages, "", _POLL_MILLISECONDS), settings.home / "reports"
        )
        guard = Guard(
            application, origins(port, settings.page_hosts), sessions, is_read_only, cookie=f"siyu_page_{port}"
        )
        server = uvicorn.Server(uvicorn.Config(guard, host="127.0.0.1", port=port, log_level="warning"))
        watch = threading.Thread(target=_end_with, args=(daemon, server), daemon=True)
        watch.start()
        server.run()
        if (ended := daemon.poll()) is not None:
            say(f"siyu: Dagster's scheduler ended with {ended}; start the page again", file=sys.stderr)
            return 1
    return 0


def with_reports(application: Any, folder: Path) -> Any:
    """Return an application that serves the files of a folder under REPORTS_PATH, and leaves all else to another.

    A report holds words of customers. Its page runs in a sandbox, as a page of nobody's: what a script in it asked of
    Dagster would come from no origin, and the guard refuses it.
    """
    files = StaticFiles(directory=folder, check_dir=False)

    async def either(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{REPORTS_PATH}/"):
            path = scope["path"].removeprefix(REPORTS_PATH)

            async def sandboxed(message: Any) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message).append("content-security-policy", "sandbox allow-scripts")
                await send(message)

            try:
                await files({**scope, "path": path, "root_path": ""}, receive, sandboxed)
            except HTTPException as error:
                await PlainTextResponse(f"siyu: {error.detail}\n", error.status_code)(scope, receive, send)
        else:
            await application(scope, receive, send)

    return either


@contextlib.contextmanager
def _code_server(instance: dg.DagsterInstance) -> Iterator[Path]:
    """Start the server of our definitions; hand out a workspace file that points at it."""
    target = WorkspaceFileTarget([str(CHECKOUT / "workspace.yaml")])
    with (
        ProxyServerManager(instance, target, code_server_log_level="WARNING") as servers,
        tempfile.TemporaryDirectory() as folder,
    ):
        workspace = Path(folder) / "workspace.yaml"
        workspace.write_text(yaml.safe_dump({"load_from": servers.get_code_server_specs()}), encoding="utf-8")
        yield workspace


@contextlib.contextmanager
def _daemon(workspace: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run Dagster's daemon: schedules, sensors, the run queue."""
    command = [sys.executable, "-m", "dagster._daemon", "run", "--workspace", str(workspace)]
    daemon = subprocess.Popen([*command, "--log-level", "info"])
    try:
        yield daemon
    finally:
        daemon.terminate()
        try:
            daemon.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()


def _end_with(daemon: "subprocess.Popen[bytes]", server: uvicorn.Server) -> None:
    """End the page when the scheduler ends: a page without one would show nights that never start."""
    while daemon.poll() is None:
        time.sleep(_LOOK_SECONDS)
    server.should_exit = True
