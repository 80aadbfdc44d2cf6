"""More of the 72 dirty inputs, and those that only several files together show: each with its literal outcome."""

import dataclasses
import gzip
import io

import openpyxl

from tests.unit.channels.corpus import CELLS, case, one, table, workbook, zipped
from tests.unit.channels.corpus_values import CASES
from tests.unit.channels.door import HEADER, row

__all__ = ["CASES", "STORIES", "Story"]

case(15, "a zip under a text name", (0, 0, 0), zipped(**{"a.csv": one("m15")}), reasons=["not_text"])
case(
    17,
    "a zip that would write outside its folder",
    (0, 0, 0),
    zipped(**{"../../etc/cron.d/x": one("m17"), "/tmp/x.csv": one("m17b")}),
    name="paths.zip",
    reasons=["unknown_format"],
)
case(
    18,
    "a gzip that unpacks to a thousand times its size",
    (0, 0, 0),
    gzip.compress(b"0" * (300 << 20), 1),
    name="bomb.csv.gz",
    reasons=["gzip_bomb"],
)
case(
    38,
    "headers in full width and over two lines",
    (1, 0, 0),
    table("m38,9.90,2026-03-01", header='订单号,"金额\n（元）",下单时间\u3000'),
    values=("amount_yuan", ("9.90",)),
)
case(
    41,
    "an optional column missing",
    (1, 0, 0),
    table("m41,2026-03-01,5", header="order_id,ordered_at,amount_yuan"),
    values=("note", (None,)),
    warning="absent_columns",
)
case(
    45,
    "two hundred and fifty columns, nearly all empty",
    (1, 0, 0),
    table(row("m45") + "," * 244, header=HEADER + "," + ",".join(f"c{n}" for n in range(244))),
    values=("order_id", ("m45",)),
    warning="unknown_column",
)
case(
    46,
    "a field of ten megabytes",
    (1, 1, 0),
    table(row("m46"), row("m46b", note="x" * 10_000_000)),
    reasons=["oversize"],
)
case(
    47,
    "a header of a million columns",
    (0, 1, 0),
    ",".join(f"c{n}" for n in range(1_000_000)) + "\n1\n",
    reasons=["header_too_long"],
)
case(
    53,
    "one mobile in seven spellings",
    (7, 0, 0),
    table(
        *(
            row(f"m53{n}", mobile=written)
            for n, written in enumerate([
                "13812345678", "+86 138-1234-5678", "0086 13812345678", "86-138 1234 5678", "138 1234 5678",
                "１３８１２３４５６７８", "+86-0-13812345678",
            ])
        )
    ),
    values=("mobile_shape", ("mobile",) * 7),
)  # fmt: skip
case(
    55,
    "numbers of one order, of a firm and of nobody",
    (4, 0, 0),
    table(
        *(
            row(f"m55{n}", mobile=written)
            for n, written in enumerate(["18400913965-1234", "95588", "11111111111", "000000"])
        )
    ),
    values=("mobile_shape", ("virtual", "virtual", "placeholder", "placeholder")),
)
case(
    56,
    "landlines, 400, Hong Kong and twelve digits",
    (4, 0, 0),
    table(
        *(
            row(f"m56{n}", mobile=written)
            for n, written in enumerate(["021-60000001", "400-800-1234", "+852 6123 0001", "138123456789"])
        )
    ),
    values=("mobile_shape", ("landline", "landline", "mobile_outside", "invalid")),
)
case(
    71,
    "ten thousand combining marks on one letter",
    (1, 0, 0),
    one("m71", note="e" + "\u0301" * 10_000),
)
case(
    72,
    "formulas behind a tab, a line end, full width; paths",
    (5, 0, 0),
    table(
        *(
            row(f"m72{n}", note=text)
            for n, text in enumerate(['"\t=1"', '"a\n=1"', "＝1+1", "@SUM(1)", "../../etc/passwd"])
        )
    ),
    values=("note", ("\t=1", "a\n=1", "＝1+1", "@SUM(1)", "../../etc/passwd")),
)


@dataclasses.dataclass(frozen=True)
class Story:
    """Files of some days in a home of their own, and what they come to."""

    number: int
    what: str
    #: per day (dataset, name, content)
    days: tuple[tuple[tuple[str, str, str | bytes], ...], ...]
    #: file name: (status, reason, loaded, set aside, skipped) of its newest row
    files: dict[str, tuple[str, str | None, int, int, int]]
    set_aside: tuple[tuple[int | None, str | None, str], ...] = ()
    #: table, columns, rows in order
    rows: tuple[str, tuple[str, ...], list[tuple]] | None = None
    warning: str | None = None
    channel: str = "shop"


def _orders(*rows: str, header: str = "source,order_id,customer_id,ordered_at,status,amount_yuan,paid_yuan") -> str:
    return table(*rows, header=header)


def _two_sheets(*rows):
    book = openpyxl.load_workbook(io.BytesIO(workbook(["说明"], ["请勿修改"], title="说明")))
    sheet = book.create_sheet("订单")
    for cells in rows:
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


_REFUNDS = "source,refund_id,order_id,status,refunded_at,amount_yuan"
_BIG = [row(f"b{n}", amount_yuan=f"{300 + n}.00", ordered_at="2026-05-20 12:00:00") for n in range(40)]
_IN_FEN = [row(f"f{n}", amount_yuan=f"{(300 + n) * 100}", ordered_at="2026-05-28 12:00:00") for n in range(40)]
STORIES = (
    Story(
        20,
        "a file still being written waits",
        ((("receipts", "a.csv.part", one("s20")), ("receipts", "b.csv.crdownload", one("s20b"))),),
        {"a.csv.part": ("waiting", "unfinished", 0, 0, 0), "b.csv.crdownload": ("waiting", "unfinished", 0, 0, 0)},
        rows=("shop__receipts", ("order_id",), []),
    ),
    Story(
        21,
        "the same bytes under another name",
        ((("receipts", "a.csv", one("s21")),), (("receipts", "b.csv", one("s21")),)),
        {"a.csv": ("loaded", None, 1, 0, 0), "b.csv": ("duplicate", "same_content", 0, 0, 1)},
        rows=("shop__receipts", ("order_id",), [("s21",)]),
    ),
    Story(
        22,
        "a corrected export under the same name: both are kept, by their files",
        ((("receipts", "a.csv", one("s22", amount_yuan="1")),), (("receipts", "a.csv", one("s22", amount_yuan="2")),)),
        {"a.csv": ("loaded", None, 1, 0, 0)},
        rows=("shop__receipts", ("order_id", "amount_yuan"), [("s22", "1"), ("s22", "2")]),
    ),
    Story(
        23,
        "two exports that overlap",
        (
            (
                ("receipts", "0301-0307.csv", table(row("s23a"), row("s23b", ordered_at="2026-03-06 12:00:00"))),
                ("receipts", "0305-0310.csv", table(row("s23b", ordered_at="2026-03-06 12:00:00"), row("s23c"))),
            ),
        ),
        {"0301-0307.csv": ("loaded", None, 2, 0, 0), "0305-0310.csv": ("loaded", None, 2, 0, 0)},
        rows=("shop__receipts", ("order_id",), [("s23a",), ("s23b",), ("s23b",), ("s23c",)]),
    ),
    Story(
        34,
        "a count that is another than that of the rows",
        ((("receipts", "a.csv", table(row("s34"), "共 5 条")),),),
        {"a.csv": ("loaded", None, 1, 0, 1)},
        warning="announced_rows 5, found",
    ),
    Story(
        44,
        "the table on the second sheet",
        ((("receipts", "a.xlsx", _two_sheets(CELLS, ["s44", "", "", "2026-03-01", 1, ""])),),),
        {"a.xlsx": ("loaded", None, 1, 0, 0)},
        warning="other_sheets",
    ),
    Story(
        45,
        "a table that ends where spreadsheets end",
        ((("bare", "a.csv", "".join(f"c{n},1\n" for n in range(1_048_576))),),),
        {"a.csv": ("quarantined", "full_sheet", 0, 1_048_576, 0)},
        ((None, None, "full_sheet"),),
        rows=("shop__bare", ("card",), []),
    ),
    Story(
        58,
        "a shop's own number on five hundred members",
        ((("receipts", "a.csv", table(*(row(f"s58{n:03d}", mobile="13800001111") for n in range(500)))),),),
        {"a.csv": ("loaded", None, 500, 0, 0)},
    ),
    Story(
        61,
        "a test account says so",
        (
            (
                (
                    "customers",
                    "a.csv",
                    table("web,c1,测试,是", "web,c2,林小满,否", header="source,customer_id,name,is_test"),
                ),
            ),
        ),
        {"a.csv": ("loaded", None, 2, 0, 0)},
        rows=("standard__customers", ("customer_id", "is_test"), [("c1", "true"), ("c2", "false")]),
        channel="standard",
    ),
    Story(
        64,
        "fen after months of yuan",
        ((("receipts", "may.csv", table(*_BIG)),), (("receipts", "new.csv", table(*_IN_FEN)),)),
        {"may.csv": ("loaded", None, 40, 0, 0), "new.csv": ("quarantined", "another_unit", 0, 40, 0)},
        ((None, "amount_yuan", "another_unit"),),
    ),
    Story(
        65,
        "refunds: below zero, more than was paid, of an order nobody sent",
        (
            (
                ("orders", "o.csv", _orders("web,o1,c1,2026-05-01,paid,50,50")),
                (
                    "refunds",
                    "r.csv",
                    table(
                        "web,r1,o1,succeeded,2026-05-02,-5",
                        "web,r2,o1,succeeded,2026-05-02,80",
                        "web,r3,nobodys,succeeded,2026-05-02,5",
                        header=_REFUNDS,
                    ),
                ),
            ),
        ),
        {"o.csv": ("loaded", None, 1, 0, 0), "r.csv": ("loaded", None, 2, 1, 0)},
        ((2, "amount_yuan", "below_minimum"),),
        rows=("standard__refunds", ("refund_id", "amount_yuan"), [("r2", "80"), ("r3", "5")]),
        channel="standard",
    ),
    Story(
        66,
        "the same order twice, once as it was and once with another amount",
        (
            (
                (
                    "orders",
                    "o.csv",
                    _orders(*["web,o1,c1,2026-05-01,paid,50,50"] * 2,
                        "web,o2,c1,2026-05-01,paid,50,50",
                        "web,o2,c1,2026-05-01,paid,60,60",
                    ),
                ),
            ),
        ),
        {"o.csv": ("loaded", None, 4, 0, 0)},
        warning='"same_key_other_content": 1',
        channel="standard",
    ),
)  # fmt: skip
