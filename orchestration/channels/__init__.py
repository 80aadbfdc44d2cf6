"""The doors: what every channel sends becomes text rows with file and line, or a quarantine row with a remedy."""
