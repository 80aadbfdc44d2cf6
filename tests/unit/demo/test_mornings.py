"""A further morning: what an export handed over is sent, answered by its platform, ordered upon, and landed once."""

import csv
import dataclasses
import datetime as dt
import json
import shutil

import pyarrow.parquet as pq
import pytest

from demo.brand import brand_of
from demo.gateway import AddressBook, Gateway
from demo.handed_over import Message, messages_of
from demo.mornings import Mornings, NoDemo, said_of, send_by_template
from demo.orders import Till, coupon_rows
from demo.outreach import Outbox
from demo.response import DECLARED, World
from demo.retail import mini_order
from demo.selling import product_names
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.gateways.lists import write_coupons

DAY = dt.date(2017, 12, 1)
NINE, NOON = dt.datetime(2017, 12, 1, 9), dt.datetime(2017, 12, 1, 12)


def _handed(address, **more):
    """Return a row as the product's writers take it."""
    row = dict.fromkeys(("template_id", "offer_id", "staff_id", "store_id", "id_scope", "why", "task_id", "subject"))
    row |= {
        "address": address,
        "words": "你好",
        "variables": "{}",
        "out_id": f"r1:{address}",
        "title": "小店",
        "fields": {},
    }
    return row | {"after": "2017-12-01 09:00:00", "before": "2017-12-01 12:00:00"} | more


def _message(channel, address, **more) -> Message:
    said = {"offer_id": "", "out_id": f"r1:{address}", "staff_id": "", "task_id": "", "after": NINE, "before": NOON}
    return Message(channel, address, **(said | more))


@pytest.fixture(scope="module")
def brand():
    return brand_of(households=50)


def _world(lift: float) -> World:
    declared = World.load(DECLARED)
    every = dict.fromkeys(declared.redemption, 1.0)
    lifts = dict.fromkeys(declared.lift, lift)
    return dataclasses.replace(declared, lift=lifts, taste=0.0, answering=0.0, redemption=every)


def _buyers(brand):
    return [person for person in brand.people if person.kind == "buyer" and not person.flags]


def _send(brand, messages):
    gateway, book = Gateway("20171130-x-demo-001", Outbox(brand.friends, brand.chance), brand.chance), _book(brand)
    for message in messages:
        gateway.send(message, book.owner(message.channel, message.address))
    return gateway.answers


def _book(brand):
    return AddressBook(brand.people)


@pytest.mark.parametrize("channel", sorted(GATEWAYS))
def test_every_channels_files_are_read_as_they_were_written(tmp_path, channel):
    rows = [
        _handed("a1", offer_id="recall_85", staff_id="g1", task_id="t1"),
        _handed("a2", staff_id="g1", task_id="t2", before="2017-12-01 11:00:00"),
    ]
    GATEWAYS[channel].write(rows, tmp_path)
    write_coupons(rows, tmp_path)
    first, second = messages_of(tmp_path, DAY)
    assert (first.channel, first.address, first.offer_id) == (channel, "a1", "recall_85")
    assert (second.address, second.offer_id) == ("a2", "")
    assert (first.after, first.before, second.before) == (NINE, NOON, dt.datetime(2017, 12, 1, 11))
    by_token = channel in ("sms", "call", "app_push", "email")
    assert first.out_id == ("r1:a1" if by_token else "")
    assert first.staff_id == ("g1" if channel in ("call", "wecom") else "")
    assert first.task_id == ("t1" if channel == "call" else "")


def test_a_gateway_answers_by_token_and_a_number_nobody_has_is_dead(brand):
    person = _buyers(brand)[0]
    answers = _send(brand, [_message("sms", person.phone), _message("sms", "13900000000")])
    told = {receipt["phone_number"]: (receipt["success"], receipt["out_id"]) for receipt in answers.receipts}
    assert told["13900000000"] == (False, "r1:13900000000")
    assert told[person.phone][1] == f"r1:{person.phone}"
    assert [sent.is_reached for sent in answers.sent] == [told[person.phone][0], False]
    assert all(NINE <= sent.at < NOON for sent in answers.sent)


def test_wecom_tells_by_id_and_nobody_is_reached_who_is_no_friend_any_more(brand):
    gone = [friend for friend in brand.friends if friend.left_at is not None]
    assert gone
    answers = _send(brand, [_message("wecom", friend.person.external_userid, staff_id="g1") for friend in gone])
    payloads = [json.loads(line)["payload"] for _, line in answers.rows["wecom/send_results"]]
    others = {sent.message.address for sent in answers.sent if sent.is_reached}
    assert {one["status"] for one in payloads if one["external_userid"] not in others} <= {0, 2, 3}
    assert "out_id" not in payloads[0]


def test_a_mass_message_of_the_official_account_is_told_of_by_nobody(brand):
    followers = [person for person in brand.people if person.oa_openid]
    answers = _send(brand, [_message("official_account", person.oa_openid) for person in followers])
    assert any(sent.is_reached for sent in answers.sent)
    assert (dict(answers.rows), answers.receipts) == ({}, [])


def test_staff_tell_of_a_call_by_its_task(brand):
    person = _buyers(brand)[0]
    answers = _send(brand, [_message("call", person.phone, staff_id="g1", task_id="t1")])
    ((_, line),) = answers.rows["standard/task_results"]
    assert line.split(",")[:2] == ["t1", "g1"]


def _outcomes(brand, lift, offer="recall_85"):
    answers = _send(brand, [_message("sms", person.phone, offer_id=offer) for person in _buyers(brand)])
    till = Till(brand, _world(lift), {}, set())
    return [till.outcome(sent, sent.person) for sent in answers.sent]


def test_whoever_would_not_order_orders_where_the_world_says_so_and_never_twice(brand):
    for one in _outcomes(brand, 1.0):
        knows = (one.band, "sms", "medium") in World.load(DECLARED).lift
        assert (one.sale is not None) == (knows and one.sent.is_reached and not one.would_order)


def test_a_real_order_stays_away_only_where_the_world_does_harm(brand):
    assert not any(one.kept_away for one in _outcomes(brand, 0.0, offer=""))
    harmed = _outcomes(brand, -1.0, offer="")
    assert any(one.kept_away for one in harmed)
    assert all(one.would_order and one.sent.is_reached for one in harmed if one.kept_away)


def test_a_coupon_is_issued_with_its_message_and_used_on_the_order_it_brought(brand):
    outcomes = _outcomes(brand, 1.0)
    rows = [next(csv.reader([line])) for _, line in coupon_rows(outcomes, _world(1.0), "e1")]
    issued = [row for row in rows if not row[5]]
    used = {row[6]: row for row in rows if row[5]}
    assert len(issued) == len(outcomes)
    assert {row[7] for row in issued} == {"2017-12-08 00:00:00"}
    (mine,) = [one for one in outcomes if one.sale is not None and one.used is not None][:1]
    assert used[mine.sale.order_id][2] == "recall_85"
    assert mine.sale.source == "pos" and mine.sale.customer_id != "0"
    assert mine.sale.basket.discount_fen == min(round(mine.sale.basket.list_fen * 0.15), 3000)


def test_who_has_no_card_uses_the_coupon_of_a_first_order_in_the_mini_program(brand):
    new = [one for one in brand.people if one.kind == "registered" and one.mini_openid and one.oa_openid]
    answers = _send(brand, [_message("official_account", one.oa_openid, offer_id="ladder_1") for one in new])
    till = Till(brand, _world(1.0), {}, set())
    mine, *_ = [one for one in (till.outcome(sent, sent.person) for sent in answers.sent) if one.used is not None]
    assert (mine.sale.source, mine.used[0]) == ("mini_program", mine.sale.order_id)
    basket, offer = mine.sale.basket, _world(1.0).offers["ladder_1"]
    assert basket.discount_fen == offer.discount_fen(basket.list_fen) > 0
    ((_, order), *_) = mini_order(brand.journey, mine.sale, product_names(brand.journey))
    price = json.loads(order)["payload"]["order_detail"]["price_info"]
    assert price["product_price"] - price["discounted_price"] == basket.paid_fen


@pytest.fixture
def going(home, brand, tmp_path):
    """A demo whose 30 November was published, and an SMS export to three of its buyers."""
    place = tmp_path / "home"
    shutil.copytree(home.path, place)
    (place / "published").mkdir()
    (place / "published" / "CURRENT").write_text("2017-11-30-0123456789abcdef\n", encoding="utf-8")
    folder = place / "sent" / "20171130-sms-demo-001"
    folder.mkdir(parents=True)
    rows = [_handed(person.phone, offer_id="recall_90") for person in _buyers(brand)[:3]]
    GATEWAYS["sms"].write(rows, folder)
    return place


def _files(place):
    return {str(path.relative_to(place)): path.read_bytes() for path in sorted((place / "landing").rglob("*.*"))}


def test_the_morning_lands_what_the_data_set_has_for_the_day_and_what_the_platforms_said(going):
    before, mornings = _files(going), Mornings(going)
    assert mornings.day() == DAY
    rows = mornings.answer(DAY)
    mornings.land(DAY)
    new = sorted(set(_files(going)) - set(before))
    assert "landing/pos/tickets/2017-12-01.jsonl" in new
    assert "landing/sms/receipts/2017-12-01-20171130-sms-demo-001.json" in new
    assert "landing/standard/coupons/2017-12-01-20171130-sms-demo-001.csv" in new
    assert all("/2017-12-01" in name for name in new)
    assert len(rows) == 3
    assert said_of(DAY, rows).startswith("2017-12-01: sent sms 3; reached ")
    marker = json.loads((going / "demo.json").read_text(encoding="utf-8"))
    assert {f"landing/{name}" for name in marker["files"]} == set(_files(going))


def test_an_interrupted_morning_gives_the_same_when_it_is_done_again(going, tmp_path):
    shutil.copytree(going, tmp_path / "again")
    mornings = Mornings(going)
    rows = mornings.answer(DAY)
    mornings.land(DAY)
    again = Mornings(tmp_path / "again")
    again.answer(DAY)
    (tmp_path / "again" / "truth" / "sent" / "20171130-sms-demo-001.parquet").unlink()
    once_more = Mornings(tmp_path / "again")
    assert once_more.answer(DAY) == rows == once_more.answer(DAY)
    once_more.land(DAY)
    once_more.land(DAY)
    assert _files(tmp_path / "again") == _files(going)


def test_what_was_sent_is_in_the_truth_and_nowhere_a_contact_value(going, brand):
    Mornings(going).answer(DAY)
    file = going / "truth" / "sent" / "20171130-sms-demo-001.parquet"
    assert file.stat().st_mode & 0o777 == 0o600
    text = str(pq.read_table(file).to_pylist())
    assert not any(person.phone in text for person in brand.people if person.phone)


def test_a_home_that_was_never_run_cannot_go_on(home):
    with pytest.raises(NoDemo, match="make run comes first"):
        Mornings(home.path)


def test_another_world_than_the_homes_own_is_refused(going):
    shutil.copy(DECLARED.with_name("null.toml"), going / "truth" / "world.toml")
    with pytest.raises(NoDemo, match="not the world that"):
        Mornings(going)


def test_the_first_morning_lets_wecom_go_by_template_and_leaves_what_somebody_chose_alone(tmp_path):
    settings = tmp_path / "siyu.toml"
    settings.write_text('sms_gateway = "aliyun"\n\n[recipients.demo]\nin_mainland = true\n', encoding="utf-8")
    assert send_by_template(tmp_path)
    assert settings.read_text(encoding="utf-8").startswith('wecom_by = "template"\nsms_gateway')
    settings.write_text('wecom_by = "tasks"\n', encoding="utf-8")
    assert not send_by_template(tmp_path)
    assert settings.read_text(encoding="utf-8") == 'wecom_by = "tasks"\n'
