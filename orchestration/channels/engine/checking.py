"""Every file of a landing folder tried before a run: what each would become, in a line or two."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from orchestration.channels.engine import registry
from orchestration.channels.engine.files import below, readable_name
from orchestration.channels.engine.guard import Guard
from orchestration.channels.engine.look_alikes import where_it_belongs
from orchestration.channels.engine.mappings import MappedDataset
from orchestration.channels.engine.masking import Masker, scrubbed
from orchestration.channels.engine.reasons import BrokenFile, remedy
from orchestration.channels.engine.trying import format_of, skipped, try_file, with_header


@dataclasses.dataclass(frozen=True)
class Checked:
    """What one file of a landing folder would become: where it lies, how it would go, and what a person does."""

    place: str
    said: str
    remedies: tuple[str, ...] = ()
    #: what does not keep it from loading
    warnings: tuple[str, ...] = ()


def check_landing(landing: Path, mapped: dict[str, MappedDataset], now: dt.datetime, guard: Guard) -> Iterator[Checked]:
    """Yield what every file of a landing folder would become, in order; nothing is written anywhere.

    Parameters
    ----------
    landing
        The folder.
    mapped
        The mappings of the home.
    now
        When (UTC, naive).
    guard
        Opens what is unpacked first, under limits.
    """
    places = {
        f"{channel.name}/{dataset.name}" for channel in registry.channels().values() for dataset in channel.datasets
    }
    masker = Masker()
    for path in below(landing):
        name = path.relative_to(landing).as_posix()
        said_name = scrubbed(readable_name(name), masker)
        if path.is_dir() or path.name.startswith((".", "~$")) or path.suffix in (".done", ".md"):
            continue
        place = "/".join(name.split("/")[:2])
        try:
            if name.count("/") < 2 or place not in places | mapped.keys():
                guard.check(path, format_of(path))
                hint = where_it_belongs(path, "", mapped)
                yield Checked(said_name, "unknown_folder", (remedy("unknown_folder") + hint,))
                continue
            trial = try_file(path, mapped, place, now, guard)
        except BrokenFile as broken:
            what = " ".join(filter(None, (remedy(broken.reason, allowed="", minimum="", maximum=""), broken.told)))
            yield Checked(said_name, f"set aside whole: {broken.reason}", (what,))
            continue
        part = "the first " if trial.is_part else ""
        said = f"{trial.loaded:,} of {part}{trial.records:,} records would load"
        emptied = sum(count for code, count in trial.warnings.items() if code.startswith("emptied_"))
        said += f", {emptied:,} values become empty" if emptied else ""
        said += skipped(trial)
        told = tuple(
            f"{count or 'all'} {reason} {with_header(trial, column)}".rstrip() + f": {what}"
            for column, reason, count, _, what in trial.aside
        )
        absent = tuple(code.partition(" ")[2] for code in sorted(trial.warnings) if code.startswith("absent_header "))
        yield Checked(said_name, said, told, absent)
