"""Which delivered files may hold a person: those whose landed rows do, and those of which something was set aside."""

from collections.abc import Callable, Iterable
from pathlib import Path

from orchestration.channels.engine.files import open_content
from orchestration.erasing.elsewhere import spellings
from orchestration.erasing.person import Person, rows_of
from orchestration.settings import Settings
from orchestration.warehouse import connect


def suspects(
    settings: Settings, person: Person, contacts: Iterable[str], moved: dict[str, str] | None = None
) -> Callable[[str, Path], bool]:
    """Return what says of a file, by id and path, whether it has to be read again.

    The warehouse knows which files brought the person's rows; of a record that was set aside it knows the file alone.
    Whatever else a file holds (columns that nobody reads) is found by its bytes.

    Parameters
    ----------
    settings, person
        Whose home, and who.
    contacts
        The person's contact values in the clear.
    moved
        Ids of raw files that were cut: the same bytes in landing are to be cut as well.
    """
    named: set[str] = set(moved or {})
    known: set[str] = set()
    needles = spellings(each for each in contacts if len(each) >= 8)
    if settings.warehouse.exists():
        with connect(settings, read_only=True) as warehouse:
            for _, _, rows in rows_of(person, warehouse, "distinct _file_id"):
                named |= {row["_file_id"] for row in rows}
            tables = {name for (name,) in warehouse.execute("select table_name from duckdb_tables()").fetchall()}
            if "ledger" in tables:
                for file_id, status in warehouse.execute(
                    "select file_id, max(case when quarantined > 0 or status <> 'loaded' then 1 else 0 end)"
                    " from channels.ledger where file_id is not null and status <> 'duplicate' group by 1"
                ).fetchall():
                    known.add(file_id)
                    if status:
                        named.add(file_id)

    def is_one(file_id: str, path: Path) -> bool:
        if file_id in named or file_id not in known:
            return True
        return _holds(path, needles)

    return is_one


def _holds(path: Path, needles: list[bytes]) -> bool:
    if not needles or path.suffix in (".parquet", ".xlsx"):
        return False
    try:
        with open_content(path, path.name) as content:
            whole = content.read()
    except OSError:
        return True
    return any(needle in whole for needle in needles)
