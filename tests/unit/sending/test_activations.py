"""The log of what left the house: a file per export, which the warehouse follows."""

import pyarrow.parquet as pq
import pytest

from orchestration.sending import activations
from orchestration.warehouse import connect
from tests.unit.sending.world import MORNING, World, row

OUT = "select one_id from channels.activations order by one_id"


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path / "home", row("p1"), row("p2"), row("p3", "email"))
    made.export(tmp_path / "out")
    return made


def _loaded(world):
    with connect(world.settings) as warehouse:
        counts = activations.load(world.settings, warehouse)
        return counts, warehouse.execute(OUT).fetchall()


def test_what_was_kept_is_loaded_once(world):
    assert _loaded(world) == ({"activations": 3, "withdrawals": 0}, [("p1",), ("p2",), ("p3",)])
    assert _loaded(world) == ({"activations": 3, "withdrawals": 0}, [("p1",), ("p2",), ("p3",)])


def test_a_row_says_who_what_when_and_in_which_file(world, tmp_path):
    (export_id,) = [name for name in activations.exports(world.settings) if name.startswith("20260310-email")]
    (kept,) = activations.rows_of(world.settings, export_id).to_pylist()
    assert kept["one_id"] == "p3"
    assert (kept["recipient"], kept["exported_at"], str(kept["as_of_date"])) == ("cloud-sms", MORNING, "2026-03-10")
    assert (kept["file_name"], len(kept["file_sha256"])) == ("email.csv", 64)
    assert kept["recipient_token"] != kept["published_token"]
    assert kept["id_token"].startswith("k1:")
    assert str(kept["expires_at"]) == "2026-03-11 12:00:00"


def test_a_file_that_is_gone_goes_out_of_the_warehouse_and_comes_back_with_it(world):
    _loaded(world)
    (file,) = activations.folder(world.settings).glob("*-email-*.parquet")
    kept = file.read_bytes()
    file.unlink()
    assert _loaded(world)[1] == [("p1",), ("p2",)]
    file.write_bytes(kept)
    assert _loaded(world)[1] == [("p1",), ("p2",), ("p3",)]


def test_a_warehouse_that_is_built_anew_knows_again_who_was_written_to(world, tmp_path):
    world.ask("drop table channels.activations")
    assert _loaded(world)[0]["activations"] == 3


def test_one_person_or_a_whole_export_is_taken_back_and_goes_out_again(world, tmp_path):
    (sms,) = [name for name in activations.exports(world.settings) if name.startswith("20260310-sms")]
    token = activations.rows_of(world.settings, sms).to_pylist()[0]["recipient_token"]
    one = {"export_id": sms, "recipient_token": token, "reason": "moved"}
    assert activations.withdraw(world.settings, [one], MORNING) == 1
    assert _loaded(world)[0] == {"activations": 3, "withdrawals": 1}
    done = world.export(tmp_path / "again")
    assert {name: (got.out, got.kept_in) for name, got in done.items()} == {
        "sms": (1, {"already_out": 1}),
        "email": (0, {"already_out": 1}),
    }
    for name in activations.exports(world.settings):
        activations.withdraw(world.settings, [{"export_id": name, "recipient_token": None, "reason": "all"}], MORNING)
    assert {name: got.out for name, got in world.export(tmp_path / "once_more").items()} == {"sms": 2, "email": 1}


def test_a_file_of_those_taken_back_is_never_written_over(world):
    (sms,) = [name for name in activations.exports(world.settings) if name.startswith("20260310-sms")]
    for reason in ("first", "second"):
        activations.withdraw(world.settings, [{"export_id": sms, "recipient_token": "t", "reason": reason}], MORNING)
    files = sorted(activations.folder(world.settings).glob("*.withdrawn.parquet"))
    assert [pq.read_table(file)["reason"].to_pylist() for file in files] == [["first"], ["second"]]
    assert sms in activations.exports(world.settings)
    assert len(activations.exports(world.settings)) == 2


def test_the_log_is_its_owners_alone(world):
    place = activations.folder(world.settings)
    assert place.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in place.iterdir()} == {0o600}


def test_a_draft_that_a_killed_process_left_is_no_export(world):
    draft = activations.folder(world.settings) / ".20260310-sms-x-001.parquet.0a1b2c3d"
    draft.write_bytes(b"PAR1")
    assert len(activations.exports(world.settings)) == 2
    assert _loaded(world)[0]["activations"] == 3
