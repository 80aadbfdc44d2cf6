"""Which records are one person, as it was known on every day: links in, history out.

``replay`` folds the links over the days on which they became known, ``explain`` says why two identifiers belong
together. Frames in, frames out; no clock, no connection, no randomness.
"""

from ml.identity.explain import shortest_chain
from ml.identity.history import IdentityHistory, long_table
from ml.identity.replay import replay
from ml.identity.rules import IdentityRules

__all__ = ["IdentityHistory", "IdentityRules", "long_table", "replay", "shortest_chain"]
