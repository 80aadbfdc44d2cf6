"""One module per gate: what has to hold there before anything passes through it."""
