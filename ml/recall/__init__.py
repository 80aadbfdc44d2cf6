"""Recall: whom to win back, when, through which channel and sender, with which offer and words, at what profit."""

from ml.recall.assignment import ARMS, Salts
from ml.recall.plan import RecallPlan, plan_recall
from ml.recall.rules import SEEDS, MissingColumns, Rules

__all__ = ["ARMS", "SEEDS", "MissingColumns", "RecallPlan", "Rules", "Salts", "plan_recall"]
