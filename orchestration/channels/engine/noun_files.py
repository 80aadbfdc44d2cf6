"""The nouns as files: how the ``standard`` channel sends what ``dbt_project/nouns.yml`` describes."""

from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import Column, Dataset, DeclarationError, MayRefuse, Refuser
from orchestration.settings import CHECKOUT

PROJECT: Final = CHECKOUT / "dbt_project"


def nouns(project: Path = PROJECT) -> dict[str, dict[str, Any]]:
    """Return every noun as nouns.yml describes it: key, sighting, and per column about, table and file."""
    read: dict[str, dict[str, Any]] = yaml.load(
        (project / "nouns.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return read


def datasets(project: Path = PROJECT) -> tuple[Dataset, ...]:
    """Return one dataset per noun: its columns as a file sends them, in the order of nouns.yml.

    Raises
    ------
    DeclarationError
        A column names a vocabulary that vocabularies.py does not have.
    """
    return tuple(_dataset(name, noun) for name, noun in nouns(project).items())


def _dataset(noun: str, described: dict[str, Any]) -> Dataset:
    sent = {name: column for name, column in described["columns"].items() if "file" in column}
    columns = tuple(_column(noun, name, column) for name, column in sent.items())
    key = tuple(sent[name]["file"].get("name", name) for name in described["key"])
    return Dataset(noun, columns, natural_key=key, may_refuse=_may_refuse(described.get("may_refuse")))


def _may_refuse(described: dict[str, Any] | None) -> MayRefuse | None:
    if described is None:
        return None
    refusers = tuple(Refuser(**one) for one in described.get("refusers", ()))
    said = tuple(described.get("when_said", ()))
    column, words = described.get("every_channel_when", ("", ()))
    told = {"refusers": refusers, "when_said": said, "every_channel_when": (column, tuple(words))}
    return MayRefuse(**{**described, **told})


def _column(noun: str, name: str, described: dict[str, Any]) -> Column:
    options = {"name": name, **described["file"]}
    allowed, synonyms = options.pop("words", ()), options.pop("synonyms", None)
    for listed in ("required_where", "aliases"):
        if listed in options:
            options[listed] = tuple(options[listed])
    return Column(
        **options,
        about=described["about"],
        values=_vocabulary(noun, name, allowed) if isinstance(allowed, str) else tuple(allowed),
        synonyms=_vocabulary(noun, name, synonyms) if synonyms else (),
    )


def _vocabulary(noun: str, column: str, name: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] | None = getattr(words, name.upper(), None)
    if found is None:
        raise DeclarationError(f"nouns.yml, {noun}.{column}: vocabularies.py has no {name.upper()}")
    return found
