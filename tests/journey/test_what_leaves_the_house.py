"""A published list leaves the house: every row once, to whom it is meant for, and nobody who said no since."""

import csv
import datetime as dt
import json

import openpyxl
import pyarrow.parquet as pq
import pytest

from benchmarks.exports import mornings
from orchestration.channels.engine.ingest import ingest
from orchestration.channels.engine.vault import open_vault
from orchestration.sending import activations
from orchestration.sending.brakes import resume, stop, stopped
from orchestration.sending.export import current_date, export
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.guard import has_news, look, withdrawn_at
from orchestration.sending.handing_over import withdraw
from orchestration.sending.reasons import Asked
from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.builders import current_version, phone, siyu
from tests.journey.conftest import DATES, copied, holding

#: Nine in the morning in Shanghai, the day after the last date.
MORNING = dt.datetime.combine(DATES[-1] + dt.timedelta(days=1), dt.time(1))
PEOPLE = 80


class House:
    """A copy of the brand, from which lists leave."""

    def __init__(self, home, out):
        told = {"purpose": "sends our messages", "until": dt.date(2099, 12, 31), "in_mainland": True}
        self.settings = Settings(
            home=home,
            brand_name="小店",
            brand_link="https://example.com/a",
            wecom_by="template",
            lock_wait_seconds=0,
            recipients={"agency": told, "another": told},
        )
        self.out = out

    def export(self, channels=tuple(GATEWAYS), recipient="agency", now=MORNING):
        with connect(self.settings) as warehouse:
            asked = Asked(current_date(self.settings, warehouse), ("audience", "general"), channels)
            is_stopped = lambda rows: stopped(self.settings, rows)  # noqa: E731
            done = export(self.settings, warehouse, asked, recipient, self.out, now, is_stopped)
        return {one.message_channel: one for one in done}

    def land(self, dataset, name, *rows):
        folder = self.settings.landing / "standard" / dataset
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    def ask(self, sql):
        with connect(self.settings) as warehouse:
            activations.load(self.settings, warehouse)
            return warehouse.execute(sql).fetchall()

    def addresses(self):
        """Return the addresses in the files of every export, by channel, and the texts beside them."""
        found = {}
        for folder in sorted(self.out.iterdir()):
            channel = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))["message_channel"]
            found.setdefault(channel, []).extend(_read(channel, folder))
        return found


def _read(channel, folder):
    if channel in ("sms", "email", "app_push"):
        with (folder / f"{channel}.csv").open(encoding="utf-8-sig", newline="") as file:
            return [next(iter(row.values())) for row in csv.DictReader(file, strict=True)]
    if channel == "call":
        rows = openpyxl.load_workbook(folder / "calls.xlsx").active.iter_rows(min_row=2, values_only=True)
        return [row[2] for row in rows]
    files = sorted(folder.glob(f"{channel}_*.jsonl"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    bodies = [json.loads(line) for line in lines]
    return [one for body in bodies for one in body.get("external_userid") or body["touser"]]


@pytest.fixture
def house(finished_home, tmp_path):
    return House(copied(finished_home, tmp_path / "home"), tmp_path / "out")


def _customer_of(house, one_id):
    (found,) = house.ask(
        "select customer_id from people.record_owners"
        f" where to_date is null and one_id = '{one_id}' and source = 'shop'"
    )
    return found[0]


def test_every_row_in_the_files_is_one_row_of_the_log_and_goes_to_its_person(house):
    done = house.export()
    out = {channel: one.out for channel, one in done.items() if one.out}
    assert out["sms"] > 5
    read = house.addresses()
    assert {channel: len(rows) for channel, rows in read.items()} == out
    named = house.ask(
        "select message_channel, count(*) from published.sending_list where as_of_date = "
        f"date '{DATES[-1]}' group by all"
    )
    assert {channel: one.named for channel, one in done.items()} == dict(named)
    assert all(one.named == one.out + sum(one.kept_in.values()) for one in done.values())
    log = house.ask("select message_channel, one_id, id_type, id_token from channels.activations")
    with open_vault(house.settings) as vault:
        for channel, rows in read.items():
            mine = [(one_id, kind, token) for told, one_id, kind, token in log if told == channel]
            plain = vault.reveal(token for _, kind, token in mine if kind == "mobile")
            assert sorted(plain.get(token, token) for _, _, token in mine) == sorted(rows)
            for one_id, kind, token in mine:
                if kind == "mobile":
                    assert plain[token] == phone(int(_customer_of(house, one_id)[1:]))
    again = house.export(recipient="another")
    assert sum(one.out for one in again.values()) == 0
    assert house.addresses() == read


def test_no_number_stands_anywhere_but_in_the_exports_own_folder(house):
    house.export()
    numbers = [phone(number).encode() for number in range(PEOPLE)]
    kept = {"landing", "raw", "vault"}
    home = house.settings.home
    files = [file for file in home.rglob("*") if file.is_file() and file.relative_to(home).parts[0] not in kept]
    assert any(file.parts[-2] == "activations" for file in files)
    assert holding(files, numbers) == []
    pages = [file for file in house.out.rglob("*") if file.name in ("index.html", "receipt.json")]
    assert pages
    assert holding(pages, numbers) == []
    assert {place.stat().st_mode & 0o777 for place in house.out.rglob("*")} == {0o600, 0o700}


def test_a_stop_keeps_its_rows_in_and_a_resume_lets_them_out(house):
    stop(house.settings, "channel", "sms", "wrong link", MORNING)
    first = house.export()
    assert first["sms"].out == 0
    assert first["sms"].kept_in["stopped"] > 0
    resume(house.settings, "channel", "sms", "mended", MORNING)
    assert house.export()["sms"].out == first["sms"].kept_in["stopped"]


def test_an_export_taken_back_frees_its_people_for_the_next_one(house):
    first = house.export()["sms"]
    with connect(house.settings) as warehouse:
        assert withdraw(house.settings, warehouse, first.export_id, "wrong price", MORNING) == (first.out, 0)
    assert house.export()["sms"].out == first.out


def test_who_refuses_after_the_night_is_not_written_to_and_who_orders_after_the_export_is_taken_back(house):
    of_the_date = f"as_of_date = date '{DATES[-1]}' and message_channel = 'sms'"
    listed = house.ask(f"select one_id from published.recall_audience where {of_the_date} order by 1")
    refuser, buyer = listed[0][0], listed[1][0]
    assert not has_news(house.settings)
    at = f"{DATES[-1] + dt.timedelta(days=1)} 08:00:00"
    said = {"id_type": "customer_id", "id_scope": "shop", "id_value": _customer_of(house, refuser)}
    said |= {"message_channel": "sms", "reason": "opt_out", "changed_at": at}
    house.land("suppressions", "late.csv", said)
    assert has_news(house.settings)
    # A process that died after it read the file and before it built on it: the next one has news all the same.
    with connect(house.settings) as warehouse:
        ingest(house.settings, warehouse, "standard", MORNING)
    assert has_news(house.settings)
    look(house.settings, MORNING)
    assert not has_news(house.settings)
    first = house.export()["sms"]
    assert (first.out, first.kept_in) == (len(listed) - 1, {"refused": 1})
    order = {"source": "shop", "order_id": "LATE1", "customer_id": _customer_of(house, buyer), "ordered_at": at}
    house.land("orders", "late.csv", order | {"paid_at": at, "status": "finished", "amount_yuan": "100.00"})
    version = current_version(house.settings.home).name
    done = siyu(house.settings.home, "guard")
    assert f"1 new files read; taken back of {version}: ordered 1, refused 1; 1 of them were out already" in done.stdout
    back = pq.read_table(withdrawn_at(house.settings, version)).to_pylist()
    assert {row["one_id"]: row["reason"] for row in back} == {refuser: "refused", buyer: "ordered"}
    assert house.ask("select reason from channels.withdrawals") == [("ordered",)]
    assert house.export()["sms"].kept_in == {"already_out": len(listed) - 2, "came_true": 1, "refused": 1}
    assert "0 new files read" in siyu(house.settings.home, "guard").stdout


def test_a_refusal_read_in_part_keeps_its_person_in_and_one_that_names_nobody_everybody(house):
    of_the_date = f"as_of_date = date '{DATES[-1]}' and message_channel = 'sms'"
    ((refuser,),) = house.ask(f"select min(one_id) from published.recall_audience where {of_the_date}")
    said = {"id_type": "customer_id", "id_scope": "shop", "id_value": _customer_of(house, refuser)}
    house.land(
        "suppressions", "part.csv", said | {"message_channel": "短信", "reason": "opt_out", "changed_at": "soon"}
    )
    look(house.settings, MORNING)
    done = house.export()["sms"]
    assert (done.out, done.kept_in) == (done.named - 1, {"refused": 1})
    said = {"id_type": "customer_id", "id_scope": "shop", "id_value": "", "reason": "opt_out", "changed_at": "soon"}
    house.land("suppressions", "torn.csv", said)
    look(house.settings, MORNING)
    done = house.export()["sms"]
    assert (done.out, done.kept_in) == (0, {"unread_refusals": done.named})


def test_nobody_is_above_a_cap_over_mornings_on_each_of_which_everybody_is_listed(brand_home, tmp_path):
    count, above = mornings(brand_home, tmp_path, people=30, days=10)
    assert count > 100
    assert above == {"any_1d": 0, "any_7d": 0, "wecom_recall_month": 0}
