"""Headers that a mapping names and a file does not have: said with the nearest ones, never passed over."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from orchestration.channels.engine.mappings import MappedDataset, Target, Value
from orchestration.channels.engine.records import header_keys

#: Where a shipped mapping may not guess either: without the header, money would be read as something else. Whatever
#: else it names stands in some exports of a platform and not in others.
_OF_MONEY: Final = frozenset({"plus", "if_filled", "words_where_filled", "where_above_0", "where_is"})
#: The headers of a file that are named as the nearest, and how alike they must be.
_NEAREST: Final = 3
_ALIKE: Final = 0.4

#: What every row of an order says alike, where it says it.
ONE_PER_ORDER: Final = ("store_id", "ordered_at", "customer_id")


class Asked(NamedTuple):
    """One place of a mapping that names headers: it is answered where the file has one of them."""

    place: str
    headers: tuple[str, ...]
    #: without them money or people would be read as something else, so the file is set aside
    decides: bool


class Absent(NamedTuple):
    """A header that a file lacks: where the mapping names it, and whether the file is set aside for it."""

    place: str
    header: str
    decides: bool


def absent_headers(mapped: MappedDataset, headers: Iterable[str]) -> list[Absent]:
    """Return the headers that a mapping names and a table's header lacks, where that is worth a word.

    A list means the first that is filled, so that one of its headers is enough: of a mapping of one's own the others
    are told, of a shipped one they are what other exports call it.

    Parameters
    ----------
    mapped
        The mapping.
    headers
        What the file's header says.
    """
    keys = {key for header in headers for key in header_keys(header)}
    found = []
    for asked in _asked(mapped):
        lacking = [header for header in asked.headers if header_keys(header)[0] not in keys]
        is_answered = len(lacking) < len(asked.headers)
        decides = asked.decides and not is_answered
        if decides or mapped.is_own:
            found += [Absent(asked.place, header, decides) for header in lacking]
    return found


def told(mapped: MappedDataset, absent: Iterable[Absent], headers: Iterable[str]) -> str:
    """Return the sentences that say which headers are absent, where the mapping names them, and the nearest ones."""
    by_key = {header_keys(header)[0]: header.strip() for header in headers if header.strip()}
    said = []
    for place, header, _ in absent:
        alike = difflib.get_close_matches(header_keys(header)[0], list(by_key), _NEAREST, _ALIKE)
        near = f"; nearest: {', '.join(by_key[key] for key in alike)}" if alike else ""
        said.append(f"{mapped.says}{place}: the file has no header {header}{near}.")
    return " ".join(dict.fromkeys(said))


def in_the_mapping(mapped: MappedDataset, name: str | None, reason: str) -> str:
    """Return what to do about a reason in the mapping itself, with the headers that it reads; nothing of most."""
    values = [(target, dict(target.values)) for target in mapped.targets]
    column = next((each for each in mapped.told_columns if each.name == name), None)
    if reason == "not_in_vocabulary" and column is not None and column.values:
        return f'Or say in the mapping what the file\'s word means: words = {{"…" = "{column.values[0]}"}}.'
    if reason == "missing_value" and name == "customer_id":
        for target, said in values:
            if target.dataset.name == "customers" and target.is_of_every_row and said["customer_id"].reads:
                where = f'where_filled = "{said["customer_id"].reads[0]}"'
                return f"Of walk-ins no customer is made with {where} under {mapped.says}.to.customers."
    if reason == "not_one_order":
        for target, said in values:
            if target.dataset.name == "orders":
                differ = (name or "").split(", ")
                others = [each for each in (*differ, *ONE_PER_ORDER) if each in said and each != "customer_id"]
                joined = [*said[others[0]].reads[:1], *said["order_id"].reads[:1]] if others else []
                listed = ", ".join(f'"{header}"' for header in joined)
                return f"For example order_id = {{joined = [{listed}]}} under {mapped.says}." if joined[1:] else ""
    return ""


def _asked(mapped: MappedDataset) -> Iterator[Asked]:
    if mapped.together:
        yield Asked(".together", (mapped.together,), decides=True)
    for header in mapped.forward_fill:
        yield Asked(".repeat_down", (header,), decides=mapped.is_own)
    for target in mapped.targets:
        yield from _of_target(target, f".to.{target.dataset.name}", mapped.is_own)


def _of_target(target: Target, place: str, is_own: bool) -> Iterator[Asked]:
    for key, header in (("where_above_0", target.where_above_0), ("where_filled", target.where_filled)):
        if header:
            yield Asked(f"{place}.{key}", (header,), decides=is_own or key in _OF_MONEY)
    for header, _ in target.where_is:
        yield Asked(f"{place}.where_is", (header,), decides=True)
    columns = {column.name: column for column in target.dataset.columns}
    for name, value in target.values:
        # A value that cannot be read sets its row aside where emptiness would claim something: so does its header.
        yield from _of_value(value, f"{place}.columns.{name}", is_own, not columns[name].may_be_emptied)


def _of_value(value: Value, place: str, is_own: bool, decides: bool) -> Iterator[Asked]:
    if value.headers:
        yield Asked(place, value.headers, decides=is_own and decides)
    for key, headers in (
        ("joined", value.joined),
        ("plus", value.plus),
        ("times", (value.times,)),
        ("if_filled", (value.if_filled,)),
        ("words_where_filled", tuple(header for header, _ in value.words_where_filled)),
    ):
        for header in filter(None, headers):
            yield Asked(f"{place}.{key}", (header,), decides=is_own or key in _OF_MONEY)
