"""What platforms do not send comes through the standard channel: goods, campaigns, coupons, points, costs."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from demo import codes
from demo.calendar import END, LAST, OPENS, at_time, days, text, wall
from demo.chance import Chance
from demo.journey import Journey
from demo.landing import Landing, Row, as_csv
from demo.people import Person
from demo.retail import TMALL_SHOP, Sale
from demo.stores import Chain

#: The booklet of a campaign holds up to 209 coupons; a household is issued this many of them and those it redeemed.
COUPONS_A_BOOKLET = 3
BEFORE = wall(2016, 12, 1, 9)
COUPONS = "source,coupon_id,offer_id,customer_id,issued_at,redeemed_at,order_id,expires_at"
POINTS = "source,entry_id,customer_id,points,occurred_at,kind"
OFFERS = (
    "coupon_10,coupon,10.00,,50.00,,14",
    "discount_85,discount,,0.85,,30.00,14",
    "points_500,points,5.00,,,,30",
    "content_guide,content,,,,,7",
    "recall_90,discount,,0.90,,20.00,7",
    "recall_85,discount,,0.85,,30.00,7",
    "recall_75,discount,,0.75,,40.00,7",
)


def source_of(person: Person) -> tuple[str, str] | None:
    """Return (source, customer_id) under which a person's consents stand; None for an anonymous visitor."""
    if person.member_no:
        return "crm", person.member_no
    if person.external_userid:
        return "wecom", person.external_userid
    if person.pos_uid:
        return "pos", person.pos_uid
    return ("official_account", person.oa_openid) if person.oa_openid else None


#: What goods cost the brand, as a share of what was paid for one over the year: SYNTHETIC, drawn per product.
COST_SHARE, LEAST_COST_FEN = (0.62, 0.82), 10
#: Points that who registers is given: SYNTHETIC. They end a year later, as the rules of a brand have it.
WELCOME_POINTS, WELCOME_FROM = 20, wall(2016, 10, 1)


#: What the tills print for coupons and odds and ends: no category of goods, and nobody's taste.
NO_CATEGORY = ("COUPON", "COUPON/MISC ITEMS", "COUPONS/STORE & MFG", "MISCELLANEOUS")


def goods(
    landing: Landing,
    journey: Journey,
    chain: Chain,
    names: dict[int, str],
    chance: Chance,
    experiments: Sequence[Row] = (),
) -> None:
    """Write products (those sold, with SYNTHETIC costs), stores, campaigns (with those of experiments) and offers."""
    sold = set(journey.product)
    table = journey.products[journey.products["product_id"].isin(sold)]
    unit_cost = _unit_costs(journey, chance)
    rows: list[Row] = []
    for product, category, brand in zip(table["product_id"], table["product_category"], table["brand"], strict=True):
        shown = category if isinstance(category, str) and category not in NO_CATEGORY else ""
        rows.append((BEFORE, as_csv((
            "brand", product, names[int(product)], shown, brand, unit_cost[int(product)], text(BEFORE)
        ))))  # fmt: skip
    header = "source,sku_id,name,category,brand,cost_yuan,updated_at"
    landing.deliver("standard", "products", rows, suffix="csv", header=header)
    stores = [(BEFORE, as_csv((store.store_id, store.name, store.city))) for store in chain.stores.values()]
    landing.deliver("standard", "stores", stores, suffix="csv", header="store_id,name,city")
    campaigns = [
        (BEFORE, as_csv((f"campaign_{number}", f"邮报{number}期", kind, text(start), text(end + dt.timedelta(days=1)))))
        for number, kind, start, end in journey.campaign_descriptions.itertuples(index=False)
    ]
    campaigns += [
        (BEFORE, f"letter_{month:02d},{month}月会员信,letter,2017-{month:02d}-12 00:00:00,2017-{month:02d}-19 00:00:00")
        for month in range(1, 12)
    ]
    campaigns += experiments
    landing.deliver("standard", "campaigns", campaigns, suffix="csv", header="campaign_id,name,kind,starts_at,ends_at")
    offers = [(BEFORE, line) for line in OFFERS]
    for number, _, start, end in journey.campaign_descriptions.itertuples(index=False):
        offers.append((BEFORE, f"campaign_{number},coupon,,,,,{(end - start).days + 1}"))
    header = "offer_id,kind,face_value_yuan,pay_rate,minimum_spend_yuan,maximum_discount_yuan,valid_days"
    landing.deliver("standard", "offers", offers, suffix="csv", header=header)


def _unit_costs(journey: Journey, chance: Chance) -> dict[int, str]:
    """Return what one of each product sold costs the brand, in yuan: a drawn share of what was paid for one.

    Empty where one costs less than ten fen: what is sold by the gram has no price of one.
    """
    paid: dict[int, int] = defaultdict(int)
    pieces: dict[int, int] = defaultdict(int)
    for product, quantity, fen in zip(journey.product, journey.quantity, journey.paid_fen, strict=True):
        paid[product] += fen
        pieces[product] += quantity
    low, high = COST_SHARE
    costs = {
        product: (low + (high - low) * chance.share("costs", product)) * fen / max(pieces[product], 1)
        for product, fen in paid.items()
    }
    return {product: f"{fen / 100:.2f}" if fen >= LEAST_COST_FEN else "" for product, fen in costs.items()}


def coupons(
    landing: Landing,
    journey: Journey,
    buyers: dict[int, Person],
    sales: dict[tuple[int, dt.date], str],
    experiments: Sequence[Row] = (),
) -> None:
    """Write the data set's coupons; a redemption names that day's till order of the household where there is one.

    A coupon that is used after the last date stands as issued until then. ``experiments``: the coupons of the brand's
    own experiments.
    """
    booklets: dict[int, list[int]] = defaultdict(list)
    for upc, campaign in sorted(
        set(zip(journey.coupons["coupon_upc"].tolist(), journey.coupons["campaign_id"].tolist(), strict=True))
    ):
        booklets[campaign].append(upc)
    redeemed: dict[tuple[int, int], dict[tuple[int, int], dt.date]] = defaultdict(dict)
    for household, upc, campaign, day in journey.redemptions.itertuples(index=False):
        issue = redeemed[campaign, household]
        issue[upc, sum(1 for known in issue if known[0] == upc)] = day.date()
    span = {number: (start, end) for number, _, start, end in journey.campaign_descriptions.itertuples(index=False)}
    rows: list[Row] = list(experiments)
    for campaign, household in journey.campaigns.itertuples(index=False):
        start, end = span[campaign]
        issued, expires = start + dt.timedelta(hours=9), end + dt.timedelta(days=1)
        used = redeemed.get((campaign, household), {})
        book = {(upc, 0): None for upc in booklets[campaign][:COUPONS_A_BOOKLET]}
        for (upc, copy), day in sorted({**book, **used}.items()):
            named = (
                "pos",
                f"cj-{campaign}-{upc}-{household}-{copy}",
                f"campaign_{campaign}",
                buyers[household].pos_uid,
            )
            if day is None or day > LAST:
                rows.append((issued.to_pydatetime(), as_csv((*named, text(issued), "", "", text(expires)))))
            if day is not None:
                at, order = at_time(day, 79_200), sales.get((household, day), "")
                rows.append((at, as_csv((*named, text(issued), text(at), order, text(expires)))))
    landing.deliver("standard", "coupons", rows, suffix="csv", header=COUPONS)


def points(landing: Landing, sales: list[tuple[Sale, int]], people: list[Person], chance: Chance) -> None:
    """Write the points ledger: a welcome, a point a yuan of every sale to a known member, and points spent at times."""
    rows: list[Row] = [
        (at, f"crm,w{person.person_id},{person.member_no},{WELCOME_POINTS},{text(at)},earn")
        for person in people
        if person.member_no and (at := person.registered_at) >= WELCOME_FROM
    ]
    for sale, yuan in sales:
        person, at = sale.person, sale.basket.at
        member = (
            person.second_member_no
            if person.second_until is not None and at < person.second_until
            else person.member_no
        )
        if not member or sale.customer_id == "0" or yuan <= 0:
            continue
        rows.append((at, f"crm,e{sale.basket.basket_id},{member},{yuan},{text(at)},earn"))
        if chance.happens(0.012, "spends points", sale.basket.basket_id):
            rows.append((at, f"crm,s{sale.basket.basket_id},{member},-300,{text(at)},spend"))
    landing.deliver(
        "standard",
        "points_ledger",
        rows,
        suffix="csv",
        header=POINTS,
        monthly=True,
    )


def memberships(landing: Landing, people: list[Person], chance: Chance) -> None:
    """Write paid memberships that end within the year and beyond, some renewed; and service appointments."""
    rows: list[Row] = []
    visits: list[Row] = []
    for person in people:
        key = person.person_id
        if not person.member_no or person.kind == "tester" or not person.present(wall(2017, 11, 1)):
            continue
        if chance.happens(0.3, "paid membership", key):
            ends = at_time(dt.date(2017, 6, 1) + dt.timedelta(days=chance.between(0, 364, "ends", key)), 86_399)
            renewed = (
                ends - dt.timedelta(days=chance.between(0, 40, "renews", key))
                if chance.happens(0.35, "renewed", key)
                else None
            )
            renewed = renewed if renewed is not None and renewed.date() <= LAST else None
            if ends - dt.timedelta(days=365) >= person.registered_at:
                values = ("crm", f"en{key}", person.member_no, "membership", text(ends), text(renewed))
                rows.append((renewed or ends - dt.timedelta(days=365), as_csv(values)))
        if chance.happens(0.04, "appointment", key):
            at = at_time(dt.date(2017, 3, 1) + dt.timedelta(days=chance.between(0, 300, "visit", key)), 39_600)
            booked = max(at - dt.timedelta(days=3), person.registered_at)
            if booked < at:
                # It stands as booked until it is over, so that somebody can be reminded of it.
                ended = chance.pick(("kept", "kept", "missed", "cancelled"), "kept", key)
                visits += [
                    (when, as_csv(("crm", f"ap{key}", person.member_no, "nutrition_talk", text(at), status, "")))
                    for when, status in ((booked, "booked"), (at + dt.timedelta(hours=2), ended))
                ]
    header = "source,entitlement_id,customer_id,kind,expires_at,renewed_at"
    landing.deliver("standard", "entitlements", rows, suffix="csv", header=header)
    header = "source,appointment_id,customer_id,kind,starts_at,status,staff_id"
    landing.deliver("standard", "appointments", visits, suffix="csv", header=header)


def bridges(landing: Landing, people: list[Person], chance: Chance) -> None:
    """Write identifiers the CRM keeps by hand: the Tmall account of members who linked it in the member programme."""
    rows: list[Row] = []
    for person in people:
        if person.tmall_id and person.member_no and chance.happens(0.3, "linked tmall", person.person_id):
            at = max(person.registered_at, wall(2017, 1, 2)) + dt.timedelta(
                days=chance.between(0, 120, "linked", person.person_id)
            )
            rows.append((at, as_csv(("crm", person.member_no, "tb_ouid", TMALL_SHOP, person.tmall_ouid, text(at), ""))))
    header = "source,customer_id,id_type,id_scope,id_value,observed_at,unbound_at"
    landing.deliver("standard", "identifiers", rows, suffix="csv", header=header)


def costs(landing: Landing, chance: Chance) -> None:
    """Write what acquiring and serving cost per channel and day, and on which code where it was one (SYNTHETIC)."""
    rows: list[Row] = []
    for day in days(OPENS, END):
        for channel, low, high in (
            ("wecom", 8, 26),
            ("tmall", 15, 42),
            ("mini_program", 6, 20),
            ("app", 9, 30),
            ("ad", 20, 70),
        ):
            yuan = chance.between(low * 100, high * 100, "cost", channel, day)
            rows.append((at_time(day, 82_800), f"{channel},{day},{yuan // 100}.{yuan % 100:02d},"))
    rows += codes.spends(chance)
    landing.deliver("standard", "channel_costs", rows, suffix="csv", header="channel,cost_date,spend_yuan,campaign_id")
