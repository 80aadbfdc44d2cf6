"""A home that was never run takes the checkout's parse of the dbt project: parsing anew costs 10 CPU seconds."""

import yaml
from dbt.contracts.graph.manifest import Manifest

from orchestration import dbt_calls
from orchestration.settings import Settings


def test_the_settings_that_models_read_have_one_default():
    shipped = yaml.safe_load((dbt_calls.PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert shipped.pop("scene_links") == {} == dbt_calls.own_variables(Settings())
    assert shipped == {name: getattr(Settings, name) for name in dbt_calls.VARIABLES}
    assert dbt_calls.own_variables(Settings(scene_links={"re_add": "https://a.cn"})) == {
        "scene_links": {"re_add": "https://a.cn"}
    }


def test_a_new_home_parses_as_the_checkout_was_parsed(tmp_path, monkeypatch):
    monkeypatch.setenv("SIYU_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    settings = Settings(home=tmp_path, threads=1, memory_limit="1GB")
    list(dbt_calls.call(settings, ["list", "--select", "resource_type:seed"], {}))
    ours, checkouts = (
        Manifest.from_msgpack((folder / "partial_parse.msgpack").read_bytes()).state_check.to_dict()
        for folder in (tmp_path / "dbt_target", dbt_calls.PROJECT / "target")
    )
    assert ours == checkouts
