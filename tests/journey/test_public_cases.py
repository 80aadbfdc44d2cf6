"""Files in the shapes of public bug reports, where a folder of them is at hand: each comes to what its page expects.

The files belong to others and are not part of this repository: name their folder in SIYU_CASES (one folder a case, with
``landing/`` inside). Files of the same shapes, written by the tests, are held by
tests/unit/channels/test_files_as_people_have_them.py.
"""

import datetime as dt
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.landing_summary import finish
from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.builders import siyu

CASES = Path(os.environ.get("SIYU_CASES", "no-such-folder"))
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="SIYU_CASES names no folder of public cases")


class Night:
    """A home with every case landed and one date run; and its warehouse."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def rows(self, sql: str, *parameters: object) -> list[tuple]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as warehouse:
            return warehouse.execute(sql, list(parameters)).fetchall()

    def file(self, name: str) -> tuple:
        """Return (status, reason, loaded, quarantined, warnings) of a file."""
        columns = "status, reason, loaded, quarantined, coalesce(warnings, '')"
        return self.rows(f"select {columns} from channels.ledger where file_name = ?", name)[-1]

    def aside(self, name: str) -> list[tuple]:
        """Return (line, column, reason) of what was set aside of a file."""
        columns = "line, column_name, reason"
        return self.rows(f"select {columns} from channels.quarantine where file_name = ? order by all", name)

    def remedy(self, name: str) -> str:
        return " ".join(
            text for (text,) in self.rows("select remedy from channels.quarantine where file_name = ?", name)
        )

    def orders(self, source: str, *columns: str) -> list[tuple]:
        """Return columns of a source's orders as they stand in the end."""
        listed = ", ".join(columns)
        return self.rows(
            f"select {listed} from customer.orders where source = ? and counts_to is null order by all", source
        )

    def landed_times(self, source: str) -> dict[str, str]:
        sql = "select order_id, ordered_at from channels.standard__orders where source = ?"
        return dict(self.rows(sql, source))

    def people(self, *sources: str) -> list[str]:
        """Return the records of sources by person."""
        return [
            found
            for (found,) in self.rows(
                "select string_agg(customer_id, ' ' order by customer_id) from people.record_owners"
                " where list_contains($1, source) and to_date is null group by one_id order by 1",
                list(sources),
            )
        ]


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Night:
    home = tmp_path_factory.mktemp("cases") / "home"
    for case in sorted(CASES.iterdir()):
        if (case / "landing").is_dir():
            shutil.copytree(case / "landing", home / "landing", dirs_exist_ok=True)
    outcome = siyu(home, "daily", "2025-11-30")
    assert outcome.returncode == 0, outcome.stdout[-3000:] + outcome.stderr[-3000:]
    return Night(home)


def test_01_an_order_report(night):
    status, reason, *_ = night.file("c01-report.csv")
    assert (status, reason) == ("quarantined", "unknown_header")
    assert "siyu try" in night.remedy("c01-report.csv")
    sums = "select count(*), sum(amount_fen) from customer.{} where source = 'c01' and counts_to is null"
    landed = (
        "select count(*), cast(sum(cast(amount_yuan as decimal(18, 2))) * 100 as bigint) from channels.standard__{}"
    )
    for noun in ("orders", "refunds"):
        assert night.rows(sums.format(noun)) == night.rows(landed.format(noun) + " where source = 'c01'")
    assert night.rows("select count(*), min(misfit) from people.money_misfits where source = 'c01n'") == [
        (41, "paid_is_net_of_refunds")
    ]


def test_02_a_sellers_export_in_gbk(night):
    assert night.file("c02-ExportOrderList.csv")[:2] == ("quarantined", "unknown_header")
    assert "siyu try" in night.remedy("c02-ExportOrderList.csv")
    assert night.aside("c02-renamed.csv") == [(line, "status", "not_in_vocabulary") for line in (2, 3, 4)]
    assert "created, paid, shipped" in night.remedy("c02-renamed.csv")


def test_03_spellings_of_order_ids(night):
    assert night.rows(
        "select count(*) from channels.standard__orders as orders"
        " join channels.standard__order_lines as lines using (source, order_id) where source = 'c03'"
    ) == [(8,)]
    assert [(line, reason) for line, _, reason in night.aside("c03-orders.csv")] == [
        (6, "lossy_scientific"),
        (7, "lossy_digits"),
    ]


def test_04_a_bill_with_lines_above_its_header(night):
    assert [row[1] for row in night.orders("c04", "order_id", "amount_fen")] == [4500, 450, 123450]
    assert all(order.isdigit() for (order,) in night.orders("c04", "order_id"))
    assert "preamble" in night.file("c04-bill.csv")[-1]


def test_06_a_workbook_that_counts_from_1904(night):
    assert set(night.landed_times("c06").values()) == {"2025-11-20 02:30:00"}


def test_07_the_hour_24(night):
    assert [reason for _, _, reason in night.aside("c07-orders.csv")] == ["not_a_time"] * 5
    assert night.landed_times("c07") == {"T5": "2025-11-19 16:00:00"}


def test_08_zones_and_clocks(night):
    found = night.landed_times("c08")
    page = next(CASES.glob("08-*/expected.md")).read_text(encoding="utf-8")
    told = [line.removeprefix("- ") for line in page.splitlines() if " -> " in line]
    expected = {line.split(":")[0]: line.split(" -> ")[1].strip() for line in told}
    assert {name: found.get(name) for name, moment in expected.items() if moment != "?"} == {
        name: moment for name, moment in expected.items() if moment != "?"
    }
    assert all(found[name] == "2025-11-20 15:30:00" for name in found.keys() & {"Z6", "Z15", "Z16", "Z17"})


def test_09_a_shopify_export(night):
    status, reason, *_ = night.file("c09-raw.csv")
    assert (status, reason) == ("quarantined", "missing_column")
    assert night.orders("c09", "order_id", "amount_fen") == [("#1001", 31000)]
    assert len(night.aside("c09-renamed.csv")) == 4


def test_10_refunds_as_negative_rows(night):
    assert {reason for _, _, reason in night.aside("c10-orders.csv")} == {"below_minimum"}
    assert {reason for _, _, reason in night.aside("c10-lines.csv")} == {"below_minimum"}
    sql = "select entry_id, points from channels.standard__points_ledger where source = 'c10' order by all"
    assert night.rows(sql) == [("P1", "100"), ("P2", "-40"), ("P3", "-10")]


def test_12_callbacks_of_one_second(night):
    sql = (
        "select staff_id, string_agg(distinct customer_id, ' ' order by customer_id) from people.friendships"
        " where customer_id like 'wmC12%' and to_date is null and deleted_by_staff_at is null"
        " and deleted_by_customer_at is null group by 1 order by 1"
    )
    assert night.rows(sql) == [("g1", "wmC12a wmC12b wmC12c"), ("g2", "wmC12d")]


def test_13_answers_of_wecom(night):
    assert night.rows("select customer_id from customer.follows where customer_id like 'wmC13%'") == [("wmC13c",)]
    assert night.aside("c13-mixed.jsonl")[0][1:] == ("errcode", "api_error")
    for name in ("c13-pages.jsonl", "c13-single-get.jsonl"):
        assert night.file(name)[:2] == ("quarantined", "api_answer")
    assert night.aside("c13-pages.jsonl")[0][1] == "external_contact_list"


def test_14_half_an_emoji(night):
    assert night.file("c14-contacts.jsonl")[2:4] == night.file("c14-customers.jsonl")[2:4] == (2, 0)


def test_15_a_shared_device(night):
    for one, other in (("M151", "M152"), ("M153", "M154")):
        assert not any(one in names.split() and other in names.split() for names in night.people("app"))


def test_16_ids_that_are_none(night):
    assert len([names for names in night.people("app") if "L16" in names]) == 30
    assert len(night.people("c16")) == 30


def test_18_spellings_of_phones(night):
    pairs = [names for names in night.people("c18", "c18w") if " " in names]
    assert all(names.split()[0][1:] == names.split()[1][1:] or names[:2] in ("HK", "MO", "TW") for names in pairs)
    assert len([names for names in pairs if names.startswith("A")]) == 24
    spellings = [f"c18s{number}" for number in range(19)]
    together = max(night.people(*spellings), key=len).split()
    assert "V14" not in together and len(together) >= 14


def test_19_a_number_that_was_handed_on(night):
    assert night.people("c19") == ["R1", "R2", "R3", "R4"]


def test_20_a_guest_who_became_a_member(night):
    assert "Q1 Q2 Q3" in night.people("c20", "c20w")
    assert night.file("c20-customers.csv")[2:4] == (8, 0)


def test_21_odd_optional_values(night):
    _, _, loaded, quarantined, warnings = night.file("c21-customers.csv")
    assert (loaded, quarantined) == (28, 0)
    assert "emptied_not_in_vocabulary gender" in warnings and "birth_date" in warnings and "points" in warnings
    assert night.rows("select count(mobile) from channels.standard__customers where source = 'c21'") == [(28,)]


def test_22_headers_that_repeat_themselves(night):
    assert night.orders("c22", "order_id", "amount_fen") == [("H1", 3000), ("H2", 1000)]
    assert night.aside("c22b-orders.csv") == [(None, "amount_yuan", "duplicated_header")]


def test_23_locked_and_old_files(night):
    expected = {
        "c23-locked.xlsx": "not_xlsx", "c23-old.xls": "old_workbook", "c23-html.xls": "old_workbook",
        "c23-bill.zip": "unknown_format", "c23-html-as-csv.csv": "html_page", "c23-zip-as-csv.csv": "not_text",
    }  # fmt: skip
    assert {name: night.file(name)[1] for name in expected} == expected
    assert (night.file("c23-upper.CSV")[2], night.file("c23-utf16.csv")[2]) == (1, 1)


def test_24_pushed_sms_status(night):
    assert [reason for *_, reason in night.aside("c24-arrays.jsonl")] == ["array_in_line"] * 3
    assert [night.file(f"c24-{name}")[2] for name in ("objects.jsonl", "single.json", "array.json")] == [2, 1, 3]
    assert night.file("c24-tencent.json")[1] == "missing_column"


def test_25_a_till_as_its_maker_describes_it(night):
    assert night.orders("pos", "order_id", "amount_fen", "discount_fen") == [
        ("2501-C25-1", 7200, 0), ("2501-C25-2", 5760, 1440), ("2501-C25-3", 7190, 10), ("2501-C25-5", 2400, 0),
        ("2501-C25-6", 2400, 0),
    ]  # fmt: skip
    assert night.rows("select amount_fen from customer.refunds where source = 'pos'") == [(2400,)]
    ((_, column, reason),) = night.aside("c25-nostore.jsonl")
    assert (reason, "storeId" in column) == ("missing_column", True)


def test_26_big_numbers_in_json(night):
    assert ("3912000000000026001",) in night.orders("tmall", "order_id")
    assert night.orders("c26", "order_id", "amount_fen") == [("4912000000000026003", 1990)]


def test_27_amended_in_one_second(night):
    assert night.orders("c27", "order_id", "status", "amount_fen") == [
        ("A1", "paid", 10000), ("A2", "finished", 9000), ("A3", "paid", 8000), ("a3", "paid", 500),
    ]  # fmt: skip


def test_28_exports_behind_one_another(night):
    assert night.orders("c28", "order_id") == [("B1",), ("B2",), ("B3",), ("B4",), ("B6",)]
    assert night.orders("c28b", "order_id") == [("S1",)]
    assert night.orders("c28c", "order_id") == [("M1",), ("M3",)]
    assert night.aside("c28c-mixed-encoding.csv")[0][2] == "undecodable_line"


def test_29_spellings_of_amounts(night):
    allowed = {
        "M0": 123450, "M3": 123456, "M5": 123450, "M6": 450, "M7": 123457, "M8": 1500, "M9": 0, "M10": 100000,
        "M12": 1250, "M13": 12345600,
    }  # fmt: skip
    found = dict(night.orders("c29", "order_id", "amount_fen"))
    assert {"M0", "M6", "M7", "M8", "M9", "M12"} <= found.keys()
    assert all(allowed.get(name) == amount for name, amount in found.items())


def test_30_platforms_without_a_channel(night):
    strays = {name for (name,) in night.rows("select file_name from channels.ledger where reason = 'unknown_folder'")}
    assert "youzan/trades/c30.json" in strays
    assert "siyu try" in night.remedy("youzan/trades/c30.json")
    # answers of APIs in the folders of mappings that read exports: refused whole, not guessed at
    assert night.rows(
        "select dataset, status from channels.ledger where file_name = 'c30.json' and contains(dataset, '/') order by 1"
    ) == [("douyin/orders", "quarantined"), ("kuaishou/orders", "quarantined")]
    assert night.file("c30-douyin.json")[1] in ("missing_column", "api_answer")


def test_31_refused_and_then_renamed(night, tmp_path):
    shutil.copytree(night.home, tmp_path / "home", symlinks=True)
    landing = tmp_path / "home" / "landing"
    (landing / "standard/orders/c31-export.txt").rename(landing / "standard/orders/c31-export.csv")
    (landing / "jd/orders/c31-jd.csv").rename(landing / "standard/orders/c31-jd.csv")
    settings = Settings(home=tmp_path / "home")
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    with connect(settings) as warehouse:
        ingest(settings, warehouse, "standard", now, progress=lambda line: None)
        finish(settings, warehouse, now)
        found = warehouse.execute(
            "select order_id from channels.standard__orders where source = 'c31' order by 1"
        ).fetchall()
    assert found == [("RN1",), ("RN2",)]


def test_33_states_that_no_list_names(night):
    assert night.orders("mini_program", "right(order_id, 1)", "status", "amount_fen") == [
        ("1", "paid", 9000), ("2", "paid", 9000), ("3", "paid", 9000), ("4", "paid", 8500), ("5", "shipped", 8700),
        ("6", "finished", 9000), ("7", "created", 9000),
    ]  # fmt: skip
    tmall = [row for row in night.orders("tmall", "order_id", "status") if row[0] != "3912000000000026001"]
    assert [status for _, status in tmall] == ["paid", "created", "created", "refunded", "cancelled", "created"]
    assert [row[2] for row in night.aside("c33-trades.jsonl")] == ["missing_value"]


def test_34_numbers_of_a_call_centre(night):
    calls = night.rows("select right(contact_id, 1), contact_type, mobile from staging.call_centre_calls order by 1")
    mobiles = {number: mobile for number, _, mobile in calls if mobile}
    assert mobiles.keys() == {"1", "2", "6", "7", "8"} and len(set(mobiles.values())) == 1
    assert night.rows("select status from customer.messages where message_id = 'job-34-1'") == [("delivered",)]


def test_35_chains_of_merges(night):
    assert night.people("c35") == ["MG0 MG1 MG2", "MG3 MG4", "MG5", "MG6 NOBODY", "MG7"]


def test_36_a_phone_or_an_address_as_the_number(night):
    counted = "select count(*) from customer.orders where source = 'c36' group by customer_id order by 1"
    assert night.rows(counted) == [(2,), (5,)]
