"""What a night goes by: all that was learned of the response by a date, in one value."""

import dataclasses
from collections.abc import Mapping

import pandas as pd

from ml.recall.posterior import Posterior, cells_of, prior
from ml.recall.rules import Rules
from ml.recall.worth import COLUMNS


@dataclasses.dataclass(frozen=True)
class Learned:
    """What was learned by a date.

    Attributes
    ----------
    posterior
        Of what a contact changes.
    redemption
        ``depth, orders, mean, p10, p90`` of ``redemption.redemption``.
    worth
        ``band, mean`` and more, of ``worth.worth``; a band without a row has the seed's money.
    nights
        Policy to the nights it was planned on before the date's month began: what share is held back goes by it.
    nights_in_all
        Nights on which anybody was planned, up to the date.
    """

    posterior: Posterior
    redemption: pd.DataFrame
    worth: pd.DataFrame
    nights: Mapping[str, int]
    nights_in_all: int


def nothing_learned(rules: Rules) -> Learned:
    """Return what a brand without an episode goes by: the seeds."""
    cells = cells_of(rules.seeds["response_priors"], rules.seeds["recall_policies"])
    none = pd.DataFrame({name: pd.Series(dtype=float) for name in ("depth", "orders", "mean", "p10", "p90")})
    return Learned(prior(cells, rules.learned_by), none, pd.DataFrame(columns=list(COLUMNS)), {}, 0)
