"""Faults on a finished home, a few of those that `make faults` injects by the hundred."""

import pytest

from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.settings import Settings
from tests.faults.blocked import FAULTS, blocked
from tests.faults.canaries import in_a_process
from tests.faults.canary_brand import ADDRESSES, everything
from tests.faults.eyes import Eyes
from tests.faults.homes import base_of
from tests.faults.kills import publishing
from tests.faults.readers import readers


@pytest.fixture(scope="module")
def base(finished_home, tmp_path_factory):
    return base_of(finished_home, tmp_path_factory.mktemp("faults"))


def test_the_eyes_of_the_canary_nights_see_each_of_them_as_it_is_written():
    eyes = Eyes([value for value, _ in everything() if "@" not in value], ADDRESSES)
    assert [text for value, text in everything() if value not in eyes.in_bytes(f"a {text} b".encode())] == []
    assert eyes.in_bytes(b"nobody's: 13712344000, lin1985@163.com") == set()


def test_a_publish_that_is_killed_twice_ends_with_the_same_bytes(base, tmp_path):
    assert publishing(base, tmp_path, 0) == ""


def test_readers_during_publishes_see_whole_versions_and_keep_theirs(base, tmp_path):
    assert readers(base, tmp_path, 0, publishes=3) == ""


@pytest.mark.parametrize("name", ["half the customers are gone", "money fell below nothing"])
def test_a_fault_in_a_finished_warehouse_is_not_published(base, tmp_path, name):
    assert blocked(base, tmp_path, list(FAULTS).index(name)) == ""


def test_a_night_that_ends_before_its_first_step_says_nobodys_number(tmp_path):
    with open_vault(Settings(home=tmp_path / "home")) as vault:
        tokens = home_tokeniser(Settings(home=tmp_path / "home"), vault)
        for value, _ in everything():
            tokens.token("email" if "@" in value else "mobile", value)
    (tmp_path / "home" / "published" / "versions").mkdir(parents=True)
    assert in_a_process(tmp_path / "home", ["the start"]) == ""
