"""Small worlds of consent run through one home, and held against the reading of the docs' own words."""

import pytest

from tests.consent_worlds import forms
from tests.consent_worlds.compare import run

#: Of each spelling; ``python -m tests.consent_worlds`` runs a thousand.
WORLDS = 20


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What came of worlds in clean and in dirty spellings, and the forms of refusing, after a night and a morning."""
    return run(tmp_path_factory.mktemp("worlds"), WORLDS, 1, ["clean", "dirty"])


@pytest.mark.parametrize("spelling", ["clean", "dirty"])
def test_who_may_be_written_to_is_whom_the_words_of_a_world_allow(ran, spelling):
    outcomes, _ = ran
    (outcome,) = [one for one in outcomes if one.spelling == spelling]
    assert outcome.worlds == WORLDS
    # a person has 24 answers: eight channels, each by a personal list for either purpose and by the general list
    assert outcome.rows == len(outcome.names) * 24
    assert outcome.wrong == 0, "\n".join(outcome.lines())


def test_no_form_of_refusing_leaks(ran):
    _, read = ran
    assert len(read) == len(forms.FORMS)
    assert forms.leaked(read) == [], "\n".join(forms.lines(read))
