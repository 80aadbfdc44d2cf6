"""Every channel that has a module: the one list that ingest, assets and documentation read."""

import functools
import importlib
import importlib.util
from typing import Final

from orchestration.channels.declare import Channel

#: Module names under ``orchestration.channels``, in the order they are read.
MODULES: Final = (
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
    for module in MODULES:
        name = f"orchestration.channels.{module}"
        if importlib.util.find_spec(name) is None:
            continue
        channel: Channel = importlib.import_module(name).CHANNEL
        found[channel.name] = channel
    return found


def channel(name: str) -> Channel:
    """Return one channel; an unknown name is a KeyError that lists those known."""
    known = channels()
    if name not in known:
        raise KeyError(f"channel {name!r} has no module in orchestration/channels; known are {', '.join(known)}")
    return known[name]
