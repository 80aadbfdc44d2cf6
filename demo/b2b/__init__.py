"""SYNTHETIC: a maker of software that sells to companies. Nobody in it exists, and no number is anybody's."""
