"""The page beside an export: what to upload, where, and by when."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
import pandas as pd

from orchestration.business_time import SHANGHAI_OFFSET

if TYPE_CHECKING:
    from orchestration.sending.gateways import Gateway

_TEMPLATE: Final = Path(__file__).with_name("handover.html.jinja")


def handover_page(said: Mapping[str, Any], gateway: "Gateway", going: pd.DataFrame, words: Mapping[str, Any]) -> str:
    """Return the page of one export, Chinese first: it names files, counts and times, and nobody.

    Parameters
    ----------
    said
        The receipt.
    gateway
        What to do with the files.
    going
        The rows that go out: ``send_after_at`` and ``send_before_at``.
    words
        A row of the seed export_reasons by reason.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    first, last = going["send_after_at"].min(), going["send_before_at"].max()
    return template.render(said=said, gateway=gateway, first=_local(first), last=_local(last), words=words)


def _local(at: pd.Timestamp) -> str:
    return f"{at.tz_convert('UTC').tz_localize(None) + SHANGHAI_OFFSET:%Y-%m-%d %H:%M}"
