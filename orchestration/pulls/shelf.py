"""Where a page goes: a file of its channel in ``landing/``, whole on the disk before the next one is asked for."""

import dataclasses
import datetime as dt
import gzip
import hashlib
import json
from typing import Any, Final

from orchestration import clock
from orchestration.files import FILE_MODE, FOLDER_MODE, replacing, sync_folder
from orchestration.pulls.book import Book
from orchestration.pulls.window import Window
from orchestration.settings import Settings

#: Small pages that share a file; what a killed process has to ask for once more at the most.
PAGES_A_FILE: Final = 100


@dataclasses.dataclass(frozen=True)
class Page:
    """One page as it came.

    Parameters
    ----------
    endpoint
        Which call brought it.
    request
        What was asked, without credentials: the cursor stands here.
    records
        Its entities, one line each.
    sha256
        Of the answer's bytes.
    place
        What names the same page in another pull: with the same records there it is not landed again. "" lands it
        whatever it says (a queue gives every page once).
    number
        Its number in its list, from 1.
    window
        The time that was asked for.
    """

    endpoint: str
    request: dict[str, Any]
    records: list[dict[str, Any]]
    sha256: str
    place: str
    number: int = 1
    window: Window | None = None


@dataclasses.dataclass
class Shelf:
    """The landing folder of one pull, and what it came to."""

    settings: Settings
    channel: str
    dataset: str
    account: str
    book: Book
    pages: int = 0
    records: int = 0
    new_pages: int = 0
    new_records: int = 0
    _gathered: list[tuple[Page, str, dt.datetime]] = dataclasses.field(default_factory=list)

    def land(self, page: Page, dataset: str = "") -> None:
        """Land a page, durably, unless the same was landed of it before.

        Parameters
        ----------
        page
            What came.
        dataset
            Another data set of the channel than the pull's own.
        """
        if content := self._news(page):
            self._write([(page, content, clock.now())], dataset or self.dataset)

    def gather(self, page: Page) -> None:
        """Land a page of one entity or a few, together with others: a file of its own costs the night 15 ms.

        Only where it can be asked for again: a process killed before the file stands asks again for what it would
        have held.
        """
        if content := self._news(page):
            self._gathered.append((page, content, clock.now()))
        if len(self._gathered) >= PAGES_A_FILE:
            self.flush()

    def flush(self) -> None:
        """Land what was gathered."""
        if self._gathered:
            self._write(self._gathered, self.dataset)
            self._gathered = []

    def _news(self, page: Page) -> str:
        """Return the sha256 of a page's records, "" where there are none or they were landed before."""
        self.pages += 1
        self.records += len(page.records)
        said = json.dumps(page.records, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
        content = hashlib.sha256(said).hexdigest()
        is_known = not page.records or (page.place and self.book.landed(page.place) == content)
        return "" if is_known else content

    def _write(self, pages: list[tuple[Page, str, dt.datetime]], dataset: str) -> None:
        folder = self.settings.landing / self.channel / dataset
        if not folder.is_dir():
            folder.mkdir(mode=FOLDER_MODE, parents=True)
            sync_folder(folder.parent)
            sync_folder(folder.parent.parent)
        # The name says when and what: two pages of one moment are two files, the same page twice is one.
        named = hashlib.sha256("".join(content for _, content, _ in pages).encode()).hexdigest()[:16]
        path = folder / f"pull-{pages[0][2]:%Y%m%dT%H%M%S}-{named}.jsonl.gz"
        lines = b"".join(self._lines(page, fetched_at) for page, _, fetched_at in pages)
        with replacing(path, FILE_MODE, is_durable=True) as draft:
            draft.write_bytes(gzip.compress(lines, mtime=0))
        if self.channel in self.settings.done_markers:
            path.with_name(f"{path.name}.done").touch()
            sync_folder(folder)
        for page, content, fetched_at in pages:
            if page.place:
                self.book.remember_page(page.place, content, path.name, fetched_at)
            self.new_pages += 1
            self.new_records += len(page.records)

    def _lines(self, page: Page, fetched_at: dt.datetime) -> bytes:
        window = page.window
        envelope = {
            "_channel": self.channel,
            "_account": self.account,
            "_endpoint": page.endpoint,
            "_request": page.request,
            "_window_start": f"{window.start.isoformat()}Z" if window else None,
            "_window_end": f"{window.end.isoformat()}Z" if window else None,
            "_page": page.number,
            "_page_sha256": page.sha256,
            "_fetched_at": f"{fetched_at.isoformat()}Z",
        }
        lines = (json.dumps({**envelope, "payload": record}, ensure_ascii=False) for record in page.records)
        return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
