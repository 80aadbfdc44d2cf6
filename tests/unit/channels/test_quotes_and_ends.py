"""A lone quote costs its own line, not the orders after it; a last line without an end is not taken at its word."""

import pytest

from tests.unit.channels.door import HEADER, Door, row

OPENS = 'o1,13812345678,"林,2026-03-01 12:00:00,1.00,好'
INNER = [row(f"o{number}", amount_yuan=f"{number}.00") for number in range(2, 5)]
CLOSES = 'o5,13812345678,6.5",2026-03-01 12:00:00,5.00,好'


def test_two_lone_quotes_hide_no_orders_between_them(door):
    door.land("receipts", "a.csv", "\n".join([HEADER, OPENS, *INNER, CLOSES, row("o6", amount_yuan="6.00"), ""]))
    door.ingest()
    loaded = [("o2", "2.00"), ("o3", "3.00"), ("o4", "4.00"), ("o5", "5.00"), ("o6", "6.00")]
    assert door.rows("shop__receipts", "order_id", "amount_yuan") == loaded
    assert door.quarantine() == [("a.csv", 2, None, "unterminated_quote")]
    assert door.ledger()["a.csv"]["physical_records"] == 6


def test_the_next_line_that_ends_a_lone_quote_lends_nobody_its_amount(door):
    door.land("receipts", "a.csv", "\n".join([HEADER, OPENS, CLOSES, ""]))
    door.ingest()
    assert door.rows("shop__receipts", "order_id", "amount_yuan") == [("o5", "5.00")]


def test_where_any_text_passes_for_a_record_all_lines_between_two_lone_quotes_are_set_aside(door):
    """A card number is any text, so a sentence could load as a card: nothing between the quotes is believed."""
    door.land("bare", "a.csv", 'A1,"1\nA2,2\nA3,3"\nA4,4\n')
    door.ingest()
    assert door.rows("shop__bare", "card") == [("A4",)]
    assert [line for _, line, *_ in door.quarantine()] == [1, 2, 3]


def test_a_note_over_several_lines_stays_one_record_and_its_lines_are_counted(door):
    noted = row("o1", note='"一,二,三\n四,五\n\n六"')
    door.land("receipts", "a.csv", f"{HEADER}\n{noted}\n{row('o2')}\n")
    door.ingest()
    assert door.rows("shop__receipts", "order_id", "note") == [("o1", "一,二,三\n四,五\n\n六"), ("o2", "好")]
    ledger = door.ledger()["a.csv"]
    assert (ledger["physical_records"], '"lines_in_quotes": 3' in ledger["warnings"]) == (2, True)


ENDS = "order_id,ordered_at,amount_yuan"


def test_an_amount_at_the_end_of_a_file_that_does_not_end_is_not_loaded(door):
    door.land("receipts", "a.csv", f"{ENDS}\no1,2026-03-01,1299.00\no2,2026-03-01,12")
    door.ingest()
    assert door.rows("shop__receipts", "order_id", "amount_yuan") == [("o1", "1299.00")]
    assert door.quarantine() == [("a.csv", 3, None, "cut_last_line")]


@pytest.mark.parametrize(
    ("header", "last"),
    [
        (ENDS, 'o1,2026-03-01,"12.00"'),
        (f"{ENDS},colour", "o1,2026-03-01,12.00,re"),
    ],
    ids=["the last value is closed by its quote", "nobody reads the last value"],
)
def test_a_last_line_that_cannot_have_lost_anything_loads_without_its_end(door, header, last):
    door.land("receipts", "a.csv", f"{header}\n{last}")
    door.ingest()
    assert door.rows("shop__receipts", "order_id", "amount_yuan") == [("o1", "12.00")]


def test_a_sender_who_marks_files_as_whole_may_leave_the_last_line_end_out(door):
    door.settings = type(door.settings)(home=door.home, done_markers=("shop",))
    door.land("receipts", "a.csv", f"{ENDS}\no1,2026-03-01,12").with_name("a.csv.done").touch()
    door.ingest()
    assert door.rows("shop__receipts", "order_id", "amount_yuan") == [("o1", "12")]


@pytest.mark.parametrize(
    ("last", "skipped"), [("合计,,12", "totals"), (",,", "blank"), (ENDS, "repeated_header")], ids=lambda each: each
)
def test_what_is_no_record_needs_no_line_end(door, last, skipped):
    door.land("receipts", "a.csv", f"{ENDS}\no1,2026-03-01,12\n{last}")
    door.ingest()
    assert (door.quarantine(), f"skipped {skipped}" in door.ledger()["a.csv"]["warnings"]) == ([], True)


def test_a_word_of_its_list_ends_itself_unless_a_longer_one_begins_so(tmp_path):
    standard = Door(tmp_path / "home", "standard")
    header = "source,customer_id,purpose,granted,changed_at,message_channel\n"
    line = "shop,C1,marketing,true,2026-05-01 10:00:00,"
    for channel in ("sms", "wecom", "wecom_group"):
        standard.land("consents", f"{channel}.csv", header + line.replace("C1", channel) + channel)
    standard.ingest()
    assert standard.rows("standard__consents", "message_channel") == [("sms",), ("wecom_group",)]
    assert standard.quarantine() == [("wecom.csv", 2, None, "cut_last_line")]
