"""Recall: who is contacted on the next day, through whom, with what, at what expected profit."""
