"""Who may be given exported files: named in the settings, within their term, abroad for few enough people a year."""

import datetime as dt
from typing import Final

import duckdb
import pandas as pd

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.sending.handing_over import ExportRefused
from orchestration.settings import Recipient, Settings

#: Who is given the task lists: the brand's own members of staff. No ``--recipient`` can be called so.
OWN_STAFF: Final = "_staff"
#: Everybody of the year whose data went to a recipient abroad; who was taken back too, for the file was handed over.
_ABROAD: Final = """
    select distinct one_id
    from channels.activations
    where year(exported_at + interval 8 hour) = $year and recipient not in (select unnest($mainland::varchar[]))
"""
_EXAMPLE: Final = '[recipients.{}]\npurpose = "sends our messages"\nuntil = 2027-06-30\nin_mainland = true'
_MOST: Final = "select cast(value as bigint) from seeds.recall_settings where name = 'abroad_people_year'"


def entrusted(settings: Settings, recipient: str, now: dt.datetime) -> Recipient:
    """Return what the settings say of a recipient.

    Parameters
    ----------
    settings
        Whose home.
    recipient
        As ``--recipient`` names them.
    now
        The home's clock, UTC.

    Raises
    ------
    ExportRefused
        Nobody of that name is in the settings, or their term is over.
    """
    said = settings.recipients.get(recipient)
    if said is None:
        known = ", ".join(sorted(settings.recipients)) or "nobody"
        raise ExportRefused(
            f"{recipient} is no recipient of this home (known: {known}); write into its siyu.toml for what, until when"
            f" and where:\n{_EXAMPLE.format(recipient)}"
        )
    if (now + SHANGHAI_OFFSET).date() > said.until:
        raise ExportRefused(
            f"the term of {recipient} was over on {said.until}: have them return or delete what they hold; with a new"
            f" agreement, write its end as until of [recipients.{recipient}] in siyu.toml"
        )
    return said


def check_abroad(
    connection: duckdb.DuckDBPyConnection, settings: Settings, recipient: str, going: pd.Series, now: dt.datetime
) -> None:
    """Refuse an export with which too many people's data would have left the mainland this calendar year.

    A recipient of the log whom the settings do not name any more counts as one abroad.

    Parameters
    ----------
    connection
        The warehouse, with the log of what went out loaded.
    settings, recipient, now
        As for ``entrusted``.
    going
        The one_id of everybody who would go out.

    Raises
    ------
    ExportRefused
        With them it would be as many as the rule exempts no more.
    """
    if settings.recipients[recipient].in_mainland or going.empty:
        return
    mainland = [OWN_STAFF, *(name for name, said in settings.recipients.items() if said.in_mainland)]
    year = (now + SHANGHAI_OFFSET).year
    rows = connection.execute(_ABROAD, {"year": year, "mainland": mainland}).fetchall()
    people = len({one_id for (one_id,) in rows} | set(going))
    ((most,),) = connection.execute(_MOST).fetchall()
    if people >= most:
        raise ExportRefused(
            f"{recipient} is outside the mainland, and with this export data of {people:,} people would have left it in"
            f" {year}: from {most:,} on a standard contract or certification is asked for (docs/law.md, cross_border);"
            " export to a recipient in the mainland, or fewer channels"
        )
