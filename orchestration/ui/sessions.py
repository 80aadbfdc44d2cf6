"""Who asks for the page: the tokens of a brand, read from files, and the sessions opened with them."""

import dataclasses
import enum
import hashlib
import hmac
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from orchestration.settings import Settings, SettingsError

#: Shorter ones could be guessed.
LEAST_LETTERS: Final = 32
SESSION_SECONDS: Final = 12 * 3600


class Role(enum.Enum):
    """What somebody may do on the page."""

    OPERATOR = "operator"
    #: sees everything, changes nothing
    VIEWER = "viewer"


@dataclasses.dataclass(frozen=True)
class Tokens:
    """The sha256 of each token, by the role that it opens; none: whoever reaches the page is let in."""

    roles: dict[bytes, Role]

    def role_of(self, token: str) -> Role | None:
        """Return what a token opens; how long the answer takes tells nothing about the tokens."""
        asked = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        found = [role for kept, role in self.roles.items() if hmac.compare_digest(kept, asked)]
        return found[0] if found else None


def read_tokens(settings: Settings) -> Tokens:
    """Read the brand's tokens.

    Raises
    ------
    SettingsError
        A file that is missing, readable by others or too short; a viewer's token without an operator's; a page that is
        reached under another name than loopback's and asks for no token.
    """
    roles: dict[bytes, Role] = {}
    for name, file, role in (
        ("page_token_file", settings.page_token_file, Role.OPERATOR),
        ("page_viewer_token_file", settings.page_viewer_token_file, Role.VIEWER),
    ):
        if file:
            token = hashlib.sha256(_read(name, Path(file).expanduser()).encode()).digest()
            if token in roles:
                raise SettingsError(f"{name}: it holds the operator's token; a viewer's is another one")
            roles[token] = role
    if roles and Role.OPERATOR not in roles.values():
        raise SettingsError("page_viewer_token_file needs page_token_file beside it: name the operator's token too")
    if settings.page_hosts and not roles:
        raise SettingsError(
            f"page_hosts lets others reach the page as {', '.join(settings.page_hosts)}: name a page_token_file too"
        )
    return Tokens(roles)


def _read(name: str, file: Path) -> str:
    make = f"make one with: (umask 077; openssl rand -hex 32 > {file})"
    try:
        mode, token = file.stat().st_mode, file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(f"{name}: {file} cannot be read ({why}); {make}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{name}: {file} can be read by others: chmod 600 {file}")
    if len(token) < LEAST_LETTERS or not token.isalnum():
        raise SettingsError(f"{name}: {file} needs {LEAST_LETTERS} letters and digits at the least; {make}")
    return token


@dataclasses.dataclass
class Sessions:
    """The sessions of this process: cookies that stand for a token, forgotten when it ends."""

    tokens: Tokens
    seconds: Callable[[], float] = time.monotonic
    _open: dict[bytes, tuple[Role, float]] = dataclasses.field(default_factory=dict)

    def open(self, token: str) -> str | None:
        """Return a new cookie for a token, None where it opens nothing."""
        role = self.tokens.role_of(token)
        if role is None:
            return None
        cookie = secrets.token_urlsafe(32)
        now = self.seconds()
        self._open = {key: kept for key, kept in self._open.items() if kept[1] > now}
        self._open[_key(cookie)] = (role, now + SESSION_SECONDS)
        return cookie

    def role_of(self, cookie: str) -> Role | None:
        """Return what a cookie stands for, None when its session is over."""
        role, until = self._open.get(_key(cookie), (None, 0.0))
        return role if self.seconds() < until else None

    def close(self, cookie: str) -> None:
        """End a session."""
        self._open.pop(_key(cookie), None)


def _key(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()
