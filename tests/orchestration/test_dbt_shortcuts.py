"""dbt's paths are found in one list, and what is found is what dbt finds."""

import shutil
from pathlib import PurePosixPath

import pytest
from dbt.cli.main import dbtRunner
from dbt.graph.selector_methods import PathSelectorMethod

from orchestration.dbt_calls import PROJECT
from orchestration.dbt_graph import nodes
from orchestration.dbt_shortcuts import ListedPaths


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parse")
    shutil.copy2(PROJECT / "target" / "partial_parse.msgpack", folder)
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(folder)]
    return dbtRunner().invoke(["--quiet", "--log-level-file", "none", "--no-write-json", "parse", *where]).result


def _both(parse, path):
    everything = {*parse.nodes, *parse.sources, *parse.exposures, *parse.unit_tests}
    return [set(method(parse, None, []).search(everything, path)) for method in (ListedPaths, PathSelectorMethod)]


def test_a_path_of_the_project_is_what_dbt_says_it_is(parse, monkeypatch):
    monkeypatch.chdir(PROJECT)
    files = [PurePosixPath(node["original_file_path"]) for node in nodes().values()]
    folders = sorted({folder for file in files for folder in file.parents} - {PurePosixPath()})
    one, described = "models/people/profile/owners.sql", "models/people/profile/_profile.yml"
    assert len(folders) > 20
    for path in [*map(str, folders), one, described, "models/people/", "models/peop*", "models/nowhere"]:
        found, of_dbt = _both(parse, path)
        assert (path, found) == (path, of_dbt)
    assert _both(parse, one)[0] >= {"model.siyu.owners"}
    assert _both(parse, "models/nowhere")[0] == set()


def test_only_what_may_be_selected_is_found(parse):
    found = set(ListedPaths(parse, None, []).search({"model.siyu.owners"}, "models/people/profile"))
    assert found == {"model.siyu.owners"}
