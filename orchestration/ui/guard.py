"""An ASGI application in front of Dagster's: it lets through what comes from its own page and from whoever may ask.

It stands in the same process, so there is no second port behind it that a web page could reach instead.
"""

import dataclasses
import html
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

from orchestration.ui.asked import Asked, Refusal, refused_by_origin, refused_change
from orchestration.ui.sessions import SESSION_SECONDS, Role, Sessions

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

LOGIN: Final = "/siyu/login"
LOGOUT: Final = "/siyu/logout"
#: Where the application behind finds who asks.
ROLE: Final = "siyu.role"
_MOST_BYTES: Final = 8 * 2**20
_LOGIN_BYTES: Final = 4096
#: No page frames ours, and no foreign page reads what ours loads.
_HEADERS: Final = (
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_FORM: Final = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>siyu</title>
<style>body{{font:16px/1.6 system-ui,sans-serif;max-width:26em;margin:12vh auto;padding:0 1em}}
input,button{{font:inherit;padding:.4em .6em}}input{{width:100%;box-sizing:border-box;margin:.5em 0}}</style>
<h1>siyu</h1><p>{said}</p><form method="post" action="/siyu/login">
<label>口令 · Token<input type="password" name="token" autocomplete="current-password" autofocus required></label>
<button>进入 · Enter</button></form></html>"""


@dataclasses.dataclass(frozen=True)
class Guard:
    """Stands in front of an application.

    Attributes
    ----------
    behind
        The application.
    origins
        Host names under which the page is served, with the origin of the page of each.
    sessions
        Who is let in; with no tokens everybody who gets here is.
    is_read_only
        Whether nobody may change anything.
    cookie
        The name of the session's cookie: browsers keep one jar for all ports of a host.
    """

    behind: Application
    origins: dict[str, str]
    sessions: Sessions
    is_read_only: bool = False
    cookie: str = "siyu_page"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] not in {"http", "websocket"}:
            await self.behind(scope, receive, send)
            return
        asked = _asked(scope)
        if refusal := refused_by_origin(asked, self.origins):
            await _refuse(scope, send, refusal)
        elif asked.path == LOGIN and not asked.is_websocket:
            await self._log_in(asked, scope, receive, send)
        elif asked.path == LOGOUT and asked.method == "POST":
            self.sessions.close(self._cookie_of(asked))
            await _answer(send, 303, "", ((b"location", LOGIN.encode()), self._set_cookie(asked, "", 0)))
        else:
            await self._hand_on(asked, scope, receive, send)

    async def _hand_on(self, asked: Asked, scope: Message, receive: Receive, send: Send) -> None:
        bearer = _bearer(asked)
        role = self._role(asked, bearer)
        if role is None:
            if asked.is_page:
                await _answer(send, 303, "", ((b"location", LOGIN.encode()),))
            else:
                await _refuse(scope, send, Refusal(401, f"a token is needed: {LOGIN}"))
            return
        if self.is_read_only:
            role = Role.VIEWER
        if asked.method == "POST":
            body = await _body(receive, _MOST_BYTES)
            refusal = Refusal(413, "too long") if body is None else refused_change(asked, body, role, bool(bearer))
            if refusal:
                await _refuse(scope, send, refusal)
                return
            receive = _again(body or b"", receive)
        await self.behind({**scope, ROLE: role.value}, receive, _with_headers(send))

    def _role(self, asked: Asked, bearer: str) -> Role | None:
        if not self.sessions.tokens.roles:
            return Role.OPERATOR
        return self.sessions.tokens.role_of(bearer) if bearer else self.sessions.role_of(self._cookie_of(asked))

    async def _log_in(self, asked: Asked, scope: Message, receive: Receive, send: Send) -> None:
        said = "把口令贴进来；它在 page_token_file 里。 · Paste the token that page_token_file holds."
        if not self.sessions.tokens.roles:
            await _answer(send, 303, "", ((b"location", b"/"),))
            return
        if asked.method == "POST":
            if asked.one("origin") is None:
                await _refuse(scope, send, Refusal(403, "the form is sent from its own page"))
                return
            form = parse_qs((await _body(receive, _LOGIN_BYTES) or b"").decode("utf-8", "replace"))
            if cookie := self.sessions.open("".join(form.get("token", [])).strip()):
                headers = ((b"location", b"/"), self._set_cookie(asked, cookie, SESSION_SECONDS))
                await _answer(send, 303, "", headers)
                return
            said = "口令不对。 · That is not the token."
        status = 403 if asked.method == "POST" else 200
        policy = b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
        headers = ((b"content-security-policy", policy), (b"cache-control", b"no-store"))
        await _answer(send, status, _FORM.format(said=html.escape(said)), headers)

    def _cookie_of(self, asked: Asked) -> str:
        try:
            found = SimpleCookie("; ".join(asked.headers.get("cookie", []))).get(self.cookie)
        except CookieError:
            return ""
        return found.value if found else ""

    def _set_cookie(self, asked: Asked, value: str, seconds: int) -> tuple[bytes, bytes]:
        secure = "; Secure" if self.origins[asked.one("host") or ""].startswith("https:") else ""
        text = f"{self.cookie}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
        return b"set-cookie", text.encode()


def _asked(scope: Message) -> Asked:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    query = scope.get("query_string", b"").decode("latin-1")
    return Asked(scope.get("method", "GET"), scope["path"], query, headers, scope["type"] == "websocket")


def _bearer(asked: Asked) -> str:
    kind, _, token = (asked.one("authorization") or "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def _body(receive: Receive, most_bytes: int) -> bytes | None:
    """Return what a request sends, None where it is longer than that."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most_bytes:
            return None
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives a body that was read once more."""
    left = [body]

    async def next_message() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return next_message


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
        await send(message)

    return sending


async def _refuse(scope: Message, send: Send, refusal: Refusal) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.why})
    else:
        await _answer(send, refusal.status, f"siyu: {refusal.why}\n")


async def _answer(send: Send, status: int, text: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    kind = b"text/html; charset=utf-8" if text.startswith("<") else b"text/plain; charset=utf-8"
    body = text.encode()
    lines = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers, *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
