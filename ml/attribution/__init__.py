"""What a channel is said to have brought, where that takes more than SQL: the removal effect of a Markov chain."""

from ml.attribution.markov import removal_effects

__all__ = ["removal_effects"]
