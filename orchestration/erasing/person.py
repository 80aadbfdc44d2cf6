"""Whom an identifier means, and everything by which that person is known in a home."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.channels.engine.contacts import JOINING_SHAPES, read_email, read_phone
from orchestration.channels.engine.tokens import kind_of
from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.erasing.columns import PLACES, SENT_TO, Place, is_of_row, spaces
from orchestration.erasing.tombstones import ANYWHERE, Key, card, customer, is_token, lead, order
from orchestration.publishing.versions import Store
from orchestration.sending import activations
from orchestration.settings import Settings
from orchestration.warehouse import connect

#: The house's own numbers are no customer's, whoever wrote them into a form.
_NOT_THEIRS: Final = ("staff_number",)
#: Shorter values say nothing by themselves: only a column says whose they are.
SHORTEST_ALONE: Final = 5


class NobodyToErase(LookupError):
    """No record is known under the identifier, or it is several people's."""


@dataclasses.dataclass
class Person:
    """Everything by which a person is known; no contact value in the clear but in ``plain``, which is never kept."""

    one_ids: set[str] = dataclasses.field(default_factory=set)
    keys: set[Key] = dataclasses.field(default_factory=set)
    #: tokens of the vault that stood in the person's records: names and addresses too
    tokens: set[str] = dataclasses.field(default_factory=set)
    #: the sender's numbers of their leads, by which sheets of leads name them; others may count alike elsewhere
    leads: set[str] = dataclasses.field(default_factory=set)
    #: values that are somebody else's as well and therefore stay in that one's records
    shared: int = 0
    orders: int = 0
    records: int = 0

    @property
    def values(self) -> set[str]:
        """The values by which the person is known anywhere, without their spaces."""
        return {key.value for key in self.keys if key.space == ANYWHERE}

    def as_json(self) -> str:
        """Return the person as the journal keeps them until the erasure has ended."""
        said = dataclasses.asdict(self)
        said |= {"one_ids": sorted(self.one_ids), "tokens": sorted(self.tokens), "leads": sorted(self.leads)}
        said["keys"] = sorted([key.space, key.value] for key in self.keys)
        return json.dumps(said, ensure_ascii=False)

    @classmethod
    def of_json(cls, text: str) -> "Person":
        """Return the person whom a journal keeps."""
        said = json.loads(text)
        keys = {Key(*pair) for pair in said.pop("keys")}
        return cls(set(said.pop("one_ids")), keys, set(said.pop("tokens")), set(said.pop("leads", ())), **said)


def find_person(settings: Settings, who: str) -> Person:
    """Return whom an identifier means.

    Parameters
    ----------
    settings
        Whose home; nothing in it is changed.
    who
        A one_id, a phone, an e-mail address, any id, or ``type:scope:value`` (``customer_id:shop:C1``).

    Raises
    ------
    NobodyToErase
        Nobody is known by it, or several people are; the message holds no value.
    """
    named, asked = _asked(settings, who)
    person = Person()
    links = _evidence(settings)
    person.one_ids = _one_ids(settings, links, named, asked)
    if len(person.one_ids) > 1:
        raise NobodyToErase(
            f"{len(person.one_ids)} people are known by that value, and erasing concerns one: name the one by their"
            " customer id, customer_id:SOURCE:ID, or by the one_id that siyu explain says"
        )
    _take_links(person, links)
    if asked is not None and asked.space == ANYWHERE and not _is_anothers(links, asked.value, person.one_ids):
        person.keys.add(asked)
    with connect(settings, read_only=True) as warehouse:
        _take_older_ids(person, warehouse)
        _take_sent(person, settings, warehouse)
        _take_records(person, warehouse)
    person.keys |= {Key(ANYWHERE, one_id) for one_id in person.one_ids}
    person.orders = sum(key.space.startswith("order ") for key in person.keys)
    person.tokens |= {value for value in person.values if is_token(value)}
    if not person.records and not person.one_ids:
        raise NobodyToErase(
            "nobody is known by that identifier, and no record that landed holds it: nothing to erase; an id counts"
            " letter by letter, as it was delivered"
        )
    long = {key.value for key in person.keys if len(key.value) >= SHORTEST_ALONE}
    person.keys |= {Key("any", value) for value in long}
    return person


def plain_values(settings: Settings, person: Person) -> dict[str, str]:
    """Return token to value in the clear of what the vault still holds; to search by, or for the person's own copy."""
    with open_vault(settings) as vault:
        return vault.reveal(sorted(person.tokens))


def _asked(settings: Settings, who: str) -> tuple[str, Key | None]:
    """Return what was asked for as it stands in tables, and as a key where it is one by itself."""
    kind, _, rest = who.partition(":") if not (is_token(who) or who.startswith("r1:")) else ("", "", "")
    scope, _, value = rest.rpartition(":")
    if kind == "customer_id" and value:
        return value, customer(scope, value)
    if kind == "member_no" and value:
        return value, card(scope or "crm", value)
    text = value if kind and value else who.strip()
    if "@" in text and (email := read_email(text)):
        text = home_tokeniser(settings).token("email", email)
    elif (phone := read_phone(text)).digits and (phone.shape in JOINING_SHAPES or phone.shape == "landline"):
        text = home_tokeniser(settings).token(kind_of(phone), phone.digits)
    return text, Key(ANYWHERE, text)


def _evidence(settings: Settings) -> pd.DataFrame:
    file = settings.home / "identity" / "evidence.parquet"
    if not file.exists():
        raise NobodyToErase(f"{file} is not there: run a date first, then it is known who is who")
    return pq.read_table(file).to_pandas()


def _one_ids(settings: Settings, links: pd.DataFrame, named: str, asked: Key | None) -> set[str]:
    if named.startswith("p_"):
        redirects = pq.read_table(settings.home / "identity" / "redirects.parquet").to_pandas()
        heirs = set(redirects.loc[redirects["one_id_old"] == named, "one_id"])
        if heirs - {None}:
            return heirs - {None}
        return {named} if heirs or named in set(links["record_one_id"]) or _was_published(settings, named) else set()
    kept = links[~links["link_status"].isin((*_NOT_THEIRS, "refused"))]
    if asked is not None and asked.space.startswith("customer "):
        source = asked.space.removeprefix("customer ")
        found = kept[(kept["source"] == source) & (kept["customer_id"] == named)]
    else:
        found = kept[(kept["id_token"] == named) | (kept["customer_id"] == named)]
    holders = set(found.loc[found["link_status"] == "joined", "record_one_id"].dropna())
    return holders or set(found["record_one_id"].dropna())


def _was_published(settings: Settings, one_id: str) -> bool:
    """Return whether a kept version holds somebody of an id whose records are gone."""
    store = Store(settings.published)
    files = store.versions.glob("*/customers.parquet") if store.versions.is_dir() else ()
    return any(pq.read_table(file, columns=["one_id"], filters=[("one_id", "=", one_id)]).num_rows for file in files)


def _is_anothers(links: pd.DataFrame, value: str, one_ids: set[str]) -> bool:
    return bool((links.loc[links["id_token"] == value, "record_one_id"].isin(one_ids) == False).any())  # noqa: E712


def _take_links(person: Person, links: pd.DataFrame) -> None:
    own = links[links["record_one_id"].isin(person.one_ids)]
    others = links[~links["record_one_id"].isin(person.one_ids)]
    theirs = set(zip(others["id_type"], others["id_scope"], others["id_token"], strict=True))
    for row in own.to_dict("records"):
        person.keys.add(customer(row["source"], row["customer_id"]))
        kind, scope, value = row["id_type"], row["id_scope"], row["id_token"]
        if (kind, scope, value) in theirs or row["link_status"] in _NOT_THEIRS:
            person.shared += 1
        elif kind == "customer_id":
            person.keys.add(customer(scope, value))
        elif kind == "member_no":
            person.keys |= {card(scope, value), card(row["source"], value)}
        elif kind == "pos_customer_uid":
            person.keys.add(customer("pos", value))
        else:
            person.keys.add(Key(ANYWHERE, value))


def _tables(warehouse: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for schema, table, column in warehouse.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where not internal"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", set()).add(column)
    return found


def _take_older_ids(person: Person, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Add the ids that lead to the person's: redirects, of merges of long ago too."""
    if "identity.redirects" not in _tables(warehouse):
        return
    while True:
        more = warehouse.execute(
            "select distinct one_id_old from identity.redirects where one_id in (select unnest($ids::varchar[]))",
            {"ids": sorted(person.one_ids)},
        ).fetchall()
        if {one_id for (one_id,) in more} <= person.one_ids:
            return
        person.one_ids |= {one_id for (one_id,) in more}


def _take_sent(person: Person, settings: Settings, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Add the tokens and tasks under which the person was written to: what comes back carries them."""
    if not person.one_ids:
        return
    store = Store(settings.published)
    versions = [store.versions / name for name in (store.by_age() if store.versions.is_dir() else ())]
    files = [
        version / f"{table}.parquet"
        for version in versions
        for table in ("recall_audience", "recall_tasks", "service_desk", "general_list")
    ]
    files += [activations.folder(settings) / f"{one}.parquet" for one in activations.exports(settings)]
    sent = {value for file in files for value in _of_theirs(person, file, SENT_TO)}
    person.leads = {
        value for version in versions for value in _of_theirs(person, version / "lead_stages.parquet", ("lead_id",))
    }
    for name, columns in _tables(warehouse).items():
        if name.startswith("recall.") and {"one_id", "task_id"} <= columns:
            found = warehouse.execute(
                f"select distinct task_id from {name} where one_id in (select unnest($ids::varchar[]))",
                {"ids": sorted(person.one_ids)},
            ).fetchall()
            sent |= {task_id for (task_id,) in found if task_id}
    person.keys |= {Key(ANYWHERE, value) for value in sent if not is_token(value)}
    person.keys |= {key for version in versions for key in _leads_of(person, version / "lead_stages.parquet")}


def _leads_of(person: Person, file: Path) -> set[Key]:
    """Return the person's leads of a version, by which the accounts of their companies are called."""
    if not file.exists():
        return set()
    rows = pq.read_table(file, columns=["source", "lead_id"], filters=[("one_id", "in", sorted(person.one_ids))])
    return {lead(row["source"], row["lead_id"]) for row in rows.to_pylist()}


def _of_theirs(person: Person, file: Path, columns: Iterable[str]) -> set[str]:
    """Return what stands in some columns of a person's rows of a file, as far as both are there."""
    if not file.exists():
        return set()
    names = set(pq.read_schema(file).names)
    wanted = [name for name in columns if name in names]
    rows = pq.read_table(file, columns=["one_id", *wanted], filters=[("one_id", "in", sorted(person.one_ids))])
    return {value for name in wanted for value in rows[name].to_pylist() if value}


def _take_records(person: Person, warehouse: duckdb.DuckDBPyConnection) -> None:
    """Add what stands in the person's landed records: their orders, and the tokens of names and numbers."""
    for table, place, rows in rows_of(person, warehouse, "*"):
        person.records += rows.num_rows
        for row in rows.to_pylist():
            _take_row(person, place, row, table.partition("__")[0])


def rows_of(
    person: Person, warehouse: duckdb.DuckDBPyConnection, what: str, *, is_mention_counted: bool = True
) -> Iterator[tuple[str, Place, pa.Table]]:
    """Yield the landed rows that are the person's, and somebody else's that mention them, table by table."""
    tables = _tables(warehouse)
    for table, place in PLACES.items():
        columns = tables.get(f"channels.{table}")
        channel = table.partition("__")[0]
        if columns and (where := _where(person, place, columns, channel, is_mention_counted=is_mention_counted)):
            asked = f'select {what} from channels."{table}" where {where}'
            yield table, place, warehouse.sql(asked).to_arrow_table()


def where_theirs(person: Person, table: str, warehouse: duckdb.DuckDBPyConnection, source: str) -> str:
    """Return the condition under which a row of a channel's table is the person's, empty where none can be."""
    place = PLACES.get(table)
    if place is None:
        return ""
    columns = {name for name, *_ in warehouse.execute(f"from {source} limit 0").description or ()}
    where = _where(person, place, columns, table.partition("__")[0], is_mention_counted=False)
    return f"({where})" if where else ""


def _where(person: Person, place: Place, columns: set[str], channel: str, *, is_mention_counted: bool = True) -> str:
    """Return the condition under which a row of a table is the person's, empty where none can be."""
    parts = []
    for column in place.orders:
        for key in sorted(person.keys):
            kind, _, source = key.space.partition(" ")
            if kind == "order" and column in columns and ("source" in columns or source == channel):
                of_source = f"source = {_quoted(source)} and " if "source" in columns else ""
                parts.append(f"({of_source}{column} = {_quoted(key.value)})")
    for column in (*place.people, *(place.mentions if is_mention_counted else ())):
        if column not in columns:
            continue
        if place.typed_by and column == "id_value":
            ids = {(key.space, key.value) for key in person.keys}
            kind, scope = place.typed_by
            for space, value in sorted(ids):
                said = {"customer": f"{kind} = 'customer_id' and {scope} = {{}}", "card": f"{kind} = 'member_no'"}
                what, _, of = space.partition(" ")
                condition = said.get(what, "true" if space == ANYWHERE else "false").format(_quoted(of))
                parts.append(f"({condition} and {column} = {_quoted(value)})")
            continue
        for space in spaces(place, column, channel):
            for key in sorted(person.keys):
                if is_of_row(space):
                    kind, _, source = key.space.partition(" ")
                    if kind == space.partition(" ")[0] and source:
                        parts.append(f"(source = {_quoted(source)} and {column} = {_quoted(key.value)})")
                elif key.space == space:
                    parts.append(f"{column} = {_quoted(key.value)}")
    return " or ".join(parts)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _take_row(person: Person, place: Place, row: dict[str, Any], channel: str) -> None:
    source = row.get("source") or channel
    if place.fate == "walk_in":
        for column in place.orders:
            if (value := row.get(column)) and not value.startswith("walk-in-"):
                person.keys.add(order(source, value))
    theirs = [str(row[name]) for name in row if not name.startswith("_") and is_token(str(row[name]))]
    person.tokens |= set(theirs) if place.fate == "remove" else set()
