"""WHEN: assets, schedule, commands and everything that touches files or the warehouse."""
