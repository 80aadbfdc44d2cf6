"""One module per door: what has to hold there before anything passes through it."""
