"""What leaves the house: whom a published list names, asked once more as of now, with their addresses and words."""

import datetime as dt
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from orchestration.channels.engine.vault import open_vault
from orchestration.files import PRIVATE_FOLDER_MODE
from orchestration.home_parts import Is, named
from orchestration.home_rules import own_rules
from orchestration.publishing.versions import Store, date_of
from orchestration.release import noted, release_of_rules
from orchestration.sending import activations
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.handing_over import ExportRefused, Receipt, finish, hand_over
from orchestration.sending.reasons import Asked, facts, reasons, without_room
from orchestration.sending.recipients import check_abroad, entrusted
from orchestration.settings import Settings

LISTS: Final = ("audience", "general")
_GENERAL: Final = """
    select message_channel, template_id, home_text, text_lacks, scene_id
    from recall.spoken_templates
    where scene_id in ('general', 'care') and approved
"""
RECIPIENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
#: Variables that settings finish words with, and where the setting is.
_OF_HOME: Final = {"{brand}": "brand_name", "{link}": "brand_link", "{add_link}": "scene_links"}
_IN_VAULT: Final = ("mobile", "email")
#: Folders of a home that no export is written to.
_OWN: Final = (*named(Is.FOLDER), "activations", "assessments", "erasure", "models", "quarantine", "refusals")


def export(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    asked: Asked,
    recipient: str,
    out: Path,
    now: dt.datetime,
    is_stopped: Callable[[pd.DataFrame], pd.Series],
    say: Callable[[str], None] = lambda line: None,
) -> list[Receipt]:
    """Export the published lists of a date; return a receipt per channel that has anybody on them.

    Parameters
    ----------
    settings
        Whose home; its writer lock has to be held.
    connection
        The warehouse, opened for writing.
    asked
        Lists, channels and store; its date is that of CURRENT.
    recipient
        Who gets the files (a gateway, an agency), in letters, digits, - and _; tokens differ by this name.
    out
        The folder to write to, made where it is missing.
    now
        The home's clock, UTC without a zone.
    is_stopped
        Which rows a person stopped.
    say
        Told a line per channel.

    Raises
    ------
    ExportRefused
        No such recipient name or folder, a recipient whom the settings do not name, whose term is over or who is abroad
        with too many people's data, or the warehouse does not hold CURRENT's date.
    """
    if not RECIPIENT.fullmatch(recipient):
        raise ExportRefused(
            f"--recipient {recipient!r}: use letters, digits, - and _, for example --recipient cloud-sms"
        )
    entrusted(settings, recipient, now)
    make_folder(settings, out)
    finish(settings, say)
    activations.load(settings, connection)
    listed = connection.sql("select * from seeds.export_reasons").to_arrow_table().to_pylist()
    words = {row["reason"]: row for row in listed}
    ranks = {reason: row["rank"] for reason, row in words.items()}
    rows = facts(connection, asked, published_rows_of(settings, asked))
    rows["reason"] = reasons(rows, now, ranks, is_stopped, settings)
    rows = with_words(with_addresses(settings, rows), settings)
    rows["reason"] = without_room(connection, rows, now, settings.coupon_liability_yuan * 100)
    general = connection.execute(_GENERAL).fetchall()
    texts = {channel: (name, text) for channel, name, text, lacks, scene in general if scene == "general" and not lacks}
    caring = [name for _, name, _, _, scene in general if scene == "care"]
    rows = _with_company(rows, texts, caring)
    check_abroad(connection, settings, recipient, rows.loc[rows["reason"].isna(), "one_id"], now)
    done = []
    for channel in asked.channels:
        mine = rows[rows["message_channel"] == channel]
        if not mine.empty:
            done.append(hand_over(settings, channel, mine, recipient, out, now, asked, words))
            receipt = done[-1]
            say(f"{channel}: {receipt.out} of {receipt.named} go out")
            if (first := mine.iloc[0])["channel_is_silent"]:
                due, told = first["receipts_due"], first["receipts_told"]
                say(f"  SILENT: of the newest {due:.0f} rows that should have been told of, {told:.0f} were")
            for reason, count in receipt.kept_in.items():
                say(f"  {count} not: {words[reason]['words_en']} ({reason}); {words[reason]['remedy_en']}")
    return done


def current_date(settings: Settings, connection: duckdb.DuckDBPyConnection) -> dt.date:
    """Return the date of CURRENT, whose lists are exported.

    Raises
    ------
    ExportRefused
        Nothing is published, or the last run was of another date or under other rules: what is asked now is not there.
    """
    date = published_date(settings)
    if noted(connection, "dbt") is None:
        raise ExportRefused(
            f"the warehouse was written anew, because somebody was erased; run CURRENT's date again: siyu daily {date}"
        )
    if noted(connection, "dbt") != release_of_rules(own=[rules.file for rules in own_rules(settings)]):
        raise ExportRefused(f"the rules changed since the last run; run the date of CURRENT again: siyu daily {date}")
    asked = "select max(as_of_date), coalesce(bool_or(as_of_date = ?), true) from published.contact_consents"
    ((newest, is_held),) = connection.execute(asked, [date]).fetchall()
    if not is_held:
        raise ExportRefused(
            f"CURRENT is of {date}, and the last run was of {newest}: run CURRENT's date again: siyu daily {date}"
        )
    return date


def published_date(settings: Settings) -> dt.date:
    """Return the date of CURRENT, without a look at the warehouse.

    Raises
    ------
    ExportRefused
        Nothing is published.
    """
    current = Store(settings.published).current()
    if current is None or not settings.warehouse.exists():
        raise ExportRefused(f"nothing is published in {settings.home}; run a date first: siyu daily DATE")
    return dt.date.fromisoformat(date_of(current))


def make_folder(settings: Settings, out: Path) -> None:
    """Make the folder that is written to; refuse the home's own ones, and one that cannot be written."""
    for name in _OWN:
        if out.resolve().is_relative_to(settings.home / name):
            raise ExportRefused(f"--out {out}: {name}/ of the home is no place for exports; name another folder")
    try:
        out.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise ExportRefused(f"--out {out}: {error.strerror}; name a folder that can be written") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise ExportRefused(f"--out {out}: cannot be written; name another folder")


def published_rows_of(settings: Settings, asked: Asked) -> pd.DataFrame:
    """Return whom the version that readers read names on its lists."""
    store = Store(settings.published)
    folder = store.versions / (store.current() or "")
    frames = []
    for name, file in (("audience", "recall_audience"), ("general", "general_list")):
        if name in asked.lists:
            frame = pq.read_table(folder / f"{file}.parquet", columns=["one_id", "message_channel"]).to_pandas()
            frames.append(frame.assign(list_name=name))
    return pd.concat(frames, ignore_index=True)


def with_addresses(settings: Settings, rows: pd.DataFrame) -> pd.DataFrame:
    """Add ``address``: numbers and e-mail addresses out of the vault, a platform's ids as they are."""
    going = rows["reason"].isna()
    in_vault = going & rows["id_type"].isin(_IN_VAULT)
    with open_vault(settings) as vault:
        plain = vault.reveal(rows.loc[in_vault, "id_token"])
    address = rows["id_token"].where(~rows["id_type"].isin(_IN_VAULT), rows["id_token"].map(plain))
    lost = in_vault & address.isna()
    return rows.assign(address=address.where(going), reason=rows["reason"].mask(lost, "not_in_vault"))


def _set_to(settings: Settings, setting: str, scene: str) -> str:
    """Return what a setting says in a scene: its own link goes before the brand's."""
    if setting == "brand_name":
        return settings.brand_name
    return settings.scene_links.get(scene, settings.brand_link if setting == "brand_link" else "")


def with_words(rows: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Add ``words``, to the byte those of the published list, and keep in whoever has none there.

    Raises
    ------
    ExportRefused
        The brand's name or link is another than the words were finished with: nobody is sent what nobody set.
    """
    words = rows["message_text"].astype(object).where(rows["text_zh"].notna(), "")
    for variable, setting in _OF_HOME.items():
        signed = words[rows["text_zh"].fillna("").str.contains(variable, regex=False)].dropna()
        for scene, said in signed.groupby(rows["scene_id"].fillna("")):
            value = _set_to(settings, setting, str(scene))
            if not (value and said.str.contains(value, regex=False).all()):
                raise ExportRefused(
                    f"{setting} is {value!r}, and the published words were finished with another: run the date again"
                )
    return rows.assign(words=words, reason=rows["reason"].mask(rows["reason"].isna() & words.isna(), "words_unfilled"))


def _with_company(rows: pd.DataFrame, general: Mapping[str, tuple[str, str]], caring: Sequence[str]) -> pd.DataFrame:
    """Give whoever is alone with their words the channel's general ones, where a platform sends to no list of one.

    Who was promised an offer is told of it or nothing, and care sells nothing: neither gets the general words. Who is
    alone with these as well stays in.
    """
    rows = rows.copy()
    for channel, gateway in GATEWAYS.items():
        mine = rows["reason"].isna() & rows["message_channel"].eq(channel)
        alone = mine & _is_alone(rows[mine], gateway.least).reindex(rows.index, fill_value=False)
        given = alone & rows["offer_id"].isna() & ~rows["template_id"].isin(caring)
        template_id, words = general.get(channel, ("", ""))
        if words and given.any():
            rows.loc[given, ["template_id", "words"]] = [template_id, words]
            alone = mine & _is_alone(rows[mine], gateway.least).reindex(rows.index, fill_value=False)
        rows["reason"] = rows["reason"].mask(alone, "list_too_small")
    return rows


def _is_alone(rows: pd.DataFrame, least: int) -> pd.Series:
    if rows.empty or least <= 1:
        return pd.Series(False, index=rows.index)
    scoped = rows.assign(id_scope=rows["id_scope"].fillna(""))
    alike = scoped.groupby(["id_scope", "words", "send_after_at", "send_before_at"], dropna=False, sort=False)
    return alike["message_channel"].transform("size") < least
