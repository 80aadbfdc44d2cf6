"""What a night goes by: all that was learned of the response by a date, in one value."""

import dataclasses
from collections.abc import Mapping
from typing import Final

import pandas as pd

from ml.recall.posterior import Posterior, cells_of, prior
from ml.recall.rules import Rules

#: Columns of what landed coupons taught of redemption.
REDEMPTION: Final = ("depth", "redemption_p10", "redemption_p50", "redemption_p90")


@dataclasses.dataclass(frozen=True)
class Learned:
    """What was learned by a date.

    Attributes
    ----------
    posterior
        Of what a contact changes.
    redemption
        Columns ``REDEMPTION``; a depth without a row keeps the seed's.
    nights
        Policy to the nights it was planned on before the date's month began: what share is held back goes by it.
    nights_in_all
        Nights on which anybody was planned, up to the date.
    """

    posterior: Posterior
    redemption: pd.DataFrame
    nights: Mapping[str, int]
    nights_in_all: int


def nothing_learned(rules: Rules) -> Learned:
    """Return what a brand without an episode goes by: the seeds."""
    cells = cells_of(rules.seeds["response_priors"], rules.seeds["recall_policies"])
    none = pd.DataFrame(columns=list(REDEMPTION))
    return Learned(prior(cells, rules.learned_by), none, {}, 0)
