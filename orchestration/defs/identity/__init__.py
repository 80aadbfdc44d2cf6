"""OneID: what a person needs to see why records are one customer."""
