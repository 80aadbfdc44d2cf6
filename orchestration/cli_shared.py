"""What every part of the ``siyu`` command needs: exit codes, dates as they are typed, the settings of a home."""

import datetime as dt
from typing import TYPE_CHECKING

import typer

from orchestration.business_time import parse_business_date

if TYPE_CHECKING:
    from orchestration.settings import Settings

DONE, FAILED, WRONG_USE = 0, 1, 2


def business_date(text: str) -> dt.date:
    """Return a date as it was typed, or refuse it in a sentence."""
    try:
        return parse_business_date(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def settings_here() -> "Settings":
    """Return the settings of this process, of whatever home."""
    from orchestration.settings import load_settings

    return load_settings()


def settings_of_home() -> "Settings":
    """Return the settings of a home that stands, and whose names are all known."""
    from orchestration.home import check_home

    settings = settings_here()
    check_home(settings)
    from orchestration.channels.engine.keys import check_whole

    check_whole(settings)
    from orchestration.channels.engine.registry import check_names

    check_names(settings)
    from orchestration.channels.engine.mappings import mappings

    mappings(settings.home)
    return settings
