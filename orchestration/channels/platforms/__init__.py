"""One module a channel: what its files look like. A new channel is a new module here; nothing else names it."""
