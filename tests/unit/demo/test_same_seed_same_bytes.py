"""The demo brand is a function of its seed, and keeps to a home of its own."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo.build import DEMO_VERSION, SEED, ForeignHome, build, prepare

#: What this version writes for fifty households, unpacked. A change here asks for the next DEMO_VERSION.
CONTENT = (8, "fcebc0a76975238c")


def _digest(home) -> str:
    digest = hashlib.sha256()
    for file in home.files():
        digest.update(str(file.relative_to(home.path)).encode() + b"\0" + home.content(file))
    return digest.hexdigest()[:16]


def _bytes(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_order(home, tmp_path):
    code = "import sys; from pathlib import Path; from demo.build import build; build(Path(sys.argv[1]), households=50)"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(Path(__file__).parents[3])}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, env=environment)
    assert _bytes(tmp_path / "again") == _bytes(home.path)


def test_a_changed_brand_has_a_new_version(home):
    assert (DEMO_VERSION, _digest(home)) == CONTENT


def test_another_seed_gives_other_people_and_the_same_revenue(home, tmp_path):
    other = build(tmp_path / "other", seed=SEED + 1, households=50)
    assert sum(other["paid_fen"].values()) == sum(home.summary["paid_fen"].values())
    assert _bytes(tmp_path / "other") != _bytes(home.path)


def test_no_phone_stands_in_the_truth(home):
    folder = home.path / "truth"
    phone = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
    text = "".join(
        str(row)
        for name in ("people", "walk_ins", "orders_after", "assignments", "drawn_orders")
        for row in home.truth(name)
    )
    assert phone.findall(re.sub(r"'(order_id|household_id)': '[^']*'", "", text)) == []
    assert phone.findall((folder / "README").read_text()) == []
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.parquet")} == {0o600}


def test_a_home_that_holds_this_demo_is_left_alone(tmp_path, capsys):
    prepare(tmp_path, households=12)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "landing").rglob("*")}
    prepare(tmp_path, households=12)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "landing").rglob("*")} == before
    assert "already holds the demo brand" in capsys.readouterr().out


def test_a_deleted_landing_file_is_written_again(tmp_path):
    prepare(tmp_path, households=12)
    file = tmp_path / "landing" / "standard" / "stores" / "history" / "all.csv.gz"
    content = file.read_bytes()
    file.unlink()
    prepare(tmp_path, households=12)
    assert file.read_bytes() == content


def test_a_home_with_somebody_elses_files_is_refused_by_name(tmp_path):
    folder = tmp_path / "landing" / "standard" / "orders"
    folder.mkdir(parents=True)
    (folder / "mine.csv").write_text("source\n")
    with pytest.raises(ForeignHome, match="standard/orders/mine.csv"):
        prepare(tmp_path, households=12)
    assert (folder / "mine.csv").exists()


def test_a_file_slipped_into_the_demos_home_is_refused_too(tmp_path):
    prepare(tmp_path, households=12)
    (tmp_path / "landing" / "pos" / "tickets" / "mine.jsonl").write_text("{}\n")
    with pytest.raises(ForeignHome, match="mine.jsonl"):
        prepare(tmp_path, households=12)


def test_a_build_that_was_killed_starts_again(tmp_path):
    prepare(tmp_path, households=12)
    marker = tmp_path / "demo.json"
    whole = marker.read_text()
    identity = whole[: whole.index('"clock_offset_hours"')].rstrip().rstrip(",") + "}"
    marker.write_text(identity)
    (tmp_path / "landing" / "half").write_text("torn")
    prepare(tmp_path, households=12)
    assert marker.read_text() == whole
    assert not (tmp_path / "landing" / "half").exists()


def test_a_home_run_with_another_demo_is_not_mixed_with_this_one(tmp_path):
    prepare(tmp_path, households=12)
    (tmp_path / "warehouse.duckdb").write_bytes(b"")
    with pytest.raises(ForeignHome, match="another demo brand"):
        prepare(tmp_path, seed=1, households=12)
