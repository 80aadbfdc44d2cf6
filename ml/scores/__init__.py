"""Scores of a date: probability, decile, basis and three reasons in a shop assistant's words."""
