"""A declared world says what a message does; who orders by it is drawn by name, whether written to or not."""

import datetime as dt
import re

import pytest

from demo.chance import Chance
from demo.response import DECLARED, WITHIN_DAYS, WORLDS, BadWorld, Offer, World, draw, order_at
from orchestration.settings import CHECKOUT

CHANCE = Chance(7)
PEOPLE = [f"p{number}" for number in range(400)]
DAY = dt.date(2017, 10, 5)


@pytest.fixture(scope="module")
def world() -> World:
    return World.load(DECLARED)


def test_a_band_begins_on_its_day(world):
    days = [None, 0, 19, 20, 59, 60, 119, 120, 400]
    assert [world.band(day) for day in days] == [
        "registered", "active", "active", "at_risk", "at_risk", "dormant", "dormant", "lost", "lost",
    ]  # fmt: skip


def test_in_the_null_world_nothing_does_anything():
    null = World.load(WORLDS / "null.toml")
    for channel in ("sms", "wecom", "call", "official_account"):
        for offer in ("", "recall_90", "recall_85", "recall_75"):
            assert null.response(CHANCE, "p1", 70, channel, offer).lift == 0


def test_the_strong_world_is_the_declared_one_twice_as_loud(world):
    strong = World.load(WORLDS / "strong.toml")
    assert strong.lift == {key: pytest.approx(2 * share) for key, share in world.lift.items()}


def test_people_differ_around_the_declared_share(world):
    lifts = [world.response(CHANCE, person, 70, "wecom", "recall_85").lift for person in PEOPLE]
    assert sum(lifts) / len(lifts) == pytest.approx(0.24, rel=0.1)
    assert min(lifts) < 0.12 and max(lifts) > 0.4


def test_an_sms_without_an_offer_does_harm_to_the_lost_and_keeps_some_who_would_come_away(world):
    response = world.response(CHANCE, "p1", 200, "sms", "")
    assert response.lift == -0.03
    assert world.kept_away(response, 200) == pytest.approx(0.03 * 0.87 / 0.13)
    assert world.kept_away(world.response(CHANCE, "p1", 200, "wecom", ""), 200) == 0


def test_a_message_whose_offer_the_world_does_not_know_is_a_message_alone(world):
    assert world.response(CHANCE, "p1", 30, "sms", "unheard_of") == world.response(CHANCE, "p1", 30, "sms", "")


def test_the_number_of_a_person_and_day_is_drawn_once_whatever_is_sent():
    assert draw(CHANCE, "p1", DAY) == draw(CHANCE, "p1", DAY)
    numbers = [draw(CHANCE, person, DAY) for person in PEOPLE]
    assert len(set(numbers)) == len(PEOPLE)
    assert sum(number < 0.25 for number in numbers) == pytest.approx(100, abs=26)


def test_an_order_comes_after_its_message_and_within_the_days():
    sent = dt.datetime(2017, 10, 5, 20, 30)
    times = [order_at(CHANCE, person, sent) for person in PEOPLE]
    assert min(times) > sent
    assert max(times).date() <= DAY + dt.timedelta(days=WITHIN_DAYS - 1)


def test_a_coupon_takes_off_its_share_up_to_its_most():
    offer = Offer("medium", 0.85, 3000, 7)
    assert [offer.discount_fen(paid) for paid in (10_000, 20_000, 30_000)] == [1500, 3000, 3000]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[people]", "[nobody]"), "lacks 'people'; declared.toml shows"),
        (("none = 0.16", "none = 1.6"), "lift.at_risk.wecom.none is no share"),
        (("[lift.lost]", "[lift.gone]"), "lift.gone is none of its bands"),
        (("from_days = 0", "from_days = 3"), "no band begins at 0 days"),
        (('name = "declared"', "name = "), "cannot be read"),
    ],
)
def test_what_is_no_world_is_refused_with_the_reason(tmp_path, change, says):
    text = DECLARED.read_text(encoding="utf-8")
    assert change[0] in text
    file = tmp_path / "world.toml"
    file.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(BadWorld, match=says):
        World.load(file)


def test_a_world_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadWorld, match="none.toml cannot be read: No such file"):
        World.load(tmp_path / "none.toml")


def test_the_truth_is_named_by_nothing_of_the_product():
    folders = ("orchestration", "ml", "data_quality", "dbt_project/models", "dbt_project/macros")
    files = [file for folder in folders for file in (CHECKOUT / folder).rglob("*") if file.suffix in (".py", ".sql")]
    # home_parts.py: what may lie in a folder that becomes a home.
    named = [file.name for file in files if re.search(r"\btruth\b|world\.toml", file.read_text(encoding="utf-8"))]
    assert named == ["home_parts.py"]
