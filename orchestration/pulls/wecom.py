"""WeCom (企业微信): who may talk to customers, their contacts, groups, tags, and what became of mass messages.

Endpoints and limits: the platform's pages of 客户联系; which of them were not tried is said in docs/operations.md.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import requests

from orchestration.pulls.calls import PullError
from orchestration.pulls.shelf import Page
from orchestration.pulls.wechat import WeChat
from orchestration.pulls.window import epoch_seconds
from orchestration.pulls.work import Work

CORP_ID: Final = "WECOM_CORP_ID"
SECRET: Final = "WECOM_SECRET"  # noqa: S105 - the variable's name
_API: Final = "/cgi-bin/externalcontact"
_TOKEN: Final = "/cgi-bin/gettoken"  # noqa: S105 - an address
#: members in one call, and rows of a page
BATCH: Final = 100
CONTACTS_A_PAGE: Final = 100
GROUPS_A_PAGE: Final = 1000
MESSAGES_A_PAGE: Final = 100
RESULTS_A_PAGE: Final = 1000
#: a month is the longest that the list of mass messages answers for
MESSAGE_STEP: Final = dt.timedelta(days=30)
NO_CUSTOMERS: Final = frozenset({84061})
#: the member, or the group, is gone since it was listed
MEMBER_GONE: Final = frozenset({60111})
GROUP_GONE: Final = frozenset({40050, 86001})
NO_RIGHT: Final = frozenset({48002, 60011})
TOO_MANY_MEMBERS: Final = "81017"
_SENT: Final = 2


def _client(work: Work) -> WeChat:
    def token_request(is_forced: bool) -> requests.Request:
        query = {"corpid": work.secrets[CORP_ID], "corpsecret": work.secrets[SECRET]}
        return requests.Request("GET", f"{work.base_url}{_TOKEN}", params=query)

    return WeChat(work.calls, work.base_url, _TOKEN, token_request)


def _follow_users(client: WeChat) -> list[str]:
    """Return the members who may talk to customers, sorted: batches of them are the same from pull to pull."""
    return sorted(map(str, client.get(f"{_API}/get_follow_user_list", {}).data.get("follow_user") or []))


def staff(work: Work) -> None:
    """Pull the members who may talk to customers, each with what the app may see of them."""
    client = _client(work)
    for userid in _follow_users(client):
        answer = client.get("/cgi-bin/user/get", {"userid": userid}, empty=NO_RIGHT | MEMBER_GONE)
        if answer.is_empty:
            # The app may not see the directory: that the member talks to customers is known all the same.
            record = {"userid": userid}
        else:
            record = {key: value for key, value in answer.data.items() if key not in ("errcode", "errmsg")}
        request = {"userid": userid}
        work.shelf.gather(Page("/cgi-bin/user/get", request, [record], answer.sha256, place=f"user {userid}"))


def contacts(work: Work) -> None:
    """Pull every friendship of a customer and a member; those that are gone since the last pull land as deleted."""
    client = _client(work)
    users = _follow_users(client)
    there: set[str] = set()
    for batch in _batches(users):
        for page in _contact_pages(client, batch):
            for record in page.records:
                there.add(_pair(record["follow_info"]["userid"], record["external_contact"]["external_userid"]))
            work.shelf.land(page)
    _land_deletions(work, there, set(users))
    work.book.remember_members(there)


def _batches(users: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(users), BATCH):
        yield users[start : start + BATCH]


def _contact_pages(client: WeChat, users: Sequence[str]) -> Iterator[Page]:
    path = f"{_API}/batch/get_by_user"
    body = {"userid_list": list(users), "limit": CONTACTS_A_PAGE}
    named = hashlib.sha256("\n".join(users).encode()).hexdigest()[:16]
    for number, asked, answer in client.pages(path, body, empty=NO_CUSTOMERS):
        if answer.is_empty and len(users) > 1:
            # One of them has no customers; nobody says whether the others were looked at.
            half = len(users) // 2
            yield from _contact_pages(client, users[:half])
            yield from _contact_pages(client, users[half:])
            return
        records = answer.data.get("external_contact_list") or []
        yield Page(path, asked, records, answer.sha256, place=f"contacts {named} {number}", number=number)


def _pair(userid: str, external_userid: str) -> str:
    return json.dumps([userid, external_userid])


def _land_deletions(work: Work, there: set[str], users: set[str]) -> None:
    """Land who was somebody's friend at the last pull and is not now, in the form of the callback that says so.

    Only of members who still talk to customers: one who lost that right, or whom the app no longer sees, takes all
    friends out of the answer and loses none of them.
    """
    gone = [json.loads(pair) for pair in sorted(work.book.members() - there)]
    happened = epoch_seconds(work.now)
    records = [
        {
            "ChangeType": "del_external_contact",
            "UserID": userid,
            "ExternalUserID": external_userid,
            "CreateTime": happened,
            "siyu_says": "was in the pull before and is not in this one",
        }
        for userid, external_userid in gone
        if userid in users
    ]
    if records:
        sha256 = hashlib.sha256(json.dumps(gone).encode()).hexdigest()
        work.shelf.land(Page("compared with the pull before", {}, records, sha256, place=""), "contact_changes")


def groups(work: Work) -> None:
    """Pull every customer group with its members."""
    client = _client(work)
    path = f"{_API}/groupchat/get"
    for chat_id in _chat_ids(client):
        asked = {"chat_id": chat_id, "need_name": 0}
        answer = client.post(path, asked, empty=GROUP_GONE)
        if answer.data.get("group_chat"):
            record = {"group_chat": answer.data["group_chat"]}
            work.shelf.gather(Page(path, asked, [record], answer.sha256, place=f"group {chat_id}"))


def _chat_ids(client: WeChat) -> list[str]:
    body = {"status_filter": 0, "limit": GROUPS_A_PAGE}
    try:
        return _listed_chats(client, body)
    except PullError as error:
        if TOO_MANY_MEMBERS not in str(error):
            raise
    found: dict[str, None] = {}
    for batch in _batches(_follow_users(client)):
        found |= dict.fromkeys(_listed_chats(client, {**body, "owner_filter": {"userid_list": list(batch)}}))
    return list(found)


def _listed_chats(client: WeChat, body: dict[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    for _, _, answer in client.pages(f"{_API}/groupchat/list", body):
        found |= {str(chat["chat_id"]): None for chat in answer.data.get("group_chat_list") or []}
    return list(found)


def tags(work: Work) -> None:
    """Pull the company's tags, by group."""
    path = f"{_API}/get_corp_tag_list"
    answer = _client(work).post(path, {})
    work.shelf.land(Page(path, {}, answer.data.get("tag_group") or [], answer.sha256, place="tags"))


def send_results(work: Work) -> None:
    """Pull, of the mass messages made in a time, who got them; members who have not sent yet have no results."""
    client = _client(work)
    window = work.window
    assert window is not None
    path = f"{_API}/get_groupmsg_send_result"
    for part in window.slices(MESSAGE_STEP):
        asked = {"chat_type": "single", "limit": MESSAGES_A_PAGE}
        asked |= {"start_time": epoch_seconds(part.start), "end_time": epoch_seconds(part.end)}
        messages = [
            str(message["msgid"])
            for _, _, answer in client.pages(f"{_API}/get_groupmsg_list_v2", asked)
            for message in answer.data.get("group_msg_list") or []
        ]
        for msgid in dict.fromkeys(messages):
            for userid in _senders(client, msgid):
                body = {"msgid": msgid, "userid": userid, "limit": RESULTS_A_PAGE}
                for number, requested, answer in client.pages(path, body):
                    # The answer does not say of which message it tells.
                    records = [{"msgid": msgid, **one} for one in answer.data.get("send_list") or []]
                    place = f"results {msgid} {userid} {number}"
                    work.shelf.gather(Page(path, requested, records, answer.sha256, place, number, part))


def _senders(client: WeChat, msgid: str) -> list[str]:
    body = {"msgid": msgid, "limit": RESULTS_A_PAGE}
    return [
        str(task["userid"])
        for _, _, answer in client.pages(f"{_API}/get_groupmsg_task", body)
        for task in answer.data.get("task_list") or []
        if task.get("status") == _SENT
    ]
