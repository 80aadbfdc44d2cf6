"""Every channel that has a module, found by itself: the one list that ingest, assets and documentation read."""

import functools
import importlib
import pkgutil
from typing import Final

from orchestration.channels import platforms
from orchestration.channels.engine.declare import Channel
from orchestration.settings import Settings, SettingsError

#: The order in which they are read; a module that is not named follows, by its name.
FIRST: Final = (
    "standard",
    "pos",
    "mini_program",
    "tmall",
    "wecom",
    "official_account",
    "app",
    "sms",
    "crm",
    "call_centre",
)


@functools.cache
def channels() -> dict[str, Channel]:
    """Return the declared channels by name, in order."""
    found: dict[str, Channel] = {}
    modules = sorted(module.name for module in pkgutil.iter_modules(platforms.__path__))
    for name in sorted(modules, key=lambda module: FIRST.index(module) if module in FIRST else len(FIRST)):
        declared: Channel = importlib.import_module(f"{platforms.__name__}.{name}").CHANNEL
        found[declared.name] = declared
    return found


def channel(name: str) -> Channel:
    """Return one channel; an unknown name is a KeyError that lists those known."""
    known = channels()
    if name not in known:
        raise KeyError(
            f"channel {name!r} has no module in orchestration/channels/platforms; known are {', '.join(known)}"
        )
    return known[name]


def check_names(settings: Settings) -> None:
    """Refuse settings that name a channel or a data set nobody declares: misspelt, they would do nothing, silently.

    Raises
    ------
    SettingsError
        Naming the setting and the names known.
    """
    known = channels()
    named = [("live_from", name) for name in settings.live_from]
    named += [("done_markers", name) for name in settings.done_markers]
    named += [("minimum_rows", wanted.partition("/")[0]) for wanted in settings.minimum_rows]
    for setting, name in named:
        if name not in known:
            raise SettingsError(
                f"siyu.toml: {setting} names the channel {name!r}, which nobody declares; known: {', '.join(known)}"
            )
    for wanted in settings.minimum_rows:
        name, _, dataset = wanted.partition("/")
        datasets = [declared.name for declared in known[name].datasets]
        if dataset and dataset not in datasets:
            raise SettingsError(f"siyu.toml: minimum_rows names {wanted!r}; data sets of {name}: {', '.join(datasets)}")
