"""The ways to meet somebody on a date, a policy and a play each, and the one that is taken: the first that can be gone.

A play that no channel is left for yields to the next one, so that nobody goes without because of a rule that could
never have reached them. What somebody is owed yields to nothing that is sold: who waits for it is sold nothing, and who
is only to be told what ends (``success_act``: told) is sold to where they cannot be told.
"""

import collections
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.plays import fitting_plays
from ml.recall.rules import Rules

Flags = npt.NDArray[np.bool_]

#: What answers a reminder of what ends: that it was sent.
TOLD = "told"


def ways(people: pd.DataFrame, due: Flags, policies: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return ``person, policy, play_id``, the way to be tried first at first.

    Parameters
    ----------
    people
        One row a person; ``person`` is the row's position.
    due
        A row a person and a column a policy: whether its step is due.
    policies
        In the order of their ``priority``; ``policy`` is the row's position.
    rules
        The seed ``plays``.
    """
    found = [pd.DataFrame({"person": [], "policy": [], "play_id": [], "place": []}).astype({"play_id": object})]
    for at, policy in enumerate(policies.to_dict("records")):
        who = np.flatnonzero(due[:, at])
        if not len(who):
            continue
        if pd.notna(policy["play_id"]):
            fits = pd.DataFrame({"person": who, "play_id": policy["play_id"], "place": 0})
        else:
            fits = fitting_plays(people.iloc[who], str(policy["audience_kind"]), str(policy["band"]), rules)
        found.append(fits.assign(policy=at))
    every = pd.concat(found, ignore_index=True).astype({"person": np.int64, "policy": np.int64})
    owed = policies["consent_purpose"].eq("service").to_numpy(dtype=bool)[every["policy"]]
    acts = rules.seeds["plays"].set_index("play_id")["success_act"]
    waits = owed & every["play_id"].map(acts).ne(TOLD).to_numpy(dtype=bool)
    is_waiting = every["person"].isin(every.loc[waits, "person"]).to_numpy(dtype=bool)
    every = every.assign(is_sold=~owed)[owed | ~is_waiting]
    every = every.sort_values(["person", "is_sold", "policy", "place"], ignore_index=True)
    return every[["person", "policy", "play_id"]]


def first_open(every: pd.DataFrame, closed_by: Callable[[pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """Return the way that each person is met by; who can be met by none keeps their first.

    Parameters
    ----------
    every
        From ``ways``, under an index of positions.
    closed_by
        Says of one way a person, under their index in ``every``, what closes it, null where some option of it can be
        used.

    Returns
    -------
    DataFrame
        ``every``'s columns with ``way``, the row's position in ``every``, and ``closed``: by play that could not be
        gone, the rule that closed it. Every way of it was asked of ``closed_by``.
    """
    left, taken = every, []
    closed: dict[int, dict[str, str]] = collections.defaultdict(dict)
    while len(left):
        tried = left.drop_duplicates("person")
        tried = tried.assign(rule=closed_by(tried).to_numpy(dtype=object))
        is_open = tried["rule"].isna()
        for person, play, rule in tried.loc[~is_open, ["person", "play_id", "rule"]].itertuples(index=False, name=None):
            closed[person].setdefault(play, rule)
        taken.append(tried.loc[is_open, list(every.columns)])
        left = left[left.duplicated("person") & ~left["person"].isin(taken[-1]["person"])]
    taken.append(every.drop_duplicates("person"))
    met = pd.concat(taken).drop_duplicates("person").sort_values("person").reset_index(names="way")
    return met.assign(closed=[closed[person] for person in met["person"]])
