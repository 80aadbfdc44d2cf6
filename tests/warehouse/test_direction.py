"""Data moves forward only: every parent of every dbt node stands in a stage that its own may read."""

import json

import pytest

from orchestration.settings import CHECKOUT
from orchestration.stages import ALLOWED_PARENTS, STAGES


@pytest.fixture(scope="module")
def manifest():
    return json.loads((CHECKOUT / "dbt_project" / "target" / "manifest.json").read_text(encoding="utf-8"))


def _nodes(manifest):
    models = {uid: node for uid, node in manifest["nodes"].items() if node["resource_type"] in {"model", "seed"}}
    return models | manifest["sources"]


def _models(manifest, stages=STAGES):
    nodes = manifest["nodes"].items()
    return {uid: node for uid, node in nodes if node["resource_type"] == "model" and node["schema"] in stages}


def backward_edges(manifest):
    nodes = _nodes(manifest)
    return [
        f"{node['schema']}.{node['name']} reads {nodes[parent]['schema']}.{nodes[parent]['name']}"
        for node in _models(manifest).values()
        for parent in node["depends_on"]["nodes"]
        if nodes[parent]["schema"] not in ALLOWED_PARENTS[node["schema"]] | {"seeds"}
    ]


def test_no_model_reads_a_stage_it_may_not(manifest):
    assert backward_edges(manifest) == []


def test_an_edge_from_published_back_to_customer_would_be_found(manifest):
    customer, published = next(iter(_models(manifest, ["customer"]))), next(iter(_models(manifest, ["published"])))
    node = manifest["nodes"][customer] | {"depends_on": {"nodes": [published]}}
    assert backward_edges({**manifest, "nodes": manifest["nodes"] | {customer: node}}) != []


def test_every_model_lies_in_the_folder_of_its_stage(manifest):
    paths = {node["original_file_path"]: node["schema"] for node in _models(manifest).values()}
    assert [path for path, stage in paths.items() if path.split("/")[1] != stage] == []


def test_the_table_of_parents_covers_every_stage():
    assert tuple(ALLOWED_PARENTS) == STAGES


def test_every_model_is_described(manifest):
    assert [node["name"] for node in _models(manifest).values() if not node["description"].strip()] == []


#: What readers outside need of identity itself; nothing else of `published` may ask it.
ASKS_IDENTITY = {"published_identity_map", "published_identity_redirects"}


def past_the_wall(manifest):
    """Return the edges by which a stage after `people` reads a noun or an identity for itself."""
    nodes, after = _nodes(manifest), STAGES[STAGES.index("people") + 1 :]
    return [
        f"{node['name']} reads {nodes[parent]['name']}"
        for node in _models(manifest, after).values()
        for parent in node["depends_on"]["nodes"]
        if nodes[parent]["schema"] in {"staging", "customer", "identity"} and node["name"] not in ASKS_IDENTITY
    ] + [
        f"{node['name']} reads {nodes[parent]['name']}"
        for node in _models(manifest, ["people"]).values()
        for parent in node["depends_on"]["nodes"]
        if "/profile/" in node["original_file_path"] and nodes[parent]["schema"] in {"staging", "customer", "identity"}
    ]


def test_nothing_after_people_works_out_for_itself_what_was_true_of_a_person(manifest):
    assert past_the_wall(manifest) == []


def test_an_edge_from_a_segment_past_the_wall_would_be_found(manifest):
    order = next(uid for uid, node in _models(manifest, ["customer"]).items() if node["name"] == "orders")
    segment = next(iter(_models(manifest, ["segments"])))
    node = manifest["nodes"][segment] | {"depends_on": {"nodes": [order]}}
    assert past_the_wall({**manifest, "nodes": manifest["nodes"] | {segment: node}}) == [f"{node['name']} reads orders"]
