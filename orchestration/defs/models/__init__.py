"""models: what is trained, judged and kept."""
