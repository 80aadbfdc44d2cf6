"""Writes the tables of docs/published-tables.md and docs/zh/published-tables.md from the contract.

After a change of ``dbt_project/models/published/_*.yml``: ``python -m orchestration.publishing.reference``. The tables
stand between ``<!-- begin tables -->`` and ``<!-- end tables -->``; the words above them are written by hand.
"""

import re
from pathlib import Path
from typing import Final

from orchestration.publishing.contract import TableContract, tables
from orchestration.settings import CHECKOUT

PAGE: Final = CHECKOUT / "docs" / "published-tables.md"
PAGE_ZH: Final = CHECKOUT / "docs" / "zh" / "published-tables.md"
_TYPES: Final = {"timestamp with time zone": "timestamp (UTC)", "varchar[]": "list of strings", "varchar": "string"}
_TYPES_ZH: Final = _TYPES | {"timestamp with time zone": "timestamp（UTC）", "varchar[]": "list（string）"}
_BLOCK: Final = re.compile(r"(?<=<!-- begin tables -->\n).*(?=<!-- end tables -->)", re.DOTALL)


def page(path: Path = PAGE) -> str:
    """Return a page's text with its tables as the contract has them."""
    section = _section_zh if path == PAGE_ZH else _section
    made = "".join(section(table) for table in tables().values())
    return _BLOCK.sub(lambda _: made + "\n", path.read_text(encoding="utf-8"))


def _section(table: TableContract) -> str:
    kind = "Cumulative. " if table.is_cumulative else ""
    exempt = f" Reads beyond the ledger: {table.exempt}." if table.exempt else ""
    return _written(
        table.name,
        f"{table.description} {kind}Key: {', '.join(table.key)}.{exempt}",
        "| column | type | meaning | null |",
        [(c.name, _TYPES.get(c.data_type, c.data_type), c.description, c.null) for c in table.columns],
    )


def _section_zh(table: TableContract) -> str:
    kind = "累积表。" if table.is_cumulative else ""
    exempt = f"除台账外还读取：{table.exempt_zh}。" if table.exempt_zh else ""
    return _written(
        table.name,
        f"{table.description_zh}{kind}主键：{'、'.join(table.key)}。{exempt}",
        "| 列 | 类型 | 含义 | 何时为空 |",
        [(c.name, _TYPES_ZH.get(c.data_type, c.data_type), c.description_zh, c.null_zh) for c in table.columns],
    )


def _written(name: str, words: str, head: str, rows: list[tuple[str, ...]]) -> str:
    lines = [f"\n## {name}\n", f"{words}\n", head, "|---|---|---|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "/") or "-" for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def write() -> None:
    """Replace the tables of both pages."""
    for path in (PAGE, PAGE_ZH):
        path.write_text(page(path), encoding="utf-8")


if __name__ == "__main__":
    write()
