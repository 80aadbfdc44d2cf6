"""What lies in a home, by name: the one list that looking, erasing, rekeying and backing up go by."""

import enum
from pathlib import Path
from typing import Final


class Is(enum.Flag):
    """What holds of a part of a home."""

    NOTHING = 0
    #: a folder of every home: a file by that name would stop a run half way
    FOLDER = enum.auto()
    #: contact values belong there in the clear, or it is the demo's own: the door does not look
    PLAIN = enum.auto()
    #: nothing makes it again: it is in a backup
    KEPT = enum.auto()
    #: a run makes it again: what cannot be masked in it is taken away
    MADE_AGAIN = enum.auto()
    #: erasing cuts it in a way of its own, and masks nothing in it
    CUT = enum.auto()
    #: bound line by line or delivered: a rekey leaves it as it is
    UNCHANGED = enum.auto()
    #: what a demo invents its customers from, lets come later and sent: nobody's data, and nothing of a brand's home
    OF_A_DEMO = enum.auto()


_DEMO: Final = Is.OF_A_DEMO | Is.PLAIN | Is.UNCHANGED
#: The log only grows and each line binds the next: nothing in it is ever written anew.
CHAIN: Final = ("audit.jsonl", "audit.head")
PARTS: Final[dict[str, Is]] = {
    "landing": Is.FOLDER | Is.PLAIN | Is.CUT | Is.UNCHANGED,
    "raw": Is.FOLDER | Is.PLAIN | Is.KEPT | Is.CUT,
    "vault": Is.FOLDER | Is.PLAIN | Is.CUT | Is.UNCHANGED,
    "fingerprints": Is.FOLDER | Is.KEPT,
    "identity": Is.FOLDER | Is.MADE_AGAIN,
    "published": Is.FOLDER | Is.KEPT | Is.CUT,
    "pulls": Is.FOLDER | Is.KEPT,
    "reports": Is.FOLDER | Is.MADE_AGAIN,
    "dagster_home": Is.FOLDER,
    "dbt_target": Is.FOLDER | Is.MADE_AGAIN,
    "rules": Is.FOLDER | Is.KEPT,
    "activations": Is.KEPT,
    "refusals": Is.KEPT,
    "quarantine": Is.NOTHING,
    "quarantine/accepted.jsonl": Is.KEPT,
    "models": Is.KEPT | Is.MADE_AGAIN,
    "erasure": Is.KEPT | Is.CUT,
    "assessments": Is.KEPT,
    "landing.toml": Is.KEPT,
    "brakes.jsonl": Is.KEPT,
    "siyu.toml": Is.KEPT,
    "demo.json": Is.KEPT,
    **dict.fromkeys(CHAIN, Is.KEPT | Is.CUT | Is.UNCHANGED),
    "writer.lock": Is.UNCHANGED,
    **dict.fromkeys(("truth", "later", "sent", "demo"), _DEMO),
}


def named(what: Is) -> tuple[str, ...]:
    """Return the names of the parts of which something holds, in the order of the list."""
    return tuple(name for name, said in PARTS.items() if what in said)


def part_of(home: Path, path: Path) -> Is:
    """Return what holds of the part in which a path lies: nothing of what no list names."""
    return PARTS.get(path.relative_to(home).parts[0], Is.NOTHING)
