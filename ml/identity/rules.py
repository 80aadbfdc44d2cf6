"""The rules of identity as data: what each identifier type may join, and how sure a person is."""

import dataclasses
from collections.abc import Mapping
from typing import Final

import pandas as pd

US_PER_DAY: Final = 86_400_000_000
#: Origins of links that are neither observed on a channel nor typed by anybody.
SELF: Final = "record"
RULING: Final = "ruling"


class UnknownOrigin(ValueError):
    """A link whose origin no seed row names."""


@dataclasses.dataclass(frozen=True, slots=True)
class IdType:
    """One identifier type.

    Attributes
    ----------
    strength, weak_strength
        Of a link asserted by the platform or the record's own file, and of one that somebody typed (1 to 100);
        0 is never joined on.
    per_person_cap
        Most values of one scope that a person may hold; None is no limit.
    people_cap
        Most people who may carry a value before it counts as shared; each further record of a source is one more.
        None is no limit.
    silence_us
        Microseconds after which a value that comes back with another strong id counts as re-issued; None is never.
    marketplace
        The marketplace whose own id this is, or "".
    """

    name: str
    strength: int
    weak_strength: int
    per_person_cap: int | None
    people_cap: int | None
    silence_us: int | None
    marketplace: str


@dataclasses.dataclass(frozen=True, slots=True)
class IdentityRules:
    """Everything the replay is told beside its links."""

    id_types: Mapping[str, IdType]
    #: origin -> True where the platform or the record's own file asserts the link, False where somebody typed it
    asserted: Mapping[str, bool]
    #: links at least this strong make a person certain, and tell the holders of a re-issued number apart
    strong_link: int
    #: a person held together by a link below this is in doubt
    doubtful_link: int
    #: clusters above this many identifiers are listed among the conflicts
    large_cluster: int

    @classmethod
    def from_seeds(cls, id_types: pd.DataFrame, origins: pd.DataFrame, limits: pd.DataFrame) -> "IdentityRules":
        """Return the rules that the seeds state.

        Parameters
        ----------
        id_types
            Seed ``id_types``: id_type, strength, weak_strength, per_person_cap, people_cap, silence_days,
            marketplace.
        origins
            Seed ``identifier_origins``: origin, is_asserted.
        limits
            Seed ``identity_limits``: limit_name, value (strong_link, doubtful_link, large_cluster).
        """
        types = {}
        for row in id_types.to_dict("records"):
            silence = _whole(row["silence_days"])
            types[str(row["id_type"])] = IdType(
                name=str(row["id_type"]),
                strength=int(row["strength"]),
                weak_strength=int(row["weak_strength"]),
                per_person_cap=_whole(row["per_person_cap"]),
                people_cap=_whole(row["people_cap"]),
                silence_us=None if silence is None else silence * US_PER_DAY,
                marketplace="" if pd.isna(row["marketplace"]) else str(row["marketplace"]),
            )
        values = {str(row["limit_name"]): int(row["value"]) for row in limits.to_dict("records")}
        asserted = {str(row["origin"]): bool(row["is_asserted"]) for row in origins.to_dict("records")}
        return cls(types, asserted, values["strong_link"], values["doubtful_link"], values["large_cluster"])

    def is_asserted(self, origin: str) -> bool:
        """Return whether links of an origin are asserted rather than typed.

        Raises
        ------
        UnknownOrigin
            When the seed lacks the origin.
        """
        try:
            return self.asserted[origin]
        except KeyError:
            raise UnknownOrigin(
                f"origin {origin!r} of a link is unknown; add it to seeds/identifier_origins.csv"
            ) from None


def _whole(value: object) -> int | None:
    return None if value is None or pd.isna(value) else int(value)  # type: ignore[call-overload]
