"""What a night builds of dbt's project, and which tests are asked of it."""

import json
import shutil

from dbt.cli.main import dbtRunner

from orchestration.dbt_calls import PROJECT
from orchestration.dbt_graph import models, nodes, parents_of
from orchestration.defs.transform import _DATED_SPECS, _FACT_SPECS, _LAST_SPECS, folders


def selected(names, tmp_path, *options):
    shutil.copy2(PROJECT / "target" / "partial_parse.msgpack", tmp_path)
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(tmp_path)]
    quiet = ["--quiet", "--log-level-file", "none", "--no-write-json"]
    keys = ["--output", "json", "--output-keys", "unique_id", "--exclude-resource-type", "unit_test"]
    done = dbtRunner().invoke([*quiet, "list", *where, *keys, *options, "--select", *names])
    return {json.loads(line)["unique_id"] for line in done.result}


def test_a_night_builds_all_but_the_staging_that_stands_and_asks_every_test_of_what_it_builds(tmp_path, monkeypatch):
    monkeypatch.delenv("SIYU_WAREHOUSE", raising=False)  # as the parse of the checkout was made: none is made anew
    first = selected(folders(_FACT_SPECS, ["pos", "wecom"]), tmp_path, "--indirect-selection", "buildable")
    then = selected([*folders(_DATED_SPECS), *folders(_LAST_SPECS)], tmp_path)
    assert first & then & set(models()) == set()
    found = first | then
    standing = {
        one
        for one, node in nodes().items()
        if node["original_file_path"].startswith(("models/staging/pos/", "models/staging/wecom/"))
    }
    assert standing and set(models()) - found == standing & set(models())
    tests = {one for one, node in nodes().items() if node["resource_type"] == "test"}
    of_seeds = {one for one in tests if (nodes()[one].get("attached_node") or "").startswith("seed.")}
    assert tests - found == of_seeds and "test.siyu.staging_grain" in found
    assert {one for one in found if one.startswith("seed.")} == set()
    # Before its dates are chosen a night asks no test of a table that is still to be made.
    read = {parent for one in first & tests for parent in nodes()[one]["depends_on"]["nodes"]}
    assert read & set(models()) <= first | standing and "test.siyu.staging_grain" in first


def test_no_table_reads_what_a_later_step_of_the_night_makes():
    early = [*_FACT_SPECS, *_DATED_SPECS]
    assert {(one, parent) for one in early for parent in parents_of(one) if parent in _LAST_SPECS} == set()
    assert {(one, parent) for one in _FACT_SPECS for parent in parents_of(one) if parent in _DATED_SPECS} == set()
