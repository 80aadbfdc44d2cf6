"""Writes the tables of docs/law.md and docs/zh/law.md from the seed law_rules.

After a change of the seed: ``python -m orchestration.law_page``. The tables stand between ``<!-- begin law -->`` and
``<!-- end law -->``; the words around them are written by hand.
"""

import re
from pathlib import Path
from typing import Final

from orchestration.seed_rows import SEEDS, read_seed
from orchestration.settings import CHECKOUT

PAGE: Final = CHECKOUT / "docs" / "law.md"
PAGE_ZH: Final = CHECKOUT / "docs" / "zh" / "law.md"
_BLOCK: Final = re.compile(r"(?<=<!-- begin law -->\n).*(?=<!-- end law -->)", re.DOTALL)
_HEAD: Final = "| rule | article or page | read | demands | state | what the product does, and lacks | tests |"
_HEAD_ZH: Final = "| 规则 | 条文或页面 | 阅读 | 要求 | 状态 | 做了什么、还缺什么（英文） | 测试 |"


def rules() -> list[dict[str, str]]:
    """Return the rows of the shipped law book, in its order."""
    return [row for _, row in read_seed(SEEDS / "law_rules.csv").cells()]


def page(path: Path = PAGE) -> str:
    """Return a page's text with its table as the seed has it."""
    is_chinese = path == PAGE_ZH
    lines = [_HEAD_ZH if is_chinese else _HEAD, "|" + "---|" * 7]
    for row in rules():
        cells = [
            row["rule_id"],
            f"[{row['article_zh']}]({row['address']})",
            f"{row['read_on']}, {row['status']}",
            row["demands_zh"] if is_chinese else row["demands_en"],
            row["state"],
            row["feature"],
            ", ".join(f"`{test}`" for test in row["tests"].split("|") if test) or "-",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return _BLOCK.sub(lambda _: "\n".join(lines) + "\n", path.read_text(encoding="utf-8"))


def write() -> None:
    """Replace the tables of both pages."""
    for path in (PAGE, PAGE_ZH):
        path.write_text(page(path), encoding="utf-8")


if __name__ == "__main__":
    write()
