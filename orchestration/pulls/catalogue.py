"""The pulls there are, and what each needs: the one list that the command, the assets and the pages read."""

import datetime as dt
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from orchestration.pulls import official_account, taobao, tencent_sms, wecom
from orchestration.pulls.window import WindowRule
from orchestration.pulls.work import Pull
from orchestration.settings import Settings, SettingsError

#: Where each platform answers; the setting ``pull_urls`` may name another place (a proxy, a test).
URLS: Final = {
    "wecom": "https://qyapi.weixin.qq.com",
    "official_account": "https://api.weixin.qq.com",
    "taobao": "https://eco.taobao.com/router/rest",
    "tencent_sms": "https://sms.tencentcloudapi.com",
}
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_WECOM: Final = (wecom.CORP_ID, wecom.SECRET)
_ACCOUNT: Final = (official_account.APP_ID, official_account.SECRET)
_TAOBAO: Final = (taobao.APP_KEY, taobao.APP_SECRET, taobao.SESSION, taobao.SHOP)
_SMS: Final = (tencent_sms.SECRET_ID, tencent_sms.SECRET_KEY, tencent_sms.SDK_APP_ID)

#: A message made ten days ago may still be sent by a member who comes back from leave.
SEND_RESULTS_WINDOW: Final = WindowRule(
    step=dt.timedelta(hours=1),
    first=dt.timedelta(days=30),
    again=dt.timedelta(days=14),
    furthest=dt.timedelta(days=180),
)
TRADES_WINDOW: Final = WindowRule(
    step=taobao.STEP, first=dt.timedelta(days=1), again=taobao.STEP, furthest=dt.timedelta(days=90)
)

PULLS: Final[dict[str, Pull]] = {
    pull.name: pull
    for pull in (
        Pull(
            "wecom_staff", "wecom", "wecom", "staff_pulled",
            "Members who may talk to customers, with their name and whether they are active.",
            _WECOM, wecom.CORP_ID, wecom.staff,
        ),
        Pull(
            "wecom_contacts", "wecom", "wecom", "contacts",
            "Every friendship of a customer and a member, and those that ended since the last pull.",
            _WECOM, wecom.CORP_ID, wecom.contacts,
        ),
        Pull(
            "wecom_groups", "wecom", "wecom", "groups",
            "Every customer group with its members.",
            _WECOM, wecom.CORP_ID, wecom.groups,
        ),
        Pull(
            "wecom_tags", "wecom", "wecom", "tag_groups",
            "The company's customer tags, by group.",
            _WECOM, wecom.CORP_ID, wecom.tags,
        ),
        Pull(
            "wecom_send_results", "wecom", "wecom", "send_results",
            "Whom the mass messages made in a time reached.",
            _WECOM, wecom.CORP_ID, wecom.send_results, SEND_RESULTS_WINDOW,
        ),
        Pull(
            "official_account_users", "official_account", "official_account", "users",
            "Every follower, and who left since the last pull.",
            _ACCOUNT, official_account.APP_ID, official_account.users,
        ),
        Pull(
            "tmall_trades", "taobao", "tmall", "trades",
            "Trades changed in a time, with their lines.",
            _TAOBAO, taobao.SHOP, taobao.trades, TRADES_WINDOW,
        ),
        Pull(
            "sms_statuses", "tencent_sms", "sms", "tencent_statuses",
            "What became of text messages; each entry can be read once.",
            _SMS, tencent_sms.SDK_APP_ID, tencent_sms.statuses,
        ),
        Pull(
            "sms_replies", "tencent_sms", "sms", "tencent_replies",
            "What people replied to text messages; each entry can be read once.",
            _SMS, tencent_sms.SDK_APP_ID, tencent_sms.replies,
        ),
    )
}  # fmt: skip


def missing(pull: Pull, environment: Mapping[str, str]) -> list[str]:
    """Return the variables that a pull needs and the environment lacks."""
    return [name for name in pull.variables if not environment.get(name, "").strip()]


def base_url(settings: Settings, pull: Pull) -> str:
    """Return where a pull's platform answers.

    Raises
    ------
    SettingsError
        The setting names an unknown platform, or a place to which credentials would go in the clear.
    """
    if unknown := sorted(set(settings.pull_urls) - set(URLS)):
        raise SettingsError(f"pull_urls names {unknown[0]!r}; known: {', '.join(URLS)}")
    url = settings.pull_urls.get(pull.platform, URLS[pull.platform]).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise SettingsError(
            f"pull_urls.{pull.platform} is {url!r}: it begins with https:// (http:// only on this machine), because"
            " the credentials go there"
        )
    if parts.username or parts.password or parts.query:
        raise SettingsError(f"pull_urls.{pull.platform} holds more than an address: credentials go into variables")
    return url
