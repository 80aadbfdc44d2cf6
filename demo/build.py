"""Build the demo brand: landing files of every channel, and the truth about them."""

import datetime as dt
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo import (
    app,
    call_centre,
    carriers,
    codes,
    consents,
    crm,
    dirty,
    experiments,
    groups,
    leaders,
    official_account,
    online,
    outreach,
    service_desk,
    standard,
    talk,
    truth,
    wecom,
)
from demo.brand import SEED, brand_of
from demo.calendar import CLOCK_OFFSET, LAST, LIVE_FROM
from demo.journey import DATA_VERSION
from demo.landing import Landing
from demo.response import DECLARED, World
from demo.selling import sell

#: Raised whenever the files of a seed change; a test holds the bytes of a small brand against it.
DEMO_VERSION = 8
MARKER, LATER, WORLD = "demo.json", "later", "world.toml"
#: How the demo brand sends: its SMS gateway, what fills its words. WeCom stands in the members' task lists until
#: further mornings are asked for (demo/mornings.py).
SETTINGS = """sms_gateway = "aliyun"
brand_name = "邻里生鲜"
brand_link = "https://m.example.com/a"

[recipients.demo]
purpose = "shows what a gateway would be given"
until = 2099-12-31
in_mainland = true
"""
FIRST_DAILY_DATE, LAST_DATE = LIVE_FROM, LAST


class ForeignHome(RuntimeError):
    """The home holds landing files, or a brand already run, that are not this demo's."""


def _identity(seed: int, households: int | None, world: World) -> dict[str, Any]:
    return {
        "demo": DEMO_VERSION,
        "seed": seed,
        "data": DATA_VERSION,
        "households": households,
        "world": f"{world.name}-{world.digest}",
        "label": "SYNTHETIC",
    }


def world_of(home: Path, world: Path | None = None) -> Path:
    """Return the file of the world that is asked for; else the one that the home was built with, else the declared."""
    kept = home / "truth" / WORLD
    return world or (kept if kept.is_file() else DECLARED)


def prepare(home: Path, seed: int = SEED, households: int | None = None, world: Path | None = None) -> None:
    """Build the demo brand in a home, or leave it alone where it already stands; progress goes to the screen.

    ``world``: the declared response (demo/response.py); the home's own by default.

    Raises
    ------
    ForeignHome
        See ``build``.
    BadWorld
        The file is no world.
    """
    marker = _marker(home)
    declared = World.load(world_of(home, world))
    if marker.get("identity") == _identity(seed, households, declared) and marker.get("files"):
        _refuse_foreign(home, set(marker["files"]))
        missing = [name for name, size in marker["files"].items() if not _has(home / "landing" / name, size)]
        if not missing:
            _name_gateway(home)
            print(f"demo: {home} already holds the demo brand ({len(marker['files'])} landing files)", flush=True)
            return
    build(home, seed, households, lambda line: print(line, flush=True), world)
    _name_gateway(home)


def _name_gateway(home: Path) -> None:
    """Write the demo's siyu.toml where it has none: what a person wrote there stays."""
    if not (home / "siyu.toml").exists():
        (home / "siyu.toml").write_text(SETTINGS, encoding="utf-8")


def _marker(home: Path) -> dict[str, Any]:
    marker = home / MARKER
    found: dict[str, Any] = json.loads(marker.read_text(encoding="utf-8")) if marker.is_file() else {}
    return found


def _has(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _refuse_foreign(home: Path, ours: set[str] | None) -> None:
    """Raise where the landing folder holds a file that is not one of ours (None: we own whatever is there)."""
    root = home / "landing"
    found = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    foreign = [] if ours is None else [name for name in found if name not in ours]
    if foreign:
        raise ForeignHome(
            f"{root} holds {len(foreign)} file(s) the demo did not write, the first is {foreign[0]}; "
            "the demo runs in a home of its own: name another SIYU_HOME, or use `make daily` for this brand"
        )


def build(
    home: Path,
    seed: int = SEED,
    households: int | None = None,
    say: Callable[[str], None] = lambda line: None,
    world: Path | None = None,
) -> dict[str, Any]:
    """Write ``landing/``, ``later/``, ``truth/`` and ``demo.json`` of the demo brand into a home.

    Parameters
    ----------
    home
        The home; its landing folder is replaced if the demo wrote it, and refused if anybody else did.
    seed
        Everything synthetic follows from it: the same seed gives the same bytes.
    households
        Keep only this many households of the data set; all when None.
    say
        Receives progress lines.
    world
        The declared response; the home's own, else the demo's, when None.

    Returns
    -------
    dict
        What was written: rows per dataset, orders, paid_fen per source, traps, what fell after the last date.

    Raises
    ------
    ForeignHome
        The landing folder holds files the demo did not write, or the home was run with another demo brand.
    BadWorld
        The file is no world.
    """
    root, marker, started = home / "landing", _marker(home), time.monotonic()
    unfinished = bool(marker) and "files" not in marker
    _refuse_foreign(home, None if unfinished else set(marker.get("files", ())))
    from_world = world_of(home, world)
    declared, world_text = World.load(from_world), from_world.read_bytes()
    if marker and marker["identity"] != _identity(seed, households, declared) and (home / "warehouse.duckdb").exists():
        raise ForeignHome(
            f"{home} was run with another demo brand ({marker['identity']}); remove it or name another SIYU_HOME"
        )
    home.mkdir(parents=True, exist_ok=True)
    _write_marker(home, {"identity": _identity(seed, households, declared)})
    for folder in (root, home / LATER, home / "truth"):
        shutil.rmtree(folder, ignore_errors=True)

    def tell(line: str) -> None:
        say(f"demo: {line} ({time.monotonic() - started:.0f} s)")

    landing = Landing(root, home / LATER)
    tell("reading the Complete Journey")
    brand = brand_of(seed, households)
    chance, journey, chain, people, friends = brand.chance, brand.journey, brand.chain, brand.people, brand.friends
    outbox = outreach.post(journey, people, friends, chance)
    past = experiments.run(journey, brand.buyers, outbox, declared, chance)
    mail = outbox.mail
    tell(f"{len(people):,} people, {len(journey.baskets):,} baskets, {len(chain.staff)} staff; writing tickets, orders")
    sold = sell(landing, brand, past)
    summary = sold.figures | {"experiments": experiments.counted(past)}
    tell("writing members, friends, behaviour and messages")
    crm.deliver(landing, people, sold.book, chance)
    online.deliver(landing, people, chance)
    wecom.deliver(landing, people, friends, chain, chance, brand.numbers)
    chats = groups.groups_of(friends, chain, chance)
    groups.deliver(landing, chats)
    outreach.deliver(landing, mail)
    official_account.deliver(landing, people, mail.official, chance)
    logged = app.deliver(landing, journey, people, chance)
    call_centre.deliver(landing, people, chain, chance)
    consents.consents(landing, people, mail, chance)
    experiments.deliver(landing, past)
    standard.memberships(landing, people, chance)
    standard.bridges(landing, people, chance)
    standard.costs(landing, chance)
    led = leaders.leaders_of(friends, chance)
    in_tools = [*groups.acts(chats, chance), *codes.visits(friends, chance), *carriers.moments(friends, chance)]
    in_tools += [*leaders.moved(led, friends, chance), *talk.talks(chats, chain, chance)]
    carriers.deliver(landing, chats, people, mail, chance)
    leaders.resold(landing, led, journey, chance)
    service_desk.deliver(landing, people, journey, chance, in_tools)
    summary["quarantine_rows"] = dirty.spoil(landing)
    summary["delivered_twice"], summary["delivered_late"] = dirty.deliver_twice(landing), dirty.deliver_late(landing)
    summary["truth"] = truth.write(home / "truth", journey, people, friends, logged, sold.walk_ins, brand.buyers)
    summary["truth"] |= truth.write_world(home / "truth", world_text, past, sold.drawn)
    summary |= {
        "people": _count(person.kind for person in people),
        "traps": _count(flag for person in people for flag in person.flags),
        "rows": dict(sorted(landing.rows.items())),
        "after_last_date": dict(sorted(landing.after_last.items())),
        "files": landing.files,
        "bytes": landing.bytes,
    }
    files = {str(path.relative_to(root)): path.stat().st_size for path in sorted(root.rglob("*")) if path.is_file()}
    offset = CLOCK_OFFSET / dt.timedelta(hours=1)
    _write_marker(
        home,
        {
            "identity": _identity(seed, households, declared),
            "clock_offset_hours": offset,
            "summary": summary,
            "files": files,
        },
    )
    tell(
        f"{sum(landing.rows.values()):,} rows in {landing.files:,} files, {landing.bytes / 1e6:.0f} MB; "
        "people and behaviour are SYNTHETIC"
    )
    return summary


def _write_marker(home: Path, content: dict[str, Any]) -> None:
    (home / MARKER).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _count(names: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
