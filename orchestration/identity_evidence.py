"""Why records are one customer: the evidence as files (0700), and the answers read from them."""

import re
from collections.abc import Hashable
from typing import Any

import duckdb
import pandas as pd

from ml.identity.explain import Node, shortest_chain
from orchestration.erasing.journal import pending_one_ids
from orchestration.files import PRIVATE_MODE, replacing
from orchestration.settings import Settings

_TABLES = {"links_evidence": "evidence", "conflicts": "conflicts", "redirects": "redirects"}
_ONE_ID = re.compile(r"p_[0-9a-f]{8,}")


class NobodyKnown(LookupError):
    """No link names the identifier that was asked for."""


def export_evidence(settings: Settings, connection: duckdb.DuckDBPyConnection) -> int:
    """Write the identity stage's evidence as Parquet under ``identity/``; return the number of links.

    Parameters
    ----------
    settings
        Whose home.
    connection
        The open warehouse, allowed to write that folder.
    """
    folder = settings.home / "identity"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for table, name in _TABLES.items():
        with replacing(folder / f"{name}.parquet", PRIVATE_MODE) as draft:
            quoted = str(draft).replace("'", "''")
            connection.execute(f"copy (from identity.{table} order by all) to '{quoted}' (format parquet)")
    count = connection.execute("select count(*) from identity.links_evidence").fetchone()
    return int(count[0]) if count else 0


def everything_about(settings: Settings, who: str) -> list[str]:
    """Return, one a line, all links, refusals and redirects of the customer that ``who`` belongs to.

    Parameters
    ----------
    settings
        Whose home.
    who
        A one_id, an identifier ``type:value`` or ``type:scope:value``, or a bare identifier. A plain phone or e-mail
        is turned into its token here and printed nowhere.
    """
    links = _without_pending(settings, _read(settings, "evidence"))
    people = {who} if _ONE_ID.fullmatch(who) else {one_id for _, one_id in _find(settings, links, who)}
    said = []
    for one_id in sorted(people):
        if one_id in pending_one_ids(settings):
            continue
        own, refused = links[links["record_one_id"] == one_id], _refusals(settings, one_id)
        if own.empty and not refused:
            continue
        said.append(f"{one_id}: {own[['source', 'customer_id']].drop_duplicates().shape[0]} records, {len(own)} links")
        said += [_link_line(row) for row in own.to_dict("records")]
        said += refused
    if not said:
        raise NobodyKnown(f"nobody known by {_shown(who)}")
    return said


def chain_between(settings: Settings, start: str, goal: str) -> list[str]:
    """Return, one a line, the shortest chain of links between two identifiers."""
    links = _without_pending(settings, _read(settings, "evidence"))
    from_, to = _find(settings, links, start), _find(settings, links, goal)
    if not from_ or not to:
        raise NobodyKnown(f"nobody known by {_shown(start if not from_ else goal)}")
    chain = shortest_chain(links, from_[0][0], to[0][0])
    if chain.empty:
        return [f"{_shown(start)} and {_shown(goal)} are not linked"]
    return [_link_line(row) for row in chain.to_dict("records")]


def _read(settings: Settings, name: str) -> pd.DataFrame:
    file = settings.home / "identity" / f"{name}.parquet"
    return duckdb.execute("from read_parquet($file)", {"file": str(file)}).df()


def _without_pending(settings: Settings, links: pd.DataFrame) -> pd.DataFrame:
    """Return the links without those of whoever is being erased: from the asking on nothing reads them."""
    return links[~links["record_one_id"].isin(pending_one_ids(settings))]


def _find(settings: Settings, links: pd.DataFrame, who: str) -> list[tuple[Node, str]]:
    """Return the identifiers that a text may mean, each with its one_id."""
    from orchestration.channels.engine.tokens import TOKEN

    parts = who.split(":") if not TOKEN.fullmatch(who) else [who]
    value = _token(settings, parts[-1])
    found = links[links["id_token"] == value]
    if len(parts) > 1:
        found = found[found["id_type"] == parts[0]]
    if len(parts) > 2:
        found = found[found["id_scope"] == parts[1]]
    nodes = zip(found["id_type"], found["id_scope"], found["id_token"], found["record_one_id"], strict=True)
    return sorted({((kind, scope, token), one_id) for kind, scope, token, one_id in nodes})


def _token(settings: Settings, value: str) -> str:
    from orchestration.channels.engine.contacts import JOINING_SHAPES, read_email, read_phone
    from orchestration.channels.engine.vault import home_tokeniser

    phone, email = read_phone(value), read_email(value) if "@" in value else None
    if phone.shape in JOINING_SHAPES and phone.digits:
        return home_tokeniser(settings).token("mobile", phone.digits)
    return home_tokeniser(settings).token("email", email) if email else value


def _shown(who: str) -> str:
    return who if _ONE_ID.fullmatch(who) else "that identifier"


def _link_line(row: dict[Hashable, Any]) -> str:
    delivered = not pd.isna(row["file_id"])
    where = f"{row['channel']} file {row['file_id'][:12]} line {row['line']}" if delivered else "its own key"
    scope = f"({row['id_scope']})" if row["id_scope"] else ""
    ended = f", ended {row['valid_to']:%Y-%m-%d}" if not pd.isna(row["valid_to"]) else ""
    return (
        f"  {row['source']}/{row['customer_id'][:28]} - {row['id_type']}{scope} {row['id_token'][:28]}: "
        f"{row['link_status']}, strength {row['link_strength']}, since {row['valid_from']:%Y-%m-%d}{ended}; {where}"
    )


def _refusals(settings: Settings, one_id: str) -> list[str]:
    conflicts, redirects = _read(settings, "conflicts"), _read(settings, "redirects")
    own = conflicts[(conflicts["one_id_kept"] == one_id) | (conflicts["one_id_refused"] == one_id)]
    said = [f"  refused {row['known_from']:%Y-%m-%d} {row['rule']}: {row['detail']}" for row in own.to_dict("records")]
    moved = redirects[(redirects["one_id"] == one_id) | (redirects["one_id_old"] == one_id)]
    return said + [
        f"  {row['change']} {row['changed_at']:%Y-%m-%d}: {row['one_id_old']} -> {row['one_id']} ({row['reason']})"
        for row in moved.to_dict("records")
    ]
