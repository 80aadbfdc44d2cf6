"""One call to a platform: sent, judged by what its body says, tried again where that can help.

Platforms answer business errors with HTTP 200, so a retry that looks at the status alone is blind to them: every answer
goes to the platform's own judge. How often and how long we wait is urllib3's ``Retry``, which we drive ourselves: its
own log lines, and those of its pool, name whole addresses, in which WeCom wants the secret.
"""

import dataclasses
import enum
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable
from typing import IO, Any, Final
from urllib.parse import quote, quote_plus

import requests
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util import Retry

from orchestration.channels.engine.contacts import EMBEDDED

#: Seconds to connect, and between two bytes of an answer.
TIMEOUTS: Final = (10, 60)
#: Further attempts; WeCom's own page asks for no more than three.
ATTEMPTS: Final = 3
#: A platform that counts by the minute is asked again after minutes, not seconds.
RATE_FACTOR: Final = 15
LONGEST_WAIT_SECONDS: Final = 120
_BLOCK: Final = 1 << 16
_MOST_SAID: Final = 200

# Whole addresses stand in the pool's warnings and debug lines.
logging.getLogger("urllib3.connectionpool").setLevel(logging.CRITICAL)


class PullError(RuntimeError):
    """A pull that stopped: where, why and what to do. What landed before it stays, and the next pull goes on."""


class CursorGone(PullError):
    """The platform does not know its own cursor any more: the list has to be asked for from its beginning."""


class Kind(enum.Enum):
    """What an answer is."""

    GOOD = "good"
    #: nothing there; no error
    EMPTY = "empty"
    BUSY = "busy"
    RATE = "rate"
    TOKEN = "token"  # noqa: S105 - a word, no secret
    CURSOR = "cursor"
    REFUSED = "refused"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What an answer is, in a platform's own words, and what to do about it."""

    kind: Kind
    said: str = ""
    remedy: str = ""


@dataclasses.dataclass(frozen=True)
class Answer:
    """A good answer: its data, and the sha256 of its bytes as they came."""

    data: dict[str, Any]
    sha256: str
    is_empty: bool = False


@dataclasses.dataclass
class Counts:
    """What the calls of a pull came to."""

    calls: int = 0
    retries: int = 0
    refreshes: int = 0
    #: requests that were never answered, so that nobody knows whether they were carried out
    unanswered: int = 0


class Unread(Exception):
    """An answer of which nothing, or not all, could be read; ``body`` is what came of it."""

    def __init__(self, why: str, body: bytes = b"", raw: Any = None) -> None:
        super().__init__(why)
        self.body = body
        self.raw = raw


class Calls:
    """The calls of one pull.

    Parameters
    ----------
    platform
        Its name in messages.
    backoff_seconds
        Twice this is the wait after a second fault; it doubles from there.
    secrets
        Values that no message may hold.
    """

    def __init__(self, platform: str, backoff_seconds: float, secrets: Iterable[str]) -> None:
        self._platform = platform
        self._backoff_seconds = backoff_seconds
        self._secrets = [secret for secret in secrets if secret]
        self._session = requests.Session()
        # Credentials are ours to add: a .netrc of the machine puts its own in their place.
        self._session.auth = _as_it_is
        self.counts = Counts()

    def conceal(self, secret: str) -> None:
        """Add a value that no message may hold: a token that was just handed out."""
        self._secrets.append(secret)

    def clean(self, text: object) -> str:
        """Return what a platform said, short and without secrets and contact values."""
        said = " ".join(str(text).split())
        for secret in self._secrets:
            for spelled in {secret, quote(secret, safe=""), quote_plus(secret)}:
                said = said.replace(spelled, "***")
        return EMBEDDED.sub("(withheld)", said)[:_MOST_SAID]

    def ask(
        self,
        what: str,
        build: Callable[[], requests.Request],
        judge: Callable[[dict[str, Any]], Verdict],
        refresh: Callable[[], None] | None = None,
        sink: Callable[[], IO[bytes]] | None = None,
    ) -> Answer:
        """Return the good answer to a request.

        Parameters
        ----------
        what
            The endpoint, for messages; never the whole address.
        build
            Makes the request, anew for every attempt: tokens and signatures age.
        judge
            What a body says of itself.
        refresh
            Gets a new token; called once at the most, where the old one is refused.
        sink
            Opens a file into which the body goes as it comes, on the disk before it is read: for a queue that gives
            each page once.

        Raises
        ------
        PullError
            The platform refuses, or goes on failing.
        Unread
            Only with a sink: the body was cut. Asking again would ask for the next page.
        """
        retry = Retry(
            total=ATTEMPTS,
            backoff_factor=self._backoff_seconds,
            backoff_max=LONGEST_WAIT_SECONDS,
            retry_after_max=LONGEST_WAIT_SECONDS,
        )
        slow = retry.new(total=ATTEMPTS + 1, backoff_factor=self._backoff_seconds * RATE_FACTOR)
        # Retry does not wait after a first fault; whoever is told that it asks too often does.
        slow = slow.increment(url=what, error=Exception(what))
        is_refreshed = False
        while True:
            self.counts.calls += 1
            raw = None
            try:
                body, raw = self._once(build(), sink)
                data = _read(body)
                verdict = judge(data)
            except Unread as unread:
                if sink is not None and is_json(unread.body):
                    raise
                self.counts.unanswered += unread.raw is None and not unread.body
                raw, verdict = unread.raw, Verdict(Kind.BUSY, str(unread))
            if verdict.kind in (Kind.GOOD, Kind.EMPTY):
                return Answer(data, hashlib.sha256(body).hexdigest(), verdict.kind is Kind.EMPTY)
            if verdict.kind is Kind.TOKEN and refresh is not None and not is_refreshed:
                is_refreshed = True
                self.counts.refreshes += 1
                refresh()
                continue
            if verdict.kind is Kind.CURSOR:
                raise CursorGone(self._sentence(what, verdict))
            if verdict.kind not in (Kind.BUSY, Kind.RATE):
                raise PullError(self._sentence(what, verdict))
            try:
                if verdict.kind is Kind.RATE:
                    slow = slow.increment(url=what, error=Exception(what))
                else:
                    retry = retry.increment(url=what, error=Exception(what))
            except MaxRetryError:
                raise PullError(self._sentence(what, verdict)) from None
            self.counts.retries += 1
            (slow if verdict.kind is Kind.RATE else retry).sleep(raw)

    def _once(self, request: requests.Request, sink: Callable[[], IO[bytes]] | None) -> tuple[bytes, Any]:
        """Send a request and return its body, and the answer whose header may say when to ask again."""
        response, file, body = None, None, bytearray()
        try:
            prepared = self._session.prepare_request(request)
            where = self._session.merge_environment_settings(prepared.url or "", {}, True, None, None)
            # A redirect would carry the credentials elsewhere.
            response = self._session.send(prepared, timeout=TIMEOUTS, allow_redirects=False, **where)
            is_good = response.status_code == requests.codes.ok
            # read1, not stream: that one holds back what came of an answer that breaks off.
            while chunk := response.raw.read1(_BLOCK, decode_content=True):
                if sink is not None and is_good and file is None:
                    file = sink()
                body += chunk
                if file is not None:
                    file.write(chunk)
                    file.flush()
        except (requests.RequestException, HTTPError) as error:
            raise Unread(f"the connection failed ({type(error).__name__})", bytes(body)) from None
        finally:
            if file is not None:
                os.fsync(file.fileno())
                file.close()
            if response is not None:
                response.close()
        if response.status_code != requests.codes.ok:
            raise Unread(f"HTTP {response.status_code}", raw=response.raw)
        return bytes(body), response.raw

    def _sentence(self, what: str, verdict: Verdict) -> str:
        said = self.clean(verdict.said)
        if verdict.kind is Kind.RATE:
            then = "it limits how often it may be asked: pull again later"
        elif verdict.kind is Kind.BUSY:
            then = f"it went on so for {ATTEMPTS + 1} attempts: pull again later"
        else:
            then = verdict.remedy or "the platform's page of error codes says what it means"
        return f"{self._platform} {what}: {said}; {then}"


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def is_json(body: bytes) -> bool:
    """Say whether a body begins as the platform's answers do; a gateway's page of HTML is none of them."""
    return body.lstrip().startswith(b"{")


def _read(body: bytes) -> dict[str, Any]:
    """Return a body's object; platforms let control characters and halves of emoji through."""
    try:
        data = json.loads(body.decode("utf-8", "replace"), strict=False)
    except ValueError:
        raise Unread("the answer is not whole JSON", body) from None
    if not isinstance(data, dict):
        raise Unread("the answer is no JSON object", b"")
    return data
