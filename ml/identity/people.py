"""People: founded once, told apart by their founder, and how sure we are of each."""

import dataclasses
import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Sequence

from ml.identity.graph import RecordKey, Value, ValueKey
from ml.identity.rules import IdentityRules
from ml.identity.solve import Cluster

_ID_HEX_DIGITS = 24


@dataclasses.dataclass(eq=False, slots=True)
class Person:
    """A one_id and what it was founded on."""

    one_id: str
    #: age of the founding link: the older person's id survives a merge
    founding: tuple[object, ...]
    #: the record of the founding link: the part of a split that holds it keeps the id
    anchor: RecordKey
    founded_at: int
    records: list[RecordKey] = dataclasses.field(default_factory=list)
    ancestors: set[str] = dataclasses.field(default_factory=set)
    is_listed_as_large: bool = False


class Founder:
    """Makes one_ids: an HMAC of the founding identifier, never given twice."""

    def __init__(self, key: bytes, was_erased: Callable[[str], bool] = lambda one_id: False) -> None:
        self._key = key
        self._was_erased = was_erased
        self._founded: Counter[ValueKey] = Counter()

    def found(self, cluster: Cluster) -> Person:
        """Return a new person, founded by the oldest link of a cluster.

        An identifier that founded somebody before (and was then unbound, or fell to another part of a split) founds
        the next person under a number of its own: an id once given, or once redirected, never means somebody else.
        Nor does the id of somebody who was erased: whoever comes back is somebody new.
        """
        link = min(cluster.links, key=lambda link: link.age)
        while self._was_erased(one_id := self._next_id(link.value.key)):
            pass
        return Person(one_id, link.age, link.record, link.since[1])

    def _next_id(self, identifier: ValueKey) -> str:
        generation = self._founded[identifier]
        self._founded[identifier] += 1
        text = "\x1f".join(identifier if generation == 0 else (*identifier, str(generation)))
        digest = hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
        return f"p_{digest[:_ID_HEX_DIGITS]}"


def confidence(cluster: Cluster, rules: IdentityRules) -> tuple[str, str]:
    """Return how sure it is that a person's records are one person's, and the reason for it.

    high: joined by strong links only, or one record with a strong identifier; medium: somewhere typed by hand, or
    with a refused link, or with nothing but its source's own number; low: held together by a device or a cookie.
    """
    identifiers = [link for link in cluster.links if link.value.key[0] != "customer_id"]
    if cluster.weakest_bridge < rules.doubtful_link:
        return "low", "joined_by_device_or_cookie"
    strongest = max((link.strength for link in identifiers), default=None)
    if len(cluster.records) == 1 and strongest is not None and strongest < rules.doubtful_link:
        return "low", "only_device_or_cookie"
    if cluster.is_doubted:
        return "medium", "refused_link"
    if cluster.weakest_bridge < rules.strong_link:
        return "medium", "joined_by_typed_identifier"
    if len(cluster.records) > 1:
        return "high", "joined_by_strong_identifier"
    if strongest is None:
        return "medium", "own_number_only"
    return ("high", "strong_identifier") if strongest >= rules.strong_link else ("medium", "weak_identifier_only")


def is_island(values: Sequence[Value], rules: IdentityRules) -> bool:
    """Return whether a person is known by one marketplace's ids only, with no bridge to anything else."""
    kinds = [rules.id_types[value.key[0]] for value in values if value.key[0] != "customer_id"]
    return bool(kinds) and len({kind.marketplace for kind in kinds}) == 1 and kinds[0].marketplace != ""
