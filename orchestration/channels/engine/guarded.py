"""The child of :mod:`guard`: reads files to their end under limits, keeps nothing, answers ``read``.

Started as ``python -m orchestration.channels.engine.guarded MEGABYTES SECONDS``; it imports as little as it can, since
every channel that brings a workbook or a Parquet file starts one.
"""

import collections
import json
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

#: The child writes nothing but its answers: a parser that writes a file of its own is stopped.
LARGEST_WRITTEN: Final = 1 << 20


def _reader_of(file_format: str) -> Callable[[Path], None]:
    """Return what reads a format to its end; its libraries are loaded before the limits hold."""
    if file_format == "json":
        return lambda path: json.loads(path.read_bytes().decode("utf-8", "replace")) and None
    if file_format == "parquet":
        import pyarrow.parquet as pq

        return lambda path: _exhaust(pq.ParquetFile(path).iter_batches(50_000, use_threads=False))
    import openpyxl

    from orchestration.channels.engine.files import check_workbook

    def read_workbook(path: Path) -> None:
        check_workbook(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        for name in book.sheetnames:
            _exhaust(book[name].iter_rows(values_only=True))

    return read_workbook


def _exhaust(rows: Iterable[object]) -> None:
    collections.deque(rows, maxlen=0)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main(megabytes: int, seconds: int) -> None:
    """Answer ``read`` for every file on standard input; what cannot be read at all is for the reader to name."""
    readers: dict[str, Callable[[Path], None]] = {}
    _limit(resource.RLIMIT_FSIZE, LARGEST_WRITTEN)
    _limit(resource.RLIMIT_CORE, 0)
    for line in sys.stdin:
        path, file_format = json.loads(line)
        if file_format not in readers:
            _limit(resource.RLIMIT_AS, sys.maxsize)
            readers[file_format] = _reader_of(file_format)
        own = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_AS, own + (megabytes << 20))
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds + 1)
        try:
            readers[file_format](Path(path))
        except MemoryError:
            return
        except Exception as error:  # a parser's own error is for whoever asked: the file is refused by its name
            if "allocat" in str(error) or "new thread" in str(error):
                return
        sys.stdout.write("read\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
