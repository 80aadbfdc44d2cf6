"""The rules in ml/ are held by their unit tests: a few are broken, and somebody has to notice."""

import subprocess
import sys

from orchestration.settings import CHECKOUT


def test_no_sampled_mutant_of_money_consent_or_the_comparison_survives():
    """``make mutants`` breaks every rule; in a process of its own, for this one has imported ml/ unbroken."""
    command = [sys.executable, "-m", "tests.mutants", "--python", "--critical", "16", "7"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ml: 16 mutants, 16 killed" in done.stdout
