"""Past experiments: lots with a stored chance, nobody twice at once, and orders that only the world adds."""

import dataclasses
import datetime as dt
import itertools
import math
from collections import Counter, defaultdict

import pytest

from demo import outreach
from demo.brand import brand_of
from demo.consents import allows
from demo.experiments import OFFERS, Assignment, lots, run
from demo.response import DECLARED, WITHIN_DAYS, WORLDS, World

HOUSEHOLDS = 400


def _past(world: World):
    brand = brand_of(households=HOUSEHOLDS)
    outbox = outreach.post(brand.journey, brand.people, brand.friends, brand.chance)
    before = len(brand.journey.baskets)
    past = run(brand.journey, brand.buyers, outbox, world, brand.chance)
    assert len(brand.journey.baskets) == before
    return brand, outbox, past


def _always(lift: float) -> World:
    """Return a world in which every message does the same."""
    declared = World.load(DECLARED)
    return dataclasses.replace(declared, lift=dict.fromkeys(declared.lift, lift), taste=0.0, answering=0.0)


@pytest.fixture(scope="module")
def declared():
    return _past(World.load(DECLARED))


def _drew(past) -> dict[tuple[str, dt.date], Assignment]:
    return {(one.person.person_id, one.at.date()): one for one in past.assignments}


def test_nobody_is_in_two_experiments_at_once(declared):
    dates = defaultdict(list)
    for one in declared[2].assignments:
        dates[one.person.person_id].append(one.at.date())
    gaps = [(later - first).days for days in dates.values() for first, later in itertools.pairwise(days)]
    assert gaps and min(gaps) >= WITHIN_DAYS


def test_the_stored_chance_is_that_of_the_arm_and_the_share_held_back_agrees_with_it(declared):
    assignments = declared[2].assignments
    held = sum(not one.is_sent for one in assignments)
    control = {one.experiment_id: one.probability for one in assignments if not one.is_sent}
    chance = [control[one.experiment_id] for one in assignments if one.experiment_id in control]
    spread = math.sqrt(sum(share * (1 - share) for share in chance))
    assert abs(held - sum(chance)) < 3 * spread
    assert max(chance) == pytest.approx(0.7) and min(chance) == pytest.approx(0.6)
    # What is drawn is the message alone, or the offer where a rule allows one: then each has half of what is sent.
    sent = {(one.probability, control[one.experiment_id]) for one in assignments if one.is_sent and one.offer_id}
    assert sent and all(share == pytest.approx((1 - held_back) / 2, abs=1e-4) for share, held_back in sent)


def test_an_experiment_is_of_one_channel_and_fortnight_and_its_control_serves_every_offer(declared):
    by = defaultdict(set)
    for one in declared[2].assignments:
        by[one.experiment_id].add((one.channel, one.probability if not one.is_sent else None))
    assert all(len({channel for channel, _ in kinds}) == 1 for kinds in by.values())
    assert all(len({chance for _, chance in kinds if chance}) <= 1 for kinds in by.values())
    assert {one.at.date() for one in declared[2].assignments} == set(lots())


def test_the_depth_of_an_offer_follows_the_days_without_an_order(declared):
    bands = {"recall_90": "at_risk", "recall_85": "dormant", "recall_75": "lost"}
    found = {(one.offer_id, one.band) for one in declared[2].assignments if one.offer_id}
    assert found == {(offer, bands[offer]) for _, offer in OFFERS}


def test_whoever_did_not_allow_it_is_in_no_lot(declared):
    brand, outbox, past = declared
    assert all(allows(one.person, one.channel, one.at, outbox.mail, brand.chance) for one in past.assignments)


def test_in_the_null_world_no_order_is_added():
    _, _, past = _past(World.load(WORLDS / "null.toml"))
    assert len(past.assignments) > 200
    assert past.baskets == []


def test_where_everybody_responds_everybody_who_was_reached_orders_and_nobody_of_the_control():
    _, _, past = _past(_always(1.0))
    for one in past.assignments:
        assert (one.drawn is not None) == (one.reached_at is not None and not one.would_order)


def test_where_messages_do_harm_the_control_has_the_orders_and_no_real_one_is_taken_away():
    _, _, past = _past(_always(-1.0))
    for one in past.assignments:
        assert (one.drawn is not None) == (not one.is_sent and not one.would_order)


def test_whom_a_world_moves_a_stronger_one_moves_too(declared):
    _, _, strong = _past(World.load(WORLDS / "strong.toml"))
    weak, first = _drew(declared[2]), lots()[0]
    moved = {key for key, one in weak.items() if key[1] == first and one.is_sent and one.drawn is not None}
    assert moved
    assert all(_drew(strong)[key].drawn is not None for key in moved)


def test_a_drawn_order_is_a_basket_of_the_same_household_within_the_days(declared):
    brand, _, past = declared
    own = defaultdict(set)
    for basket in brand.journey.baskets:
        own[basket.household_id].add(tuple(brand.journey.product[basket.first : basket.last]))
    ordered = [one for one in past.assignments if one.drawn is not None]
    assert ordered
    for one in ordered:
        basket = one.drawn
        assert tuple(brand.journey.product[basket.first : basket.last]) in own[basket.household_id]
        assert basket.paid_fen == sum(brand.journey.paid_fen[basket.first : basket.last])
        assert 0 <= (basket.at.date() - one.at.date()).days < WITHIN_DAYS


def test_a_coupon_of_a_drawn_order_is_its_discount():
    _, _, past = _past(
        dataclasses.replace(_always(1.0), redemption=dict.fromkeys(World.load(DECLARED).redemption, 1.0))
    )
    drawn = {basket.basket_id for basket in past.baskets}
    used = [coupon for coupon in past.coupons if coupon.used_by is not None and coupon.used_by.basket_id in drawn]
    offers = World.load(DECLARED).offers
    assert Counter(coupon.offer_id for coupon in used).keys() == {"recall_90", "recall_85", "recall_75"}
    for coupon in used:
        basket = coupon.used_by
        assert basket.discount_fen == offers[coupon.offer_id].discount_fen(basket.list_fen)
        assert coupon.issued_at <= basket.at < coupon.expires_at
