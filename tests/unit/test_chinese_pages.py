"""A Chinese page says what its English page says: the same headings, tables, numbers and code words, in the same order.

The words are two people's work and may differ; what can be counted may not. A page that fell behind is named with the
heading and the row, and with what is missing there and what stands there in vain.
"""

import difflib
import re
from collections import Counter

import pytest

from orchestration.settings import CHECKOUT

DOCS = CHECKOUT / "docs"
PAGES = (
    "law.md", "operations.md", "published-tables.md", "questions.md", "recall.md", "segments-and-stages.md",
    "sending.md",
)  # fmt: skip

_CODE = re.compile(r"`([^`]+)`")
#: Names of tables and columns that stand without backticks.
_NAME = re.compile(r"(?<![\w./])[a-z0-9]+(?:_[a-z0-9]+)+(?![\w])", re.ASCII)
#: 5,713 / .883 / 0.85 / 21:00 / 127.0.0.1:3000, and not the digits of P10, 5A or k1.
_NUMBER = re.compile(r"(?<![\w.])\.?\d+(?:[.,:]\d+)*(?!\w*[A-Z_])", re.ASCII)
#: What follows code on a line: its comment, or words beside it.
_COMMENT = re.compile(r"(?<=\S) {2,}.*| *(?:--|#) .*")


def code_words(text):
    """Return what stands in backticks, and names of columns without them."""
    return {*_CODE.findall(text), *_NAME.findall(_CODE.sub(" ", _without_links(text)))}


def numbers(text):
    """Return the numbers outside code, in digits, smallest text first."""
    return sorted(_NUMBER.findall(_CODE.sub(" ", _without_links(text))))


def distinct_numbers(text):
    """Return the numbers of a text once each: Chinese sentences may be cut otherwise, the cells of a table may not."""
    return sorted(set(numbers(text)))


def _without_links(text):
    return re.sub(r"\]\([^)]*\)", "]", text)


def sections(text):
    """Return a page as (heading, prose, rows of tables, lines of code), the words before the first heading first."""
    found = [("(before the first heading)", [], [], [])]
    is_code = False
    for line in text.splitlines():
        if line.startswith("```"):
            is_code = not is_code
        elif is_code:
            found[-1][3].append(_COMMENT.sub("", line))
        elif line.startswith("#"):
            found.append((line, [], [], []))
        elif line.startswith("|"):
            found[-1][2].append(line)
        elif not line.startswith(("[English](", "[中文](")):
            found[-1][1].append(line)
    return [(heading, "\n".join(prose), rows, code) for heading, prose, rows, code in found]


def _difference(place, what, of, english, chinese):
    """Return a line if two texts hold other numbers or code words, with the line in which each of them stands."""
    there, here = Counter(of(english)), Counter(of(chinese))
    missing, extra = there - here, here - there
    words = [f"lacks {_shown(missing, of, english)}"] * bool(missing)
    words += [f"has {_shown(extra, of, chinese)}, not in the English"] * bool(extra)
    return [f"{place}: the Chinese {what} {' and '.join(words)}"] if words else []


def _shown(found, of, text):
    lines = text.splitlines()
    return ", ".join(f"{x!r} ({next(line for line in lines if x in of(line)).strip()[:70]!r})" for x in sorted(found))


def _other_rows(place, rows, rows_zh):
    """Return a line for each run of rows that one of two tables has and the other has not."""
    signs = [[(sorted(code_words(row)), numbers(row)) for row in table] for table in (rows, rows_zh)]
    texts = [[str(sign) for sign in table] for table in signs]
    found = [f"{place}: {len(rows_zh)} rows of tables for {len(rows)} in the English"]
    for kind, a, b, c, d in difflib.SequenceMatcher(a=texts[0], b=texts[1], autojunk=False).get_opcodes():
        if kind != "equal":
            found.append(
                f"  English rows {[row[:70] for row in rows[a:b]]}, Chinese rows {[r[:70] for r in rows_zh[c:d]]}"
            )
    return found


def differences(name, english, chinese):
    """Return a line for each place where a Chinese page says another thing than its English page."""
    there, here = sections(english), sections(chinese)
    if [_level(section) for section in there] != [_level(section) for section in here]:
        pairs = _side_by_side([section[0] for section in there], [section[0] for section in here])
        return [f"{name}: other headings; English = Chinese:", *(f"  {a} = {b}" for a, b in pairs)]
    found = []
    for (heading, prose, rows, code), (heading_zh, prose_zh, rows_zh, code_zh) in zip(there, here, strict=True):
        place = f"{name}, {heading!r} ({heading_zh!r})"
        pairs = [("heading", heading, heading_zh), ("text", prose, prose_zh)]
        if len(rows) == len(rows_zh):
            pairs += [(f"row {a[:60]!r}", a, b) for a, b in zip(rows, rows_zh, strict=True)]
        else:
            found += _other_rows(place, rows, rows_zh)
        for what, english_text, chinese_text in pairs:
            for of in (code_words, distinct_numbers if what == "text" else numbers):
                found += _difference(place, what, of, english_text, chinese_text)
        if code != code_zh:
            found += [
                f"{place}: other code:",
                *difflib.unified_diff(code, code_zh, "English", "Chinese", n=0, lineterm=""),
            ]
    return found


def _level(section):
    return section[0].split(" ")[0]


def _side_by_side(english, chinese):
    longest = max(len(english), len(chinese))
    return zip(english + ["-"] * (longest - len(english)), chinese + ["-"] * (longest - len(chinese)), strict=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_chinese_page_has_the_headings_tables_numbers_and_code_words_of_its_english_page(name):
    found = differences(
        name, (DOCS / name).read_text(encoding="utf-8"), (DOCS / "zh" / name).read_text(encoding="utf-8")
    )
    assert not found, "\n".join(["bring docs/zh up to date:", *found])


def test_every_chinese_page_is_held_to_an_english_one_and_links_to_it():
    assert sorted(page.name for page in (DOCS / "zh").glob("*.md")) == sorted(PAGES)
    for name in PAGES:
        assert f"[English](../{name})" in (DOCS / "zh" / name).read_text(encoding="utf-8")


ENGLISH = """# Recall
## Caps: `contact_caps`
At most 2 a week, read `caps` first.
| cap | most |
|---|---|
| sms | 4 a month of `wecom` |
| call | 1 |
```sql
-- right
select 1;
```
"""
CHINESE = """# 召回
[English](../recall.md)
## 上限：`contact_caps`
每周最多 2 次，先看 `caps`。
| 上限 | 最多 |
|---|---|
| 短信 | `wecom` 每月 4 次 |
| 电话 | 1 次 |
```sql
-- 对
select 1;
```
"""


def test_a_page_with_the_same_numbers_and_names_differs_nowhere():
    assert differences("recall.md", ENGLISH, CHINESE) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("每月 4 次", "每月 5 次", ["row '| sms | 4 a month", "lacks '4' ('| sms", "and has '5' ('| 短信"]),
        ("每月 4 次", "4 个月 4 次", ["row '| sms | 4 a month", "has '4' ('| 短信"]),
        ("`wecom` 每月", "每月", ["row '| sms | 4 a month", "lacks 'wecom'"]),
        (
            "最多 2 次",
            "最多 3 次",
            ["'## Caps: `contact_caps`'", "text", "lacks '2' ('At most 2", "has '3' ('每周最多 3"],
        ),
        ("：`contact_caps`", "：`caps`", ["heading", "lacks 'contact_caps'"]),
        ("| 电话 | 1 次 |\n", "", ["3 rows of tables for 4", "English rows ['| call | 1 |'], Chinese rows []"]),
        ("## 上限", "### 上限", ["other headings", "## Caps: `contact_caps` = ### 上限"]),
        ("select 1", "select 2", ["other code", "-select 1", "+select 2"]),
    ],
)
def test_a_difference_is_named_with_its_heading_and_row(old, new, said):
    found = "\n".join(differences("recall.md", ENGLISH, CHINESE.replace(old, new)))
    assert "recall.md" in found
    for words in said:
        assert words in found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5,713 people, .883, 0.85, 21:00 and 10%", [".883", "0.85", "10", "21:00", "5,713"]),
        ("平均8天，第10百分位，P10、5A、k1 和 `net_p50`", ["10", "8"]),
        ("[below](#a-3) and 3-4, 10+", ["10", "3", "4"]),
    ],
)
def test_numbers_are_found_between_chinese_words_and_not_in_names(text, found):
    assert numbers(text) == found
