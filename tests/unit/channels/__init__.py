"""The doors: what comes in, what is set aside, and what never gets further."""
