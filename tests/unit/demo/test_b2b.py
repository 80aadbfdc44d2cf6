"""The brand of companies is a function of its seed, says that it is SYNTHETIC, and keeps to a home of its own."""

import csv
import dataclasses
import datetime as dt
import hashlib
import json
import re

import pytest

from demo.b2b.build import DEMO_VERSION, prepare
from demo.b2b.declared import LAST
from demo.b2b.groups import stays_of
from demo.b2b.world import Lead
from demo.build import ForeignHome
from demo.chance import Chance

#: What this version writes for twelve companies. A change here asks for the next DEMO_VERSION.
CONTENT = (2, "fd5ad01dae6e876a")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    home = tmp_path_factory.mktemp("b2b")
    prepare(home, companies=12, say=lambda line: None)
    return home


def _digest(home):
    digest = hashlib.sha256()
    for file in sorted((home / "landing").rglob("*.csv")):
        digest.update(str(file.relative_to(home)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _rows(home, name):
    with (home / "landing" / "standard" / name / "history" / "all.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_changed_brand_has_a_new_version(small, tmp_path):
    assert (DEMO_VERSION, _digest(small)) == CONTENT
    prepare(tmp_path, companies=12, say=lambda line: None)
    assert _digest(tmp_path) == _digest(small)


def test_nobody_in_it_could_be_taken_for_somebody(small):
    people = _rows(small, "customers")
    assert all(row["name"].startswith("合成联系人") for row in people)
    assert all(re.fullmatch(r"(1390000\d{4})?", row["mobile"]) for row in people)
    assert all(row["company"].startswith("合成公司") for row in _rows(small, "leads") if row["company"])
    assert json.loads((small / "demo.json").read_text("utf-8"))["identity"]["label"] == "SYNTHETIC"


def test_nothing_of_after_its_last_day_is_told(small):
    told = (
        ("events", "occurred_at"),
        ("leads", "changed_at"),
        ("orders", "ordered_at"),
        ("group_memberships", "left_at"),
    )
    for name, column in told:
        assert max(row[column] for row in _rows(small, name)) <= f"{LAST} 23:59:59", name


def test_owners_move_people_on_wednesdays_for_what_they_did_or_did_not_do():
    at = dt.datetime(2025, 1, 6, 9)
    active = Lead(1, 1, at, "", "", "sales01", [(at, "new")], acts=[(at + dt.timedelta(days=3), "download")])
    silent = dataclasses.replace(active, number=2, acts=[])
    tester = dataclasses.replace(active, number=200)

    class Always(Chance):
        def happens(self, rate, *names):
            return names[0] != "leaves"

        def between(self, low, high, *names):
            return low

    found = [(stay.group, str(stay.joined_at.date())) for stay in stays_of([active, silent, tester], Always(1))][:5]
    # a download on Thursday: a quality group on the Wednesday after; two weeks later they are washed
    assert found[:3] == [("v3", "2025-01-07"), ("q3", "2025-01-15"), ("v3", "2025-01-29")]
    assert found[3:] == [("v3", "2025-01-07"), ("t1", "2025-01-07")]


def test_who_answers_in_a_group_was_in_it_when_it_was_said(small):
    stays = {}
    for row in _rows(small, "group_memberships"):
        stays.setdefault((row["group_id"], row["customer_id"]), []).append((row["joined_at"], row["left_at"] or "9"))
    said = [row for row in _rows(small, "events") if row["event_type"] == "speak" and row["customer_id"]]
    assert any(row["parent_event_id"] for row in said)
    for row in said:
        at = row["occurred_at"]
        assert any(since <= at < until for since, until in stays[row["group_id"], row["customer_id"]]), row


def test_it_is_built_once_and_never_into_a_home_that_holds_something_else(small, tmp_path):
    told = []
    prepare(small, companies=12, say=told.append)
    assert "already" in told[0]
    with pytest.raises(ForeignHome):
        prepare(small, companies=13, say=told.append)
    (tmp_path / "landing" / "shop").mkdir(parents=True)
    (tmp_path / "landing" / "shop" / "orders.csv").write_text("order_id\n", encoding="utf-8")
    with pytest.raises(ForeignHome):
        prepare(tmp_path, companies=12, say=told.append)
