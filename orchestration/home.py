"""Which folder may be a home: a mistyped name makes none, and a brand's home is no place for the demo."""

import os
from pathlib import Path
from typing import Final

from orchestration import clock
from orchestration.home_parts import Is, named
from orchestration.settings import Settings, SettingsError

#: What only a run leaves behind, or a restored backup brings: with one of these a folder is a home.
_MARKS: Final = ("raw", "vault", "published")
#: What may lie in a folder that becomes one: deliveries and the mappings that read them, the brand's own settings and
#: rules, a test of its robot, the demo's files.
_BROUGHT: Final = frozenset({
    "landing", "landing.toml", "rules", "siyu.toml", "notices.jsonl", clock.DEMO, *named(Is.OF_A_DEMO),
})  # fmt: skip


class Unreadable(RuntimeError):
    """A file of a home is damaged or gone; the message names it and says how it is made anew."""


def is_home(folder: Path) -> bool:
    """Return whether a run, or a restored backup, made the folder a home."""
    return any((folder / mark).is_dir() for mark in _MARKS)


def check_home(settings: Settings) -> None:
    """Refuse a folder that is no home and cannot become one.

    Raises
    ------
    SettingsError
        There is no such folder, nothing was delivered to it, or something else lies in it; the message says what to do.
    """
    home = settings.home
    demo = home / "demo"
    remedy = f"the demo's is --home {demo}; " if is_home(demo) else ""
    remedy += f"name yours with --home or SIYU_HOME, or begin a new one with: mkdir -p {home / 'landing'}"
    if home.exists() and not home.is_dir():
        raise SettingsError(f"{home} is a file, and a home is a folder; name yours with --home or SIYU_HOME")
    if not home.is_dir():
        raise SettingsError(f"there is no home {home}; {remedy}")
    if is_home(home):
        return
    if not (home / "landing").is_dir():
        raise SettingsError(f"{home} is no home: it has no folder landing/; {remedy}")
    others = sorted(path.name for path in home.iterdir() if not path.name.startswith("."))
    if foreign := [name for name in others if name not in _BROUGHT]:
        raise SettingsError(
            f"{home} is no home yet, and more than landing/ lies in it, first {foreign[0]!r}: a new home is made only"
            " where landing/ stands alone (landing.toml, rules/ and siyu.toml may stand beside it); name another with"
            " --home"
        )


def check_writable(settings: Settings) -> None:
    """Refuse a home that a run could not write to.

    Raises
    ------
    SettingsError
        Naming the file or folder in the way.
    """
    for folder in (settings.home, *(settings.home / name for name in named(Is.FOLDER))):
        if folder.exists() and not folder.is_dir():
            raise SettingsError(f"{folder} is a file where a home has a folder; move it away")
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            raise SettingsError(f"{folder} cannot be written by this user; give it the right, or name another --home")


def check_demo_home(settings: Settings) -> None:
    """Refuse to make the demo in a folder that holds something else.

    Raises
    ------
    SettingsError
        A brand's home, or a folder that somebody uses.
    """
    home = settings.home
    if home.exists() and not home.is_dir():
        raise SettingsError(f"{home} is a file, and a home is a folder; name another with --home")
    if home.is_dir() and not (home / clock.DEMO).is_file():
        what = "another brand's home" if is_home(home) else "not empty"
        if others := sorted(path.name for path in home.iterdir() if path.name != "landing" and path.name[0] != "."):
            raise SettingsError(
                f"{home} is {what} (it holds {others[0]!r}), and the demo runs in a home of its own:"
                " name a new folder with --home, or use `siyu daily` for this brand"
            )


def has_keys(settings: Settings) -> bool:
    """Return whether a home has keys of its own: the one thing that nothing makes again."""
    return any((settings.home / "vault" / "keys").glob("*.key"))
