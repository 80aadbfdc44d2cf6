"""Everything else in a home: logs, pages, journals and Dagster's storage, searched for the person and masked."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from orchestration import clock
from orchestration.audit_log import LOG
from orchestration.changed_files import change_sqlite, kind_of_file
from orchestration.door.files import star
from orchestration.erasing.needles import Needles
from orchestration.files import replacing
from orchestration.home_parts import CHAIN, Is, named, part_of
from orchestration.settings import Settings

#: Before what stands for a name in which the person stood.
NEUTRAL: Final = "erased-"


def mask(settings: Settings, needles: Needles) -> list[str]:
    """Take a person out of every file that has no way of its own; return the names of those changed."""
    changed = []
    for file in _files(settings.home):
        if not needles or Is.CUT in part_of(settings.home, file) or file.suffix == ".duckdb":
            continue
        if _mask_file(settings, file, needles):
            changed.append(str(file.relative_to(settings.home)))
    return changed


def _mask_file(settings: Settings, file: Path, needles: Needles) -> bool:
    kind, part = kind_of_file(file), part_of(settings.home, file)
    if kind == "sqlite":
        return change_sqlite(file, needles.without, needles.is_number) > 0
    if kind == "beside_sqlite" or not needles.stand_in(file):
        return False
    if file.relative_to(settings.home).parts[0] == "models":
        shutil.rmtree(file.parent)  # sealed as a whole: a model without a word of its card would be refused
    elif kind == "text":
        mode = file.stat().st_mode & 0o777
        star(needles.theirs, file)
        if (content := needles.bytes_without(file.read_bytes())) != file.read_bytes():
            with replacing(file, mode, is_durable=True) as draft:
                draft.write_bytes(content)
    elif Is.MADE_AGAIN in part:
        file.unlink()
    else:  # what cannot be read as a text stays as it is, and is told of as residue
        return False
    return True


def rename(settings: Settings, needles: Needles, neutral: Callable[[str], str]) -> int:
    """Give the files and folders in whose name the person stands another one; return how many.

    What is delivered has a way of its own: its name is in accounts as well.
    """
    found = 0
    for path in sorted(settings.home.rglob("*"), key=lambda each: -len(each.parts)) if needles else []:
        if Is.CUT not in part_of(settings.home, path) and needles.stand_in_text(path.name):
            path.rename(path.with_name(neutral(path.name)))
            found += 1
    return found


def residue(settings: Settings, needles: Needles, leave_out: Iterable[Path] = ()) -> list[str]:
    """Return the files of a home in which, or in whose name, a person still stands; the vault's own is encrypted.

    The audit log is no residue: nothing in it is ever changed, and what it may say of people it never takes in.
    """
    if not needles:
        return []
    out = (*leave_out, *(settings.home / name for name in CHAIN))
    return [
        str(file.relative_to(settings.home))
        for file in _files(settings.home)
        if not any(file.is_relative_to(folder) for folder in out)
        and (needles.stand_in_text(str(file.relative_to(settings.home))) or needles.stand_in(file))
    ]


def lines_of_the_chain(settings: Settings, needles: Needles) -> int:
    """Return how many lines of the audit log name a person: they are counted in the receipt, and stay."""
    log = settings.home / LOG
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return sum(map(needles.stand_in_text, lines))


def _files(home: Path) -> Iterator[Path]:
    out = named(Is.OF_A_DEMO) if (home / clock.DEMO).is_file() else ()
    for file in sorted(home.rglob("*")):
        if file.is_file() and not file.is_symlink() and file.relative_to(home).parts[0] not in out:
            yield file
