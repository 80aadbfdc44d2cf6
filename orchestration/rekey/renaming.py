"""The new name of each token and of each version, in texts, files and tables."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.changed_files import change_sqlite, charset_of, kind_of_file
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.files import replacing


class Renaming:
    """Old names and the new ones.

    Parameters
    ----------
    old_id
        The id of the key that made the old tokens, as ``k1``.
    tokens
        New token by old one.
    lost
        Names a token whose value the vault does not know.
    versions
        New name by old one of the published versions, as far as they have one.
    """

    def __init__(self, old_id: str, tokens: Mapping[str, str], lost: Tokeniser, versions: Mapping[str, str]) -> None:
        self.mark = f"{old_id}:"
        self._tokens, self._lost, self._versions = tokens, lost, versions
        names = "".join(f"|{re.escape(version)}" for version in versions)
        self._pattern = re.compile(rf"{old_id}:[0-9a-f]{{32}}(?![0-9a-f]){names}")
        self._in_bytes = re.compile(self._pattern.pattern.encode())

    def text(self, text: str) -> str:
        """Return a text with the new names."""
        return self._pattern.sub(lambda old: self._new(old.group()), text)

    def is_named_in(self, content: bytes) -> bool:
        """Return whether an old name stands in bytes."""
        return self._in_bytes.search(content) is not None

    def value(self, value: Any) -> Any:
        """Return a cell, a list of texts too, with the new names."""
        if isinstance(value, list):
            return [self.value(one) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def _new(self, name: str) -> str:
        if name in self._versions:
            return self._versions[name]
        return self._tokens.get(name) or self._lost.token("name", f"rekeyed {name}")

    def file(self, path: Path) -> bool:
        """Give a file the new names where it can be read as what it is; return whether no old one is left in it.

        One without an old name is not touched, and a packed or binary one never is.
        """
        kind, mode = kind_of_file(path), path.stat().st_mode & 0o777
        if kind == "sqlite":
            change_sqlite(path, self.text)
        elif kind == "parquet":
            table = pq.read_table(path)
            if (new := self.table(table)) is not table:
                with replacing(path, mode, is_durable=True) as draft:
                    pq.write_table(new, draft, compression="zstd")
        elif kind == "text":
            content = path.read_bytes()
            charset = charset_of(content) or "utf-8"
            if (renamed := self.text(text := content.decode(charset))) != text:
                with replacing(path, mode, is_durable=True) as draft:
                    draft.write_bytes(renamed.encode(charset))
        else:
            return kind == "beside_sqlite" or not self.is_named_in(path.read_bytes())
        return True

    def table(self, table: pa.Table) -> pa.Table:
        """Return a table with the new names, the same one where it holds no old one."""
        for place, field in enumerate(table.schema):
            if not _is_text(field.type):
                continue
            values = table.column(place).to_pylist()
            if (new := [self.value(value) for value in values]) != values:
                table = table.set_column(place, field, pa.array(new, field.type))
        return table

    def warehouse(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Give every table of a warehouse the new names; return the columns that held an old one."""
        columns = connection.execute(
            "select columns.schema_name, columns.table_name, columns.column_name, columns.data_type"
            " from duckdb_columns() as columns inner join duckdb_tables() as tables using (schema_name, table_name)"
            " where columns.data_type in ('VARCHAR', 'VARCHAR[]') order by all"
        ).fetchall()
        return sum(self._column(connection, *column) for column in columns)

    def _column(self, connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str, kind: str) -> bool:
        place, name = f'"{schema}"."{table}"', f'"{column}"'
        said = name if kind == "VARCHAR" else f"array_to_string({name}, ' ')"
        # Names of versions stand in columns of that name alone: asked of every text, they would cost twenty scans.
        marks = list(self._versions) if column == "version" else [self.mark]
        held = " or ".join(f"contains({said}, ?)" for _ in marks) or "false"
        query = f"select distinct {name} as old from {place} where {held}"
        old = connection.sql(query, params=marks).to_arrow_table()
        texts = old.column("old").to_pylist()
        new = [self.value(text) for text in texts]
        if new == texts:
            return False
        connection.register("renamed", old.append_column("new", pa.array(new, old.schema.field("old").type)))
        connection.execute(f"update {place} set {name} = renamed.new from renamed where {name} = renamed.old")
        connection.unregister("renamed")
        return True


def _is_text(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))
