"""The first stage: one asset per channel reads its landing folder; the ledger and the quarantine close it."""
