"""Builds the SYNTHETIC brand of companies: landing files through the standard channel, and the truth about it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.b2b.declared import COMPANIES, LAST, LIFTS, SEED
from demo.b2b.deliver import deliver
from demo.b2b.world import leads_of
from demo.build import MARKER, ForeignHome
from demo.chance import Chance

#: Raised whenever the files of the seed change; a test holds the bytes of a small brand against it.
DEMO_VERSION = 2
FIRST_DAILY_DATE = LAST_DATE = LAST
SETTINGS = """brand_name = "合成软件"
brand_link = "https://b2b.example.com/a"
sms_gateway = "aliyun"
"""


def prepare(
    home: Path, companies: int = COMPANIES, say: Callable[[str], None] = lambda line: print(line, flush=True)
) -> dict[str, int]:
    """Write the brand into a home, or leave it where it already stands; return the rows by data set.

    Raises
    ------
    ForeignHome
        The home holds another demo, or landing files that are not this one's.
    """
    identity = {"demo": "b2b", "version": DEMO_VERSION, "seed": SEED, "companies": companies, "label": "SYNTHETIC"}
    marker = _marker(home)
    if marker and marker["identity"] != identity:
        raise ForeignHome(f"{home} holds another demo brand ({marker['identity']}): name another SIYU_HOME")
    if "rows" in marker:
        say(f"demo: {home} already holds the SYNTHETIC software maker")
        return dict(marker["rows"])
    root = home / "landing"
    if root.exists() and not marker and any(root.rglob("*.*")):
        raise ForeignHome(f"{root} holds files the demo did not write: name another SIYU_HOME")
    home.mkdir(parents=True, exist_ok=True)
    _write(home, {"identity": identity})
    shutil.rmtree(root, ignore_errors=True)
    chance = Chance(SEED)
    leads = leads_of(chance, companies)
    rows = deliver(root, leads, chance)
    truth = home / "truth"
    truth.mkdir(exist_ok=True)
    (truth / "lifts.json").write_text(json.dumps({"SYNTHETIC": True, "declared": LIFTS}, indent=1) + "\n", "utf-8")
    if not (home / "siyu.toml").exists():
        (home / "siyu.toml").write_text(SETTINGS, encoding="utf-8")
    _write(home, {"identity": identity, "rows": rows})
    say(f"demo: {len(leads):,} leads of {companies} companies, {sum(rows.values()):,} rows; all of it is SYNTHETIC")
    return rows


def _marker(home: Path) -> dict[str, Any]:
    path = home / MARKER
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _write(home: Path, content: dict[str, Any]) -> None:
    (home / MARKER).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
