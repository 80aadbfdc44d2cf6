"""A sample of ``python -m benchmarks.mutations``: whatever happens to a good file on its way, its lines add up."""

import random

from benchmarks.mutations import Damaged, damaged, ingested, land, out_of_balance

SAMPLE = 60


def test_the_lines_of_a_sample_of_damaged_files_add_up_though_others_come_and_go(tmp_path):
    chance = random.Random(31)
    files = [damaged(chance, number) for number in range(SAMPLE)]
    good = Damaged("good.csv", b"source,order_id,ordered_at,status,amount_yuan\nweb,1,2026-05-01,paid,5\n", 2)
    land(tmp_path / "home", [*files, good])
    ledger = ingested(tmp_path / "home")
    assert {file.name: said for file in (*files, good) if (said := out_of_balance(ledger[file.name], file.lines))} == {}
    assert ledger["good.csv"]["loaded"] == 1
    assert sum(found["loaded"] for found in ledger.values()) > SAMPLE * 3, "most records of damaged files are good"


def test_the_count_of_lines_is_none_of_the_readers_own():
    row = {
        "file_name": "a.csv", "status": "loaded", "physical_records": 2, "loaded": 1, "quarantined": 1, "skipped": 0,
        "warnings": '{"lines_in_quotes": 1}',
    }  # fmt: skip
    assert out_of_balance(row, 4) == ""
    assert out_of_balance(row, 5).startswith("5 lines, 2 counted")
    assert out_of_balance(row | {"loaded": 2}, 4) == "2 records, 3 counted"
