"""``siyu channel new NAME``: the files of a channel of your own, to be corrected: declaration, SQL, tests.

What they say is a shop with orders, lines and refunds; every file works as it stands, so a test tells at once what a
change broke.
"""

import keyword
import re
from pathlib import Path
from typing import Final

from orchestration.channels.engine import registry
from orchestration.channels.engine.vocabularies import EVENT_TYPES, MESSAGE_CHANNELS
from orchestration.settings import CHECKOUT, SettingsError

TEMPLATES: Final = Path(__file__).resolve().parent / "scaffold"
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PLACES: Final = {
    "module.py.txt": "orchestration/channels/platforms/{}.py",
    "orders.sql": "dbt_project/models/staging/{0}/{0}_orders.sql",
    "order_lines.sql": "dbt_project/models/staging/{0}/{0}_order_lines.sql",
    "refunds.sql": "dbt_project/models/staging/{0}/{0}_refunds.sql",
    "identifiers.sql": "dbt_project/models/staging/{0}/{0}_identifiers.sql",
    "models.yml": "dbt_project/models/staging/{0}/_{0}.yml",
    "test.py.txt": "tests/unit/platforms/test_{}.py",
}

#: Every channel has a row here: how long after a fact its history counts it as known.
SOURCES: Final = Path("dbt_project/seeds/sources.csv")


def new_channel(name: str, checkout: Path = CHECKOUT) -> list[Path]:
    """Write the files of a new channel and return them, relative to the checkout.

    Parameters
    ----------
    name
        Its name: a folder under ``landing/``, a module, the beginning of its tables.
    checkout
        Where the code lies.

    Raises
    ------
    SettingsError
        The name is none, is taken, or a file of it exists; nothing is written then.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > 20:
        raise SettingsError(
            f"{name!r} is no name for a channel: small letters, digits and single underscores, such as spa_booking"
        )
    if name in registry.channels() or name in {*MESSAGE_CHANNELS, *EVENT_TYPES}:
        raise SettingsError(f"{name!r} is taken; channels are {', '.join(registry.channels())}")
    files = {template: checkout / place.format(name) for template, place in _PLACES.items()}
    if standing := [file for file in files.values() if file.exists()]:
        raise SettingsError(f"{standing[0].relative_to(checkout)} exists; nothing was written")
    for template, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        file.write_text(text.replace("__channel__", name), encoding="utf-8")
    sources = checkout / SOURCES
    sources.parent.mkdir(parents=True, exist_ok=True)
    with sources.open("a", encoding="utf-8") as seed:
        seed.write(f'{name},{name},6,registering,"operator default, calibrate"\n')
    return [*(file.relative_to(checkout) for file in files.values()), SOURCES]
