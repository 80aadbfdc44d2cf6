"""Text in blocks of whole lines, as UTF-8 with LF ends, whatever the encoding and the line ends of its file."""

import codecs
import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from orchestration.channels.engine.files import BLOCK, LONGEST_LINE, open_content
from orchestration.channels.engine.reasons import BrokenFile

_LF, _CR = b"\n", b"\r"


@dataclasses.dataclass(frozen=True)
class Lines:
    """Some lines of a file. One that is not in the file's encoding is ``broken``, and empty here.

    ``is_cut`` says that the last one lacks its line end in the file.
    """

    content: bytes
    broken: frozenset[int] = frozenset()
    is_cut: bool = False

    @functools.cached_property
    def bytes(self) -> np.ndarray:
        """The content as numbers."""
        return np.frombuffer(self.content, np.uint8)

    @functools.cached_property
    def ends(self) -> np.ndarray:
        """Where each line's LF stands."""
        return np.flatnonzero(self.bytes == _LF[0])

    @functools.cached_property
    def starts(self) -> np.ndarray:
        """Where each line begins."""
        return np.concatenate((np.zeros(min(len(self.ends), 1), np.int64), self.ends[:-1] + 1))

    def __len__(self) -> int:
        """Return the number of lines."""
        return self._count

    @functools.cached_property
    def _count(self) -> int:
        return int(np.count_nonzero(self.bytes == _LF[0]))

    def text(self, place: int) -> str | None:
        """Return a line without its end, or None where it is broken."""
        starts, ends = self._bounds
        return None if place in self.broken else self.content[starts[place] : ends[place]].decode()

    @functools.cached_property
    def _bounds(self) -> tuple[list[int], list[int]]:
        return self.starts.tolist(), self.ends.tolist()

    def from_(self, place: int) -> "Lines":
        """Return the lines from a place on."""
        if not place:
            return self
        content = self.content[self.starts[place] :] if place < len(self) else b""
        return Lines(content, frozenset(each - place for each in self.broken if each >= place), self.is_cut)

    def then(self, following: "Lines") -> "Lines":
        """Return these lines and those that follow."""
        broken = self.broken | {each + len(self) for each in following.broken}
        return Lines(self.content + following.content, broken, following.is_cut) if len(self) else following

    def those(self, chosen: np.ndarray) -> pa.Buffer:
        """Return the content of the lines that a mask chooses."""
        if chosen.all():
            return pa.py_buffer(self.content)
        bounds = np.flatnonzero(np.diff(np.concatenate(([False], chosen, [False]))))
        runs = zip(self.starts[bounds[::2]].tolist(), self.ends[bounds[1::2] - 1].tolist(), strict=True)
        return pa.py_buffer(b"".join([self.content[start : end + 1] for start, end in runs]))

    def with_char(self, char: str) -> np.ndarray:
        """Return the places of the lines that hold an ASCII character."""
        if char.encode() not in self.content:
            return np.zeros(0, np.int64)
        return np.unique(np.searchsorted(self.ends, np.flatnonzero(self.bytes == ord(char))))

    def as_array(self) -> pa.Array:
        """Return the lines with their ends, without copying them."""
        offsets = np.concatenate((self.starts[:1], self.ends + 1)).astype(np.int32)
        return pa.StringArray.from_buffers(len(self), pa.py_buffer(offsets), pa.py_buffer(self.content))


def line_blocks(path: Path, file_format: str, encoding: str, block_bytes: int = BLOCK) -> Iterator[Lines]:
    """Yield a file's lines in blocks. Line ends may be LF, CRLF or CR, mixed; nothing else ends a line."""
    with open_content(path, file_format) as content:
        reader = codecs.EncodedFile(content, "utf-8", "utf-16") if encoding == "utf-16" else None
        charset = "utf-8" if encoding == "utf-16" else encoding
        rest, first = b"", True
        while True:
            try:
                block = reader.read(block_bytes) if reader else content.read(block_bytes)
            except UnicodeDecodeError:
                raise BrokenFile("undecodable") from None
            if first:
                block, first = block.removeprefix(codecs.BOM_UTF8), False
            whole = rest + block
            if not block:
                if whole:
                    yield _lines(whole, charset)
                return
            cut = max(whole.rfind(_LF), whole.rfind(_CR, 0, len(whole) - 1)) + 1
            if cut:
                yield _lines(whole[:cut], charset)
            rest = whole[cut:]
            if len(rest) > LONGEST_LINE:
                raise BrokenFile("header_too_long")


def _lines(block: bytes, charset: str) -> Lines:
    broken: list[int] = []
    is_cut = not block.endswith((_LF, _CR))
    if not block.isascii():
        try:
            text = block.decode(charset)
            block = block if charset == "utf-8" else text.encode()
        except UnicodeDecodeError:
            each = [_decoded(line, charset) for line in block.splitlines()]
            broken = [place for place, line in enumerate(each) if line is None]
            block = _LF.join(line or b"" for line in each)
            block += _LF
            return Lines(block, frozenset(broken), is_cut)
    if _CR in block:
        block = block.replace(b"\r\n", _LF).replace(_CR, _LF)
    return Lines(block + _LF if is_cut else block, is_cut=is_cut)


def _decoded(line: bytes, charset: str) -> bytes | None:
    try:
        return line.decode(charset).encode()
    except UnicodeDecodeError:
        return None
