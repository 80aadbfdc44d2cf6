"""Good files damaged at random, and a few hostile ones: nothing is lost, nothing stops, nothing eats the machine.

Usage: ``python -m benchmarks.mutations [COUNT] [SEED]`` (500 and 2026 by default). Files of seven formats get one to
four accidents each (cut, doubled, overwritten, inserted, deleted bytes, quotes and line ends among them) and are
ingested in one home whose child may take 256 MB and 20 seconds a file. For every file the records must add up: loaded
+ quarantined + skipped are its physical records, and of a text also its lines, counted here and not by the reader.
Beside them: bombs, a lone quote, a cut last line, files that come and go meanwhile, a folder that cannot be listed.
"""

import contextlib
import dataclasses
import datetime as dt
import gzip
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

NAMES: Final = ("source", "order_id", "customer_id", "ordered_at", "status", "amount_yuan")
FORMATS: Final = ("csv", "csv", "csv", "csv.gz", "jsonl", "json", "xlsx", "parquet")
_INSERTED: Final = (b'"', b"\n", b"\r\n", b",", b"\x00", b"\xff", b"\t", b"\xe6", b"{", b"]", b"\xef\xbb\xbf", b"\x1a")
NOW: Final = dt.datetime.fromisoformat("2026-06-01")


@dataclasses.dataclass(frozen=True)
class Damaged:
    """A file and, of a text, how many lines it has."""

    name: str
    content: bytes
    lines: int | None


def damaged(chance: random.Random, number: int) -> Damaged:
    """Return a good file of some format with one to four accidents."""
    file_format = chance.choice(FORMATS)
    rows = [
        ("web", f"o{number}-{line}", f"c{line % 5}", "2026-05-01 12:00:00", "paid", f"{line}.50")
        for line in range(chance.choice((1, 8, 60)))
    ]
    content = bytearray(_whole(file_format.removesuffix(".gz"), rows, chance))
    for _ in range(chance.randrange(1, 5)):
        _accident(content, chance)
    text = bytes(content)
    lines = _lines(text) if file_format in ("csv", "csv.gz", "jsonl") else None
    if file_format == "csv.gz":
        packed = bytearray(gzip.compress(text, mtime=0))
        if chance.random() < 0.3:
            _accident(packed, chance)
            lines = None
        text = bytes(packed)
    return Damaged(f"{number:04d}.{file_format}", text, lines)


def _whole(file_format: str, rows: list[tuple[str, ...]], chance: random.Random) -> bytes:
    records = [dict(zip(NAMES, row, strict=True)) for row in rows]
    if file_format == "csv":
        cells = [",".join(f'"{cell}"' if chance.random() < 0.1 else cell for cell in row) for row in rows]
        text = chance.choice(("\n", "\r\n")).join([",".join(NAMES), *cells, ""])
        return text.encode(chance.choice(("utf-8", "gb18030", "utf-8-sig")))
    if file_format == "jsonl":
        return "".join(json.dumps(record) + "\n" for record in records).encode()
    if file_format == "json":
        return json.dumps(records).encode()
    buffer = io.BytesIO()
    if file_format == "parquet":
        pq.write_table(pa.Table.from_pylist(records), buffer)
    else:
        book = openpyxl.Workbook()
        for row in (NAMES, *rows):
            book.active.append(row)
        book.save(buffer)
    return buffer.getvalue()


def _accident(content: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(content)) if content else 0
    match chance.randrange(5):
        case 0:
            del content[place:]
        case 1:
            content[place:place] = content[max(0, place - 30) : place]
        case 2:
            content[place : place + 1] = bytes([chance.randrange(256)])
        case 3:
            content[place:place] = chance.choice(_INSERTED)
        case _:
            del content[place : place + chance.randrange(1, 12)]


def _lines(content: bytes) -> int:
    """Count the lines of a text, whose ends are LF, CRLF or CR, with plain means."""
    plain = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return plain.count(b"\n") + (plain[-1:] not in (b"\n", b""))


def hostile() -> dict[str, tuple[bytes, str | None]]:
    """Return files made to harm, and why each is refused; None where its good rows load."""
    header = ",".join(NAMES)
    good = "web,{},c1,2026-05-01,paid,5"
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 50_000_000)
    cell = io.BytesIO()
    pq.write_table(pa.table({"order_id": ["x" * 320_000_000]}), cell, compression="zstd")
    quoted = [header, good.format("q1"), '"web,q2', *(good.format(f"q{number}") for number in range(3, 90))]
    return {
        "bomb.csv.gz": (gzip.compress(b"0" * (300 << 20), 1), "gzip_bomb"),
        "bomb.xlsx": (book.getvalue(), "zip_bomb"),
        "bomb.parquet": (cell.getvalue(), "too_heavy"),
        "deep.json": (b"[" * 200_000, "not_json"),
        "wide.csv": (b"c," * 2_000_000, "header_too_long"),
        "quote.csv": ("\n".join([*quoted, ""]).encode(), None),
        "cut.csv": (f"{header}\n{good.format('u1')}\n{good.format('u2')}5".encode(), None),
    }


@contextlib.contextmanager
def _coming_and_going(folder: Path) -> Iterator[None]:
    """Let files appear and vanish in a folder as long as the block runs."""
    stop = threading.Event()

    def flicker() -> None:
        number = 0
        while not stop.is_set():
            path = folder / f"zz-{number % 7}.csv"
            path.write_text(",".join(NAMES) + "\n", encoding="utf-8")
            time.sleep(0.002)
            path.unlink()
            number += 1

    thread = threading.Thread(target=flicker)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def out_of_balance(found: dict[str, Any], lines: int | None) -> str:
    """Return what does not add up in a file's ledger row; nothing where all does."""
    counted = found["loaded"] + found["quarantined"] + found["skipped"]
    if found["physical_records"] != counted:
        return f"{found['physical_records']} records, {counted} counted"
    if lines is None or found["status"] != "loaded":
        return ""
    beside = json.loads(found["warnings"] or "{}").get("lines_in_quotes", 0)
    header = 0 if found["file_name"].endswith("jsonl") else 1
    if lines != counted + beside + header:
        return f"{lines} lines, {counted} counted, {beside} in quotes, {header} of the header"
    return ""


def land(home: Path, files: list[Damaged]) -> None:
    """Put files into the landing folder of a fresh home."""
    folder = home / "landing" / "standard" / "orders"
    folder.mkdir(parents=True)
    for file in files:
        (folder / file.name).write_bytes(file.content)


def ingested(home: Path) -> dict[str, dict[str, Any]]:
    """Ingest what was landed, while other files come and go, and return the ledger by file name."""
    from orchestration.channels.engine.ingest import ingest
    from orchestration.channels.engine.tables import LEDGER
    from orchestration.settings import Settings
    from orchestration.warehouse import connect

    settings = Settings(home=home, memory_limit="500MB", read_memory_mb=256, read_seconds=20)
    with connect(settings) as warehouse, _coming_and_going(settings.landing / "standard" / "orders"):
        ingest(settings, warehouse, "standard", NOW, lambda line: None)
        listed = warehouse.execute(f"select {', '.join(LEDGER)} from channels.ledger").fetchall()
        rows = warehouse.execute("select count(*) from channels.standard__orders").fetchall()[0][0]
    ledger = {row["file_name"]: row for row in (dict(zip(LEDGER, each, strict=True)) for each in listed)}
    if rows != sum(row["loaded"] for row in ledger.values()):
        raise AssertionError(f"{rows} rows stand in the table, the ledger says otherwise")
    return ledger


def _unlisted(folder: Path) -> str:
    """Say what reading a folder without rights comes to; as root, who may list all, in a child that is nobody."""
    from orchestration.channels.engine.files import below

    (folder / "closed").mkdir(mode=0o000, parents=True)
    folder.parent.chmod(0o755)
    if child := os.fork():
        return "refused by name" if os.waitpid(child, 0)[1] == 0 else "NOT REFUSED"
    try:
        if os.geteuid() == 0:
            os.setuid(65534)
        below(folder)
    except PermissionError as error:
        os._exit(0 if str(folder / "closed") in str(error) else 1)
    os._exit(1)


def main(count: int, seed: int) -> int:
    """Run all; return how many things went wrong."""
    chance = random.Random(seed)
    files = [damaged(chance, number) for number in range(count)]
    harm = hostile()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        hostile_files = [Damaged(name, content, None) for name, (content, _) in harm.items()]
        land(Path(folder) / "home", [*files, *hostile_files])
        command = [sys.executable, "-m", "benchmarks.mutations", "read", str(Path(folder) / "home")]
        read_by = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        ledger = read_by["ledger"]
        print(f"a folder that cannot be listed: {_unlisted(Path(folder) / 'landing')}")
    for file in files:
        why = out_of_balance(ledger[file.name], file.lines) if file.name in ledger else "no row in the ledger"
        if why:
            wrong += 1
            print(f"{file.name}: {why}")
    for name, (_, reason) in harm.items():
        found = ledger[name]
        is_right = found["reason"] == reason and (reason or found["loaded"]) and not out_of_balance(found, None)
        wrong += not is_right
        said = f"{found['status']} {found['reason'] or ''}, {found['loaded']} loaded"
        print(f"{name}: {said}{'' if is_right else '  WRONG'}")
    states = Counter(ledger[file.name]["reason"] or "loaded" for file in files if file.name in ledger)
    print(f"{count} mutations, {count - wrong} add up; {dict(states.most_common())}")
    used = [
        f"{read_by['seconds']:.1f} CPU s",
        f"peak {read_by['mib']:.0f} MiB",
        f"children {read_by['child']:.1f} CPU s",
    ]
    print(f"read with {', '.join(used)}")
    return wrong


def read(home: Path) -> None:
    """Ingest in a process of its own, so that the peak is of reading and not of making the files."""
    ledger = ingested(home)
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {"seconds": mine.ru_utime + mine.ru_stime, "child": children.ru_utime + children.ru_stime}
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    mib = int(status["VmHWM"].split()[0]) / 1024  # ru_maxrss begins with that of whoever started this process
    print(json.dumps({"ledger": ledger, "mib": mib, **told}, default=str))


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        sys.exit(read(Path(sys.argv[2])))
    arguments = [int(each) for each in sys.argv[1:3]]
    sys.exit(min(main(*(arguments + [500, 2026][len(arguments) :])), 1))
