"""``siyu try`` without a home, and what ``siyu quarantine`` says of one."""

import io
import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.channels.engine.guard import Guard
from orchestration.channels.engine.mappings import mappings, of_file
from orchestration.channels.engine.reasons import BrokenFile
from orchestration.channels.engine.trying import try_file
from orchestration.cli import main
from orchestration.settings import Settings
from tests.unit.channels.door import NOON, Door
from tests.unit.channels.test_mappings import QIANNIU, SHOPIFY

UNKNOWN = (
    "店铺：静安店\n交易号,下单时间,总价,状态,会员电话,备注\n"
    "T1,2026-05-02 10:00:00,12.50,已发货,13812345601,请打 13812345602\n"
    "T2,2026-05-03 10:00:00,8,已取消,13812345603,\n"
    "T3,2026-05-04 10:00:00,8,已发货,13812345603,\n"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder in which commands are run; no home is named and none may be made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIYU_HOME", str(tmp_path / "no-home"))
    yield tmp_path
    assert not (tmp_path / "no-home").exists()


def test_a_sellers_export_is_known_by_its_headers_and_shown_before_and_after(here, capsys):
    (here / "export.csv").write_bytes(QIANNIU.encode("gb18030"))
    assert main(["try", "export.csv"]) == 0
    said = capsys.readouterr().out
    assert "looks like the mapping qianniu/orders; put it into landing/qianniu/orders/" in said
    assert "总金额  ->  orders.amount_yuan  (amount, written in yuan, required)" in said
    assert "not read: 买家会员名" in said
    assert "订单状态=交易成功" in said and "status=finished" in said
    assert "of 3 records 3 would load" in said
    assert of_file(here / "export.landing.toml")["qianniu/orders"].targets == mappings()["qianniu/orders"].targets


def test_contact_values_are_masked_wherever_they_stand(here, capsys):
    (here / "shop.csv").write_text(SHOPIFY, encoding="utf-8")
    (here / "till.csv").write_text(UNKNOWN, encoding="utf-8")
    assert (main(["try", "shop.csv"]), main(["try", "till.csv"])) == (0, 1)
    said = capsys.readouterr().out
    assert "l***@shop.cn" in said
    for value in ("lin.yi@", "zhou.er@", "9000 9001", "90009001", "13812345601", "13812345602", "13812345603"):
        assert value not in said
        assert all(value not in draft.read_text(encoding="utf-8") for draft in here.glob("*.toml"))


def test_a_file_without_a_header_and_one_with_a_sequence_in_it_say_nothing_that_a_terminal_obeys(here, capsys):
    (here / "bare.csv").write_text("13812345678,lin.yi@shop.cn,110101199003071234\n", encoding="utf-8")
    (here / "odd.csv").write_text(
        f'"备注\x1b[2J  of 9 records 9 would load","电话 13812345678",{SHOPIFY.splitlines()[0]}\n\x1b]0;x\x07,1,'
        f"{SHOPIFY.splitlines()[1]}\n",
        encoding="utf-8",
    )
    main(["try", "bare.csv"])
    main(["try", "odd.csv", "--mapping", "shopify/orders"])
    said = capsys.readouterr().out + "".join(draft.read_text(encoding="utf-8") for draft in here.glob("*.toml"))
    assert "\x1b" not in said and "\x07" not in said
    assert "not read: 备注\\u001b[2J of 9 records 9 would load, 电话 138****5678" in said
    for value in ("13812345678", "lin.yi@", "110101199003071234"):
        assert value not in said


def test_what_would_be_set_aside_is_said_with_line_and_remedy(here, capsys):
    (here / "shop.csv").write_text(SHOPIFY, encoding="utf-8")
    main(["try", "shop.csv"])
    said = capsys.readouterr().out
    assert (
        "1 set aside: not_in_vocabulary currency, first in line 5\n    The value is not one of the allowed words: CNY."
        in said
    )
    assert "1 set aside: with_its_order, first in line 6" in said


def test_a_file_of_no_mapping_gets_one_to_begin_with_that_reads_it_once_completed(here, capsys):
    (here / "till.csv").write_text(UNKNOWN, encoding="utf-8")
    assert main(["try", "till.csv"]) == 1
    assert "is of no data set and no mapping" in capsys.readouterr().out
    draft = here / "till.landing.toml"
    text = draft.read_text(encoding="utf-8")
    assert 'order_id = "交易号"' in text and '"已发货" = "shipped"' in text and "# not read: 备注" in text
    text = text.replace('"已取消" = ""', '"已取消" = "cancelled"').replace(
        '# amount_yuan = ""', 'amount_yuan = "总价" #'
    )
    draft.write_text(text, encoding="utf-8")
    assert main(["try", "till.csv", "--mapping", "till.landing.toml"]) == 0
    said = capsys.readouterr().out
    assert "of 4 records 3 would load, 1 skipped (preamble)" in said and "amount_yuan=12.50" in said
    assert main(["try", "till.csv"]) == 1
    assert "was left: till.landing.toml" in capsys.readouterr().out


def test_the_answer_of_an_api_gets_a_mapping_that_says_where_its_records_lie(here, capsys):
    record = {"order_id": "5012", "buyer": {"user_id": "b1"}, "create_time": 1777600000, "status": 5, "amount": 19800}
    (here / "page.json").write_text(json.dumps({"data": {"total": 1, "list": [record]}}), encoding="utf-8")
    assert main(["try", "page.json"]) == 1
    text = (here / "page.landing.toml").read_text(encoding="utf-8")
    assert 'rows_at = "data.list"' in text and 'customer_id = "buyer.user_id"' in text
    for old, new in (('status = "status"', 'status = {column = "status", words = {"5" = "finished"}}'),):
        text = text.replace(old, new)
    (here / "page.landing.toml").write_text(text, encoding="utf-8")
    assert main(["try", "page.json", "--mapping", "page.landing.toml"]) == 0
    assert "customer_id=b1" in capsys.readouterr().out


def test_a_file_of_the_datas_own_form_and_a_workbook_are_known_too(here, capsys):
    (here / "a.csv").write_text(
        "source,order_id,ordered_at,status,amount_yuan\nshop,1,2026-05-02,paid,x\n", encoding="utf-8"
    )
    book = openpyxl.Workbook()
    for row in (["会员表"], ["姓名", "手机号", "生日", "积分"], ["林小满", 13812345601, "05-12", 3]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    (here / "b.xlsx").write_bytes(content.getvalue())
    assert main(["try", "a.csv"]) == 1
    assert main(["try", "b.xlsx"]) == 0
    said = capsys.readouterr().out
    assert "looks like the data set standard/orders" in said and "not_a_number amount_yuan, first in line 2" in said
    assert "the mapping members/workbook" in said and "warning: emptied_not_a_time birth_date 1" in said
    assert "林小满" not in said and "13812345601" not in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["a.csv", "--mapping", "no/such"], "no mapping is called 'no/such'; there are"),
        (["a.csv", "--mapping", "none.toml"], "there is no such file"),
        (["gone.csv"], "does not exist"),
    ],
)
def test_a_mistake_is_one_sentence(here, capsys, arguments, says):
    (here / "a.csv").write_text("x\n1\n", encoding="utf-8")
    assert main(["try", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_file_that_cannot_be_read_says_why(here, capsys):
    (here / "a.csv").write_bytes(b"PK\x03\x04")
    assert main(["try", "a.csv"]) == 1
    assert "not_text" in capsys.readouterr().out


def test_a_bomb_is_refused_before_a_run_by_try_and_by_check(tmp_path, monkeypatch, capsys):
    """90 megabytes in 100 kilobytes: somebody tries the file on a laptop, or asks what the folder would become."""
    home = tmp_path / "home"
    for place in ("standard/orders/a.parquet", "elsewhere/b.parquet"):
        path = home / "landing" / place
        path.parent.mkdir(parents=True)
        pq.write_table(pa.table({"order_id": ["x" * 90_000_000]}), path, compression="zstd")
    (home / "siyu.toml").write_text("read_memory_mb = 64\n", encoding="utf-8")
    monkeypatch.setenv("SIYU_HOME", str(home))
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "standard/orders/a.parquet  set aside whole: too_heavy\n" in said
    assert "elsewhere/b.parquet  set aside whole: too_heavy\n" in said
    assert said.count("read_memory_mb") == 2
    with Guard(Settings(read_memory_mb=64)) as guard, pytest.raises(BrokenFile, match="too_heavy"):
        try_file(path, mappings(), None, NOON, guard)


def test_a_whole_landing_folder_is_checked_before_a_run_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    home = tmp_path / "home"
    for place, content in {
        "qianniu/orders/a.csv": QIANNIU,
        "standard/orders/b.csv": "source,order_id,ordered_at,status,amount_yuan\nshop,1,2026-05-02,paid,x\n",
        "standard/orders/c.txt": "x",
        "elsewhere/orders/d.csv": QIANNIU,
    }.items():
        path = home / "landing" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    monkeypatch.setenv("SIYU_HOME", str(home))
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "qianniu/orders/a.csv  3 of 3 records would load\n" in said
    assert "standard/orders/b.csv  0 of 1 records would load\n    1 not_a_number amount_yuan: " in said
    assert "standard/orders/c.txt  set aside whole: unknown_format" in said
    assert "put it into landing/qianniu/orders/" in said.partition("elsewhere/orders/d.csv  unknown_folder")[2]
    assert [path.name for path in home.iterdir()] == ["landing"]


def test_the_quarantine_is_listed_explained_and_a_files_unit_accepted(tmp_path, monkeypatch, capsys):
    door = Door(tmp_path / "home", "standard")
    header = "source,order_id,ordered_at,status,amount_yuan,discount_yuan\n"
    for day, fold in ((1, 1), (2, 100)):
        rows = (f"shop,{day}-{n},2026-05-{day:02d},paid,{(20 + n) * fold},{'x' if n == 3 else ''}\n" for n in range(30))
        door.land("orders", f"{day}.csv", header + "".join(rows) + ("shop,,2026-05-01,paid,1,\n" if day == 1 else ""))
    door.ingest()
    monkeypatch.setenv("SIYU_HOME", str(door.home))
    assert main(["quarantine"]) == 0
    assert capsys.readouterr().out == (
        "standard/orders/1.csv  missing_value (order_id)  1 rows\n"
        "standard/orders/2.csv  another_unit (amount_yuan)  the whole file\n"
    )
    assert main(["quarantine", "explain", "standard/orders/1.csv"]) == 0
    said = capsys.readouterr().out
    assert (
        "lines 32: missing_value in order_id" in said and "1 values of discount_yuan became empty: not_a_number" in said
    )
    assert main(["quarantine", "accept", "standard/orders/1.csv", "--reason", "so be it"]) == 2
    assert "is not set aside as another_unit" in capsys.readouterr().err
    assert main(["quarantine", "accept", "standard/orders/2.csv", "--reason", " "]) == 2
    assert main(["quarantine", "accept", "standard/orders/2.csv", "--reason", "cars, says Lin"]) == 0
    door.ingest(NOON)
    assert door.ledger()["2.csv"]["loaded"] == 30
