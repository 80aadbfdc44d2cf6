"""A real HTTP server on loopback that answers as a platform does, and fails at every k-th call as it is told."""

import dataclasses
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclasses.dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body or b"{}")

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class Platform:
    """What every platform of these tests has: data calls that are counted, a fault, and a pause before a call.

    Faults: `reset`, `http_500`, `html`, `busy`, `rate` and `expired` come before anything is done, `slow` answers late,
    and after it is done `broken` ends the connection in the middle of the body, `cut` sends a body that is no whole
    JSON, and `lost` never answers. `elsewhere` says to ask another server.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.fault, self.every = "", 0
        #: where `elsewhere` sends a caller
        self.elsewhere = ""
        self.calls: list[str] = []
        self.token_calls = 0
        #: what happens before the n-th data call is answered (from 1)
        self.before: dict[int, Callable[[], None]] = {}
        #: the n-th data call is held until this is set; `held` says that it came
        self.hold_at, self.hold_after_bytes = 0, -1
        self.held, self.released = threading.Event(), threading.Event()

    def answer(self, asked: Asked) -> dict[str, Any]:
        """Return the answer to a request; ``is_token`` requests are not counted."""
        raise NotImplementedError

    def is_token(self, asked: Asked) -> bool:
        return False

    def busy(self) -> dict[str, Any]:
        raise NotImplementedError

    def rate(self) -> dict[str, Any]:
        raise NotImplementedError

    def expire(self) -> None:
        """Let the token that is out be of no more use."""

    def fail_every(self, every: int, fault: str) -> None:
        self.every, self.fault = every, fault


class Handler(BaseHTTPRequestHandler):
    """Hands a request to the server's platform and sends what it says, or less."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        platform = self.server.platform
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), dict(self.headers), body)
        with platform.lock:
            self.server.addresses.append(self.path)
            if platform.is_token(asked):
                platform.token_calls += 1
                return self._send(platform.answer(asked))
            platform.calls.append(asked.path)
            number = len(platform.calls)
            if number in platform.before:
                platform.before.pop(number)()
            is_bad = bool(platform.every) and number % platform.every == 0
            fault = platform.fault if is_bad else ""
            is_held = number == platform.hold_at
        if is_held and platform.hold_after_bytes < 0:
            platform.held.set()
            platform.released.wait(30)
            return self._reset()
        match fault:
            case "reset":
                return self._reset()
            case "http_500":
                return self._send_bytes(500, b"<html>oops</html>", "text/html")
            case "elsewhere":
                moved = f"HTTP/1.1 302 _\r\nLocation: {platform.elsewhere}\r\nContent-Length: 0\r\n\r\n"
                return self.wfile.write(moved.encode())
            case "html":
                return self._send_bytes(200, b"<html>gateway</html>", "text/html")
            case "busy":
                return self._send(platform.busy())
            case "rate":
                return self._send(platform.rate())
            case "expired":
                platform.expire()
            case "slow":
                time.sleep(0.02)
        with platform.lock:
            whole = json.dumps(platform.answer(asked), ensure_ascii=False).encode()
        if is_held:
            self._write(200, whole[: platform.hold_after_bytes or None], len(whole) + 1, "application/json")
            platform.held.set()
            platform.released.wait(30)
            return self._reset()
        if fault == "lost":
            return self._reset()
        if fault == "broken":
            self._write(200, whole[: len(whole) * 2 // 3], len(whole), "application/json")
            self.close_connection = True
            return None
        if fault == "cut":
            whole = whole[: len(whole) * 2 // 3]
        return self._send_bytes(200, whole, "text/plain")

    def _send(self, data: dict[str, Any]) -> None:
        self._send_bytes(200, json.dumps(data, ensure_ascii=False).encode(), "application/json")

    def _send_bytes(self, status: int, body: bytes, kind: str) -> None:
        self._write(status, body, len(body), kind)

    def _write(self, status: int, body: bytes, length: int, kind: str) -> None:
        head = f"HTTP/1.1 {status} _\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def _reset(self) -> None:
        """End the connection without another byte, as a broken line does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


class Server(ThreadingHTTPServer):
    """A platform's door on a free port of loopback."""

    daemon_threads = True

    def __init__(self, platform: Platform) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.platform = platform
        #: every address that was asked for, secrets included
        self.addresses: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error of ours."""
