"""A home that pulls from the servers of these tests, and what landed in it."""

import datetime as dt
import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestration.pulls.running import Pulled, run_pull
from orchestration.settings import Settings
from tests.unit.pulls import fake_shops, fake_wechat
from tests.unit.pulls.fake_server import Platform, Server

ENVIRONMENT = {
    "WECOM_CORP_ID": fake_wechat.CORP,
    "WECOM_SECRET": fake_wechat.CORP_SECRET,
    "OFFICIAL_ACCOUNT_APP_ID": fake_wechat.APP,
    "OFFICIAL_ACCOUNT_SECRET": fake_wechat.APP_SECRET,
    "TAOBAO_APP_KEY": fake_shops.APP_KEY,
    "TAOBAO_APP_SECRET": fake_shops.APP_SECRET,
    "TAOBAO_SESSION": fake_shops.SESSION,
    "TAOBAO_SHOP": fake_shops.SHOP,
    "TENCENTCLOUD_SECRET_ID": fake_shops.SECRET_ID,
    "TENCENTCLOUD_SECRET_KEY": fake_shops.SECRET_KEY,
    "TENCENT_SMS_SDK_APP_ID": fake_shops.SDK_APP_ID,
}
SECRETS = (
    fake_wechat.CORP_SECRET,
    fake_wechat.APP_SECRET,
    fake_shops.APP_SECRET,
    fake_shops.SESSION,
    fake_shops.SECRET_KEY,
    fake_shops.SECRET_ID,
)
#: 2 March 2026, 12:00 in Shanghai: every pull of these tests begins then, or a given time later.
NOON = dt.datetime(2026, 3, 2, 4)


class Pulling:
    """A home under test; one server a platform."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "landing").mkdir(parents=True, exist_ok=True)
        self.servers: dict[str, Server] = {}

    def serve(self, name: str, platform: Platform) -> Server:
        """Let a platform answer under its name."""
        self.servers[name] = Server(platform)
        return self.servers[name]

    @property
    def settings(self) -> Settings:
        """The settings of the home: the servers' addresses, and no wait between attempts."""
        urls = {name: server.url for name, server in self.servers.items()}
        return Settings(home=self.home, pull_urls=urls, pull_backoff_seconds=0, lock_wait_seconds=0)

    def pull(
        self,
        name: str,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
        say: Callable[[str], object] = lambda line: None,
    ) -> Pulled:
        """Pull once; see ``run_pull``."""
        return run_pull(self.settings, name, start, end, say, ENVIRONMENT)

    def lines(self, place: str) -> list[dict[str, Any]]:
        """Return the lines that landed in ``channel/dataset``, envelope and all, in the order of the files' names."""
        files = sorted((self.home / "landing" / place).glob("*.jsonl.gz"))
        return [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).decode().splitlines()]

    def payloads(self, place: str) -> Counter[str]:
        """Return what landed, and how often each record did."""
        return counted(line["payload"] for line in self.lines(place))

    def files(self) -> dict[str, bytes]:
        """Return every landed file with its bytes."""
        landing = self.home / "landing"
        return {str(path.relative_to(landing)): path.read_bytes() for path in landing.rglob("*") if path.is_file()}


def counted(records: Any) -> Counter[str]:
    """Return records as texts that compare, and how often each is there."""
    return Counter(json.dumps(record, sort_keys=True, ensure_ascii=False) for record in records)
