"""Mutation testing of the rules: each rule is broken on purpose, and a unit test has to notice."""
