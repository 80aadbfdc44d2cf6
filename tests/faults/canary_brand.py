"""A small brand whose 101 known numbers, and addresses, stand where none belongs, as people and tills write them."""

import datetime as dt
import json
from pathlib import Path

import openpyxl

from tests.builders import Brand, Row, shop
from tests.unit.publish.test_door import BY_NUMBER, canaries

DATE = dt.date(2026, 3, 10)
_AT = f"{DATE} 10:00:00"
#: Addresses of mail with digits round their mark: mailboxes here are called by a number, and so are their hosts.
ADDRESSES = BY_NUMBER[:4]
_OF_A_SALE = {"source": "shop", "customer_id": "C0001"}
#: Data set -> a row of it that loads, {} being the number of the row, and the columns in which a number is written.
ROWS: dict[str, tuple[Row, tuple[str, ...]]] = {
    "customers": (
        {"source": "pos", "customer_id": "X{}", "registered_at": _AT, "updated_at": _AT},
        (
            "member_no", "city", "level", "name", "province", "occupation", "industry", "acquisition_channel", "source",
            "customer_id", "unionid", "device_id", "taobao_ouid",
        ),
    ),
    "orders": (
        _OF_A_SALE
        | {"order_id": "XO{}", "ordered_at": _AT, "paid_at": _AT, "status": "finished", "amount_yuan": "10.00"},
        ("order_id", "campaign_id", "coupon_id", "store_id", "staff_id"),
    ),
    "order_lines": (
        {"source": "shop", "order_id": "XO0", "line_id": "{}", "sku_id": "K1", "quantity": 1, "amount_yuan": "1.00"},
        ("line_id", "sku_id", "category"),
    ),
    "products": ({"source": "shop", "sku_id": "XK{}", "name": "item"}, ("sku_id", "name", "category", "brand")),
    "events": (
        _OF_A_SALE | {"event_id": "XE{}", "event_type": "view", "occurred_at": _AT, "channel": "mini_program"},
        ("event_id", "channel", "campaign_id", "group_id", "object_type", "object_id", "properties", "staff_id"),
    ),
    "messages": (
        _OF_A_SALE | {"message_id": "XM{}", "message_channel": "sms", "sent_at": _AT, "status": "failed"},
        ("message_id", "audience_id", "wave", "campaign_id", "failure_reason", "staff_id"),
    ),
    "campaigns": ({"campaign_id": "XA{}", "name": "spring"}, ("campaign_id", "name", "kind")),
    "stores": ({"store_id": "XS{}", "name": "Two", "city": "上海市"}, ("store_id", "name", "city")),
    "staff": ({"staff_id": "XG{}", "name": "G", "store_id": "S1", "role": "guide"}, ("staff_id", "name", "store_id")),
    "follows": (_OF_A_SALE | {"staff_id": "G{}", "added_at": _AT}, ("add_way", "state", "staff_id")),
    "groups": ({"source": "wecom", "group_id": "XR{}", "name": "friends"}, ("group_id", "name", "owner_staff_id")),
    "points_ledger": (
        _OF_A_SALE | {"entry_id": "XP{}", "points": 1, "occurred_at": _AT, "kind": "sale"},
        ("entry_id", "kind"),
    ),
    "appointments": (
        _OF_A_SALE | {"appointment_id": "XT{}", "starts_at": f"{DATE + dt.timedelta(days=1)} 10:00:00"},
        ("appointment_id", "kind", "status", "staff_id"),
    ),
    "leads": (
        {"lead_id": "XL{}", "source": "shop", "customer_id": "C0002", "stage": "new", "changed_at": _AT},
        ("lead_id", "company", "stage", "owner"),
    ),
    "task_results": (
        {"task_id": "XJ{}", "staff_id": "G1", "status": "sent", "changed_at": _AT},
        ("task_id", "note_code"),
    ),
    "channel_costs": ({"channel": "shop{}", "cost_date": str(DATE), "spend_yuan": "1"}, ("channel", "campaign_id")),
    "coupons": (
        _OF_A_SALE | {"coupon_id": "XC{}", "offer_id": "f1", "issued_at": _AT},
        ("coupon_id", "offer_id", "order_id"),
    ),
}  # fmt: skip


def everything() -> list[tuple[str, str]]:
    """Return each number in a spelling of its own, and each address in four."""
    told = ("{}", "邮箱{}，已加", "{}（常用）021-61234567", "mailto:{}")
    return canaries() + [(address, words.format(address)) for address in ADDRESSES for words in told]


def land(home: Path) -> list[tuple[str, str]]:
    """Land the brand and the numbers in every column, name, header and sheet; return each with its spelling."""
    shop(home, DATE, customers=12, days=60).land()
    written = everything()
    known = Brand(home)
    for place, value in enumerate(dict.fromkeys(value for value, _ in written)):
        kind = "email" if "@" in value else "mobile"
        row = {"source": "crm", "customer_id": f"canary{place}", kind: value, "updated_at": _AT}
        known.add("customers", row)
    known.land("known.csv")
    places = [(dataset, column) for dataset, (_, columns) in ROWS.items() for column in columns]
    brand = Brand(home)
    for place in range(max(len(places), len(written))):
        dataset, column = places[place % len(places)]
        text = written[place % len(written)][1]
        row = {name: str(value).replace("{}", str(place)) for name, value in ROWS[dataset][0].items()}
        brand.add(dataset, row | {column: json.dumps({"tel": text}) if column == "properties" else text})
    brand.land("written.csv")
    _land_names(home, written)
    return written


def _land_names(home: Path, written: list[tuple[str, str]]) -> None:
    """Land files that are named after somebody, and headers, sheets and folders that are."""
    landing = home / "landing" / "standard" / "customers"
    for place, (_, text) in enumerate(written):
        name = text.replace("/", "_")
        number = f"N{place}"
        rows = f"source,customer_id,city,updated_at,{text}\nerp,{number},{text},{_AT},1\n"
        (landing / f"{name}.csv").write_text(rows, encoding="utf-8")
        if place % 10 == 0:
            _workbook(landing / f"book {place}.xlsx", name, text, number)
            (landing / f"{name}.bin").write_bytes(b"what is this")
            stray = home / "landing" / name
            stray.mkdir()
            (stray / f"{name}.csv").write_text("a,b\n1,2\n", encoding="utf-8")
            bad = {"source": "erp", text: 1, "customer_id": text, "registered_at": text, "updated_at": "soon"}
            (landing / f"bad {name}.jsonl").write_text(json.dumps(bad, ensure_ascii=False) + "\n", encoding="utf-8")


def _workbook(path: Path, sheet: str, text: str, number: str) -> None:
    book = openpyxl.Workbook()
    book.active.title = "".join(one for one in sheet if one not in ":\\/?*[]")[:31] or "a"
    book.active.append(["source", "customer_id", "city", "updated_at", text])
    book.active.append(["erp", f"W{number}", text, _AT, text])
    book.properties.creator = text
    book.save(path)
