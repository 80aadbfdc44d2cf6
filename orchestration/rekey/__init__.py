"""``siyu rekey``: every token of a home under a new key, and nobody another person for it."""
