"""The dirty values of a real brand, after the dirty files of ``corpus``."""

from tests.unit.channels.corpus import CASES, case, one, table
from tests.unit.channels.door import row

__all__ = ["CASES"]

# Ids and phones
case(48, "a phone in powers of ten", (0, 1, 0), one("i48", mobile="1.38E+10"), reasons=["lossy_scientific"])
case(49, "an order number in powers of ten", (0, 1, 0), one("2.04999E+18"), reasons=["lossy_scientific"])
case(
    49,
    "an order number cut after 15 digits",
    (1, 1, 0),
    table(row("2049991234567890000"), row("2049991234567890123")),
    reasons=["lossy_digits"],
)
case(49, "a float of sixteen digits", (0, 1, 0), one("2049991234567890.0"), reasons=["lossy_digits"])
case(
    50,
    "a tab, a backtick and a quote before ids",
    (3, 0, 0),
    table(row("\t20499"), row("`20500"), row("'20501")),
    values=("order_id", ("20499", "20500", "20501")),
)
case(51, "an id wrapped as a formula", (1, 0, 0), table(row('="20502"')), values=("order_id", ("20502",)))
case(52, "leading zeros", (1, 0, 0), one("000777"), values=("order_id", ("000777",)))
case(
    54,
    "masked, virtual, placeholder, landline and Hong Kong phones",
    (5, 0, 0),
    table(
        *(
            row(f"p{n}", mobile=phone)
            for n, phone in enumerate([
                "138****8000",
                "18400913965-7576",
                "13800000000",
                "021-60000000",
                "+85291234567",
            ])
        )
    ),
    values=("mobile_shape", ("masked", "virtual", "placeholder", "landline", "mobile_outside")),
)
case(
    57,
    "two phones in one field: the first",
    (1, 0, 0),
    one("i57", mobile="13812345678/13912345678"),
    values=("mobile_shape", ("mobile",)),
    warning="several_phones mobile",
)
case(
    59,
    "unionid written as nothing",
    (5, 0, 0),
    table(
        *(f"u{n},2026-03-01,1,{word}" for n, word in enumerate(["", "null", "0", "undefined", "-"])),
        header="order_id,ordered_at,amount_yuan,unionid",
    ),
    values=("unionid", (None,) * 5),
)
case(
    60,
    "ids keep their case",
    (2, 0, 0),
    table("c1,2026-03-01,1,oAbC", "c2,2026-03-01,1,oabc", header="order_id,ordered_at,amount_yuan,unionid"),
    values=("unionid", ("oAbC", "oabc")),
)
# Values
case(
    62,
    "words for nothing",
    (5, 0, 0),
    table(*(row(f"n{n}", note=word) for n, word in enumerate(["NULL", "\\N", "无", "--", "N/A"]))),
    values=("note", (None,) * 5),
)
case(62, "a person named 无", (1, 0, 0), one("n9", name="无"))
case(
    63,
    "amounts as people write them",
    (4, 0, 0),
    table(
        row("a1", amount_yuan='"1,012.50"'),
        row("a2", amount_yuan='"¥1,012.50"'),
        row("a3", amount_yuan="1012.5元"),
        row("a4", amount_yuan="99.995"),
    ),
    values=("amount_yuan", ("1012.50", "1012.50", "1012.5", "100.00")),
    warning="rounded amount_yuan",
)
case(
    63,
    "a decimal comma, and brackets for minus",
    (0, 2, 0),
    table(row("a5", amount_yuan='"1.012,50"'), row("a6", amount_yuan="(12.50)")),
    reasons=["not_a_number"],
)
case(
    65,
    "a negative quantity",
    (1, 1, 0),
    table("q1,2026-03-01,1,0", "q2,2026-03-01,1,-1", header="order_id,ordered_at,amount_yuan,quantity"),
    reasons=["below_minimum"],
)
case(
    67,
    "times with and without a zone",
    (5, 0, 0),
    table(
        *(
            row(f"t{n}", ordered_at=text)
            for n, text in enumerate([
                "2026-03-01 12:00:00",
                "2026-03-01T04:00:00Z",
                "2026-03-01T12:00:00+08:00",
                "1772337600",
                "1772337600000",
            ])
        )
    ),
    values=("ordered_at", ("2026-03-01 04:00:00",) * 5),
)
case(
    68,
    "dates as people write them",
    (5, 0, 0),
    table(
        *(
            row(f"d{n}", ordered_at=text)
            for n, text in enumerate(["46082", "2026/3/1", "2026年3月1日", "20260301", "2026-03-01"])
        )
    ),
    values=("ordered_at", ("2026-02-28 16:00:00",) * 5),
)
case(
    68,
    "下午3:05",
    (1, 0, 0),
    one("d9", ordered_at="2026/3/1 下午3:05"),
    values=("ordered_at", ("2026-03-01 07:05:00",)),
)
case(
    68,
    "dates that stand for nothing, where one is required",
    (0, 3, 0),
    table(*(row(f"z{n}", ordered_at=text) for n, text in enumerate(["0000-00-00", "1970-01-01", "1899-12-30"]))),
    reasons=["sentinel_date"],
)
case(
    68,
    "dates that stand for nothing, elsewhere",
    (1, 0, 0),
    table("z9,2026-03-01,1,1970-01-01", header="order_id,ordered_at,amount_yuan,born_on"),
    values=("born_on", (None,)),
    warning="sentinel_date born_on",
)
case(
    68,
    "birthdays of a summer with summer time, written as the instant of their midnight",
    (4, 0, 0),
    table(
        "s1,2026-03-01,1,1988-06-14T15:00:00.000Z",
        "s2,2026-03-01,1,1988-06-15T00:00:00+09:00",
        "s3,2026-03-01,1,1988-06-15 23:30:00",
        "s4,2026-03-01,1,1992-06-14T15:00:00Z",
        header="order_id,ordered_at,amount_yuan,born_on",
    ),
    values=("born_on", ("1988-06-15", "1988-06-15", "1988-06-15", "1992-06-14")),
)
case(
    69,
    "times that do not exist",
    (0, 2, 0),
    table(row("x1", ordered_at="2026-02-30 10:00:00"), row("x2", ordered_at="2026-03-01 24:00:00")),
    reasons=["not_a_time"],
)
case(
    69,
    "times after the landing",
    (0, 2, 0),
    table(row("x3", ordered_at="2099-12-31"), row("x4", ordered_at="2026-06-01 08:00:01")),
    reasons=["future_time"],
)
case(70, "a date that could be three", (0, 1, 0), one("x5", ordered_at="03/04/26"), reasons=["ambiguous_date"])
case(
    71,
    "emoji, joiners and right-to-left marks stay",
    (1, 0, 0),
    one("v71", note="👩‍👧 \u202eabc 林"),
    values=("note", ("👩‍👧 \u202eabc 林",)),
)
case(
    72,
    "formulas, scripts and templates are plain text",
    (4, 0, 0),
    table(
        *(
            row(f"f{n}", note=text)
            for n, text in enumerate([
                "=cmd|'/C calc'!A0",
                "<script>alert(1)</script>",
                "'); drop table x; --",
                "{{ env_var('X') }}",
            ])
        )
    ),
    values=("note", ("=cmd|'/C calc'!A0", "<script>alert(1)</script>", "'); drop table x; --", "{{ env_var('X') }}")),
)
