"""Worlds run through a home and held against the reading: rows compared, and those in which the two differ."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.consent_worlds import files, forms, homes
from tests.consent_worlds.draw import World, draw
from tests.consent_worlds.reading import read

Row = tuple[str, str, str, str]


@dataclasses.dataclass
class Outcome:
    """What came of some worlds.

    ``written``: may be written to by the product and must not; ``refused``: the other way; ``in_doubt``: refused
    because a yes could not be read for certain, or a refusal at its widest; ``blocking``: refusals that could not be
    read and stop everybody; ``widely``: those that name somebody and count for them at their widest;
    ``unheeded``: refusals that could not be read and stop nobody; ``torn``: people that the product takes for others.
    """

    spelling: str
    worlds: int
    names: set[str] = dataclasses.field(default_factory=set)
    rows: int = 0
    published: int = 0
    written: list[Row] = dataclasses.field(default_factory=list)
    refused: list[Row] = dataclasses.field(default_factory=list)
    in_doubt: int = 0
    blocking: int = 0
    widely: int = 0
    blocked_people: int = 0
    torn: list[str] = dataclasses.field(default_factory=list)
    closed_while_unread: bool = True

    @property
    def wrong(self) -> int:
        """Return how many rows are wrong."""
        return len(self.written) + len(self.refused) + len(self.torn) + (not self.closed_while_unread)

    def lines(self) -> list[str]:
        """Return what is printed."""
        found = [
            f"{self.worlds} worlds in {self.spelling} spellings, {len(self.names)} people, {self.rows} rows compared"
            f" ({self.published} published): {self.wrong} wrong",
            f"  written to who must not be {len(self.written)}, refused who may be {len(self.refused)}",
            f"  refused for a yes in doubt, or at the widest {self.in_doubt}; refusals that could not be read and"
            f" counted at their widest {self.widely}, that stopped everybody {self.blocking},"
            f" of {self.blocked_people} people",
        ]
        found += ["  somebody might be written to while a refusal was unread"] * (not self.closed_while_unread)
        found += [f"  two people or a part of one: {one}" for one in self.torn[:10]]
        found += [f"  written to who must not be: {' '.join(row)}" for row in self.written[:10]]
        return found + [f"  refused who may be: {' '.join(row)}" for row in self.refused[:10]]


def run(
    home: Path, count: int, seed: int, spellings: Sequence[str], say: Callable[[str], None] = lambda line: None
) -> tuple[list[Outcome], list[forms.Read]]:
    """Draw worlds for each spelling, run them and the forms through one home; return what came of them."""
    parts = [
        files.Part(spelling, [draw(seed, place * count + number) for number in range(count)])
        for place, spelling in enumerate(spellings)
    ]
    say(f"{count} worlds in {' and in '.join(spellings)} spellings, {len(forms.FORMS)} forms; the night runs")
    homes.night(home, parts, lambda: forms.land(home), seed)
    names = homes.one_ids(home, [person for part in parts for world in part.worlds for person in world.people])
    asked = homes.one_ids(home, forms.everybody())
    listed = set(homes.published(home, names))
    say("the morning's files are read")
    given = forms.write(home, asked)
    told = homes.morning(home, parts, names, seed)
    closing, counting = homes.unread(home, True), homes.unread(home, False)
    is_closed = not any(homes.answers(home, names).values())
    homes.accepted(home)
    found = homes.answers(home, names | asked)
    outcomes = [_of(part, closing, counting, told, found, listed) for part in parts]
    for outcome in outcomes:
        outcome.torn = _torn({name: one_id for name, one_id in names.items() if name in outcome.names})
        outcome.closed_while_unread = is_closed
    return outcomes, forms.read(given, {file for _, file, _ in closing}, found)


def _of(
    part: files.Part,
    closing: set[tuple[str, str, int]],
    counting: set[tuple[str, str, int]],
    told: list[tuple[str, str | None]],
    found: homes.Answers,
    listed: set[Row],
) -> Outcome:
    """Compare the product's answers with the reading, for the worlds of one spelling."""
    unread = {part.places[place] for place in closing if place in part.places}
    widely = {part.places[place] for place in counting if place in part.places}
    outcome = Outcome(part.spelling, len(part.worlds), blocking=len(unread), widely=len(widely))
    for world in part.worlds:
        outcome.names |= {person.name for person in world.people}
        blocked, doubtful = _people_of(world, unread), _people_of(world, part.doubts | widely)
        outcome.blocked_people += len(blocked)
        for row, may in read(world, told).items():
            outcome.rows += 1
            outcome.published += row in listed
            if found[row] and not may and row[0] not in blocked:
                outcome.written.append(row)
            elif may and not found[row]:
                if row[0] in blocked or row[0] in doubtful:
                    outcome.in_doubt += 1
                else:
                    outcome.refused.append(row)
    return outcome


def _torn(names: dict[str, str]) -> list[str]:
    by_id: dict[str, list[str]] = {}
    for name, one_id in names.items():
        by_id.setdefault(one_id, []).append(name)
    return [" ".join(who) for one_id, who in by_id.items() if len(who) > 1 or " " in one_id]


def _people_of(world: World, words: set) -> set[str]:
    """Return the people of a world whom some words speak of: by their record or by a value that they carry."""
    found = set()
    for person in world.people:
        ids = {record.customer_id for record in person.records}
        values = {value for record in person.records for value in (record.mobile, record.email, record.unionid)}
        if any(
            (word.customer_id or word.value) in ids or word.value in values for word in world.words if word in words
        ):
            found.add(person.name)
    return found
