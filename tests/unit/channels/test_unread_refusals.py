"""A refusal that cannot be read closes the audience until it is delivered again or a person accepts it."""

import datetime as dt
import json

import duckdb
import pytest

from orchestration.channels.engine.unread_refusals import NotAccepted, accept, kept_at, listed_unread
from orchestration.status_and_explain import refusals
from tests.unit.channels.door import NOON, Door

NEXT_DAY = NOON + dt.timedelta(days=1)
LISTED = "id_type,id_value,message_channel,reason,changed_at\n"
GOOD = "mobile,13812345671,sms,opt_out,2026-05-01 10:00:00\n"
SECOND = "mobile,13812345672,,complaint,2026-05-02 10:00:00\n"
#: The channel in Chinese, and a reason that nobody declared.
BAD = "mobile,13812345673,短信频道,opt_out,2026-05-03 10:00:00\n"
MENDED = "mobile,13812345673,sms,opt_out,2026-05-03 10:00:00\n"
CONSENTS = "source,customer_id,message_channel,purpose,granted,changed_at\n"
MESSAGES = "source,message_id,message_channel,sent_at,unsubscribed_at\n"


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path / "home", "standard")


def open_lines(door) -> list[tuple]:
    """Return (data set, file, line) of what is open."""
    return door.query(
        "select dataset, file_name, line from channels.unread_refusals where accepted_at is null order by all"
    )


def test_a_refusal_that_cannot_be_read_is_open_with_its_place_and_remedy(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    (row,) = listed_unread(door.settings)
    assert (row["dataset"], row["file_name"], row["line"]) == ("suppressions", "stop.csv", 3)
    assert (row["column_name"], row["reason"], row["accepted_by"]) == ("message_channel", "not_in_vocabulary", None)
    assert "sms" in row["remedy"]


def test_a_list_of_refusals_that_is_set_aside_whole_is_open(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n")
    door.ingest()
    assert open_lines(door) == [("suppressions", "stop.csv", None)]


def test_a_consent_that_was_given_refuses_nothing_and_one_taken_back_or_unclear_may(door):
    rows = [
        "shop,C1,sms,marketing,true,soon\n",
        "shop,C2,sms,marketing,false,soon\n",
        "shop,C3,sms,marketing,退订,2026-05-01 10:00:00\n",
    ]
    door.land("consents", "consents.csv", CONSENTS + "".join(rows))
    door.ingest()
    assert len(door.quarantine()) == 3
    assert open_lines(door) == [("consents", "consents.csv", 3), ("consents", "consents.csv", 4)]


def test_a_consent_for_one_channel_under_a_header_nobody_declared_is_none_for_all(door):
    rows = "shop,C1,sms,marketing,true,2026-05-01 10:00:00\n"
    door.land("consents", "renamed.csv", CONSENTS.replace("message_channel", "channel") + rows)
    door.ingest()
    assert door.quarantine() == [("renamed.csv", None, "message_channel", "missing_column")]
    assert door.rows("standard__consents", "customer_id") == []
    for_all = "source,customer_id,purpose,granted,changed_at\nshop,C2,marketing,true,2026-05-01 10:00:00\n"
    door.land("consents", "for_all.csv", for_all)
    door.ingest(NEXT_DAY)
    assert door.rows("standard__consents", "customer_id", "message_channel") == [("C2", None)]


def test_a_message_nobody_unsubscribed_from_refuses_nothing(door):
    rows = [
        "shop,M1,sms,2026-05-01 10:00:00,\n",
        "shop,M2,sms,then,\n",
        "shop,M3,sms,then,2026-05-01 11:00:00\n",
        "shop,M4,sms,2026-05-01 10:00:00,later\n",
    ]
    door.land("messages", "messages.csv", MESSAGES + "".join(rows))
    door.ingest()
    assert [line for _, line, _, _ in door.quarantine()] == [3, 4, 5]
    assert open_lines(door) == [("messages", "messages.csv", 4), ("messages", "messages.csv", 5)]


def test_what_no_column_can_rule_out_may_be_a_refusal(door):
    door.land("consents", "consents.csv", CONSENTS + "shop,C1,sms,marketing,true,2026-05-01 10:00:00,too,many\n")
    door.ingest()
    assert open_lines(door) == [("consents", "consents.csv", 2)]


def test_an_order_that_cannot_be_read_is_nobodys_refusal(door):
    door.land("orders", "orders.csv", "source,order_id,ordered_at,status,amount_yuan\nshop,O1,soon,paid,9.90\n")
    door.ingest()
    assert len(door.quarantine()) == 1
    assert open_lines(door) == []


def test_the_file_delivered_again_with_the_row_mended_corrects_it(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    door.land("suppressions", "stop.csv", LISTED + GOOD + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


def test_the_whole_list_of_the_next_day_corrects_it_under_another_name(door):
    door.land("suppressions", "stop_0601.csv", LISTED + GOOD + BAD)
    door.ingest()
    door.land("suppressions", "stop_0602.csv", LISTED + SECOND + GOOD + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


@pytest.mark.parametrize(
    "later",
    [
        LISTED + SECOND + MENDED,  # what is new since: the first row does not stand in it
        LISTED + GOOD,  # shorter than what it would correct
        LISTED + GOOD + GOOD,  # the same row twice is no second one
        LISTED + GOOD + "\n\n合计\n",  # nor is an empty line
        LISTED + GOOD + SECOND + BAD,  # as unreadable as before
    ],
)
def test_news_alone_a_shorter_list_or_one_as_bad_correct_nothing(door, later):
    door.land("suppressions", "stop_0601.csv", LISTED + GOOD + BAD)
    door.ingest()
    door.land("suppressions", "stop_0602.csv", later)
    door.ingest(NEXT_DAY)
    assert ("suppressions", "stop_0601.csv", 3) in open_lines(door)


def test_an_earlier_list_corrects_nothing(door):
    door.land("suppressions", "stop_0601.csv", LISTED + GOOD + SECOND)
    door.ingest()
    door.land("suppressions", "stop_0602.csv", LISTED + GOOD + BAD)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop_0602.csv", 3)]


def test_a_file_of_which_nothing_was_read_is_corrected_under_its_own_name_alone(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n")
    door.ingest()
    door.land("suppressions", "other.csv", LISTED + GOOD)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", None)]
    door.land("suppressions", "stop.csv", LISTED + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == []


def test_a_file_of_which_nothing_was_read_is_not_corrected_by_a_header_alone(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n")
    door.ingest()
    door.land("suppressions", "stop.csv", LISTED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", None)]


def test_what_came_under_another_name_first_corrects_once_it_comes_under_its_own(door):
    door.land("suppressions", "stop.csv", "number,why\n13812345673,no\n")
    door.ingest()
    door.land("suppressions", "mended.csv", LISTED + MENDED)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", None)]
    door.land("suppressions", "stop.csv", LISTED + MENDED)
    door.ingest(NEXT_DAY + dt.timedelta(days=1))
    assert open_lines(door) == []


def test_an_empty_list_that_was_accepted_covers_no_later_one(door):
    door.land("suppressions", "monday.csv", "")
    door.ingest()
    accept(door.settings, "standard/suppressions/monday.csv", [], "nobody opted out, says the sender", "Wang Min", NOON)
    door.land("suppressions", "tuesday.csv", "")
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "tuesday.csv", None)]


def test_a_message_file_without_the_column_of_unsubscriptions_corrects_none(door):
    door.land(
        "messages", "m.csv", MESSAGES + "shop,M1,sms,2026-05-01 10:00:00,\nshop,M2,sms,2026-05-01 10:00:00,later\n"
    )
    door.ingest()
    header, rows = "source,message_id,message_channel,sent_at\n", "shop,{},sms,2026-05-01 10:00:00\n"
    door.land("messages", "m.csv", header + rows.format("M1") + rows.format("M2"))
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("messages", "m.csv", 3)]
    mended = "shop,M1,sms,2026-05-01 10:00:00,\nshop,M2,sms,2026-05-01 10:00:00,2026-05-02 10:00:00\n"
    door.land("messages", "m.csv", MESSAGES + mended)
    door.ingest(NEXT_DAY + dt.timedelta(days=1))
    assert open_lines(door) == []


def test_who_accepts_says_why_and_the_number_in_the_reason_stays_in_the_vault(door, capsys):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD + BAD)
    door.ingest()
    assert refusals(door.settings) == 1
    place = "standard/suppressions/stop.csv"
    assert accept(door.settings, place, [3], "13812345673 was asked by phone", "Wang Min", NEXT_DAY) == 1
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", 4)]
    said = door.query("select accepted_by, accepted_at from channels.unread_refusals where line = 3")
    assert said == [("Wang Min", NEXT_DAY)]
    assert "13812345673" not in kept_at(door.settings).read_text(encoding="utf-8")
    assert kept_at(door.settings).stat().st_mode & 0o777 == 0o600
    assert accept(door.settings, place, [], "the sender withdrew the row", None, NEXT_DAY) == 1
    assert refusals(door.settings) == 0
    assert "accepted by Wang Min" in capsys.readouterr().out


def test_what_was_accepted_of_one_file_is_not_accepted_of_another(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    accept(door.settings, "standard/suppressions/stop.csv", [], "asked the sender", "Wang Min", NOON)
    door.land("suppressions", "stop.csv", LISTED + SECOND + BAD)
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", 3)]


@pytest.mark.parametrize(
    ("place", "lines", "why", "words"),
    [
        ("standard/suppressions/stop.csv", [], " ", "--reason"),
        ("standard/suppressions/stopp.csv", [], "typo", "open are: standard/suppressions/stop.csv"),
        ("standard/suppressions/stop.csv", [2], "a good line", "line 2 of"),
    ],
)
def test_accepting_without_a_reason_or_what_is_not_open_is_refused(door, place, lines, why, words):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    with pytest.raises(NotAccepted, match=words):
        accept(door.settings, place, lines, why, None, NOON)
    assert not kept_at(door.settings).exists()


def test_a_home_of_an_earlier_release_whose_quarantine_said_nothing_of_refusals_stays_closed(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    with duckdb.connect(str(door.settings.warehouse)) as warehouse:
        warehouse.execute("drop table channels.unread_refusals")
        warehouse.execute("alter table channels.quarantine drop column may_refuse")
    door.ingest(NEXT_DAY)
    assert open_lines(door) == [("suppressions", "stop.csv", 3)]


def test_a_torn_line_in_the_file_of_acceptances_is_named_and_accepts_nothing(door):
    door.land("suppressions", "stop.csv", LISTED + GOOD + BAD)
    door.ingest()
    accept(door.settings, "standard/suppressions/stop.csv", [], "asked the sender", "Wang Min", NOON)
    kept = kept_at(door.settings)
    kept.write_text(kept.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    with pytest.raises(ValueError, match=r"accepted\.jsonl, line 1"):
        door.ingest(NEXT_DAY)
    with pytest.raises(json.JSONDecodeError):
        json.loads(kept.read_text(encoding="utf-8"))
