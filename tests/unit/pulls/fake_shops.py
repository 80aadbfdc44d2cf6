"""Taobao's trades, newest first and moving, and Tencent's queues, which give each entry once."""

import datetime as dt
import hashlib
import hmac
import re
from typing import Any

from tests.unit.pulls.fake_server import Asked, Platform

APP_KEY, APP_SECRET, SESSION, SHOP = "1200fake", "top-secret/+3", "session-secret/+4", "shop_fake"
SECRET_ID, SECRET_KEY, SDK_APP_ID = "AKIDfake", "tencent-secret/+5", "1400fake"


def trade(number: int, modified: str) -> dict[str, Any]:
    """Return a trade with one line."""
    return {
        "tid": 3912000000000000000 + number,
        "tid_str": str(3912000000000000000 + number),
        "status": "TRADE_FINISHED",
        "type": "fixed",
        "created": "2026-03-01 10:00:00",
        "pay_time": "2026-03-01 10:00:10",
        "modified": modified,
        "payment": "218.00",
        "post_fee": "0.00",
        "buyer_open_uid": f"AAFake{number}",
        "receiver_state": "上海",
        "orders": {
            "order": [
                {
                    "oid_str": str(4912000000000000000 + number),
                    "outer_sku_id": "SKU-1",
                    "price": "218.00",
                    "num": 1,
                    "divide_order_fee": "218.00",
                }
            ]
        },
    }


class TaobaoPlatform(Platform):
    """A shop's trades by their time of change."""

    def __init__(self, trades: list[dict[str, Any]]) -> None:
        super().__init__()
        self.trades = {each["tid"]: each for each in trades}
        self.error: dict[str, Any] | None = None

    def busy(self) -> dict[str, Any]:
        return {"error_response": {"code": 15, "msg": "Remote service error", "sub_code": "isp.top-remote-timeout"}}

    def rate(self) -> dict[str, Any]:
        said = {"code": 7, "msg": "App Call Limited", "sub_code": "accesscontrol.limited-by-api-access-count"}
        return {"error_response": said}

    def answer(self, asked: Asked) -> dict[str, Any]:
        form = asked.form
        told = form.pop("sign")
        text = "".join(key + form[key] for key in sorted(form))
        assert told == hmac.new(APP_SECRET.encode(), text.encode(), "md5").hexdigest().upper()
        assert (form["app_key"], form["v"], form["sign_method"]) == (APP_KEY, "2.0", "hmac")
        if self.error:
            return {"error_response": self.error}
        if form["session"] != SESSION:
            return {"error_response": {"code": 27, "msg": f"Invalid session:{form['session']}"}}
        first, last = (dt.datetime.fromisoformat(form[name]) for name in ("start_modified", "end_modified"))
        assert last - first <= dt.timedelta(days=1)
        inside = [
            each for each in self.trades.values() if form["start_modified"] < each["modified"] < form["end_modified"]
        ]
        inside.sort(key=lambda each: (each["modified"], each["tid"]), reverse=True)
        size, number = int(form["page_size"]), int(form["page_no"])
        page = inside[(number - 1) * size : number * size]
        said: dict[str, Any] = {"total_results": len(inside)}
        return {"trades_sold_increment_get_response": said | ({"trades": {"trade": page}} if page else {})}


def status(number: int) -> dict[str, Any]:
    """Return what became of a message, as PullSmsSendStatus gives it."""
    return {
        "UserReceiveTime": 1772330400 + number,
        "CountryCode": "86",
        "SubscriberNumber": f"138{number + 1:08d}",
        "PhoneNumber": f"+86138{number + 1:08d}",
        "SerialNo": f"2640:{number}",
        "ReportStatus": "SUCCESS" if number % 5 else "FAIL",
        "Description": "DELIVRD",
        "SessionContext": "aud-1",
    }


def reply(number: int) -> dict[str, Any]:
    """Return a reply, as PullSmsReplyStatus gives it."""
    return {
        "ExtendCode": "11",
        "CountryCode": "86",
        "PhoneNumber": f"+86138{number + 1:08d}",
        "SignName": "小满",
        "ReplyContent": "TD" if number % 2 else "好的",
        "ReplyTime": 1772330400 + number,
        "SubscriberNumber": f"138{number + 1:08d}",
    }


class TencentPlatform(Platform):
    """Two queues; what was given is gone."""

    def __init__(self, entries: int = 650) -> None:
        super().__init__()
        self.statuses = [status(number) for number in range(entries)]
        self.replies = [reply(number) for number in range(entries)]
        #: what the queue gave away, page by page
        self.given: list[list[dict[str, Any]]] = []
        self.error: dict[str, str] | None = None

    def busy(self) -> dict[str, Any]:
        return {"Response": {"Error": {"Code": "InternalError.Timeout", "Message": "busy"}, "RequestId": "r"}}

    def rate(self) -> dict[str, Any]:
        return {"Response": {"Error": {"Code": "RequestLimitExceeded", "Message": "too fast"}, "RequestId": "r"}}

    def answer(self, asked: Asked) -> dict[str, Any]:
        assert asked.headers["X-TC-Version"] == "2021-01-11"
        scope = re.match(
            r"TC3-HMAC-SHA256 Credential=AKIDfake/(\d{4}-\d\d-\d\d)/sms/tc3_request", asked.headers["Authorization"]
        )
        assert scope
        canonical = (
            f"POST\n/\n\ncontent-type:{asked.headers['Content-Type']}\nhost:{asked.headers['Host']}\n\ncontent-type;host\n"
            f"{hashlib.sha256(asked.body).hexdigest()}"
        )
        text = (
            f"TC3-HMAC-SHA256\n{asked.headers['X-TC-Timestamp']}\n{scope[1]}/sms/tc3_request\n"
            f"{hashlib.sha256(canonical.encode()).hexdigest()}"
        )
        key = b"TC3" + SECRET_KEY.encode()
        for part in (scope[1], "sms", "tc3_request", text):
            key = hmac.digest(key, part.encode(), "sha256")
        if self.error or not asked.headers["Authorization"].endswith(f"Signature={key.hex()}"):
            said = self.error or {"Code": "AuthFailure.SignatureFailure", "Message": "signature"}
            return {"Response": {"Error": said, "RequestId": "r"}}
        action = asked.headers["X-TC-Action"]
        queue = self.statuses if action == "PullSmsSendStatus" else self.replies
        page = queue[: asked.json["Limit"]]
        del queue[: asked.json["Limit"]]
        self.given.append(page)
        return {"Response": {f"{action}Set": page, "RequestId": "r"}}
