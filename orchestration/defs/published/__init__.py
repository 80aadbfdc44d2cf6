"""The last stage: the published tables become files, are checked as files, and CURRENT moves."""
