"""What an export would say of everybody on every channel is what a second reading of their words says.

50 worlds of each spelling and the 84 forms, beside the shop; `make worlds` does a thousand of each.
"""

import shutil

from tests.consent_worlds import forms
from tests.consent_worlds.compare import run

SEED = 1


def test_who_may_be_written_to_is_who_agreed_and_did_not_refuse_however_it_was_spelled(brand_home, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(brand_home, home, symlinks=True)
    outcomes, read = run(home, 50, SEED, ("clean", "dirty"))
    assert [line for outcome in outcomes if outcome.wrong for line in outcome.lines()] == []
    assert [outcome.rows > 4000 for outcome in outcomes] == [True, True]
    assert forms.leaked(read) == []
    assert len(read) == 84
