"""dbt's manifest is made when it has to be, once, and what stops it is told."""

import os

import pytest

from orchestration import own_manifest
from orchestration.own_manifest import make_manifest, newer_than
from orchestration.settings import SettingsError


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose one model was written before its manifest."""
    folder = tmp_path / "dbt_project"
    for name in ("dbt_project.yml", "models/orders.sql", "target/manifest.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
        os.utime(folder / name, (1_000, 1_000))
    monkeypatch.setattr(own_manifest, "PROJECT", folder)
    monkeypatch.setattr(own_manifest, "MANIFEST", folder / "target" / "manifest.json")
    monkeypatch.setattr(own_manifest, "DECLARATIONS", tmp_path / "platforms")
    return folder


def test_a_manifest_as_new_as_its_sources_is_left_alone(project):
    assert make_manifest() is False
    assert sorted(path.name for path in (project / "target").iterdir()) == ["manifest.json"]


@pytest.mark.parametrize("source", ["models/orders.sql", "dbt_project.yml", "macros/new.sql", "seeds/words.csv"])
def test_a_source_written_since_makes_it_old(project, source):
    (project / source).parent.mkdir(exist_ok=True)
    (project / source).write_text("", encoding="utf-8")
    assert newer_than(project / "target" / "manifest.json", project) == project / source


@pytest.mark.parametrize("own", ["target/compiled.sql", "logs/run.sql", "notes.md"])
def test_what_dbt_writes_itself_and_what_it_does_not_read_make_nothing_old(project, own):
    (project / own).parent.mkdir(exist_ok=True)
    (project / own).write_text("", encoding="utf-8")
    assert newer_than(project / "target" / "manifest.json", project) is None


def test_a_missing_manifest_is_older_than_everything(project):
    (project / "target" / "manifest.json").unlink()
    assert newer_than(project / "target" / "manifest.json", project) == project / "dbt_project.yml"


def test_a_project_that_dbt_cannot_read_ends_in_dbts_own_words(project):
    (project / "dbt_project.yml").write_text("name: [", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"(?s)so there is no manifest; mend this first:.*near line 2") as refused:
        make_manifest()
    assert "\x1b" not in str(refused.value)


def test_a_package_without_its_checkout_says_how_to_install(project):
    (project / "dbt_project.yml").unlink()
    with pytest.raises(SettingsError, match="pip install --editable CHECKOUT"):
        make_manifest()
