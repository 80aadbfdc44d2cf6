"""Robots of group chats: one text, in the form that WeCom, DingTalk or Feishu takes.

Whoever knows a robot's address may write to its group, so neither it nor what a library says of it is repeated.
"""

import base64
import hashlib
import hmac
import logging
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import requests

from orchestration import clock
from orchestration.settings import Settings, SettingsError

#: Seconds to connect, and to answer: a night that is over does not wait longer for a chat.
_TIMEOUTS: Final = (5, 10)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})

# Whole addresses stand in the pool's warnings and debug lines.
logging.getLogger("urllib3.connectionpool").setLevel(logging.CRITICAL)


class NotTold(RuntimeError):
    """A robot did not take a text; the message says why, without its address."""


def check_robot(settings: Settings) -> None:
    """Refuse an address that would send the robot's key over the wire for all to read.

    Raises
    ------
    SettingsError
        It is no https address.
    """
    address = settings.robot_url.get_secret_value()
    parts = urlsplit(address)
    if address and not (parts.hostname and (parts.scheme == "https" or parts.hostname in _LOOPBACK)):
        raise SettingsError("robot_url is the https address that the group's robot shows; it is not repeated here")


def send(settings: Settings, text: str) -> None:
    """Say a text in the group.

    Raises
    ------
    NotTold
        The platform was not reached, or did not take it.
    """
    address, body = _signed(settings, text)
    try:
        answer = requests.post(address, json=body, timeout=_TIMEOUTS, allow_redirects=False)
    except requests.RequestException as error:
        raise NotTold(f"the robot was not reached ({type(error).__name__})") from None
    try:
        said: Any = answer.json()
        code = next(said[name] for name in ("errcode", "code", "StatusCode") if name in said)
    except (ValueError, TypeError, StopIteration):
        code = None
    # Platforms refuse inside HTTP 200.
    if answer.status_code != requests.codes.ok or code != 0:
        raise NotTold(f"the robot answered {answer.status_code}, code {code}")


def _signed(settings: Settings, text: str) -> tuple[str, dict[str, Any]]:
    """Return where a text goes and what is sent, signed where the group asks for it."""
    address, secret = settings.robot_url.get_secret_value(), settings.robot_secret.get_secret_value()
    seconds = int((clock.real_now() - clock.EPOCH).total_seconds())
    if settings.robot_kind == "feishu":
        signature = {"timestamp": str(seconds), "sign": _sign(f"{seconds}\n{secret}", "")} if secret else {}
        return address, {**signature, "msg_type": "text", "content": {"text": text}}
    if settings.robot_kind == "dingtalk" and secret:
        stamp = seconds * 1000
        sign = _sign(secret, f"{stamp}\n{secret}")
        address += f"&timestamp={stamp}&sign={quote_plus(sign)}"
    return address, {"msgtype": "text", "text": {"content": text}}


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
