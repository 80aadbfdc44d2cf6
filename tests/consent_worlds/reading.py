"""Who may be written to, read a second time: from the words of the docs alone, without any code of the product.

docs/hard-rules.md and docs/sending.md say it: the last word on a channel counts, a word without a channel is about
every one, of two at one moment the no; a refusal on a list, of a message or to staff holds for whoever carries what it
names until it is revoked; nobody under 18, no test account, none of our own; what is sold in a personal list needs a
yes to profiling at the end of its date, and no refusal of it since; what is owed needs none.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from tests.consent_worlds.draw import CHANNELS, DATE, MIDNIGHT, Person, Word, World

#: (list, purpose) of what may be sent.
KINDS: Final = (("audience", "marketing"), ("audience", "service"), ("general", "marketing"))
_ADULT: Final = 18


def read(world: World, tasks: Iterable[tuple[str, str | None]] = ()) -> dict[tuple[str, str, str, str], bool]:
    """Return yes or no by (person's name, channel, list, purpose).

    Parameters
    ----------
    world
        Its people and words.
    tasks
        What staff were told: the person's name and the channel refused, None for all of them.
    """
    told = list(tasks)
    found = {}
    for person in world.people:
        closed = set(_closed(world, person)) | {channel for name, channel in told if name == person.name}
        own, personal = _excluded(world, person)
        for channel in CHANNELS:
            refused = None in closed or channel in closed
            for name, purpose in KINDS:
                agreed = _last(_own_words(world, person), channel, purpose) is True
                barred = own or (name == "audience" and purpose != "service" and personal)
                found[person.name, channel, name, purpose] = agreed and not refused and not barred
    return found


def _own_words(world: World, person: Person) -> list[Word]:
    mine = {(record.source, record.customer_id) for record in person.records}
    return [word for word in world.words if word.kind == "consent" and (word.source, word.customer_id) in mine]


def _last(words: Iterable[Word], channel: str, purpose: str) -> bool | None:
    about = [word for word in words if word.purpose == purpose and word.channel in (None, channel)]
    newest = max((word.at for word in about), default=None)
    return all(word.granted for word in about if word.at == newest) if about else None


def _carries(person: Person, word: Word) -> bool:
    if word.id_type == "customer_id":
        return any(r.customer_id == word.value and word.source in ("", r.source) for r in person.records)
    if word.id_type:
        return any(word.value in (record.mobile, record.email, record.unionid) for record in person.records)
    return any((record.source, record.customer_id) == (word.source, word.customer_id) for record in person.records)


def _closed(world: World, person: Person) -> Iterator[str | None]:
    """Yield the channels that a refusal closes for a person, None for all of them."""
    for word in world.words:
        if word.kind in ("suppression", "message", "reply") and not word.granted and _carries(person, word):
            if word.kind == "suppression" and _marks_nobody(world, word):
                continue
            yield None if word.reason == "erased" else word.channel  # who was erased is let alone everywhere


def _marks_nobody(world: World, word: Word) -> bool:
    """Say whether a mark as staff or test account meets several people; a refusal speaks of all of them."""
    return word.reason in ("staff", "test") and sum(_carries(person, word) for person in world.people) > 1


def _excluded(world: World, person: Person) -> tuple[bool, bool]:
    """Return whether a person stands in no list at all, and whether in none that sells to them."""
    marks = [
        word.reason
        for word in world.words
        if word.kind == "suppression" and word.reason in ("staff", "test") and not word.granted
        if _carries(person, word) and not _marks_nobody(world, word)
    ]
    births = [record.birth_date for record in person.records if record.birth_date]
    is_child = bool(births) and _age(max(births)) < _ADULT
    own = is_child or any(record.is_test for record in person.records) or bool(marks)
    words = _own_words(world, person)
    then = [word for word in words if word.at < MIDNIGHT and not word.is_late]
    return own, not (_agreed_to_be_profiled(then) and _agreed_to_be_profiled(words))


def _agreed_to_be_profiled(words: list[Word]) -> bool:
    said = {_last(words, channel, "profiling") for channel in CHANNELS}
    return True in said and False not in said


def _age(born: dt.date) -> int:
    return DATE.year - born.year - ((DATE.month, DATE.day) < (born.month, born.day))
