"""What came true since a list was made takes its rows and tasks back."""

import pyarrow.parquet as pq
import pytest

from orchestration.sending import activations
from orchestration.sending.guard import take_back, watched_models, withdrawn_at
from orchestration.warehouse import connect
from tests.unit.sending.world import MORNING, VERSION, World, row

PEOPLE = {
    "p1": {},
    "p2": {"stop": "ordered"},
    "p3": {"is_refused": True, "stop": "ordered"},
    "p4": {"has_consent": False},
    "p5": {"is_excluded": True, "is_refused": True},
    "p6": {"is_held_out": True, "cap_id": "any_1d"},
}


@pytest.fixture
def world(tmp_path):
    """All are exported on the same morning, and told of what came true after it."""
    made = World(tmp_path / "home", *(row(name, "call", task_id=f"k{name}") for name in PEOPLE))
    made.export(tmp_path / "out")
    made.lists(*(row(name, "call", task_id=f"k{name}", **told) for name, told in PEOPLE.items()))
    return made


def _guard(world):
    with connect(world.settings) as warehouse:
        activations.load(world.settings, warehouse)
        return take_back(world.settings, warehouse, MORNING)


def test_rows_and_tasks_are_taken_back_with_the_reason_and_a_cap_takes_nothing_back(world):
    found = _guard(world)
    assert (found.version, found.taken_back) == (VERSION, 4)
    assert found.reasons == {"excluded": 1, "no_consent": 1, "ordered": 1, "refused": 1}
    path = withdrawn_at(world.settings, VERSION)
    kept = {one["one_id"]: (one["reason"], one["task_id"], one["staff_id"]) for one in pq.read_table(path).to_pylist()}
    assert kept == {
        "p2": ("ordered", "kp2", "G1"),
        "p3": ("refused", "kp3", "G1"),
        "p4": ("no_consent", "kp4", "G1"),
        "p5": ("excluded", "kp5", "G1"),
    }
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_look_takes_nothing_back_again_and_keeps_who_was(world):
    _guard(world)
    world.lists(*(row(name, "call", task_id=f"k{name}") for name in PEOPLE), row("p7", "call", stop="refund_open"))
    found = _guard(world)
    assert (found.reasons, found.taken_back) == ({"refund_open": 1}, 0)
    kept = pq.read_table(withdrawn_at(world.settings, VERSION))
    assert kept["one_id"].to_pylist() == ["p2", "p3", "p4", "p5", "p7"]


def test_what_the_platform_told_that_it_sent_counts(world):
    (export_id,) = activations.exports(world.settings)
    sent = {one["one_id"]: one for one in activations.rows_of(world.settings, export_id).to_pylist()}
    tokens = f"('{sent['p2']['recipient_token']}'), ('{sent['p3']['published_token']}')"
    world.ask(f"insert into customer.messages values {tokens}")
    assert _guard(world).taken_back == 2


def test_a_task_whose_result_came_back_was_done_and_is_not_taken_back(world):
    (export_id,) = activations.exports(world.settings)
    tasks = {one["one_id"]: one["task_id"] for one in activations.rows_of(world.settings, export_id).to_pylist()}
    world.ask(
        f"insert into customer.task_results values ('{tasks['p2']}', null), ('{tasks['p3']}', timestamp '2017-12-01')"
    )
    assert _guard(world).taken_back == 3


def test_what_is_answered_in_person_is_read_anew(world):
    assert "answers_in_person" in watched_models() and "interaction_states" in watched_models()


def test_a_refusal_that_cannot_be_read_takes_everybody_back(world):
    world.lists(*(row(name, "call", gate_is_open=False) for name in PEOPLE))
    found = _guard(world)
    assert (found.reasons, found.taken_back) == ({"unread_refusals": 6}, 6)


def test_the_guard_builds_nothing_that_a_night_alone_makes():
    models = watched_models()
    assert {"do_not_contact_at_publish", "placed_orders", "sending_gate"} <= set(models)
    assert not [name for name in models if name.startswith(("recall_", "feature_", "published_recall"))]
    assert "identities" not in models
