"""Tencent Cloud SMS: what became of messages, and what people replied. Both are queues that give each entry once.

So a page goes to the disk as it comes, before a byte of it is read: whoever is killed, or whose connection breaks,
finds it there. What a broken answer still held whole is landed; what it lost is lost at the platform too, and is said.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

import requests

from orchestration import clock
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, sync_folder
from orchestration.pulls.calls import Kind, PullError, Unread, Verdict, is_json
from orchestration.pulls.shelf import Page
from orchestration.pulls.window import epoch_seconds
from orchestration.pulls.work import Work

SECRET_ID: Final = "TENCENTCLOUD_SECRET_ID"  # noqa: S105 - the variable's name
SECRET_KEY: Final = "TENCENTCLOUD_SECRET_KEY"  # noqa: S105 - the variable's name
SDK_APP_ID: Final = "TENCENT_SMS_SDK_APP_ID"
VERSION: Final = "2021-01-11"
REGION: Final = "ap-guangzhou"
ENTRIES_A_PAGE: Final = 100
#: A queue whose every answer breaks loses a page with each: stop and let somebody look.
MOST_BROKEN: Final = 2
SPOOL: Final = "spool"
CUT: Final = "cut"
SERVICE: Final = "sms"
_SIGNED_HEADERS: Final = "content-type;host"
_CONTENT_TYPE: Final = "application/json; charset=utf-8"
_BUSY: Final = ("InternalError", "FailedOperation.", "ServiceUnavailable", "ResourceUnavailable")
_REMEDIES: Final = {
    "AuthFailure": "the secret id or key is wrong, or has no right to SMS",
    "UnauthorizedOperation": "the account has no right to this call: ask the SMS helper to enable it",
}


def statuses(work: Work) -> None:
    """Pull what became of messages, until the queue is empty."""
    _empty_queue(work, "PullSmsSendStatus", "PullSmsSendStatusSet")


def replies(work: Work) -> None:
    """Pull what people replied, until the queue is empty."""
    _empty_queue(work, "PullSmsReplyStatus", "PullSmsReplyStatusSet")


def _empty_queue(work: Work, action: str, listed: str) -> None:
    spool = work.settings.home / "pulls" / SPOOL / f"{action}-{work.secrets[SDK_APP_ID]}"
    spool.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    asked = {"SmsSdkAppId": work.secrets[SDK_APP_ID], "Limit": ENTRIES_A_PAGE}
    broken = _land_spool(work, spool, action, listed, asked)
    while broken < MOST_BROKEN:
        try:
            answer = work.calls.ask(action, lambda: _request(work, action, asked), judge, sink=_sink(spool))
            is_empty = not (answer.data.get("Response") or {}).get(listed)
        except Unread:
            is_empty = False
        broken += _land_spool(work, spool, action, listed, asked)
        if is_empty:
            break
    if work.calls.counts.unanswered:
        work.say(
            f"{action}: {work.calls.counts.unanswered} requests were never answered: had the platform given a page to"
            " one of them, that page is gone; the console's count for the day tells"
        )
    if broken:
        raise PullError(
            f"{action}: {broken} answers broke off; what they held whole has landed, the rest is gone at the platform. "
            f"The bytes lie in pulls/{CUT}/: compare with the console, and pull again"
        )


def _sink(spool: Path) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        taken = [int(path.stem) for path in spool.glob("*.json")]
        path = spool / f"{max(taken, default=0) + 1:06d}.json"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
        sync_folder(spool)
        return os.fdopen(descriptor, "wb")

    return opened


def _land_spool(work: Work, spool: Path, action: str, listed: str, asked: dict[str, Any]) -> int:
    """Land what lies in the spool, and return how many of its answers were cut."""
    broken = 0
    for path in sorted(spool.glob("*.json")):
        body = path.read_bytes()
        records, is_whole = entries(body, listed)
        sha256 = hashlib.sha256(body).hexdigest()
        # No place: the queue gives a page once.
        work.shelf.land(Page(action, asked, records, sha256, place=""))
        if is_whole:
            path.unlink()
        else:
            broken += 1
            cut = work.settings.home / "pulls" / CUT
            cut.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
            path.replace(cut / f"{action}-{clock.now():%Y%m%dT%H%M%S}-{sha256[:16]}.json")
            work.say(f"{action}: an answer broke off after {len(records)} whole entries")
    return broken


def entries(body: bytes, listed: str) -> tuple[list[dict[str, Any]], bool]:
    """Return the entries of an answer that came whole, and whether all of it did; a page of HTML is no answer."""
    if not is_json(body):
        return [], True
    text = body.decode("utf-8", "replace")
    decoder = json.JSONDecoder(strict=False)
    try:
        response = json.loads(text, strict=False).get("Response") or {}
        return list(response.get(listed) or []), True
    except (ValueError, AttributeError):
        found: list[dict[str, Any]] = []
    begins = re.search(rf'"{listed}"\s*:\s*\[', text)
    at = begins.end() if begins else len(text)
    while (opens := re.compile(r"[\s,]*(?=\{)").match(text, at)) is not None:
        try:
            entry, at = decoder.raw_decode(text, opens.end())
        except ValueError:
            break
        found.append(entry)
    return found, False


def _request(work: Work, action: str, body: dict[str, Any]) -> requests.Request:
    payload = json.dumps(body).encode()
    at = epoch_seconds(clock.now())
    host = urlsplit(work.base_url).netloc
    authorization = sign(work.secrets[SECRET_ID], work.secrets[SECRET_KEY], SERVICE, host, payload, at)
    headers = {
        "Authorization": authorization,
        "Content-Type": _CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Timestamp": str(at),
        "X-TC-Version": VERSION,
        "X-TC-Region": REGION,
    }
    return requests.Request("POST", f"{work.base_url}/", headers=headers, data=payload)


def sign(secret_id: str, secret_key: str, service: str, host: str, payload: bytes, at: int) -> str:
    """Return the header Authorization of a request by TC3-HMAC-SHA256; ``at`` is epoch seconds."""
    date = dt.datetime.fromtimestamp(at, dt.UTC).date().isoformat()
    headers = f"content-type:{_CONTENT_TYPE}\nhost:{host}\n"
    canonical = "\n".join(["POST", "/", "", headers, _SIGNED_HEADERS, hashlib.sha256(payload).hexdigest()])
    scope = f"{date}/{service}/tc3_request"
    text = "\n".join(["TC3-HMAC-SHA256", str(at), scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={secret_id}/{scope}"
    return f"TC3-HMAC-SHA256 {credential}, SignedHeaders={_SIGNED_HEADERS}, Signature={signature}"


def judge(data: dict[str, Any]) -> Verdict:
    """Say what an answer is."""
    response = data.get("Response")
    if not isinstance(response, dict):
        return Verdict(Kind.BUSY, "the answer holds no Response")
    error = response.get("Error")
    if not error:
        return Verdict(Kind.GOOD)
    code = str(error.get("Code") or "")
    said = f"{code}: {error.get('Message') or ''}"
    if code.startswith(("RequestLimitExceeded", "LimitExceeded")):
        return Verdict(Kind.RATE, said)
    if code.startswith(_BUSY):
        return Verdict(Kind.BUSY, said)
    remedy = next((words for begin, words in _REMEDIES.items() if code.startswith(begin)), "")
    return Verdict(Kind.REFUSED, said, remedy)
