"""Mappings: a file's own headers, words, units and clocks onto the data sets of ``standard``, as configuration.

Shipped ones lie in ``orchestration/channels/mappings/*.toml``, a home's own in its ``landing.toml``; one there replaces
the shipped one of its name. A mapping's name is its folder: ``[orders]`` in ``qianniu.toml``, and ``[qianniu.orders]``
in ``landing.toml``, read ``landing/qianniu/orders/*``. docs/plugging-in-your-channels.md says what each key means.
"""

import dataclasses
import functools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from orchestration.channels.engine import registry
from orchestration.channels.engine.declare import Column, Dataset
from orchestration.channels.engine.records import header_keys
from orchestration.settings import SettingsError

SHIPPED: Final = Path(__file__).resolve().parent.parent / "mappings"
OWN: Final = "landing.toml"
CHANNEL: Final = "standard"
_CLOCKS: Final = ("shanghai", "utc", "epoch_s", "epoch_ms")
_UNITS: Final = ("yuan", "fen")
_OF_MAPPING: Final = set(
    "about shape_from read_on verified repeat_down together rows_at ends_with to".split()  # noqa: SIM905
)
_OF_TARGET: Final = {"where_above_0", "where_filled", "where_is", "once_per", "columns"}
_OF_VALUE: Final = set(
    "column is words words_where_filled unit clock plus times of_the_order without_sign before joined position"  # noqa: SIM905
    " if_filled then else".split()
)


@dataclasses.dataclass(frozen=True)
class Value:
    """Where one column of a data set comes from.

    Parameters
    ----------
    headers
        The first of these that is filled.
    constant
        The same word in every row.
    joined
        These headers with a dash between; nothing where one is empty.
    position
        The row's place among those of its order, from 1.
    plus, times
        Headers whose amounts are added, and one that the sum is multiplied with (a price a piece).
    of_the_order
        The amounts of all rows of the order together: an export that writes each item's share beside it.
    without_sign
        An amount that went back is written below zero.
    before
        What is put in front.
    words
        Spellings and what they mean.
    words_where_filled
        Headers, and what spellings mean where they are filled: 已关闭 of an order that was paid.
    unit, clock
        Of what is written.
    if_filled, then, otherwise
        One word where a header is filled, another where it is not.
    """

    headers: tuple[str, ...] = ()
    constant: str | None = None
    joined: tuple[str, ...] = ()
    position: bool = False
    plus: tuple[str, ...] = ()
    times: str = ""
    of_the_order: bool = False
    without_sign: bool = False
    before: str = ""
    words: tuple[tuple[str, str], ...] = ()
    words_where_filled: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    unit: str = "yuan"
    clock: str | None = None
    if_filled: str = ""
    then: str | None = None
    otherwise: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """Every header that it looks at."""
        asked = (header for header, _ in self.words_where_filled)
        return (*self.headers, *self.joined, *self.plus, *asked, *filter(None, (self.times, self.if_filled)))


@dataclasses.dataclass(frozen=True)
class Target:
    """The rows of one data set that a file holds: all, or those where a header is filled, or above 0, or says a word.

    ``once_per`` names columns of the data set by which only the first row counts: an order that stands once per item.
    """

    dataset: Dataset
    values: tuple[tuple[str, Value], ...]
    where_above_0: str = ""
    where_filled: str = ""
    once_per: tuple[str, ...] = ()
    #: headers, and the words of which each must say one
    where_is: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_of_every_row(self) -> bool:
        """Whether every row of the file is one of it."""
        return not (self.where_above_0 or self.where_filled or self.where_is)

    @property
    def reads(self) -> tuple[str, ...]:
        """Every header that it looks at."""
        where = (*filter(None, (self.where_above_0, self.where_filled)), *(header for header, _ in self.where_is))
        return (*(header for _, value in self.values for header in value.reads), *where)

    @functools.cached_property
    def read_as(self) -> Dataset:
        """The data set with the words and clocks of the file."""
        said = dict(self.values)
        columns = []
        for column in self.dataset.columns:
            value = said.get(column.name, Value())
            changed: dict[str, Any] = {"clock": value.clock} if value.clock else {}
            if value.words:
                changed["synonyms"] = (*value.words, *column.synonyms)
            columns.append(dataclasses.replace(column, **changed) if changed else column)
        return dataclasses.replace(self.dataset, columns=tuple(columns))


@dataclasses.dataclass(frozen=True)
class MappedDataset(Dataset):
    """A folder whose files a mapping reads: as a data set it has their own headers for columns."""

    targets: tuple[Target, ...] = ()
    #: the header that holds the rows of one order together; by default what is read as an order's id
    together: str = ""
    about: str = dataclasses.field(default="", compare=False, repr=False)
    shape_from: str = dataclasses.field(default="", compare=False, repr=False)
    read_on: str = dataclasses.field(default="", compare=False, repr=False)
    verified: bool = dataclasses.field(default=False, compare=False, repr=False)
    is_own: bool = dataclasses.field(default=False, compare=False, repr=False)
    #: the file and the table of it that describe the mapping, for messages: ``landing.toml, [till.orders]``
    says: str = dataclasses.field(default="", compare=False, repr=False)

    @property
    def told_columns(self) -> tuple[Column, ...]:
        """The columns that a remedy speaks of: those of the data sets that it fills."""
        return tuple(column for target in self.targets for column in target.dataset.columns)

    @property
    def order_id(self) -> Value | None:
        """Where the id of an order comes from, in the first data set that has one."""
        if self.together:
            return Value((self.together,))
        targets = [target for target in self.targets if target.dataset.name in ("orders", "order_lines")]
        return dict(targets[0].values)["order_id"] if targets else None

    @property
    def tables(self) -> frozenset[str]:
        """The tables that its rows go to."""
        return frozenset(f"{CHANNEL}__{target.dataset.name}" for target in self.targets)


def mappings(home: Path | None = None) -> dict[str, MappedDataset]:
    """Return the shipped mappings and a home's own, by name.

    Raises
    ------
    SettingsError
        A mapping that says something impossible; names file, mapping, key and remedy.
    """
    found = dict(_shipped())
    return found | of_file(home / OWN) if home is not None and (home / OWN).is_file() else found


def of_file(file: Path) -> dict[str, MappedDataset]:
    """Return the mappings of a file such as ``landing.toml``; raises as :func:`mappings`."""
    return {name: read_mapping(name, described, str(file), is_own=True) for name, described in _named(_toml(file))}


@functools.cache
def _shipped() -> dict[str, MappedDataset]:
    found = {}
    for file in sorted(SHIPPED.glob("*.toml")):
        for name, described in _toml(file).items():
            found[f"{file.stem}/{name}"] = read_mapping(f"{file.stem}/{name}", described, file.name)
    return found


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{file}: there is no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from None


def _named(described: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for folder, inside in described.items():
        for name, mapping in inside.items() if isinstance(inside, dict) else ():
            yield f"{folder}/{name}", mapping


def read_mapping(name: str, described: Any, where: str, *, is_own: bool = False) -> MappedDataset:
    """Return a mapping from what its file says of it.

    Parameters
    ----------
    name
        Its folder under ``landing/``.
    described
        Its table in the file.
    where
        The file, for messages.
    is_own
        It is a home's own.

    Raises
    ------
    SettingsError
        As in :func:`mappings`.
    """
    says = f"{where}, [{name.replace('/', '.')}]"
    if not isinstance(described, dict) or not isinstance(described.get("to"), dict) or not described["to"]:
        raise SettingsError(f"{says}: it fills no data set; write a table [{name.replace('/', '.')}.to.orders]")
    _check_keys(described, _OF_MAPPING, says)
    folder, _, rest = name.partition("/")
    if folder in registry.channels() and rest in {each.name for each in registry.channel(folder).datasets}:
        raise SettingsError(f"{says}: {name} is a data set of the channel {folder}; give the mapping another name")
    datasets = {each.name: each for each in registry.channel(CHANNEL).datasets if each.may_refuse is None}
    targets = []
    for target, inside in described["to"].items():
        if target not in datasets:
            raise SettingsError(f"{says}: no mapping may fill {target!r}; it may fill {', '.join(datasets)}")
        targets.append(_target(datasets[target], inside, f"{says}.to.{target}"))
    repeated = tuple(described.get("repeat_down", ()))
    return MappedDataset(
        name=name,
        columns=_columns(targets, (str(described.get("together", "")), *repeated)),
        forward_fill=repeated,
        rows_at=str(described.get("rows_at", "")),
        ends_with=_listed(described.get("ends_with", ()), says),
        targets=tuple(targets),
        together=str(described.get("together", "")),
        about=str(described.get("about", "")),
        shape_from=str(described.get("shape_from", "")),
        read_on=str(described.get("read_on", "")),
        verified=bool(described.get("verified", False)),
        is_own=is_own,
        says=f"{Path(where).name}, [{name.replace('/', '.')}]",
    )


def _columns(targets: list[Target], further: tuple[str, ...]) -> tuple[Column, ...]:
    """Return the headers that a mapping reads as columns; those without which no row can be read are required."""
    needed = set()
    for target in always_filled(targets):
        said = dict(target.values)
        required = [said[column.name] for column in target.dataset.columns if column.required]
        needed |= {header_keys(value.headers[0])[0] for value in required if len(value.headers) == 1}
    types = {
        header_keys(header)[0]: column.type
        for target in targets
        for column in target.dataset.columns
        for header in dict(target.values).get(column.name, Value()).reads
        if column.type in ("instant", "date")
    }
    seen: dict[str, Column] = {}
    for header in (*(each for target in targets for each in target.reads), *further):
        if header:
            key = header_keys(header)[0]
            seen.setdefault(key, Column(header, types.get(key, "text"), required=key in needed))
    return tuple(seen.values())


def always_filled(targets: Sequence[Target]) -> Sequence[Target]:
    """Return the targets without whose headers a file is not of a mapping: those of every row, else the first."""
    return [target for target in targets if target.is_of_every_row] or targets[:1]


def _target(dataset: Dataset, inside: Any, says: str) -> Target:
    if not isinstance(inside, dict):
        raise SettingsError(f"{says}: it is no table of columns")
    _check_keys(inside, _OF_TARGET, says)
    columns = {column.name: column for column in dataset.columns}
    values = {}
    for name, said in inside.get("columns", {}).items():
        if name not in columns:
            raise SettingsError(f"{says}: {dataset.name} has no column {name!r}; it has {', '.join(columns)}")
        values[name] = _value(columns[name], said, f"{says}.columns.{name}")
    missing = [name for name, column in columns.items() if column.required and name not in values]
    if missing:
        raise SettingsError(f"{says}: {dataset.name} needs {', '.join(missing)}; say where it comes from")
    once = tuple(inside.get("once_per", ()))
    if unknown := [name for name in once if name not in values]:
        raise SettingsError(f"{says}: once_per names {', '.join(unknown)}, which the mapping does not fill")
    where = str(inside.get("where_above_0", "")), str(inside.get("where_filled", ""))
    where_is = _words_of(inside.get("where_is", {}), f"{says}.where_is")
    return Target(dataset, tuple(values.items()), *where, once, where_is)


def _words_of(said: Any, says: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(said, dict):
        raise SettingsError(f'{says}: write headers and their words, such as {{"交易状态" = ["SUCCESS"]}}')
    return tuple((header, _listed(words, says)) for header, words in said.items())


def _value(column: Column, said: Any, says: str) -> Value:
    if isinstance(said, str | list):
        said = {"column": said}
    if not isinstance(said, dict):
        raise SettingsError(f'{says}: write a header, a list of headers, or a table such as {{is = "tmall"}}')
    _check_keys(said, _OF_VALUE, says)
    headers = _listed(said.get("column", ()), says)
    constant = said.get("is")
    if not (headers or constant is not None or any(said.get(key) for key in ("joined", "position", "if_filled"))):
        raise SettingsError(
            f"{says}: it says no header; write column, is, joined, position = true, or if_filled with then and else"
        )
    words = {str(spelling): str(meaning) for spelling, meaning in said.get("words", {}).items()}
    where_filled = {header: tuple(each.items()) for header, each in said.get("words_where_filled", {}).items()}
    fixed = [str(said[key]) for key in ("is", "then", "else") if key in said]
    fixed += [meaning for each in where_filled.values() for _, meaning in each]
    for meaning in [*words.values(), *fixed]:
        if column.values and meaning and meaning not in column.values:
            raise SettingsError(f"{says}: {meaning!r} is no word of it; the words are {', '.join(column.values)}")
    unit, clock = str(said.get("unit", "yuan")), said.get("clock")
    if unit not in _UNITS or (unit == "fen" and not column.name.endswith("_yuan")):
        raise SettingsError(f"{says}: unit is {unit!r}; an amount is written in yuan or fen")
    if clock is not None and (clock not in _CLOCKS or column.type != "instant"):
        raise SettingsError(f"{says}: clock is {clock!r}; a time is written by {', '.join(_CLOCKS)}")
    return Value(
        headers=headers,
        constant=None if constant is None else str(constant),
        joined=_listed(said.get("joined", ()), says),
        position=bool(said.get("position", False)),
        plus=_listed(said.get("plus", ()), says),
        times=str(said.get("times", "")),
        of_the_order=bool(said.get("of_the_order", False)),
        without_sign=bool(said.get("without_sign", False)),
        before=str(said.get("before", "")),
        words=tuple(words.items()),
        words_where_filled=tuple(where_filled.items()),
        unit=unit,
        clock=clock,
        if_filled=str(said.get("if_filled", "")),
        then=None if "then" not in said else str(said["then"]),
        otherwise=None if "else" not in said else str(said["else"]),
    )


def _listed(said: Any, says: str) -> tuple[str, ...]:
    listed = (said,) if isinstance(said, str) else tuple(said)
    if not all(isinstance(each, str) and each.strip() for each in listed):
        raise SettingsError(f"{says}: a header is a text that is not empty")
    return listed


def _check_keys(said: Mapping[str, Any], allowed: set[str], says: str) -> None:
    if unknown := sorted(set(said) - allowed):
        raise SettingsError(f"{says}: nobody reads {', '.join(unknown)}; it may say {', '.join(sorted(allowed))}")
