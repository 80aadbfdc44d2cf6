"""The command that tests fork says what the one says that a shell starts."""

import sys

import pytest

from tests.builders import siyu, siyu_anew
from tests.forked import FORKS, LIBRARIES


def tell_loaded(answer):
    answer.put(list(sys.modules))


def test_every_library_is_there_when_a_command_is_forked():
    """The server of forks passes over a name that it cannot import, and every night would import it."""
    answer = FORKS.SimpleQueue()
    FORKS.Process(target=tell_loaded, args=(answer,)).start()
    assert set(LIBRARIES) <= set(answer.get())


@pytest.mark.parametrize("arguments", [("--version",), ("daily", "soon"), ("status",), ("nothing",)])
def test_a_forked_command_ends_and_says_what_a_started_one_does(arguments, tmp_path):
    forked, started = (start(tmp_path / "home", *arguments) for start in (siyu, siyu_anew))
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


def test_a_forked_command_has_the_environment_it_was_given_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_BUGDET", "5")
    assert "unknown setting" not in siyu(tmp_path / "home", "status").stderr
    assert "SIYU_CUT_OFF_HUOR" in siyu(tmp_path / "home", "status", SIYU_CUT_OFF_HUOR="6").stderr
