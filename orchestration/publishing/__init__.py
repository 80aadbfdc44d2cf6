"""The parts of a publish: the contract of each table, its files, its versions and what points at them."""
