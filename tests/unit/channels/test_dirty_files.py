"""The 72 dirty inputs that the doors answer for, over files built here, each with its literal outcome."""

import datetime as dt

import pytest

from tests.unit.channels.corpus_more import CASES, STORIES
from tests.unit.channels.door import NOON, Door, use_shop


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    """Every dirty file delivered at once: none of them may stop another."""
    with pytest.MonkeyPatch.context() as patch:
        use_shop(patch)
        door = Door(tmp_path_factory.mktemp("dirty") / "home")
        for case in CASES:
            door.land(case.dataset, case.name, case.content)
        door.ingest()
        yield door


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.what}")
def test_a_dirty_file_comes_to_what_a_person_would_say(landed, case):
    found = landed.ledger()[case.name]
    assert (found["loaded"], found["quarantined"], found["skipped"]) == case.counts
    assert found["physical_records"] == sum(case.counts)
    rows = landed.query(
        "select reason, remedy from channels.quarantine where file_name = ? and dataset = ?", case.name, case.dataset
    )
    assert {reason for reason, _ in rows} == case.reasons
    assert all(len(remedy) > 20 for _, remedy in rows)
    if case.values:
        column, expected = case.values
        sql = f'select "{column}" from channels."shop__{case.dataset}" where _file_id = ? order by _line'
        assert tuple(value for (value,) in landed.query(sql, found["file_id"])) == expected
    if case.warning:
        assert case.warning in found["warnings"]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.number} {story.what}")
def test_files_of_some_days_come_to_what_a_person_would_say(story, tmp_path, monkeypatch):
    use_shop(monkeypatch)
    door = Door(tmp_path / "home", story.channel)
    for day, files in enumerate(story.days):
        for dataset, name, content in files:
            door.land(dataset, name, content)
        door.ingest(NOON + dt.timedelta(days=day))
    ledger = door.ledger()
    names = ("status", "reason", "loaded", "quarantined", "skipped")
    assert {name: tuple(found[each] for each in names) for name, found in ledger.items()} == story.files
    assert tuple(row[1:] for row in door.quarantine()) == story.set_aside
    if story.rows:
        table, columns, expected = story.rows
        assert door.rows(table, *columns) == expected
    if story.warning:
        assert any(story.warning in (found["warnings"] or "") for found in ledger.values())


def test_every_one_of_the_72_is_tried():
    assert sorted({case.number for case in (*CASES, *STORIES)}) == list(range(1, 73))


def test_every_file_balances_and_none_is_forgotten(landed):
    ledger = landed.ledger().values()
    assert len(ledger) == len(CASES)
    assert all(each["physical_records"] == each["loaded"] + each["quarantined"] + each["skipped"] for each in ledger)
    loaded = landed.query(
        "select (select count(*) from channels.shop__receipts) + (select count(*) from channels.shop__filled)"
        " + (select count(*) from channels.shop__bare)"
    )
    assert loaded == [(sum(each["loaded"] for each in ledger),)]


def test_a_quarantined_record_names_its_physical_line(landed):
    lines = landed.query(
        "select line from channels.quarantine join channels.ledger using (file_id) "
        "where quarantine.reason = 'too_many' and ledger.file_name = ?",
        next(case.name for case in CASES if case.what == "an unquoted comma"),
    )
    assert lines == [(3,)]


def test_a_missing_column_is_named_with_its_remedy(landed):
    rows = landed.query("select column_name, remedy from channels.quarantine where reason = 'missing_column'")
    assert rows[0][0] == "amount_yuan"
    assert "landing.toml" in rows[0][1]
