"""A delivered file without some of its records: every other byte of a text stays, and every line keeps its number."""

import gzip
import json
import re
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from orchestration.channels.engine.declare import Dataset
from orchestration.channels.engine.delimited import _find_header
from orchestration.channels.engine.files import open_content
from orchestration.channels.engine.lines import Lines
from orchestration.channels.engine.parquet_and_xlsx import UNREADABLE
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.records import Tally, header_keys, names_of
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.values import unwrap
from orchestration.erasing.cutting_tables import cut_parquet, cut_workbook
from orchestration.erasing.finding import Act, Found
from orchestration.erasing.needles import Emptied
from orchestration.erasing.one_record import ENDS, as_csv, as_json, headers, leaves, record_at
from orchestration.erasing.tombstones import ANYWHERE, IN_TEXT, Tombstones

#: Types of columns that say nothing of whose record it is: what a walk-in keeps.
_KEPT: Final = ("text", "identifier", "instant", "date", "decimal", "integer", "probability", "boolean", "recipient")


#: What becomes of a record is found out by its cells.
DOUBTFUL: Final = Act()


class Uncut(RuntimeError):
    """A file that cannot be read, so that nothing can be cut out of it; the message names it."""


class Knife:
    """Cuts what was found out of one file.

    Parameters
    ----------
    dataset
        Whose file it is: a walk-in keeps declared columns alone.
    found
        What is to be cut.
    stones, tokeniser
        By which the cells of a record that was set aside are judged: it has no columns to go by.
    theirs
        The erased person's numbers, addresses and long ids, where they are known: emptied wherever else they stand.
    """

    def __init__(
        self, dataset: Dataset, found: Found, stones: Tombstones, tokeniser: Tokeniser, theirs: Emptied
    ) -> None:
        self._found = found
        self._stones = stones
        self._tokeniser = tokeniser
        self._theirs = theirs
        every = [*dataset.columns, *(column for child in dataset.children for column in child.columns)]
        paths = {column.path or column.name for column in every} | {child.path for child in dataset.children}
        names = [*(name for column in every if column.type in _KEPT for name in names_of(column)), *paths]
        self._declared = {header_keys(part)[0] for name in names for part in (name, *name.split(".")) if part}
        self._people = {
            header_keys(part)[0]
            for column in every
            if column.type not in _KEPT
            for name in names_of(column)
            for part in (name, name.split(".")[-1])
        }
        self._dataset = dataset
        self.removed = self.kept_as_walk_in = self.emptied = 0

    @property
    def has_cut(self) -> bool:
        """Whether anything of the file changed."""
        return bool(self.removed or self.kept_as_walk_in or self.emptied)

    def cut(self, path: Path, file_format: str) -> bytes | None:
        """Return the file's bytes without what is cut, None where nothing of it is.

        Raises
        ------
        Uncut
            It is damaged.
        """
        try:
            if file_format == "parquet":
                return cut_parquet(self, path)
            if file_format == "xlsx":
                return cut_workbook(self, path, self._dataset)
            with open_content(path, file_format) as content:
                whole = content.read()
            cut = self._array(whole) if file_format == "json" else self._lines(whole, file_format)
        except (*UNREADABLE, pa.ArrowException, BrokenFile) as error:
            raise Uncut(f"{path.name}: {type(error).__name__}") from None
        if not self.has_cut:
            return None
        return gzip.compress(cut, compresslevel=6, mtime=0) if file_format.endswith(".gz") else cut

    # -- text ---------------------------------------------------------------------------------------------------

    def _lines(self, whole: bytes, file_format: str) -> bytes:
        is_wide = self._found.encoding == "utf-16"
        charset = "utf-16" if is_wide else self._found.encoding
        text = whole.decode(charset, "surrogateescape" if not is_wide else "strict")
        lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)
        if file_format.startswith("jsonl"):
            cut = [self._json_line(number, line) for number, line in enumerate(lines, 1)]
        else:
            cut = self._records(lines)
        if self.is_searching:
            cut = [self.without_theirs(line, is_json=file_format.startswith("jsonl")) for line in cut]
        return "".join(cut).encode(charset, "surrogateescape" if not is_wide else "strict")

    @property
    def is_searching(self) -> bool:
        """Whether numbers of the person are known, to be emptied in what nobody reads."""
        return bool(self._theirs)

    def without_theirs(self, text: str, *, is_json: bool = False) -> str:
        """Return a text without the person's numbers and addresses, however they are written, and long ids."""
        changed, count = self._theirs.without(text, is_json=is_json)
        self.emptied += bool(count)
        return changed

    def _json_line(self, number: int, line: str) -> str:
        act = self.act(number)
        if act is None:
            return line
        body = line.rstrip(ENDS)
        end = line[len(body) :]
        try:
            record = json.loads(body.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            record = body
        changed = self.changed(act, record)
        return end if changed is None else line if changed is record else as_json(changed) + end

    def _records(self, lines: list[str]) -> list[str]:
        header: list[str] = []
        first, delimiter = 0, ","
        try:
            utf8 = "".join(line.rstrip(ENDS) + "\n" for line in lines[:80]).encode("utf-8", "replace")
            header, first, delimiter = _find_header(Lines(utf8.removeprefix(b"\xef\xbb\xbf")), self._dataset, Tally())
        except BrokenFile:  # no header: its lines are judged by their cells
            delimiter = max(self._dataset.delimiters, key=(lines[0] if lines else "").count)
        cut = list(lines)
        looked_at = {*self._found.acts, *self._found.doubtful}
        for number in sorted(looked_at | set(range(1, len(lines) + 1) if self._found.broken else ())):
            place = number - 1
            if not first <= place < len(lines) or (act := self.act(number)) is None:
                continue
            cells, span = record_at(lines, place, delimiter)
            end = lines[place + span - 1][len(lines[place + span - 1].rstrip(ENDS)) :]
            changed = self.changed(act, dict(zip(headers(header, len(cells)), cells, strict=True)))
            if changed is None:
                cut[place : place + span] = [line[len(line.rstrip(ENDS)) :] for line in lines[place : place + span]]
            elif list(changed.values()) != cells:
                cut[place] = as_csv(changed.values(), delimiter) + end
                cut[place + 1 : place + span] = [""] * (span - 1)
        return cut

    def _array(self, whole: bytes) -> bytes:
        charset = "utf-8-sig" if self._found.encoding == "utf-8" else self._found.encoding
        said = json.loads(whole.decode(charset))
        pages = said if isinstance(said, list) else [said]
        if self._dataset.rows_at:
            number = 0
            *above, last = self._dataset.rows_at.split(".")
            for page in pages:
                holder = page
                for key in above:
                    holder = holder[key]
                rows = holder.get(last) or []
                holder[last], number = self._elements(rows if isinstance(rows, list) else [rows], number)
        else:
            pages, _ = self._elements(pages, 0)
            said = pages
        text = as_json(said)
        return (self.without_theirs(text, is_json=True) if self.is_searching else text).encode("utf-8")

    def _elements(self, rows: list[Any], number: int) -> tuple[list[Any], int]:
        kept = []
        for row in rows:
            number += 1
            act = self.act(number)
            changed = row if act is None else self.changed(act, row)
            if changed is not None:
                kept.append(changed)
        return kept, number

    @property
    def doubtful(self) -> Act:
        """The act of a record that nobody reads: what becomes of it is found out by its cells."""
        return DOUBTFUL

    def is_declared(self, header: str) -> bool:
        """Return whether a text is the header of a column of the dataset's."""
        return header_keys(header)[0] in self._declared

    # -- one record ---------------------------------------------------------------------------------------------

    def act(self, number: int) -> Act | None:
        """Return what becomes of a line; a doubtful one's is found out by its cells."""
        act = self._found.acts.get(number)
        if act is None and (number in self._found.doubtful or self._found.broken):
            return DOUBTFUL
        return act

    def changed(self, act: Act, record: Any) -> Any:
        """Return a record as it stays, None where it goes."""
        if act is DOUBTFUL:
            if any(map(self._is_a_persons, leaves(record))):
                self.removed += 1
                return None
            return record
        if act.is_removed:
            self.removed += 1
            return None
        changed = self._without(record, act, "")
        if changed == record:
            return record
        self.kept_as_walk_in += act.is_walk_in
        self.emptied += not act.is_walk_in
        return changed

    def _without(self, value: Any, act: Act, name: str) -> Any:
        if isinstance(value, dict):
            return {key: self._without(one, act, str(key)) for key, one in value.items()}
        if isinstance(value, list):
            kept = [each for each in value if not (act.elements and act.elements & set(map(str, leaves(each))))]
            return [self._without(one, act, name) for one in kept]
        if value is None or isinstance(value, bool) or value == "":
            return value
        text = unwrap(str(value)).strip()
        if text in act.renamed:
            return act.renamed[text]
        empty = "" if isinstance(value, str) else None
        scrubbed = self._tokeniser.scrub(str(value))
        if act.emptied & {text, scrubbed, self._contact(str(value))} or (act.emptied and self._mentions(scrubbed)):
            return empty
        if isinstance(value, str) and name == "payload" and value.startswith("{"):  # a record inside a Parquet file
            return as_json(self._without(json.loads(value), act, ""))
        key = header_keys(name)[0] if name else ""
        if act.is_walk_in and (key not in self._declared or key in self._people):
            return empty
        if act.is_walk_in and scrubbed != str(value):
            return empty
        return value

    def _mentions(self, scrubbed: str) -> bool:
        """Return whether a token in a text is the person's: a reader may have written the text anew, as JSON."""
        return bool(self._stones.matches(ANYWHERE, pa.array(re.findall(IN_TEXT, scrubbed), pa.string())))

    def _contact(self, text: str) -> str | None:
        return self._tokeniser.contact(text) if len(text) >= 6 else None

    def _is_a_persons(self, value: Any) -> bool:
        """Return whether a cell of a record that was set aside is an erased person's."""
        text = unwrap(str(value)).strip()
        if not text:
            return False
        tokens = {text, self._contact(text), *re.findall(IN_TEXT, self._tokeniser.scrub(text))}
        named = [each for each in tokens if each]
        return bool(self._stones.matches(ANYWHERE, pa.array(named))) or (
            len(text) >= 5 and bool(self._stones.matches("any", pa.array([text])))
        )
