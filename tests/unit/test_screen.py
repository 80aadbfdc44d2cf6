"""A terminal obeys nothing that a file says, and nothing is printed past the one place that sees to it."""

import re
from pathlib import Path

from orchestration.channels.engine.masking import Masker, scrubbed, shown
from orchestration.screen import harmless, one_line, say

CODE = Path(__file__).resolve().parents[2] / "orchestration"


def test_a_sequence_that_clears_the_screen_is_shown_and_not_obeyed(capsys):
    say("订单号\x1b[2J\x1b[H\x07  未读\u202e\x85\udc80")
    assert capsys.readouterr().out == "订单号\\u001b[2J\\u001b[H\\u0007  未读\\u202e\\u0085\\udc80\n"


def test_what_people_write_stays_as_it_is():
    for text in ("林小满\t手机壳\n第二行", "👩\u200d👧 𠮷", "é́", "\u3000全角"):
        assert harmless(text) == text


def test_a_header_forges_no_line_of_ours():
    assert one_line("金额\n  1,000 would load\r\x1b[A") == "金额 1,000 would load \\u001b[A"
    masker = Masker()
    assert scrubbed("手机\n13812345678", masker) == "手机 138****5678"
    assert shown("备注", "好\r\n  of 5 records 5 would load", masker) == "好 of 5 records 5 would load"


def test_nothing_is_printed_past_it():
    printing = {
        file.relative_to(CODE).as_posix()
        for file in CODE.rglob("*.py")
        if re.search(r"(?<![\w.])print\(|= print\b", file.read_text("utf-8"))
    }
    assert printing == {"screen.py"}
