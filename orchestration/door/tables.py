"""Published tables at the door: a text that holds a contact value is withheld, in a key its row; the rest goes."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.door.known import Known, masked
from orchestration.door.own import OWN
from orchestration.door.windows import PREFILTER, may_hold
from orchestration.publishing.contract import NEVER, TableContract

#: What stands for a withheld text where the contract promises that one stands there.
WITHHELD: Final = "(withheld)"
#: Columns of tokens that the house makes as it writes: they hold nothing, and are another one in each row.
_MADE_HERE: Final = ("recipient_token",)
#: So many rows of a column are named; all are counted.
_NAMED: Final = 5

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclasses.dataclass(frozen=True)
class Withheld:
    """What was withheld of one column of a table: how many values or rows, which rows, and where they came from.

    ``rows`` are counted from 1 in the order of the table's key, as they stood before; none holds the text.
    """

    table: str
    column: str
    what: str
    count: int
    rows: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        rows = ", ".join(map(str, self.rows)) + (", ..." if self.count > len(self.rows) else "")
        what = self.what[:-1] if self.count == 1 else self.what
        return f"{self.table}.{self.column}: {self.count:,} {what}, row {rows}"


class Before(NamedTuple):
    """Rows of a table as they stood before the door took from them, for the checks that count them; told to nobody.

    ``places``: where those of them that stay in the house's files stand there, counted from 0.
    """

    places: list[int]
    rows: list[pa.Table]


class KeptBack(NamedTuple):
    """What the door kept back of a version: by column, the texts, and the rows they stood in, by table."""

    withheld: list[Withheld]
    texts: set[str]
    before: dict[str, Before]


class Door:
    """What rows of published tables pass through before they are written.

    A text that was clean once is not looked at again, so that a run of many dates looks at each text once.

    Parameters
    ----------
    known
        The vault's values.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._clean: set[str] = set()
        self._kept_back = KeptBack([], set(), {})

    def emptied(self) -> KeptBack:
        """Return what was kept back of the version before, and forget it."""
        found, self._kept_back = self._kept_back, KeptBack([], set(), {})
        return found

    def through(self, rows: pa.Table, contract: TableContract, first: int, written: int) -> pa.Table:
        """Return rows of a table without what must not leave.

        Parameters
        ----------
        rows
            Some of its rows.
        contract
            The table's.
        first
            Which of its rows the first of them is, from 1.
        written
            How many were written before them.
        """
        told = [column.name for column in contract.columns if column.data_type in ("varchar", "varchar[]")]
        if not (hits := self._hits(rows.select([name for name in told if name not in _MADE_HERE]))):
            return rows
        kept, found, touched, stays = _kept(rows, contract, hits, first)
        self._kept_back.texts.update(*hits.values())
        self._kept_back.withheld.extend(found)
        before = self._kept_back.before.setdefault(contract.name, Before([], []))
        before.places.extend((written + np.cumsum(stays) - 1)[touched & stays].tolist())
        before.rows.append(rows.filter(pa.array(touched)))
        return kept

    def said(self, what: Any) -> Any:
        """Return what a manifest says with whatever the vault knows starred: in keys and in values, at any depth."""
        if isinstance(what, Mapping):
            return {self.said(name): self.said(value) for name, value in what.items()}
        if isinstance(what, list | tuple):
            return [self.said(one) for one in what]
        if not isinstance(what, str) or what in self._clean or not may_hold(what):
            return what
        return masked(what, self._known.find([what])[0])

    def _hits(self, table: pa.Table) -> dict[str, set[str]]:
        """Return, per column, the texts that hold a value."""
        suspects = {name: self._suspects(table.column(name)) for name in table.column_names}
        asked = sorted(set().union(*suspects.values()) - self._clean)
        holding = {text for text, holds in zip(asked, self._known.holding(asked), strict=True) if holds}
        self._clean.update(set(asked) - holding)
        return {name: mine for name, texts in suspects.items() if (mine := texts & holding)}

    def _suspects(self, column: pa.ChunkedArray) -> set[str]:
        """Return the texts of a column that could hold a value: any with other letters than ASCII could."""
        texts = pc.drop_null(pc.unique(pc.list_flatten(column) if pa.types.is_list(column.type) else column))
        could = pc.or_(pc.match_substring_regex(texts, PREFILTER), pc.invert(pc.string_is_ascii(texts)))
        new = set(texts.filter(could).to_pylist()) - self._clean
        own = {text for text in new if OWN.fullmatch(text)}
        self._clean |= own
        return new - own


def _kept(
    table: pa.Table, contract: TableContract, hits: Mapping[str, set[str]], first: int
) -> tuple[pa.Table, list[Withheld], Flags, Flags]:
    """Return the rows without the texts of some columns, what was taken, which rows held it, and which stay."""
    found, touched, stays = [], np.zeros(table.num_rows, np.bool_), np.ones(table.num_rows, np.bool_)
    for column in contract.columns:
        if not (texts := hits.get(column.name)):
            continue
        values = table.column(column.name).to_pylist()
        bad = [number for number, value in enumerate(values) if _holds(value, texts)]
        is_key = column.name in contract.key
        what, rows = "rows" if is_key else "values", tuple(first + number for number in bad[:_NAMED])
        found.append(Withheld(contract.name, column.name, what, len(bad), rows))
        touched[bad] = True
        if is_key:
            stays[bad] = False
        else:
            instead = WITHHELD if column.null == NEVER else None
            field = table.schema.field(column.name)
            kept = pa.array([_without(value, texts, instead) for value in values], field.type)
            table = table.set_column(table.schema.get_field_index(column.name), field, kept)
    return table.filter(pa.array(stays)).combine_chunks(), found, touched, stays


def _holds(value: Any, texts: set[str]) -> bool:
    return any(one in texts for one in value or ()) if isinstance(value, list) else value in texts


def _without(value: Any, texts: set[str], instead: str | None) -> Any:
    if isinstance(value, list):
        return [one for one in value if one not in texts]
    return instead if value in texts else value


def sources(connection: duckdb.DuckDBPyConnection, texts: Iterable[str]) -> list[str]:
    """Return where texts came in: channel/dataset/file, line and column of each, as far as they stand there."""
    asked = pa.table({"text": pa.array(sorted(texts), pa.string())})
    if not asked.num_rows:
        return []
    connection.register("asked_texts", asked)
    try:
        return sorted({
            place for table, columns in _landed(connection) for place in _places(connection, table, columns)
        })
    finally:
        connection.unregister("asked_texts")


def _landed(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[str]]]:
    """Yield the channels' tables with the columns of text in each."""
    yield from connection.execute(
        "select table_name, list(column_name) from duckdb_columns() where schema_name = 'channels'"
        " and data_type = 'VARCHAR' and not starts_with(column_name, '_') and table_name in (select table_name"
        " from duckdb_columns() where schema_name = 'channels' and column_name = '_line') group by all order by 1"
    ).fetchall()


def _places(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> list[str]:
    # A text stands in a table as it was published, or as a part of what was put together from several columns.
    found = " union all ".join(
        f'select _file_id, _line, \'{column}\' as name from channels."{table}" where "{column}" in'
        f' (select text from asked_texts) or (length("{column}") > 6 and exists (select 1 from asked_texts'
        f' where contains(text, "{column}")) and not regexp_full_match("{column}", \'[kr][0-9]+:[0-9a-f]+\'))'
        for column in columns
    )
    rows = connection.execute(
        "select distinct ledger.channel, ledger.dataset, ledger.file_name, found._line, found.name"
        f" from ({found}) as found inner join channels.ledger as ledger on ledger.file_id = found._file_id"
        f" and ledger.status = 'loaded' order by all limit {_NAMED}"
    ).fetchall()
    return [f"{channel}/{dataset}/{file}, line {line} ({name})" for channel, dataset, file, line, name in rows]
