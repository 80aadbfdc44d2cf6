"""What leaves the house: exports for gateways, the log of what went out, brakes, and the guard."""
