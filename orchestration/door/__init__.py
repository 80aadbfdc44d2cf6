"""The door: what leaves is looked through for every value that the vault knows, whatever it is written like."""
