"""Erasing a person: every place of a home in which one stands is written anew without them."""
