import pytest

from orchestration.settings import SettingsError, load_settings


def test_a_setting_comes_from_the_environment(tmp_path):
    settings = load_settings({"SIYU_HOME": str(tmp_path), "SIYU_DAILY_BUDGET_YUAN": "800"}, tmp_path)
    assert settings.home == tmp_path
    assert settings.daily_budget_yuan == 800


def test_a_home_may_bring_its_own_file_and_the_environment_wins(tmp_path):
    (tmp_path / "siyu.toml").write_text('daily_budget_yuan = 100\n[live_from]\npos = "2026-01-01"\n')
    assert load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path).daily_budget_yuan == 100
    assert load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path).live_from_date("pos").isoformat() == "2026-01-01"
    assert load_settings({"SIYU_HOME": str(tmp_path), "SIYU_DAILY_BUDGET_YUAN": "7"}, tmp_path).daily_budget_yuan == 7


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SIYU_BUGDET", "1", "unknown setting"),
        ("SIYU_CUT_OFF_HOUR", "25", "between 0 and 23"),
        ("SIYU_DAILY_BUDGET_YUAN", "lots", "is a whole number"),
        ("SIYU_ENGINE", "flink", "engine 'flink' is not known; there are duckdb and spark"),
        ("SIYU_RESTATE_DAYS", "2.5", "is a whole number"),
        ("SIYU_HOLDOUT_SHARE", "half", "is a number"),
        ("SIYU_STOP_SILENT_CHANNELS", "perhaps", "is true or false"),
        ("SIYU_HOLDOUT_SHARE", "0.6", "between 0 and 0.5"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path, variable, value, message):
    with pytest.raises(SettingsError, match=message):
        load_settings({"SIYU_HOME": str(tmp_path), variable: value}, tmp_path)


def test_an_unknown_key_in_the_file_names_the_file_and_the_known_keys(tmp_path):
    (tmp_path / "siyu.toml").write_text("bugdet = 1\n")
    with pytest.raises(SettingsError, match=r"siyu\.toml: unknown setting 'bugdet'; known are .*daily_budget_yuan"):
        load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path)


def test_a_live_from_that_is_no_date_is_refused(tmp_path):
    (tmp_path / "siyu.toml").write_text('[live_from]\npos = "soon"\n')
    with pytest.raises(SettingsError, match="live_from.pos"):
        load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path)


def test_a_list_of_names_may_stand_in_the_environment_or_in_the_file(tmp_path):
    assert load_settings({"SIYU_HOME": str(tmp_path), "SIYU_STAFF_CHANNELS": "wecom"}, tmp_path).staff_channels == (
        "wecom",
    )
    (tmp_path / "siyu.toml").write_text('staff_channels = ["wecom", "call"]\ndone_markers = ["pos"]\n')
    settings = load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path)
    assert (settings.staff_channels, settings.done_markers) == (("wecom", "call"), ("pos",))


def test_a_table_that_is_none_is_refused(tmp_path):
    (tmp_path / "siyu.toml").write_text("minimum_rows = 5\n")
    with pytest.raises(SettingsError, match=r"minimum_rows is a table, for example \[minimum_rows\]"):
        load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path)
