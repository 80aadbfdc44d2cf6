"""States that change from day to day, written as rows with the instants between which they were known."""

import pandas as pd

from ml.identity.history import KINDS, LONG_SCHEMA, IdentityHistory, Recorder, long_table

DAY, CUT_OFF = 86_400_000_000, 22 * 3_600_000_000
RECORD = ("crm", "M1")


def at(day: int) -> int:
    return day * DAY + CUT_OFF


def test_a_state_stands_from_the_cut_off_of_its_day_until_that_of_the_next():
    recorder = Recorder(CUT_OFF)
    assert recorder.instant(3) == at(3)
    for day, one_id in ((1, "p1"), (2, "p1"), (5, "p2")):
        recorder.set_state("source_record", RECORD, (one_id,), day)
    assert recorder.state("source_record", RECORD) == ("p2",)
    assert recorder.state("source_record", ("crm", "M2")) is None
    assert recorder.history().rows["source_record"] == [(*RECORD, "p1", at(1), at(5)), (*RECORD, "p2", at(5), None)]


def test_a_state_that_ended_has_no_row_after_it_until_it_begins_anew():
    recorder = Recorder(CUT_OFF)
    recorder.set_state("person", ("p1", 7), ("known",), 1)
    recorder.set_state("person", ("p1", 7), None, 2)
    recorder.set_state("person", ("p2", 7), None, 2)
    assert recorder.state("person", ("p1", 7)) is None
    recorder.set_state("person", ("p1", 7), ("known",), 4)
    assert recorder.history().rows["person"] == [("p1", 7, "known", at(1), at(2)), ("p1", 7, "known", at(4), None)]


def test_a_holding_ends_a_microsecond_before_the_next_begins():
    recorder, key = Recorder(CUT_OFF), ("mobile", "", "k1:a")
    recorder.set_state("identifier", key, ("p1", 0, None), 1)
    recorder.end_holding(key, ("p1", 0, 9), 3)
    recorder.set_state("identifier", key, ("p2", 9, None), 3)
    assert recorder.history().rows["identifier"] == [
        (*key, "p1", 0, None, at(1), at(3) - 1),
        (*key, "p1", 0, 9, at(3) - 1, at(3)),
        (*key, "p2", 9, None, at(3), None),
    ]


def test_a_row_is_read_as_a_frame_of_its_kind_and_as_a_line_of_the_long_table():
    rows: dict[str, list[tuple[object, ...]]] = {kind: [] for kind in KINDS}
    rows["ancestor"] = [("p2", "p1", at(1)), ("p1", "p0", at(2))]
    rows["source_record"] = [("crm", "M1", "p1", at(1), None)]
    history = IdentityHistory(rows)
    assert history.frame("ancestor").values.tolist() == [
        ["p1", "p0", pd.Timestamp("1970-01-03 22:00")], ["p2", "p1", pd.Timestamp("1970-01-02 22:00")],
    ]  # fmt: skip
    assert history.frame("conflict").columns.tolist() == KINDS["conflict"]
    table = long_table(history).to_pylist()
    assert [row["record_kind"] for row in table] == ["source_record", "ancestor", "ancestor"]
    assert (table[0]["customer_id"], table[0]["into_one_id"], table[1]["one_id"]) == ("M1", None, "p1")
    assert long_table(history).schema == LONG_SCHEMA
