"""A guard on a real port, in front of an application that remembers what reached it."""

import asyncio
import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import uvicorn

from orchestration.ui.guard import ROLE, Guard
from orchestration.ui.serving import origins
from orchestration.ui.sessions import Sessions, Tokens

QUERY = json.dumps({"query": "query Nodes { version }"})
MUTATION = json.dumps({"query": "mutation Launch { launchRun { __typename } }"})
JSON = {"Content-Type": "application/json"}


class Behind:
    """Answers everything, and keeps (method or 'websocket', path, role, body) of it."""

    def __init__(self) -> None:
        self.reached: list[tuple[str, str, str, str]] = []

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "websocket":
            self.reached.append(("websocket", scope["path"], scope[ROLE], ""))
            await receive()
            await send({"type": "websocket.accept", "subprotocol": "graphql-ws"})
            await send({"type": "websocket.close"})
        elif scope["type"] == "http":
            body = (await receive()).get("body", b"")
            self.reached.append((scope["method"], scope["path"], scope[ROLE], body.decode()))
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
            await send({"type": "http.response.body", "body": b"<h1>the page</h1>"})


class Served:
    """What a test asks a served guard."""

    def __init__(self, port: int, behind: Behind) -> None:
        self.port, self.behind = port, behind
        self.origin = f"http://127.0.0.1:{port}"

    def ask(self, method, path, body=None, *, origin: str | None = "own", host=None, **headers):
        """Return status, headers and text of a request; by default as the page itself asks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if origin:
            named["Origin"] = self.origin if origin == "own" else origin
        if host is not None:
            named["Host"] = host
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, dict(answer.getheaders()), text

    def status(self, *arguments, **headers) -> int:
        """Return the status alone."""
        return self.ask(*arguments, **headers)[0]


@contextlib.contextmanager
def served(
    tokens: Tokens | None = None, *, is_read_only: bool = False, hosts: tuple[str, ...] = ()
) -> Iterator[Served]:
    """Serve a guard until the block ends."""
    behind = Behind()
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        with listening(Guard(behind, origins(port, hosts), Sessions(tokens or Tokens({})), is_read_only), door):
            yield Served(port, behind)


@contextlib.contextmanager
def listening(application: Any, door: socket.socket) -> Iterator[None]:
    """Let an application answer on a bound socket until the block ends."""
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=asyncio.run, args=(server.serve([door]),), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
