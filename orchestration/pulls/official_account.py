"""The official account (公众号): its followers, and who followed at the last pull and no longer does.

The token is the stable one: asking for the classic one would make every other system of the brand lose its own.
"""

from typing import Final

import requests

from orchestration.pulls.calls import PullError
from orchestration.pulls.shelf import Page
from orchestration.pulls.wechat import WeChat
from orchestration.pulls.work import Work

APP_ID: Final = "OFFICIAL_ACCOUNT_APP_ID"
SECRET: Final = "OFFICIAL_ACCOUNT_SECRET"  # noqa: S105 - the variable's name
USERS_A_CALL: Final = 100
_INFO: Final = "/cgi-bin/user/info/batchget"
_TOKEN: Final = "/cgi-bin/stable_token"  # noqa: S105 - an address


def _client(work: Work) -> WeChat:
    def token_request(is_forced: bool) -> requests.Request:
        body: dict[str, str | bool] = {
            "grant_type": "client_credential",
            "appid": work.secrets[APP_ID],
            "secret": work.secrets[SECRET],
            "force_refresh": is_forced,
        }
        return requests.Request("POST", f"{work.base_url}{_TOKEN}", json=body)

    return WeChat(work.calls, work.base_url, _TOKEN, token_request)


def users(work: Work) -> None:
    """Pull what the platform says of every follower, and of everybody who left since the last pull (subscribe 0)."""
    client = _client(work)
    followers: dict[str, None] = {}
    cursor = ""
    while True:
        answer = client.get("/cgi-bin/user/get", {"next_openid": cursor} if cursor else {})
        openids = (answer.data.get("data") or {}).get("openid") or []
        known = len(followers)
        followers |= dict.fromkeys(map(str, openids))
        # The last page names its own last openid, "" or nothing as the next one.
        cursor = str(answer.data.get("next_openid") or "")
        if not openids or not cursor:
            break
        if len(followers) == known:
            raise PullError("/cgi-bin/user/get: the same followers came twice, so the list would never end; pull again")
    left = sorted(work.book.members() - followers.keys())
    for openids in (sorted(followers), left):
        for start in range(0, len(openids), USERS_A_CALL):
            batch = openids[start : start + USERS_A_CALL]
            asked = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in batch]}
            answer = client.post(_INFO, asked)
            records = answer.data.get("user_info_list") or []
            place = f"users {batch[0]}" if openids is not left else ""
            work.shelf.land(Page(_INFO, asked, records, answer.sha256, place, start // USERS_A_CALL + 1))
    work.book.remember_members(followers)
