"""A whole home looked through for values that its vault knows: how many stand where plain values do not belong."""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from orchestration.door.files import count, files_below
from orchestration.door.known import Known
from orchestration.door.own import OWN
from orchestration.door.windows import may_hold
from orchestration.home_parts import Is, part_of
from orchestration.settings import Settings
from orchestration.warehouse import connect, writer_lock


def scan(settings: Settings) -> tuple[Counter[str], Counter[str], list[str]]:
    """Return values found by place, files or tables looked at by place, and the names of those that hold one.

    Places are a home's folders, the warehouse and its tables. ``landing``, ``raw`` and ``vault`` are where plain values
    belong, and are left out.
    """
    found: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    named: list[str] = []
    with Known(settings) as known:
        for place, name, values in (*_files(settings, known), *_tables(settings, known)):
            looked[place] += 1
            found[place] += values
            if values:
                named.append(f"{name}: {values}")
    return found, looked, named


def _files(settings: Settings, known: Known) -> Iterator[tuple[str, str, int]]:
    for place in sorted(settings.home.iterdir()):
        if Is.PLAIN in part_of(settings.home, place) or place.is_symlink() or place == settings.warehouse:
            continue
        for path in files_below(place):
            yield place.name, str(path.relative_to(settings.home)), count(known, path)


def _tables(settings: Settings, known: Known) -> Iterator[tuple[str, str, int]]:
    """Yield the warehouse's tables: the texts of their columns, each once."""
    if not settings.warehouse.is_file():
        return
    with writer_lock(settings, "scan"), connect(settings, read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, list(column_name), list(data_type) from duckdb_columns()"
            " where not internal and database_name = current_database() and (data_type like 'VARCHAR%')"
            " group by all order by 1, 2"
        ).fetchall()
        for schema, table, names, kinds in columns:
            values = 0
            for name, kind in zip(names, kinds, strict=True):
                text = f'unnest("{name}")' if kind.endswith("[]") else f'"{name}"'
                texts = connection.sql(f'select distinct {text} as text from "{schema}"."{table}"').to_arrow_table()
                values += sum(map(len, known.find(_could(texts.column("text")))))
            yield "warehouse", f"{schema}.{table}", values


def _could(texts: pa.ChunkedArray) -> list[str]:
    return [text for text in texts.to_pylist() if text and not OWN.fullmatch(text) and may_hold(text)]
