"""``siyu channel new``: what it writes works as it stands, and it writes over nothing."""

import importlib.util
import subprocess
import sys

import pytest
import yaml

from orchestration.channels.engine import registry
from orchestration.channels.new_channel import new_channel
from orchestration.settings import CHECKOUT, SettingsError


def _loaded(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_new_channel_reads_the_files_of_its_own_test(tmp_path, monkeypatch):
    written = new_channel("spa_desk", tmp_path)
    assert [path.as_posix() for path in written] == [
        "orchestration/channels/platforms/spa_desk.py",
        "dbt_project/models/staging/spa_desk/spa_desk_orders.sql",
        "dbt_project/models/staging/spa_desk/spa_desk_order_lines.sql",
        "dbt_project/models/staging/spa_desk/spa_desk_refunds.sql",
        "dbt_project/models/staging/spa_desk/spa_desk_identifiers.sql",
        "dbt_project/models/staging/spa_desk/_spa_desk.yml",
        "tests/unit/platforms/test_spa_desk.py",
        "dbt_project/seeds/sources.csv",
    ]
    assert (tmp_path / written[-1]).read_text(encoding="utf-8").startswith("spa_desk,spa_desk,6,")
    declared = _loaded(tmp_path / written[0], "spa_desk").CHANNEL
    assert all(dataset.cannot_refuse for dataset in declared.datasets), "make test asks every data set"
    known = dict(registry.channels()) | {"spa_desk": declared}
    monkeypatch.setattr(registry, "channels", lambda: known)
    own_test = _loaded(tmp_path / written[-2], "test_spa_desk")
    own_test.test_files_are_read_to_the_fen_and_an_unknown_state_is_set_aside(tmp_path)
    models = yaml.safe_load((tmp_path / written[5]).read_text(encoding="utf-8"))
    assert [each["name"] for each in models["models"]] == [path.stem for path in written[1:5]]


def test_what_is_written_passes_the_houses_own_checks(tmp_path):
    files = [tmp_path / path for path in new_channel("a_shop_of_twenty_two", tmp_path) if path.suffix == ".py"]
    rules = ["--config", str(CHECKOUT / "pyproject.toml")]
    for command in (["check", "--select", "E,F,I,W", *rules], ["format", "--check", *rules]):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, *files], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Spa", "is no name for a channel"),
        ("spa-desk", "is no name for a channel"),
        ("../etc", "is no name for a channel"),
        ("class", "is no name for a channel"),
        ("a" * 21, "is no name for a channel"),
        ("tmall", "is taken; channels are standard"),
    ],
)
def test_a_name_that_cannot_be_writes_nothing(tmp_path, name, says):
    with pytest.raises(SettingsError, match=says):
        new_channel(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_stands_there_is_not_written_over(tmp_path):
    (test := tmp_path / "tests/unit/platforms/test_spa_desk.py").parent.mkdir(parents=True)
    test.write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"test_spa_desk.py exists; nothing was written"):
        new_channel("spa_desk", tmp_path)
    assert (test.read_text(encoding="utf-8"), (tmp_path / "dbt_project").exists()) == ("mine", False)
