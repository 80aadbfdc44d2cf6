"""Every pull with a platform that answers it, and what has to have landed once it is done."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import chain
from typing import Any

from orchestration.pulls.window import epoch_seconds, in_shanghai
from tests.unit.pulls.fake_server import Platform
from tests.unit.pulls.fake_shops import TaobaoPlatform, TencentPlatform, trade
from tests.unit.pulls.fake_wechat import OfficialAccountPlatform, WeComPlatform
from tests.unit.pulls.pulling import NOON, counted

SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


@dataclasses.dataclass(frozen=True)
class Case:
    """One pull: where it lands, its platform by the ending of its cursors, what the platform holds, its window."""

    name: str
    platform: str
    place: str
    build: Callable[[str], Platform]
    holds: Callable[[Any], list[Any]]
    start: dt.datetime | None = None
    has_cursor: bool = True
    has_token: bool = True

    def expected(self, platform: Any) -> Counter[str]:
        """Return what the platform holds."""
        return counted(self.holds(platform))


def _wecom(ending: str) -> WeComPlatform:
    platform = WeComPlatform(ending)
    platform.messages_at = epoch_seconds(NOON - 5 * HOUR)
    return platform


def _official_account(ending: str) -> OfficialAccountPlatform:
    return OfficialAccountPlatform(ending)


def _taobao(_: str) -> TaobaoPlatform:
    # 190 trades in the first half hour, which is four pages, and one in each of the next three
    crowded = [trade(number, in_shanghai(NOON - 3 * HOUR + number * 9 * SECOND)) for number in range(190)]
    return TaobaoPlatform([
        *crowded,
        *(trade(900 + n, in_shanghai(NOON - 140 * MINUTE + n * 30 * MINUTE)) for n in range(3)),
    ])


CASES = [
    Case(
        "wecom_staff", "wecom", "wecom/staff_pulled", _wecom,
        lambda platform: [platform.member(userid) for userid in platform.staff], has_cursor=False,
    ),
    Case("wecom_contacts", "wecom", "wecom/contacts", _wecom, lambda platform: platform.contacts),
    Case(
        "wecom_groups", "wecom", "wecom/groups", _wecom,
        lambda platform: [{"group_chat": group} for group in platform.groups.values()],
    ),
    Case("wecom_tags", "wecom", "wecom/tag_groups", _wecom, lambda platform: platform.tags, has_cursor=False),
    Case(
        "wecom_send_results", "wecom", "wecom/send_results", _wecom,
        lambda platform: [
            {"msgid": msgid, **result}
            for msgid, by_user in platform.messages.items()
            for results in by_user.values()
            for result in results
        ],
    ),
    Case(
        "official_account_users", "official_account", "official_account/users", _official_account,
        lambda platform: [platform.user(openid) for openid in platform.followers],
    ),
    Case(
        "tmall_trades", "taobao", "tmall/trades", _taobao, lambda platform: list(platform.trades.values()),
        start=NOON - 3 * HOUR, has_cursor=False, has_token=False,
    ),
    Case(
        "sms_statuses", "tencent_sms", "sms/tencent_statuses", lambda _: TencentPlatform(),
        lambda platform: [*chain.from_iterable(platform.given), *platform.statuses], has_cursor=False, has_token=False,
    ),
    Case(
        "sms_replies", "tencent_sms", "sms/tencent_replies", lambda _: TencentPlatform(),
        lambda platform: [*chain.from_iterable(platform.given), *platform.replies], has_cursor=False, has_token=False,
    ),
]  # fmt: skip
BY_NAME = {case.name: case for case in CASES}
