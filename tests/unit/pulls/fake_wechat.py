"""WeCom and the official account as they answer: tokens, errcodes in HTTP 200, cursors of both endings."""

import json
from typing import Any

from tests.unit.pulls.fake_server import Asked, Platform

CORP, CORP_SECRET = "ww0fake", "corp-secret/+1"
APP, APP_SECRET = "wx0fake", "app-secret/+2"


def contact(userid: str, number: int, **external: Any) -> dict[str, Any]:
    """Return a friendship as batch/get_by_user gives it."""
    return {
        "external_contact": {"external_userid": f"wm{number:04d}", "name": f"小满{number}😀", "type": 1, **external},
        "follow_info": {
            "userid": userid,
            "createtime": 1714462290 + number,
            "tag_id": [],
            "remark_mobiles": [f"139{number + 1:08d}"],
            "add_way": 1,
        },
    }


class WithToken(Platform):
    """A platform whose calls carry a token in the address."""

    def __init__(self) -> None:
        super().__init__()
        self.token_number = 1
        self.forced = 0
        #: how an old token is refused, in turn
        self.refusals = [42001, 40014]

    def expire(self) -> None:
        self.token_number += 1

    def busy(self) -> dict[str, Any]:
        return {"errcode": -1, "errmsg": "system busy"}

    def rate(self) -> dict[str, Any]:
        return {"errcode": 45009, "errmsg": "api freq out of limit"}

    @property
    def token(self) -> str:
        return f"token-{self.token_number}-secret"

    def refused(self, asked: Asked) -> dict[str, Any] | None:
        if asked.query.get("access_token") == self.token:
            return None
        self.refusals.append(self.refusals.pop(0))
        return {"errcode": self.refusals[-1], "errmsg": f"invalid access_token {asked.query.get('access_token')}"}


class WeComPlatform(WithToken):
    """A company: members, contacts, groups, tags, mass messages.

    Parameters
    ----------
    ending
        How the last page of a list says so: "" or no key at all.
    page
        Most rows of a page, whatever is asked for: limits over it are clamped.
    """

    def __init__(self, ending: str = "empty", page: int = 4) -> None:
        super().__init__()
        self.ending, self.page = ending, page
        self.staff = [f"g{number:03d}" for number in range(12)]
        self.contacts = [contact(self.staff[number % 11], number) for number in range(33)]
        self.groups = {
            f"wr{number}": {
                "chat_id": f"wr{number}",
                "name": f"群{number}",
                "owner": self.staff[number % 12],
                "create_time": 1714462000 + number,
                "member_list": [{"userid": f"wm{number:04d}", "type": 2, "join_time": 1714462300, "join_scene": 3}],
            }
            for number in range(9)
        }
        self.tags = [
            {"group_id": f"tg{group}", "group_name": f"组{group}", "tag": [{"id": f"t{group}{n}", "name": f"标{n}"}]}
            for group in range(3)
            for n in range(1)
        ]
        #: msgid -> userid -> results; a member without results has not sent yet
        self.messages: dict[str, dict[str, list[dict[str, Any]]]] = {
            f"msg{number}": {
                userid: [
                    {"external_userid": f"wm{n:04d}", "userid": userid, "status": 1, "send_time": 1714470000 + n}
                    for n in range(number * 5 + 1)
                ]
                for userid in self.staff[:2]
            }
            for number in range(3)
        }
        for results in self.messages.values():
            results[self.staff[5]] = []
        self.messages_at = 0
        self.denied: dict[str, int] = {}
        self.is_strict = False
        self.most_visible = 1000
        self.secret = CORP_SECRET

    def is_token(self, asked: Asked) -> bool:
        return asked.path == "/cgi-bin/gettoken"

    def answer(self, asked: Asked) -> dict[str, Any]:
        if self.is_token(asked):
            if asked.query != {"corpid": CORP, "corpsecret": self.secret}:
                return {"errcode": 40001, "errmsg": f"不合法的secret参数 {asked.query.get('corpsecret')}"}
            return {"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200}
        if refused := self.refused(asked):
            return refused
        name = asked.path.rpartition("/cgi-bin/")[2].removeprefix("externalcontact/")
        if name in self.denied:
            return {"errcode": self.denied[name], "errmsg": "denied"}
        method = getattr(self, name.replace("/", "_"))
        return {"errcode": 0, "errmsg": "ok"} | method(asked.json if asked.method == "POST" else asked.query)

    def get_follow_user_list(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"follow_user": self.staff}

    def user_get(self, query: dict[str, Any]) -> dict[str, Any]:
        return self.member(query["userid"])

    def member(self, userid: str) -> dict[str, Any]:
        return {"userid": userid, "name": f"导购{userid}", "status": 1, "department": [1]}

    def batch_get_by_user(self, body: dict[str, Any]) -> dict[str, Any]:
        assert 0 < len(body["userid_list"]) <= 100
        having = {each["follow_info"]["userid"] for each in self.contacts}
        lacking = [userid for userid in body["userid_list"] if userid not in having]
        if len(lacking) == len(body["userid_list"]) or (self.is_strict and lacking):
            return {"errcode": 84061, "errmsg": "not external contact"}
        mine = [each for each in self.contacts if each["follow_info"]["userid"] in body["userid_list"]]
        return self.listed(mine, body, "external_contact_list", lambda each: self.key(each))

    @staticmethod
    def key(each: dict[str, Any]) -> str:
        return json.dumps([each["external_contact"]["external_userid"], each["follow_info"]["userid"]])

    def groupchat_list(self, body: dict[str, Any]) -> dict[str, Any]:
        owners = (body.get("owner_filter") or {}).get("userid_list")
        if owners is None and len(self.staff) > self.most_visible:
            return {"errcode": 81017, "errmsg": "too many staff"}
        chats = [
            {"chat_id": each["chat_id"], "status": 0}
            for each in self.groups.values()
            if owners is None or each["owner"] in owners
        ]
        return self.listed(chats, body, "group_chat_list", lambda each: each["chat_id"])

    def groupchat_get(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["chat_id"] not in self.groups:
            return {"errcode": 40050, "errmsg": "chatid not found"}
        return {"group_chat": self.groups[body["chat_id"]]}

    def get_corp_tag_list(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"tag_group": self.tags}

    def get_groupmsg_list_v2(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["end_time"] - body["start_time"] <= 31 * 86_400
        inside = body["start_time"] <= self.messages_at < body["end_time"]
        found = [{"msgid": msgid, "creator": "admin"} for msgid in self.messages] if inside else []
        return self.listed(found, body, "group_msg_list", lambda each: each["msgid"])

    def get_groupmsg_task(self, body: dict[str, Any]) -> dict[str, Any]:
        tasks = [
            {"userid": userid, "status": 2 if results else 0}
            for userid, results in self.messages[body["msgid"]].items()
        ]
        return self.listed(tasks, body, "task_list", lambda each: each["userid"])

    def get_groupmsg_send_result(self, body: dict[str, Any]) -> dict[str, Any]:
        results = self.messages[body["msgid"]][body["userid"]]
        return self.listed(results, body, "send_list", lambda each: each["external_userid"])

    def listed(self, rows: list[Any], body: dict[str, Any], name: str, key: Any) -> dict[str, Any]:
        """Return a page; its cursor names the last row given, so that changes elsewhere move nothing.

        After the first page comes one without a row that has a cursor all the same.
        """
        cursor = body.get("cursor", "")
        ordered = sorted(rows, key=key)
        if cursor.startswith("pause "):
            cursor = cursor.removeprefix("pause ")
        elif cursor and len(ordered) >= self.page and cursor == key(ordered[self.page - 1]):
            return {name: [], "next_cursor": f"pause {cursor}"}
        left = [each for each in ordered if not cursor or key(each) > cursor]
        page = left[: min(self.page, body.get("limit", 50))]
        if len(left) > len(page):
            return {name: page, "next_cursor": key(page[-1])}
        return {name: page} | ({"next_cursor": ""} if self.ending == "empty" else {})


class OfficialAccountPlatform(WithToken):
    """An official account with followers; who left is told as subscribe 0."""

    def __init__(self, ending: str = "empty", page: int = 90) -> None:
        super().__init__()
        self.ending, self.page = ending, page
        self.followers = [f"oA{number:05d}" for number in range(230)]
        self.secret = APP_SECRET

    def is_token(self, asked: Asked) -> bool:
        return asked.path == "/cgi-bin/stable_token"

    def answer(self, asked: Asked) -> dict[str, Any]:
        if self.is_token(asked):
            if (asked.json["appid"], asked.json["secret"]) != (APP, self.secret):
                return {"errcode": 40125, "errmsg": "invalid appsecret"}
            if asked.json["force_refresh"]:
                self.forced += 1
                self.expire()
            return {"access_token": self.token, "expires_in": 7200}
        if refused := self.refused(asked):
            return refused
        if asked.path == "/cgi-bin/user/get":
            start = asked.query.get("next_openid", "")
            left = [openid for openid in self.followers if openid > start]
            page = left[: self.page]
            said = {"total": len(self.followers), "count": len(page)}
            if not page:
                return said | {"empty": {"next_openid": ""}, "again": {"next_openid": start}, "absent": {}}[self.ending]
            return said | {"data": {"openid": page}, "next_openid": page[-1]}
        wanted = [each["openid"] for each in asked.json["user_list"]]
        assert 0 < len(wanted) <= 100
        return {"user_info_list": [self.user(openid) for openid in wanted]}

    def user(self, openid: str) -> dict[str, Any]:
        if openid not in self.followers:
            return {"subscribe": 0, "openid": openid}
        return {"subscribe": 1, "openid": openid, "subscribe_time": 1714461000, "subscribe_scene": "ADD_SCENE_QR_CODE"}
