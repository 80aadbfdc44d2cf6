"""``siyu pull`` and the assets: what a person types, sees and gets wrong."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from orchestration.cli import main
from orchestration.definitions import definitions
from orchestration.defs.jobs import before_the_cut_off, pulls_cron_of
from orchestration.pulls.catalogue import PULLS
from orchestration.settings import CHECKOUT, Settings
from tests.unit.pulls.every_pull import BY_NAME, CASES
from tests.unit.pulls.fake_wechat import WeComPlatform
from tests.unit.pulls.pulling import ENVIRONMENT, SECRETS

OPERATIONS = (CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.fixture
def brand(pulling, monkeypatch):
    """A home as a person has it, whose platforms answer on this machine; the clock is the real one."""
    monkeypatch.delenv("SIYU_NOW")
    monkeypatch.setenv("SIYU_HOME", str(pulling.home))
    for variable, value in ENVIRONMENT.items():
        monkeypatch.setenv(variable, value)
    return pulling


def _say_where(pulling, **more):
    urls = "".join(f'{name} = "{server.url}"\n' for name, server in pulling.servers.items())
    lines = "".join(f"{name} = {value}\n" for name, value in more.items())
    (pulling.home / "siyu.toml").write_text(f"pull_backoff_seconds = 0\n{lines}[pull_urls]\n{urls}")


def test_every_pull_has_a_test_of_faults_and_a_line_in_operations():
    assert {case.name for case in CASES} == set(PULLS)
    assert [name for name in PULLS if f"`{name}`" not in OPERATIONS] == []
    assert [variable for pull in PULLS.values() for variable in pull.variables if variable not in OPERATIONS] == []


def test_a_person_pulls_and_is_told_what_came(brand, capsys):
    brand.serve("wecom", WeComPlatform())
    _say_where(brand)
    assert main(["pull", "wecom_contacts"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("siyu: wecom_contacts: records 33, pages 10, calls 12\n  new: 33, landed in ")
    assert main(["pull", "wecom_contacts"]) == 0
    assert "nothing new: no file landed" in capsys.readouterr().out
    assert (brand.home / "vault" / "keys" / "tokens.key").exists()


def test_a_stopped_pull_ends_with_one_and_says_where_and_that_nothing_is_lost(brand, capsys):
    platform = WeComPlatform()
    platform.denied["groupchat/list"] = 48002
    brand.serve("wecom", platform)
    _say_where(brand)
    assert main(["pull", "wecom_groups"]) == 1
    said = capsys.readouterr().err
    assert "wecom /cgi-bin/externalcontact/groupchat/list: errcode 48002: denied; the app has no right" in said
    assert "what had landed stays" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["wecom_contact"], "there is no pull 'wecom_contact'; known: wecom_staff, wecom_contacts"),
        (["wecom_staff", "--from", "2026-03-01"], "it takes no --from and no --to"),
        (["tmall_trades", "--from", "soon"], "'soon' is no moment; write a day"),
        (["tmall_trades", "--from", "2999-01-01"], "nothing lies between|still to come"),
    ],
)
def test_wrong_use_is_refused_in_a_sentence_before_a_call(brand, arguments, words, capsys):
    platform = WeComPlatform()
    brand.serve("wecom", platform)
    _say_where(brand)
    assert main(["pull", *arguments]) == 2
    assert re.search(words, capsys.readouterr().err)
    assert platform.calls == []


def test_a_credential_that_is_not_set_is_named_and_the_list_says_which_are(brand, capsys, monkeypatch):
    brand.serve("wecom", WeComPlatform())
    _say_where(brand)
    monkeypatch.delenv("WECOM_SECRET")
    assert main(["pull", "wecom_staff"]) == 2
    assert "wecom_staff needs WECOM_SECRET in the environment" in capsys.readouterr().err
    assert main(["pull"]) == 0
    said = capsys.readouterr().out
    assert "wecom_staff  Members who may talk to customers" in said
    assert said.count("not set: WECOM_SECRET") == 5
    assert said.count("never pulled") == 4


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ('wecom = "http://qyapi.example.cn"', "it begins with https://"),
        ('wecom = "https://user:word@qyapi.example.cn"', "holds more than an address"),
        ('wecm = "https://qyapi.example.cn"', "pull_urls names 'wecm'; known: wecom"),
    ],
)
def test_credentials_go_nowhere_in_the_clear(brand, setting, words, capsys):
    (brand.home / "siyu.toml").write_text(f"[pull_urls]\n{setting}\n")
    assert main(["pull", "wecom_staff"]) == 2
    assert words in capsys.readouterr().err


def test_of_two_processes_at_one_pull_the_second_gives_up(brand, capsys):
    platform = WeComPlatform()
    brand.serve("wecom", platform)
    _say_where(brand, lock_wait_seconds=0)
    codes = []
    platform.before[3] = lambda: codes.append(main(["pull", "wecom_contacts"]))
    assert main(["pull", "wecom_contacts"]) == 0
    assert codes == [1]
    assert "another process is at this pull" in capsys.readouterr().err


def test_a_pull_is_an_asset_of_its_own_and_no_secret_stands_in_its_events(brand, tmp_path):
    case = BY_NAME["wecom_contacts"]
    platform = case.build("empty")
    platform.fail_every(5, "busy")
    brand.serve("wecom", platform)
    _say_where(brand)
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        job = definitions.resolve_job_def("pulls")
        good = job.execute_in_process(instance=instance, asset_selection=[dg.AssetKey(["pulls", case.name])])
        (event,) = good.asset_materializations_for_node(f"pulls__{case.name}")
        assert event.metadata["new records"].value == 33
        platform.secret = "another"
        bad = job.execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey(["pulls", case.name])], raise_on_error=False
        )
        assert not bad.success
    stored = b"".join(path.read_bytes() for path in (tmp_path / "dagster").rglob("*") if path.is_file())
    assert b"the secret is wrong, or of another app" in stored
    assert [secret for secret in (*SECRETS, "token-1-secret") if secret.encode() in stored] == []


def test_a_table_of_the_door_stands_behind_the_pull_that_lands_its_files():
    graph = definitions.resolve_asset_graph()
    for name, pull in PULLS.items():
        table = graph.get(dg.AssetKey(["channels", f"{pull.channel}__{pull.dataset}"]))
        assert {key.to_user_string() for key in table.parent_keys} == {f"pulls/{name}"}


def test_the_night_pulls_nothing_and_the_job_before_it_pulls_everything_that_has_credentials(monkeypatch):
    daily = {key.to_user_string() for key in definitions.resolve_job_def("daily").asset_layer.selected_asset_keys}
    pulls = {key.to_user_string() for key in definitions.resolve_job_def("pulls").asset_layer.selected_asset_keys}
    assert pulls == {f"pulls/{name}" for name in PULLS}
    assert daily & pulls == set()
    assert pulls_cron_of(Settings(cut_off_hour=6)) == "30 5 * * *"
    assert pulls_cron_of(Settings(cut_off_hour=0)) == "30 23 * * *"
    for variable in ENVIRONMENT:
        monkeypatch.delenv(variable, raising=False)
    with dg.build_schedule_context() as context:
        assert "no credentials" in before_the_cut_off(context).skip_message
    for variable in ("WECOM_CORP_ID", "WECOM_SECRET"):
        monkeypatch.setenv(variable, "x")
    at_half_past_five = dt.datetime(2026, 3, 2, 5, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    with dg.build_schedule_context(scheduled_execution_time=at_half_past_five) as context:
        request = before_the_cut_off(context)
    assert [key.path[1] for key in request.asset_selection] == [name for name in PULLS if name.startswith("wecom_")]
