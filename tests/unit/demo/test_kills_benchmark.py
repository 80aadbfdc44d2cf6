import datetime as dt

from benchmarks.kills import entrust
from demo.build import SETTINGS
from orchestration.settings import load_settings


def test_whoever_is_given_files_while_exports_are_killed_is_named_beside_the_demos_own(tmp_path):
    (tmp_path / "siyu.toml").write_text(SETTINGS, encoding="utf-8")
    entrust(tmp_path)
    found = load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path)
    assert found.sms_gateway == "aliyun"
    assert {name: (said.until, said.in_mainland) for name, said in found.recipients.items()} == {
        "demo": (dt.date(2099, 12, 31), True),
        "gate": (dt.date(2099, 12, 31), True),
        "one": (dt.date(2099, 12, 31), True),
        "other": (dt.date(2099, 12, 31), True),
    }
