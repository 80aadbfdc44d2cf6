"""Whole columns and one value at a time come to the same rows, the same quarantine and the same ledger."""

import json
import random
import shutil

import numpy as np
import pyarrow as pa

from orchestration.channels.engine import column_cleaning, delimited, flat_json
from tests.unit.channels.corpus import CASES
from tests.unit.channels.door import HEADER, Door, row, use_shop
from tests.unit.channels.test_balance import mutated

TABLES = ("shop__receipts", "shop__filled", "shop__bare", "shop__tickets", "shop__ticket_items", "shop__ticket_tags")
NOTES = (
    "好",
    "",
    '"甲,乙"',
    '"两\n行"',
    '5"屏',
    '"5"屏"',
    '"',
    "  ",
    "null",
    "13812345678",
    "a@b.cn",
    "合计",
    "，",
    "x" * 40,
)
VALUES = {
    "order_id": ("o%d", "%d", "tb-%d", "O_%d-ab12", "5e%d", '="00%d"', "null", "1380013%04d",
                 "%d000000000000000000", "订单%d"),
    "mobile": ("138%08d", "+86 139-%04d-0001", "138****%04d", "", "0571-8765%04d"),
    "ordered_at": ("2026-03-01 12:00:%02d", "2026/3/1 12:00", "2026-02-30 10:00:00", "1772%06d", "17720%08d",
                   "2026-03-01T00:00:%02dZ", "2027-01-01 00:00:00", "1970-01-01 00:00:00", "2026-03-01"),
    "amount_yuan": ("%d.90", "%d", "-%d.5", "¥1,%03d.50", "1.005", "13812345678", "x", "1e5", ""),
}  # fmt: skip


def some_rows(chance: random.Random, count: int, odd: float) -> list[str]:
    """Return receipt lines of which a share is written in one odd way or another."""
    lines = []
    for number in range(count):
        cells = {name: (spelled[0] % number if "%" in spelled[0] else spelled[0]) for name, spelled in VALUES.items()}
        if chance.random() < odd:
            name = chance.choice(list(VALUES))
            spelled = chance.choice(VALUES[name])
            cells[name] = spelled % (number % 60) if "%" in spelled else spelled
        line = row(**cells, note=chance.choice(NOTES) if chance.random() < odd else "好")
        if chance.random() < odd / 4:
            line = chance.choice([
                line + ",",
                line + ",x",
                line.rsplit(",", 2)[0],
                "",
                ",,,,,",
                HEADER,
                "合计,,,,1,",
                "\x00",
            ])
        lines.append(line)
    return lines


def some_objects(chance: random.Random, count: int, odd: float) -> list[str]:
    """Return receipts as JSON lines, some of them no JSON or of another kind."""
    fraction, extra = chance.random() < 0.5, chance.random() < 0.5
    lines = []
    for number in range(count):
        receipt = {
            "order_id": f"o{number}",
            "ordered_at": "2026-03-01 12:00:00",
            "amount_yuan": number,
            "订单备注": None,
        }
        receipt |= {"quantity": chance.choice([1, 2.5, 3.0]) if fraction else number, "note": "手机 \ud83d\ude00"}
        receipt |= {"unionid": True, "colour": None} if extra else {"born_on": "1990-01-01"}
        if chance.random() < odd:
            receipt |= chance.choice([
                {"amount_yuan": 1.0}, {"amount_yuan": "1.50"}, {"amount_yuan": 1e30}, {"order_id": 2**70},
                {"note": {"a": 1}}, {"note": "\ud83d"}, {"note": "a\u0000b"}, {"金额": "3"},
                {"order_id": None}, {"payload": {"order_id": "p"}},
                {"order_id": -0.0}, {"amount_yuan": float("nan")}, {"quantity": [1]}, {"unionid": "x" * 30}, {"a.b": 1},
            ])  # fmt: skip
        line = json.dumps(receipt, ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace").decode()
        if chance.random() < odd / 3:
            line = chance.choice([
                line[:-1],
                line + line,
                f" {line}",
                "",
                "[]",
                "7",
                '{"order_id":"a","order_id":"b"}',
                "{}",
            ])
        lines.append(line)
    return lines


def files() -> list[tuple[str, str, bytes]]:
    """Return (dataset, name, content) of clean and dirty files."""
    chance = random.Random(9)
    found = [(case.dataset, f"c{place:03d}-{case.name}", case.content) for place, case in enumerate(CASES)]
    found += [("receipts", f"m{number:03d}.csv", mutated(chance, number)) for number in range(60)]
    for number in range(40):
        lines = some_rows(chance, chance.choice([3, 40, 400]), chance.choice([0, 0.02, 0.3]))
        quoted = [
            ",".join(f'"{cell}"' for cell in line.split(",")) if '"' not in line and number % 4 == 1 else line
            for line in [HEADER, *lines]
        ]
        end = chance.choice(["\n", "\r\n", "\r"])
        text = end.join(quoted) + (end if number % 5 else "")
        encoding = "gb18030" if number % 7 == 3 else "utf-8"
        found.append((chance.choice(["receipts", "filled"]), f"r{number:03d}.csv", text.encode(encoding)))
        objects = some_objects(chance, chance.choice([3, 40, 400]), chance.choice([0, 0.01, 0.3]))
        found.append(("receipts", f"j{number:03d}.jsonl", "\n".join(objects).encode()))
    return found


def account(door: Door) -> dict[str, list]:
    """Return everything that came of a home's files."""
    names = "* exclude (modified_ns)"
    found = {table: door.query(f'from channels."{table}" order by all') for table in TABLES}
    found["ledger"] = door.query(f"select {names} from channels.ledger order by file_name")
    found["quarantine"] = door.query("from channels.quarantine order by all")
    return found


def test_columns_at_once_and_values_by_hand_come_to_the_same(tmp_path, monkeypatch):
    use_shop(monkeypatch)
    at_once, by_hand = Door(tmp_path / "at_once"), Door(tmp_path / "by_hand")
    for dataset, name, content in files():
        at_once.land(dataset, name, content)
        by_hand.land(dataset, name, content)
    at_once.ingest()
    shutil.copytree(at_once.home / "vault" / "keys", by_hand.home / "vault" / "keys")
    monkeypatch.setattr(delimited, "plain_lines", lambda lines, *_: np.zeros(len(lines), bool))
    monkeypatch.setattr(
        column_cleaning, "clean_values", lambda column, written, rules: pa.nulls(len(written), pa.string())
    )
    monkeypatch.setattr(flat_json.FlatObjects, "fields", lambda *_: None)
    by_hand.ingest()
    expected, found = account(by_hand), account(at_once)
    assert sum(map(len, expected.values())) > 5_000
    for table, rows in expected.items():
        assert [each for each in zip(found[table], rows, strict=False) if each[0] != each[1]][:3] == [], table
        assert len(found[table]) == len(rows)
