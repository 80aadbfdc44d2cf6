"""The dirty files of a real brand: what each is, and what the doors make of it."""

import dataclasses
import io
import zipfile

import openpyxl

from tests.unit.channels.door import HEADER, gzipped, row


@dataclasses.dataclass(frozen=True)
class Case:
    """One file and its outcome: (loaded, quarantined, skipped), the reasons, and values that must have been read."""

    #: in the list of 72 dirty inputs that the door answers for
    number: int
    what: str
    name: str
    content: bytes
    counts: tuple[int, int, int]
    reasons: frozenset[str] = frozenset()
    #: (column, values in line order)
    values: tuple[str, tuple] | None = None
    warning: str | None = None
    dataset: str = "receipts"


CASES: list[Case] = []


def case(
    number,
    what,
    counts,
    content,
    name=None,
    reasons=(),
    values=None,
    warning=None,
    dataset="receipts",
    encoding="utf-8",
):
    """Add a case; its file is named after its place in the list unless a name is given."""
    data = content.encode(encoding) if isinstance(content, str) else content
    name = name or f"{len(CASES):02d}.csv"
    CASES.append(Case(number, what, name, data, counts, frozenset(reasons), values, warning, dataset))


def table(*rows, header=HEADER, end="\n"):
    """Return a file of a header and rows."""
    return end.join((header, *rows)) + end


def one(order_id, **changes):
    """Return a file of a single receipt."""
    return table(row(order_id, **changes))


def workbook(*rows, title="Sheet", hidden=()):
    """Return an xlsx file of rows of cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for cells in rows:
        sheet.append(cells)
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zipped(**files):
    """Return a zip archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


CELLS = HEADER.split(",")
# Encodings and shells
case(1, "UTF-8", (1, 0, 0), one("e1", note="手机壳"), values=("note", ("手机壳",)))
case(
    2,
    "UTF-8 with its mark: the first header is clean",
    (1, 0, 0),
    one("e2"),
    encoding="utf-8-sig",
    values=("order_id", ("e2",)),
)
case(3, "GBK", (1, 0, 0), one("e3", note="手机壳"), encoding="gbk", values=("note", ("手机壳",)))
case(
    4,
    "a four-byte GB18030 character",
    (1, 0, 0),
    one("e4", note="𠮷㐀"),
    encoding="gb18030",
    values=("note", ("𠮷㐀",)),
)
case(
    5,
    "UTF-16 with tabs, as Excel's Unicode text",
    (1, 0, 0),
    one("e5").replace(",", "\t"),
    encoding="utf-16",
    values=("order_id", ("e5",)),
)
case(
    6,
    "one GBK line inside UTF-8",
    (2, 1, 0),
    one("e6").encode() + row("e6b").encode("gbk") + b"\n" + row("e6c").encode() + b"\n",
    reasons=["undecodable_line"],
)
case(
    7,
    "half a character at the end",
    (1, 1, 0),
    one("e7").encode() + row("e7b").encode()[:-2],
    reasons=["undecodable_line"],
)
case(8, "mojibake headers", (0, 1, 0), table("1,2", header="æ‰‹æœº,è®¢å•"), reasons=["unknown_header"])
case(9, "a NUL byte in a field", (1, 1, 0), table(row("e9"), row("e9b", note="a\x00b")), reasons=["nul_byte"])
case(10, "no bytes at all", (0, 0, 0), b"", reasons=["empty_file"])
case(11, "a header and nothing else", (0, 0, 0), HEADER + ",quantity\n", warning="no_rows")
case(12, "no header", (0, 1, 0), "1,2,3,4,5,6\n7,8,9,1,2,3\n", reasons=["unknown_header"])
case(
    12,
    "no header where none is declared",
    (2, 0, 0),
    "0012,5\n0013,6\n",
    name="bare.csv",
    dataset="bare",
    values=("card", ("0012", "0013")),
)
case(13, "a gzip cut short", (0, 0, 0), gzipped(one("e13") * 200)[:-20], name="cut.csv.gz", reasons=["truncated_gzip"])
case(13, "a gzip name on plain text", (0, 0, 0), one("e13b"), name="plain.csv.gz", reasons=["not_gzip"])
case(14, "a CSV cut in its last line", (1, 1, 0), one("e14") + "e14b,138", reasons=["too_few"])
case(15, "a login page", (0, 0, 0), "<html><body>导出失败,请登录</body></html>", reasons=["html_page"])
case(15, "a workbook under a text name", (0, 0, 0), workbook(CELLS), reasons=["not_text"])
case(16, "a protected workbook", (0, 0, 0), b"\xd0\xcf\x11\xe0" + b"0" * 600, name="locked.xlsx", reasons=["not_xlsx"])
case(
    18,
    "a zip bomb named xlsx",
    (0, 0, 0),
    zipped(**{"xl/worksheets/sheet1.xml": "0" * 30_000_000}),
    name="bomb.xlsx",
    reasons=["zip_bomb"],
)
case(19, "a zip with two CSVs", (0, 0, 0), zipped(a=one("z1"), b=one("z2")), name="two.zip", reasons=["unknown_format"])
case(24, "names with spaces, brackets and emoji", (1, 0, 0), one("e24"), name="-导出 (1);😀.csv")
case(15, "a Parquet name on text", (0, 0, 0), one("e25"), name="text.parquet", reasons=["not_parquet"])
# Structure
case(25, "semicolons", (1, 0, 0), one("s25").replace(",", ";"), values=("amount_yuan", ("9.90",)))
case(
    25, "full-width commas are no delimiter", (0, 1, 0), one("s25b").replace(",", "\uff0c"), reasons=["unknown_header"]
)
case(
    26,
    "mixed line ends",
    (3, 0, 0),
    f"{HEADER}\r\n{row('s26')}\n{row('s26b')}\r{row('s26c')}\r\n",
    values=("order_id", ("s26", "s26b", "s26c")),
)
case(
    27,
    "a line end inside a quoted field",
    (2, 0, 0),
    table(row("s27", note='"甲\n乙"'), row("s27b")),
    values=("note", ("甲\n乙", "好")),
)
case(
    28,
    "a quote that never ends",
    (2, 1, 0),
    table(row("s28"), 's28b,"138,x,2026-03-01,1,y', row("s28c")),
    reasons=["unterminated_quote"],
)
case(29, "text after a closing quote", (1, 1, 0), table(row("s29"), row("s29b", note='"5"屏"')), reasons=["bad_quote"])
case(29, "an inch mark in a plain field", (1, 0, 0), one("s29c", note='5"屏'), values=("note", ('5"屏',)))
case(30, "an unquoted comma", (1, 1, 0), table(row("s30"), row("s30b", note="上海,静安")), reasons=["too_many"])
case(31, "a field missing", (1, 1, 0), table(row("s31"), "s31b,13812345678,2026-03-01"), reasons=["too_few"])
case(32, "a trailing comma on each line", (1, 0, 0), table(row("s32") + ","), values=("order_id", ("s32",)))
case(
    33, "a shop name and an export time above the header", (1, 0, 2), "店铺:静安店\n导出时间 2026-05-01\n" + one("s33")
)
case(34, "a totals line", (1, 0, 1), table(row("s34"), "合计,,,,9.90,"))
case(34, "共 N 条 at the end", (1, 0, 1), table(row("s34b"), "共 1 条"))
case(35, "blank lines", (2, 0, 2), f"{HEADER}\n\n{row('s35')}\n  ,,,,,\n{row('s35b')}\n")
case(36, "two exports pasted together", (2, 0, 1), one("s36") + one("s36b"))
case(
    37,
    "the same header twice",
    (0, 1, 0),
    table("1,2,3,4", header="order_id,note,note,ordered_at"),
    reasons=["duplicated_header"],
)
case(
    38,
    "headers with spaces and units",
    (1, 0, 0),
    table("s38,9.90,2026-03-01", header=" 订单号 ,金额(元),下单时间"),
    values=("amount_yuan", ("9.90",)),
)
case(
    39,
    "columns in another order",
    (1, 0, 0),
    table("9.90,2026-03-01 12:00:00,s39", header="amount_yuan,ordered_at,order_id"),
    values=("order_id", ("s39",)),
)
case(
    39,
    "a phone in the amount column",
    (1, 1, 0),
    table(row("s39b"), row("s39c", amount_yuan="13812345678")),
    reasons=["phone_in_number"],
)
case(
    39,
    "values swapped in a fifth of the file",
    (0, 200, 0),
    table(*[row(f"m{n}", amount_yuan="x" if n % 2 else "1") for n in range(200)]),
    reasons=["mostly_bad"],
)
case(
    40,
    "a column nobody declared",
    (1, 0, 0),
    table(row("s40") + ",x", header=HEADER + ",colour"),
    warning="unknown_column colour",
)
case(
    41,
    "a required column missing",
    (0, 1, 0),
    table("s41,2026-03-01", header="order_id,ordered_at"),
    reasons=["missing_column"],
)
case(
    42,
    "an amount that is a word",
    (1, 1, 0),
    table(row("s42"), row("s42b", amount_yuan="待付款")),
    reasons=["not_a_number"],
)
case(
    43,
    "merged cells without a declaration",
    (1, 1, 0),
    workbook(CELLS, ["s43", "", "", "2026-03-01", 1, ""], [None, "", "", "2026-03-01", 2, ""]),
    name="merged.xlsx",
    reasons=["missing_value"],
)
case(
    43,
    "merged cells declared to repeat",
    (2, 0, 0),
    workbook(CELLS, ["s43b", "", "", "2026-03-01", 1, ""], [None, "", "", None, 2, ""]),
    name="filled.xlsx",
    dataset="filled",
    values=("order_id", ("s43b", "s43b")),
)
case(
    44,
    "hidden rows count",
    (2, 0, 0),
    workbook(CELLS, ["s44", "", "", "2026-03-01", 1, ""], ["s44b", "", "", "2026-03-01", 1, ""], hidden=[2]),
    name="hidden.xlsx",
)
case(
    44,
    "a formula without its value",
    (1, 1, 0),
    workbook(CELLS, ["s44c", "", "", "2026-03-01", 1, ""], ["s44d", "", "", "2026-03-01", "=1+1", ""]),
    name="formula.xlsx",
    reasons=["formula_without_value"],
)
case(
    46,
    "a field of two megabytes",
    (1, 1, 0),
    table(row("s46"), row("s46b", note="长" * 700_000 + "x" * 700_000)),
    reasons=["oversize"],
)
case(47, "a header of two megabytes", (0, 1, 0), "x" * 2_000_000 + "\n1\n", reasons=["header_too_long"])
