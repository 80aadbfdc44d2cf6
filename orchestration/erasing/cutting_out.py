"""What of a home's files is cut, by an erasure and by a restore alike: deliveries, lists, versions, everything else.

Each may be done again, and finds nothing more then.
"""

import dataclasses
from collections.abc import Callable, Iterable, Set
from pathlib import Path
from typing import Any

from orchestration.channels.engine.files import FORMATS
from orchestration.erasing import elsewhere, handed_over, published
from orchestration.erasing.needles import Needles, is_contact
from orchestration.erasing.raw import Cut, Unread, cut_landing, cut_raw
from orchestration.erasing.suspects import Finds
from orchestration.erasing.tombstones import Key, Tombstones
from orchestration.files import write_text
from orchestration.publishing import plans
from orchestration.publishing.versions import Store
from orchestration.sending import activations
from orchestration.settings import Settings

#: Where what a person accepted is kept: by the file's place and id.
_ACCEPTED = ("refusals/accepted.jsonl", "quarantine/accepted.jsonl")


def _nothing() -> None:
    """Note nothing."""


def nobody_knows(file_id: str, path: Path) -> None:
    """Say of every file that its own reader has to tell what is in it."""


@dataclasses.dataclass
class CuttingOut:
    """Who is cut out of the files of which home, and what became of the files.

    Parameters
    ----------
    settings, stones
        Whose home, and who was erased.
    values
        What they are searched by: numbers and addresses in the clear, tokens, ids.
    note
        Called when something changed that a killed process has to know.
    """

    settings: Settings
    stones: Tombstones
    values: set[str]
    note: Callable[[], None] = _nothing
    #: raw files, versions and names of files: before to after
    moved: dict[str, str] = dataclasses.field(default_factory=dict)
    renamed: dict[str, str] = dataclasses.field(default_factory=dict)
    named: dict[str, str] = dataclasses.field(default_factory=dict)
    counts: dict[str, Any] = dataclasses.field(default_factory=dict)
    #: delivered files that nobody can read and therefore nobody cut
    unread: list[Unread] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.contacts = sorted(each for each in self.values if is_contact(each))
        self.needles = Needles(self.contacts, self.values)

    def count(self, name: str, number: int) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0) + number

    def neutral(self, name: str) -> str:
        """Return a file's name, each part in which the person stands replaced by what names nobody."""
        return "/".join(self._neutral(part) if self.needles.stand_in_text(part) else part for part in name.split("/"))

    def _neutral(self, part: str) -> str:
        ends = (f".{each}" for each in FORMATS if part.lower().endswith(f".{each}"))
        end = next(ends, Path(part).suffix if len(Path(part).suffix) < len("00000000") else "")
        return f"{elsewhere.NEUTRAL}{self.stones.hash(Key('file name', part))[:12]}{end}"

    def deliveries(self, known: Finds = nobody_knows) -> None:
        """Cut raw/ and landing/; ``known`` says what the warehouse knows of a file."""
        self.unread.clear()

        def moved(old: str, new: str) -> None:
            self.moved[old] = new
            self.note()

        def named(old: str) -> str:
            if (new := self.neutral(old)) != old:
                self.named[old] = new
                self.note()
            return new

        emptied = self.needles.emptied
        raw = cut_raw(self.settings, self.stones, emptied, known=known, moved=moved, named=named)
        landing = cut_landing(
            self.settings, self.stones, emptied, known=known, moved=self.moved, named=named, cuts=raw.by_file
        )
        for name, cut in (("raw", raw), ("landing", landing)):
            self._count_cut(name, cut)
        self.count("files_renamed", raw.renamed + landing.renamed)
        self._rename_accepted()

    def _count_cut(self, name: str, cut: Cut) -> None:
        self.count(f"{name}_files_rewritten", cut.files)
        self.count(f"{name}_records_removed", cut.removed)
        self.count(f"{name}_sales_kept_as_walk_ins", cut.walk_ins)
        self.count(f"{name}_records_with_values_emptied", cut.emptied)
        self.unread += cut.unread

    def _rename_accepted(self) -> None:
        """Let what a person accepted of a file hold for the same file under its new id and name."""
        for name in _ACCEPTED:
            file = self.settings.home / name
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            changed = text
            for old, new in (*self.moved.items(), *self.named.items()):
                changed = changed.replace(old, new)
            if changed != text:
                write_text(file, changed, file.stat().st_mode & 0o777)

    def lists(self, leads: Set[str] = frozenset()) -> None:
        """Cut what was handed over where it still lies, and the log of it; ``leads`` are the person's, by number."""
        done = handed_over.cut(self.settings, self.values, self.needles, leads)
        self.count("handed_over_rows", done.lines)
        self.count("phone_pages_removed", done.pages)
        if done.unread:
            self.counts["handed_over_files_nobody_can_read"] = [self.needles.without(str(one)) for one in done.unread]
        for name, files in (
            ("rows_of_the_log_of_exports", activations.folder(self.settings).glob("*.parquet")),
            ("rows_of_identity_evidence", (self.settings.home / "identity").glob("*.parquet")),
        ):
            self.count(name, self._cut(files))

    def _cut(self, files: Iterable[Path]) -> int:
        return sum(published.cut_parquet(file, self.stones) for file in sorted(files))

    def versions(self) -> None:
        """Cut every kept version and the logs beside them; the old folders stay for whoever reads them."""
        store = Store(self.settings.published)
        if not store.versions.is_dir():
            return
        done = published.cut_versions(store, self.stones, self.renamed)
        self.renamed.update(done.renamed)
        self.note()
        self.counts["versions_cut"] = len(done.renamed)
        self.count("published_rows_removed", done.rows)
        for name in (plans.FOLDER, plans.WITHDRAWN):
            rows = published.cut_named_by_version(store.root / name, self.stones, self.renamed)
            self.count("rows_of_plans_and_withdrawals", rows)
        for file in sorted(activations.folder(self.settings).glob("*.parquet")):
            published.cut_parquet(file, self.stones, lambda rows: published.with_new_versions(rows, self.renamed))

    def everything_else(self) -> None:
        """Mask what has no way of its own, and give files that are named after the person another name."""
        self.count("files_renamed", elsewhere.rename(self.settings, self.needles, self.neutral))
        self.count("other_files_changed", len(elsewhere.mask(self.settings, self.needles)))
