"""scores: what the kept models say of everybody at a date."""
