"""Faults injected on purpose, and what a home has to make of them: ``make faults``."""
