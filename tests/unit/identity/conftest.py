"""Hypothesis profiles of the identity tests."""

from hypothesis import Phase, settings

settings.register_profile("noshrink", phases=(Phase.explicit, Phase.generate), derandomize=True)
