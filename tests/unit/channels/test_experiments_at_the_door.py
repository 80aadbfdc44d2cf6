"""An arm counts with the chance that its draw had, and is set aside without it."""

import pytest

from tests.unit.channels.door import Door

HEAD = "source,experiment_id,customer_id,assigned_at,arm,message_channel,offer_id,probability\n"
DRAWN_AT = "2026-03-01 10:00:00"


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path / "home", "standard")


def drawn(customer, probability, arm="sms", channel="sms", offer="recall_90"):
    """Return one line of an experiment."""
    return f"crm,spring,{customer},{DRAWN_AT},{arm},{channel},{offer},{probability}\n"


def test_a_chance_of_nothing_of_one_or_of_no_number_is_set_aside_by_name(door):
    good = "".join(drawn(f"g{place}", "0.5") for place in range(40))
    bad = "".join(drawn(f"b{place}", chance) for place, chance in enumerate(["", "0", "-0.1", "1", "1.0", "50", "50%"]))
    door.land("experiment_assignments", "spring.csv", HEAD + good + bad)
    door.ingest()
    assert len(door.rows("standard__experiment_assignments", "customer_id")) == 40
    assert door.quarantine() == [
        ("spring.csv", 42, "probability", "missing_value"),
        ("spring.csv", 43, "probability", "not_a_probability"),
        ("spring.csv", 44, "probability", "not_a_probability"),
        ("spring.csv", 45, "probability", "not_a_probability"),
        ("spring.csv", 46, "probability", "not_a_probability"),
        ("spring.csv", 47, "probability", "not_a_probability"),
        ("spring.csv", 48, "probability", "not_a_number"),
    ]


def test_the_remedy_says_what_to_write_and_that_who_was_sure_of_an_arm_was_not_drawn(door):
    door.land(
        "experiment_assignments",
        "spring.csv",
        HEAD + "".join(drawn(f"g{n}", "0.5") for n in range(9)) + drawn("b", "1"),
    )
    door.ingest()
    [(remedy,)] = door.query("select remedy from channels.quarantine")
    assert "write the chance that the draw had of this arm" in remedy
    assert "Who was sure of an arm was not drawn" in remedy


def test_the_control_has_neither_channel_nor_offer_and_the_smallest_and_largest_chances_stay_what_they_are(door):
    door.land(
        "experiment_assignments",
        "spring.csv",
        HEAD + drawn("a", "0.000001") + drawn("b", "0.999999", offer="") + drawn("c", "0.1", "control", "", ""),
    )
    door.ingest()
    columns = ("customer_id", "assigned_at", "arm", "message_channel", "offer_id", "probability")
    assert door.rows("standard__experiment_assignments", *columns) == [
        ("a", "2026-03-01 02:00:00", "sms", "sms", "recall_90", "0.000001"),
        ("b", "2026-03-01 02:00:00", "sms", "sms", None, "0.999999"),
        ("c", "2026-03-01 02:00:00", "control", None, None, "0.1"),
    ]


def test_a_file_without_the_chances_is_set_aside_whole_and_names_the_column(door):
    head = "source,experiment_id,customer_id,assigned_at,arm,message_channel\n"
    door.land("experiment_assignments", "old.csv", head + f"crm,spring,a,{DRAWN_AT},sms,sms\n")
    door.ingest()
    assert [row[2:] for row in door.quarantine()] == [("probability", "missing_column")]
