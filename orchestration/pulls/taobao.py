"""Taobao and Tmall trades by when they were changed, over the TOP gateway.

A list is paged from its last page backwards: it stands newest first, and a trade that changes again meanwhile leaves
the window, which moves everything behind it one place forward. Forwards that loses a trade, backwards it repeats one.
"""

import datetime as dt
import hmac
from typing import Any, Final

import requests

from orchestration import clock
from orchestration.pulls.calls import Answer, Kind, Verdict
from orchestration.pulls.shelf import Page
from orchestration.pulls.window import Window, in_shanghai
from orchestration.pulls.work import Work

APP_KEY: Final = "TAOBAO_APP_KEY"
APP_SECRET: Final = "TAOBAO_APP_SECRET"  # noqa: S105 - the variable's name
SESSION: Final = "TAOBAO_SESSION"
SHOP: Final = "TAOBAO_SHOP"
METHOD: Final = "taobao.trades.sold.increment.get"
#: half an hour is what the platform's page advises
STEP: Final = dt.timedelta(minutes=30)
#: 40 to 50 is what the platform's page advises
TRADES_A_PAGE: Final = 50
#: Whether a window holds its own first second is not said: asking from a second earlier holds it in any case.
OVERLAP: Final = dt.timedelta(seconds=1)
#: What the channel reads, and nothing of the receiver.
FIELDS: Final = (
    "tid,tid_str,status,type,step_trade_status,created,pay_time,modified,end_time,payment,total_fee,discount_fee,"
    "adjust_fee,post_fee,buyer_open_uid,ouid,receiver_state,receiver_city,orders"
)
#: Left out, only the first five come, silently.
TYPES: Final = (
    "guarantee_trade,auto_delivery,ec,cod,step,fixed,auction,independent_simple_trade,independent_shop_trade,fenxiao,"
    "game_equipment,shopex_trade,netcn_trade,external_trade,instant_trade,b2c_cod,hotel_trade,super_market_trade,"
    "super_market_cod_trade,taohua,waimai,nopaid,eticket,tmall_i18n,o2o_offlinetrade"
)
_RATE: Final = ("accesscontrol.limited-by", "limited-by-app-access-count", "limited-by-api-access-count")
_RATE_CODES: Final = frozenset({7})
_SESSION_CODES: Final = frozenset({26, 27})
_REMEDIES: Final[dict[int, str]] = {
    11: "the app has no right to this call: apply for it in the console",
    25: "the signature is wrong: the app's secret is wrong",
    26: "the seller's authorisation is missing: set TAOBAO_SESSION",
    27: "the seller's authorisation has ended: let the seller authorise the app again and set TAOBAO_SESSION",
    29: "the app's key is wrong",
}


def trades(work: Work) -> None:
    """Pull the trades changed in a time, half an hour at a time."""
    window = work.window
    assert window is not None
    for part in window.slices(STEP):
        first = _page(work, part, 1)
        total = int(_trades(first).get("total_results") or 0)
        last = max(1, -(-total // TRADES_A_PAGE))
        for number in range(last, 0, -1):
            answer = first if last == 1 else _page(work, part, number)
            records = (_trades(answer).get("trades") or {}).get("trade") or []
            place = f"trades {part.start.isoformat()} {part.end.isoformat()} {number}"
            work.shelf.land(Page(METHOD, _asked(part, number), records, answer.sha256, place, number, part))
        work.book.remember_end(part.start, part.end, work.now)


def _asked(part: Window, number: int) -> dict[str, Any]:
    return {
        "start_modified": in_shanghai(part.start - OVERLAP),
        "end_modified": in_shanghai(part.end),
        "page_no": number,
        "page_size": TRADES_A_PAGE,
        "fields": FIELDS,
        "type": TYPES,
    }


def _page(work: Work, part: Window, number: int) -> Answer:
    def build() -> requests.Request:
        said = {
            "method": METHOD,
            "app_key": work.secrets[APP_KEY],
            "session": work.secrets[SESSION],
            "timestamp": in_shanghai(clock.now()),
            "format": "json",
            "v": "2.0",
            "sign_method": "hmac",
            **{key: str(value) for key, value in _asked(part, number).items()},
        }
        return requests.Request("POST", work.base_url, data={**said, "sign": sign(said, work.secrets[APP_SECRET])})

    return work.calls.ask(METHOD, build, judge)


def sign(said: dict[str, str], secret: str) -> str:
    """Return TOP's signature of a request: HMAC-MD5 over its keys and values, in the order of the keys."""
    text = "".join(f"{key}{value}" for key, value in sorted(said.items()))
    return hmac.new(secret.encode(), text.encode(), "md5").hexdigest().upper()


def judge(data: dict[str, Any]) -> Verdict:
    """Say what an answer is."""
    error = data.get("error_response")
    if not error:
        return Verdict(Kind.GOOD) if _key() in data else Verdict(Kind.BUSY, "the answer holds no trades and no error")
    code, sub_code = int(error.get("code") or 0), str(error.get("sub_code") or "")
    said = f"code {code} {sub_code}: {error.get('sub_msg') or error.get('msg') or ''}"
    if code in _RATE_CODES or sub_code.startswith(_RATE):
        return Verdict(Kind.RATE, said)
    # isp: the platform's own services; isv: what was asked.
    if sub_code.startswith("isp.") and code not in _SESSION_CODES:
        return Verdict(Kind.BUSY, said)
    return Verdict(Kind.REFUSED, said, _REMEDIES.get(code, ""))


def _key() -> str:
    return METHOD.removeprefix("taobao.").replace(".", "_") + "_response"


def _trades(answer: Answer) -> dict[str, Any]:
    return answer.data.get(_key()) or {}
