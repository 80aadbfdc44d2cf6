"""No spreadsheet runs what a customer, or whoever named a product, wrote."""

import csv

import openpyxl
import pytest

from orchestration.sending.gateways.cells import safe, write_csv, write_xlsx

#: OWASP's list and what it is got round with.
PAYLOADS = [
    "=cmd|'/C calc'!A0",
    "=1+1",
    '=HYPERLINK("https://evil.example","click")',
    "=IMPORTXML(CONCAT(1,2))",
    "=DDE(1)",
    "+1+1",
    "+cmd|' /C notepad'!'A1'",
    "-1+1",
    "-2+3+cmd|' /C calc'!D2",
    "--1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@A1",
    "|calc",
    "%0A=1",
    "＝1+1",
    "＋1",
    "－1+1",
    "＠SUM(1)",
    "\t=1+1",
    "\tplain after a tab",
    "\r=1+1",
    "\n=1+1",
    "\nplain after a line end",
    " =1+1",
    "\u00a0=1+1",
    "\u3000＝1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "林女士\n=1+1",
    "林女士\r\n\u00a0@SUM(1)",
    "林女士\t+1+1",
    "\x00=1+1",
]
PLAIN = [
    "-12.50",
    "-3",
    "12.50",
    "林女士",
    "a=b",
    "1+1",
    "2026-03-11 10:00:00",
    "13900000001",
    "p1@example.com",
    "好\n久",
    "",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(payload):
    assert safe(payload) == "'" + payload.replace("\x00", "")


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_and_negative_numbers_stay_as_they_are(text):
    assert safe(text) == text


def test_nothing_is_an_empty_cell_and_a_number_its_digits():
    assert (safe(None), safe(0), safe(-7), safe(-1.5)) == ("", "0", "-7", "-1.5")


def test_a_csv_is_quoted_whole_and_reads_back_row_for_row(tmp_path):
    rows = [[text, "p"] for text in PAYLOADS + PLAIN]
    path = write_csv(tmp_path / "a.csv", ["text", "who"], rows)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, strict=True)) == [
            ["text", "who"],
            *([safe(text), "p"] for text in PAYLOADS + PLAIN),
        ]
    assert raw.count(b'"p"') == len(rows)


def test_every_cell_of_a_workbook_is_a_text(tmp_path):
    texts = PAYLOADS + PLAIN[:-1] + ["#N/A", "TRUE", "0001"]
    path = write_xlsx(tmp_path / "a.xlsx", ["text"], [[text] for text in texts])
    cells = [cell for (cell,) in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert [cell.value.replace("\r\n", "\n").replace("\r", "\n") for cell in cells] == [
        safe(text).replace("\r\n", "\n").replace("\r", "\n") for text in texts
    ]
