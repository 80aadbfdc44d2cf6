"""The contract of the published tables, read from where dbt enforces it: ``models/published/_*.yml``.

So there is one list of tables, keys, columns, types and descriptions, and files, checks and documentation follow it.
"""

import dataclasses
import functools
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from orchestration.settings import CHECKOUT

#: Raised when a column is renamed, retyped or dropped, or a key changes; additive columns keep it.
CONTRACT_VERSION: Final = 2
MODELS: Final = CHECKOUT / "dbt_project" / "models" / "published"

#: What a column's ``null`` says where the column has no nulls.
NEVER: Final = "never"
NEVER_ZH: Final = "不会为空"

#: How a column's name ends -> its unit, where its ``unit`` says no other.
_UNITS: Final = {
    "_fen": "fen",
    "_days": "days",
    "_at": "instant, UTC",
    "_date": "business date, Asia/Shanghai",
    "_rate": "share of 1",
    "_share": "share of 1",
    "probability": "share of 1",
    **dict.fromkeys(("lift", "lift_low", "lift_high", "lift_mean", "lift_p10", "lift_p50", "lift_p90"), "share of 1"),
    **dict.fromkeys(("roi_p10", "roi_p50", "roi_p90", "return_on_spend"), "fen per fen"),
}

#: The safe loader in C: the one in Python takes 0.6 s for these files.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: Warehouse type of a column -> the Arrow type of its Parquet file, as ``str(pyarrow.DataType)``.
ARROW_TYPES: Final = {
    "varchar": "string",
    "bigint": "int64",
    "double": "double",
    "boolean": "bool",
    "date": "date32[day]",
    "timestamp with time zone": "timestamp[us, tz=UTC]",
    "varchar[]": "list<element: string>",
}


@dataclasses.dataclass(frozen=True)
class Column:
    """One column of a published table; ``null`` says what null means, empty where the contract does not say.

    ``description_zh`` and ``null_zh`` say the same to those who read Chinese; ``unit`` is empty for words and counts.
    """

    name: str
    data_type: str
    description: str
    null: str
    description_zh: str
    null_zh: str
    unit: str = ""

    @property
    def words(self) -> str:
        """What a database says of the column: its meaning, what null means, and the meaning in Chinese."""
        empty = f" Null: {self.null}." if self.null not in ("", NEVER) else ""
        return f"{self.description}{empty}\n{self.description_zh}".strip()


@dataclasses.dataclass(frozen=True)
class TableContract:
    """One published table.

    ``partition`` is the warehouse column that says which version a row belongs to; ``exempt`` names the state beyond
    the ledger that the table reads, empty where its bytes follow from ledger, code and settings alone;
    ``description_zh`` and ``exempt_zh`` say it in Chinese.
    """

    name: str
    description: str
    description_zh: str
    key: tuple[str, ...]
    partition: str
    is_cumulative: bool
    exempt: str
    exempt_zh: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The exported columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def words(self) -> str:
        """What a database says of the table, in English and in Chinese."""
        return f"{self.description}\n{self.description_zh}".strip()


@functools.cache
def tables(folder: Path = MODELS) -> dict[str, TableContract]:
    """Return the contract of every published table by its name, sorted."""
    found = {}
    for file in sorted(folder.glob("_*.yml")):
        for model in yaml.load(file.read_text(encoding="utf-8"), _LOADER).get("models", ()):  # noqa: S506 - safe, in C
            meta = model.get("config", {}).get("meta", {}).get("published")
            if meta:
                found[model["config"]["alias"]] = _table(model, meta)
    return dict(sorted(found.items()))


def of_manifest(said: dict[str, Any]) -> dict[str, TableContract]:
    """Return the tables of a version as its manifest says them: it may be of a release with fewer of them.

    Of a version from before manifests said what null means, no column is taken to be without nulls but the keys.
    """
    found = {}
    for name, table in said["tables"].items():
        columns = tuple(
            Column(
                column["name"],
                column["type"],
                column["description"],
                column.get("null", NEVER if column["name"] in table["key"] else ""),
                column.get("description_zh", ""),
                column.get("null_zh", ""),
                column.get("unit", ""),
            )
            for column in table["columns"]
        )
        words = table["description"], table.get("description_zh", "")
        found[name] = TableContract(name, *words, tuple(table["key"]), "as_of_date", False, "", "", columns)
    return found


def _table(model: dict[str, Any], meta: dict[str, Any]) -> TableContract:
    key = tuple(meta["key"])
    columns = []
    for column in model["columns"]:
        marks = column.get("config", {}).get("meta", {})
        if marks.get("exported", True):
            null = NEVER if column["name"] in key else marks.get("null", "")
            null_zh = NEVER_ZH if null == NEVER else marks.get("null_zh", "")
            columns.append(
                Column(
                    column["name"],
                    column["data_type"],
                    column["description"],
                    null,
                    marks.get("zh", ""),
                    null_zh,
                    marks.get("unit", _unit(column["name"])),
                )
            )
    return TableContract(
        name=model["config"]["alias"],
        description=model["description"],
        description_zh=model["config"]["meta"].get("zh", ""),
        key=key,
        partition=meta["partition"],
        is_cumulative=meta["holds"] == "cumulative",
        exempt=meta.get("exempt", ""),
        exempt_zh=meta.get("exempt_zh", ""),
        columns=tuple(columns),
    )


def _unit(name: str) -> str:
    return next((unit for end, unit in _UNITS.items() if name.endswith(end)), "")
