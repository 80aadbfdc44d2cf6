"""Training, judging and keeping models: baselines beside every model, gates before any is used."""
