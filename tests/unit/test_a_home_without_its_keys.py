"""Every command refuses a home that was read and lacks a key or the vault; it makes neither anew."""

import itertools

import pytest
import typer
from typer.main import get_command

from orchestration.channels.engine.keys import check_keys, contacts_file
from orchestration.channels.engine.vault import open_vault
from orchestration.cli import app, main
from orchestration.settings import Settings
from tests.builders import give_keys

#: What a command is called with, so that nothing but the home is wrong.
ASKED = {
    "daily": ["2026-03-01"],
    "backfill": ["2026-03-01", "2026-03-02"],
    "explain": ["customer_id:shop:C1"],
    "refusals accept": ["sms/replies/stop.csv", "--reason", "a test"],
    "audit pack": ["{place}"],
    "tasks": ["--all", "--out", "{place}"],
    "withdraw": ["x1", "--reason", "a test"],
    "why": ["p_1"],
    "quarantine explain": ["standard/orders/a.csv"],
    "quarantine accept": ["standard/orders/a.csv", "--reason", "a test"],
    "leads": ["--out", "{place}"],
    "erase": ["--id", "C1"],
    "copy": ["--id", "C1", "--out", "{place}/c1.json", "--approved-by", "Li"],
    "backup": ["{place}"],
    "pull": ["tmall_trades"],
    "export": ["--all", "--recipient", "agency", "--out", "{place}"],
    "stop": ["--all", "--reason", "a test"],
    "resume": ["--all"],
}
#: run has a demo of its own, try needs no home, restore makes one, and a new channel is a file of the checkout.
OF_NO_HOME = {"run", "try", "restore", "channel new"}


def commands() -> list[str]:
    """Return every command that can be typed, groups that do something by themselves too."""

    def within(command, names):
        for name, inner in getattr(command, "commands", {}).items():
            yield from within(inner, [*names, name])
        if not hasattr(command, "commands") or (names and command.invoke_without_command):
            yield " ".join(names)

    return sorted(set(within(get_command(app), [])) - OF_NO_HOME)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home that was read once, with its keys and its vault."""
    home = tmp_path / "home"
    (home / "landing").mkdir(parents=True)
    (home / "raw" / "standard").mkdir(parents=True)
    (home / "raw" / "standard" / "a.csv").write_text("a\n")
    give_keys(home)
    with open_vault(Settings(home=home)):
        pass
    check_keys(Settings(home=home))
    monkeypatch.setenv("SIYU_HOME", str(home))
    return home


@pytest.mark.parametrize(("command", "lacks"), itertools.product(commands(), ["key", "vault"]))
def test_a_home_that_lacks_a_key_or_the_vault_is_refused_and_gets_no_new_one(home, tmp_path, capsys, command, lacks):
    gone = home / "vault" / "keys" / "holdout.key" if lacks == "key" else contacts_file(Settings(home=home))
    gone.unlink()
    asked = [each.replace("{place}", str(tmp_path / "place")) for each in ASKED.get(command, [])]
    assert main([*command.split(), *asked]) == 2
    said = capsys.readouterr().err
    assert f"{gone} is gone" in said
    assert "bring it back from your backup" in said
    assert not gone.exists()
    assert not (tmp_path / "place").exists()


def test_the_commands_of_this_test_are_those_that_there_are():
    assert set(ASKED) <= set(commands())
    assert isinstance(app, typer.Typer) and len(commands()) > 30


@pytest.mark.parametrize("command", ["status", "daily 2026-03-01", "backup {place}"])
def test_settings_that_are_a_folder_are_refused_in_words(home, tmp_path, capsys, command):
    (home / "siyu.toml").mkdir()
    assert main(command.replace("{place}", str(tmp_path / "place")).split()) == 2
    assert f"{home / 'siyu.toml'} is a folder, and the settings are a file" in capsys.readouterr().err
