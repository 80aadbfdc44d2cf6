"""Who may give contact values away: whom the settings name, by the account that they logged in with."""

import os
import pwd
from typing import get_args

import pytest

from orchestration import audit_log, rights
from orchestration.account import who_works
from orchestration.cli import main
from orchestration.rights import require
from orchestration.settings import Action, Settings, SettingsError, load_settings

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    ("kept", "name"), [("0", "root"), (str(2**32 - 1), ME), ("", ME), ("4242424", "uid 4242424"), (None, ME)]
)
def test_who_works_is_who_logged_in_and_where_nobody_did_the_account(tmp_path, monkeypatch, kept, name):
    monkeypatch.setenv("LOGNAME", "somebody_else")
    login = tmp_path / "loginuid"
    if kept is not None:
        login.write_text(kept)
    assert who_works(login) == name


def test_an_action_is_theirs_whom_the_settings_name_and_everybodys_where_they_name_nobody(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path, rights={"copy": ("li",), "erase": ()})
    monkeypatch.setattr(rights, "who_works", lambda: "li")
    require(settings, "copy")
    require(settings, "export")
    assert audit_log.all_lines(settings) == []
    with pytest.raises(SettingsError, match=r"erase .*li may not; \[rights\] of siyu.toml names nobody"):
        require(settings, "erase")
    monkeypatch.setattr(rights, "who_works", lambda: "wang")
    with pytest.raises(SettingsError, match="wang may not; .* names li"):
        require(settings, "copy")
    said = [line["details"] for line in audit_log.all_lines(settings) if line["action"] == "refused_by_rights"]
    assert said == [{"what": "erase", "person": "li"}, {"what": "copy", "person": "wang"}]


@pytest.mark.parametrize(
    ("action", "command"),
    [
        ("copy", ["copy", "--id", "C1", "--out", "{out}/c.json", "--approved-by", "Li"]),
        ("export", ["export", "--all", "--recipient", "agency", "--out", "{out}"]),
        ("export", ["export", "--table", "customers", "--csv", "--out", "{out}/c.csv"]),
        ("tasks", ["tasks", "--all", "--out", "{out}"]),
        ("tasks", ["tasks", "--desk", "--out", "{out}"]),
        ("tasks", ["leads", "--out", "{out}"]),
        ("erase", ["erase", "--id", "C1"]),
        ("rekey", ["rekey"]),
        ("backup", ["backup", "{out}/b"]),
    ],
)
def test_every_command_that_gives_contact_values_away_asks_first(tmp_path, monkeypatch, capsys, action, command):
    home, out = tmp_path / "home", tmp_path / "out"
    (home / "landing").mkdir(parents=True)
    (home / "published" / "versions" / "2026-03-10-0123456789abcdef").mkdir(parents=True)
    (home / "published" / "CURRENT").write_text("2026-03-10-0123456789abcdef\n")
    (home / "warehouse.duckdb").touch()
    out.mkdir()
    (home / "siyu.toml").write_text(f'[rights]\n{action} = ["li"]\n')
    monkeypatch.setenv("SIYU_HOME", str(home))
    monkeypatch.setattr("orchestration.own_manifest.make_manifest", lambda *_: None)
    monkeypatch.setattr("orchestration.home.check_home", lambda settings: None)
    assert main([part.format(out=out) for part in command]) == 2
    assert f"{ME} may not; [rights] of siyu.toml names li" in capsys.readouterr().err
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("text", ['[rights]\nlook = ["li"]\n', '[rights]\ncopy = "li"\n', 'rights = "li"\n'])
def test_a_table_of_rights_that_says_something_else_is_refused(tmp_path, text):
    (tmp_path / "siyu.toml").write_text(text)
    with pytest.raises(SettingsError, match="rights"):
        load_settings({"SIYU_HOME": str(tmp_path)}, checkout=tmp_path)


def test_no_variable_of_the_environment_gives_rights(tmp_path):
    with pytest.raises(SettingsError, match="SIYU_RIGHTS: unknown setting"):
        load_settings({"SIYU_HOME": str(tmp_path), "SIYU_RIGHTS": "copy"}, checkout=tmp_path)


def test_every_action_that_the_settings_take_says_what_it_gives_away():
    assert set(get_args(Action)) == set(rights.ACTIONS)
