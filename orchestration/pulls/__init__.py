"""Pulls: what the platforms keep for a brand, fetched page by page and landed as the files that its channels read."""
