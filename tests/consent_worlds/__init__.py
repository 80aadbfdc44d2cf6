"""Random histories of consent, in clean and in dirty spellings, held against a second reading of the rules."""
