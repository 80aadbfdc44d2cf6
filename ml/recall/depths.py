"""Which offer a person may be given: by a public rule on public facts, never by taste, worth or a score.

The seed ``depth_rules`` is the only home. Its facts are: whether anything was ever ordered, the days since the last
order (or since registering), the step of a campaign, and for a deep offer that we are sure who somebody is: where two
people were merged into one, or one counted as two, it would go to whom no rule fits. On one date everybody whom a rule
fits has the same offer.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.rules import Rules, require

#: The public facts that a rule may ask for.
FACTS = ("public_kind", "public_step", "days_since_order", "days_registered", "identity_confidence")


#: The kinds of audience whose offers stand in ``depth_rules``.
PUBLIC_KINDS = ("first_order", "climb", "recall")


def with_public_step(people: pd.DataFrame, due: npt.NDArray[np.bool_], policies: pd.DataFrame) -> pd.DataFrame:
    """Return the people with ``public_kind`` and ``public_step``: what they are due by stage or ladder alone.

    It is asked whatever else they did: who leaves a cart, or asks, keeps the offer that they had without. Null and 0
    where nothing of the kind is due.

    Parameters
    ----------
    people
        One row a person.
    due
        A row a person and a column a policy.
    policies
        In the order of their priority, with ``audience_kind`` and ``ladder_step``.
    """
    kind, step = np.full(len(people), None, dtype=object), np.zeros(len(people), dtype=np.int64)
    for at, policy in reversed(list(enumerate(policies.to_dict("records")))):
        if policy["audience_kind"] in PUBLIC_KINDS:
            kind[due[:, at]], step[due[:, at]] = policy["audience_kind"], int(policy["ladder_step"])
    return people.assign(public_kind=kind, public_step=step)


class _Coded:
    """A column of few texts as numbers: held against one text after another it is read once."""

    def __init__(self, column: pd.Series) -> None:
        self.codes, texts = pd.factorize(column)
        self.places = {text: place for place, text in enumerate(texts)}

    def equals(self, text: str) -> npt.NDArray[np.bool_]:
        """Return whether each row holds a text; one without a text holds none."""
        return np.asarray(self.codes == self.places.get(text, len(self.places)))


def _depth_rules(rules: Rules) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rules.seeds["depth_rules"].to_dict("records")
    return found


def admitted(options: pd.DataFrame, rules: Rules) -> npt.NDArray[np.bool_]:
    """Return whether each option's offer is one that a rule admits for the person; no offer is admitted always."""
    require(options, FACTS, "recall.recall_people")
    since = options["days_since_order"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    registered = options["days_registered"].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    has_ordered = ~np.isnan(since)
    days = np.where(has_ordered, since, registered)
    step = options["public_step"].astype(int).to_numpy()
    offer, kind, sure = (_Coded(options[name]) for name in ("offer_id", "public_kind", "identity_confidence"))
    found = offer.equals("none")
    for rule in rules.once(_depth_rules):
        fits = offer.equals(rule["offer_id"]) & kind.equals(rule["audience_kind"])
        fits = fits & (has_ordered == bool(rule["has_ordered"]))
        if pd.notna(rule["ladder_step"]):
            fits = fits & (step == int(rule["ladder_step"]))
        fits = fits & (days >= float(rule["least_days"]))
        if pd.notna(rule["most_days"]):
            fits = fits & (days <= float(rule["most_days"]))
        if pd.notna(rule["identity_confidence"]):
            fits = fits & sure.equals(rule["identity_confidence"])
        found = found | fits
    return np.asarray(found)
