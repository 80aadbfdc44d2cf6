"""What WeCom and the official account have in common: a token in the address, an errcode inside HTTP 200, cursors."""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

import requests

from orchestration.pulls.calls import Answer, Calls, CursorGone, Kind, PullError, Verdict

#: The token is old, or no longer the newest; on a call for a token 40001 is a wrong secret instead.
TOKEN_CODES: Final = frozenset({40001, 40014, 41001, 42001})
BUSY_CODES: Final = frozenset({-1})
#: 45009 too often, 45011 too often in a minute, 45033 too many at once
RATE_CODES: Final = frozenset({45009, 45011, 45033})
CURSOR_CODES: Final = frozenset({40058})
#: A list that changes under its reader may lose a cursor; one that does so again and again is a fault.
RESTARTS: Final = 2

REMEDIES: Final[dict[int, str]] = {
    40001: "the secret is wrong, or of another app: set it anew",
    40013: "the id of the company or account is wrong",
    40125: "the secret is wrong, or was reset: set it anew",
    40164: "this machine's address is not in the account's list of allowed IPs: add it in the platform's console",
    48001: "the account has no right to this call: it needs to be verified (认证)",
    48002: "the app has no right to this call: allow it in the console under 客户联系, 可调用接口的应用",
    60011: "the app may not see these members: widen its visible range (可见范围)",
    60020: "this machine's address is not in the app's list of trusted IPs: add it in the console",
    81017: "more than 1,000 members are visible: this call wants a list of owners",
}


class WeChat:
    """A caller with a token.

    Parameters
    ----------
    calls
        The calls of the pull.
    base_url
        Where the platform answers.
    token_path
        Which call gives a token.
    token_request
        Makes the request for one; its argument says that the one handed out last was refused.
    """

    def __init__(
        self, calls: Calls, base_url: str, token_path: str, token_request: Callable[[bool], requests.Request]
    ) -> None:
        self._calls = calls
        self._base_url = base_url
        self._token_path = token_path
        self._token_request = token_request
        self._token = ""

    def get(self, path: str, query: dict[str, Any], empty: Collection[int] = ()) -> Answer:
        """Return the answer of a GET; codes in ``empty`` say that there is nothing, and are no error."""
        return self._ask("GET", path, query, None, empty)

    def post(self, path: str, body: dict[str, Any], empty: Collection[int] = ()) -> Answer:
        """Return the answer of a POST; see ``get``."""
        return self._ask("POST", path, {}, body, empty)

    def pages(
        self, path: str, body: dict[str, Any], empty: Collection[int] = ()
    ) -> Iterator[tuple[int, dict[str, Any], Answer]]:
        """Yield (number, what was asked, answer) of each page of a list with a cursor.

        The last page has an empty ``next_cursor`` or none; a page in the middle may hold nothing. A cursor that the
        platform forgot begins the list again: what landed of it lands no second time.
        """
        for restart in range(RESTARTS + 1):
            try:
                yield from self._one_list(path, body, empty)
                return
            except CursorGone:
                if restart == RESTARTS:
                    raise

    def _one_list(
        self, path: str, body: dict[str, Any], empty: Collection[int]
    ) -> Iterator[tuple[int, dict[str, Any], Answer]]:
        cursor, used = "", {""}
        number = 0
        while True:
            number += 1
            asked = {**body, "cursor": cursor} if cursor else body
            answer = self.post(path, asked, empty)
            yield number, asked, answer
            cursor = "" if answer.is_empty else str(answer.data.get("next_cursor") or "")
            if not cursor:
                return
            if cursor in used:
                raise PullError(f"{path}: a cursor came twice, so the list would never end; pull again later")
            used.add(cursor)

    def _ask(
        self, method: str, path: str, query: dict[str, Any], body: dict[str, Any] | None, empty: Collection[int]
    ) -> Answer:
        if not self._token:
            self._fetch_token(is_refused=False)

        def build() -> requests.Request:
            params = {**query, "access_token": self._token}
            return requests.Request(method, f"{self._base_url}{path}", params=params, json=body)

        return self._calls.ask(path, build, judge(empty), lambda: self._fetch_token(is_refused=True))

    def _fetch_token(self, is_refused: bool) -> None:
        refused = self._token
        self._token = self._told_token(is_forced=False)
        if is_refused and self._token == refused:
            # The platform keeps handing out what it refuses: only a forced one helps.
            self._token = self._told_token(is_forced=True)

    def _told_token(self, is_forced: bool) -> str:
        answer = self._calls.ask(self._token_path, lambda: self._token_request(is_forced), _judge_token)
        token = str(answer.data["access_token"])
        self._calls.conceal(token)
        return token


def judge(empty: Collection[int]) -> Callable[[dict[str, Any]], Verdict]:
    """Return what says what an answer is; one without an errcode is good (the official account leaves it out)."""

    def judged(data: dict[str, Any]) -> Verdict:
        code = _code(data)
        if code == 0:
            return Verdict(Kind.GOOD)
        if code in empty:
            return Verdict(Kind.EMPTY)
        said = f"errcode {code}: {data.get('errmsg', '')}"
        for kind, codes in (
            (Kind.BUSY, BUSY_CODES),
            (Kind.RATE, RATE_CODES),
            (Kind.TOKEN, TOKEN_CODES),
            (Kind.CURSOR, CURSOR_CODES),
        ):
            if code in codes:
                return Verdict(kind, said, "a new token was refused as well: see who else uses this account's secret")
        return Verdict(Kind.REFUSED, said, REMEDIES.get(code, ""))

    return judged


def _judge_token(data: dict[str, Any]) -> Verdict:
    verdict = judge(())(data)
    if verdict.kind is Kind.TOKEN:
        return Verdict(Kind.REFUSED, verdict.said, REMEDIES.get(_code(data), ""))
    if verdict.kind is Kind.GOOD and not data.get("access_token"):
        return Verdict(Kind.BUSY, "no access_token in the answer")
    return verdict


def _code(data: dict[str, Any]) -> int:
    try:
        return int(data.get("errcode") or 0)
    except (TypeError, ValueError):
        return 1
