"""Dagster's page behind a guard: who may open it, from where, and what may be done from it."""
