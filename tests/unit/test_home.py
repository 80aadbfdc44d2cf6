"""Which folder becomes a home, and which is one."""

import pytest

from orchestration.home import check_demo_home, check_home, is_home
from orchestration.settings import SettingsError, load_settings


def _settings(folder, *names):
    for name in names:
        (folder / name).mkdir(parents=True) if name.endswith("/") else (folder / name).write_text("", encoding="utf-8")
    return load_settings({"SIYU_HOME": str(folder)})


def test_a_folder_with_deliveries_settings_and_rules_becomes_a_home(tmp_path):
    check_home(_settings(tmp_path, "landing/", "landing.toml", "rules/", "siyu.toml", ".DS_Store"))
    assert not is_home(tmp_path)


@pytest.mark.parametrize("mark", ["raw/", "vault/", "published/"])
def test_a_restored_backup_is_a_home_without_a_landing_folder_whatever_lies_beside(tmp_path, mark):
    check_home(_settings(tmp_path, mark, "backup.log"))


def test_a_new_home_is_told_where_the_demos_is(tmp_path):
    (tmp_path / "demo" / "raw").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"no folder landing/; the demo's is --home .*/demo; name yours"):
        check_home(_settings(tmp_path))


@pytest.mark.parametrize("names", [(), ("landing/",), ("demo.json", "raw/", "vault/", "reports/")])
def test_the_demo_takes_a_new_or_empty_folder_and_its_own(tmp_path, names):
    check_demo_home(_settings(tmp_path, *names))
    check_demo_home(load_settings({"SIYU_HOME": str(tmp_path / "new")}))


def test_the_demo_leaves_a_brand_alone_whose_deliveries_are_cleared_away(tmp_path):
    with pytest.raises(SettingsError, match="is another brand's home"):
        check_demo_home(_settings(tmp_path, "landing/", "raw/", "vault/"))
