"""The people of a random brand: their records, numbers and merges; the shops, the staff and the goods."""

import datetime as dt

from tests.oracle.brand import CATEGORIES, CHANNELS, DATES, GOODS, SOURCES, Maker, clock, phone

SHOP_PHONE = 90_000


def shops_and_goods(maker: Maker) -> None:
    """Add two shops, five members of staff of whom two left, and a catalogue with a sensitive shelf and product."""
    start = clock(maker.first, 8)
    for store, city in (("S1", "上海市"), ("S2", "昆山市")):
        maker.add("stores", start, store_id=store, name=store, city=city)
    left = clock(DATES[1] - dt.timedelta(days=maker.chance.choice([0, 1, 30])), 12)
    for staff, active, left_at in (
        ("G1", "true", None),
        ("G2", "true", None),
        ("G3", "false", left),
        ("G4", "false", None),
        ("G5", "true", None),
    ):
        row = {"staff_id": staff, "name": f"店员{staff}", "store_id": "S1" if staff < "G3" else "S2", "role": "guide"}
        maker.add("staff", start, active=active, left_at=left_at, **row)
    for sku in range(GOODS):
        name = "感冒灵" if sku == 13 else f"货{sku}"
        maker.add("products", start, source="shop", sku_id=f"K{sku}", name=name, category=CATEGORIES[sku % 5])


def records(maker: Maker, person: int) -> None:
    """Add one to three records of a person, mostly with a number that they share, and now and then a merge."""
    chance = maker.chance
    sources = chance.sample(SOURCES, chance.choice([1, 1, 2, 2, 3]))
    began = maker.moment(clock(maker.first, 9), clock(DATES[-1] - dt.timedelta(days=chance.choice([0, 20, 200])), 20))
    maker.began[person] = began
    maker.records[person] = []
    shared = {"mobile": phone(person)} if maker.odds(0.85) else {"unionid": f"U-{person:04d}"}
    if person > 3 and maker.odds(0.06):
        # A number of the family, or one that the carrier gave to somebody else.
        other = chance.randrange(person)
        shared = {"mobile": phone(other)} if maker.tie(person, other) else shared
    birth = chance.choice([None, None, "1990-04-05", "2012-03-09", "1961-07-01", "2008-03-09", "2001-12-31"])
    at = began
    for source in sources:
        customer_id = f"{source[0].upper()}{person:04d}"
        maker.records[person].append((source, customer_id))
        own = dict(shared)
        if maker.odds(0.15):
            own = {"mobile": phone(SHOP_PHONE)}
        elif maker.odds(0.1):
            own = {}
        if maker.odds(0.3):
            own |= {"email": f"p{person}@siyu-example.cn"}
        if source == "web" and maker.odds(0.5):
            own |= {"openid": f"o-{person:04d}", "openid_app": "wxapp"}
        row = {
            "source": source,
            "customer_id": customer_id,
            "name": f"林小{person}号",
            "gender": chance.choice(["male", "female", None]),
            "birth_date": birth if maker.odds(0.8) else None,
            "city": chance.choice(["上海市", "昆山市", "某县", None]),
            "province": chance.choice(["上海", "江苏", None]),
            "occupation": chance.choice(["教师", None]),
            "industry": chance.choice(["零售", None]),
            "registered_at": at,
            "acquisition_channel": chance.choice([*CHANNELS, None]),
            "level": chance.choice(["普通", "银卡", "金卡", None]),
            "points": chance.choice([None, 0, 250]),
            "is_test": "true" if maker.odds(0.04) else None,
        }
        maker.add("customers", at, **row | own | {"updated_at": at})
        if maker.odds(0.25):
            later = maker.moment(at)
            if not maker.odds(0.6) and person not in maker.tied:
                own |= {"mobile": phone(1000 + person)}
                maker.renumbered.add(person)
            row["level"] = chance.choice(["银卡", "黑金"])
            maker.add("customers", later, **row | own | {"updated_at": later})
        at = maker.moment(at)
    if len(sources) > 1 and maker.odds(0.15):
        merged = maker.moment(at)
        other = chance.choice(list(range(person + 1)))
        source = sources[0]
        mine = dict(maker.records[person])[source]
        theirs = dict(maker.records[other]).get(source)
        if theirs and theirs != mine and "unionid" not in shared and maker.tie(person, other):
            ids = {"customer_id_from": theirs, "customer_id_to": mine}
            maker.add("member_merges", merged, source=source, merged_at=merged, **ids)
