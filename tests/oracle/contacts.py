"""What passes between the people of a random brand and the brand: words on consent, friends, messages, own acts."""

import datetime as dt

from tests.oracle.brand import DATES, GOODS, Maker, clock, phone

#: Words of platforms for a message's end, as they spell them; nobody ever explained the last of the first.
ARRIVED = ("sent", "delivered", "DELIVRD", "已发送", "送达成功", None, "parked")
FAILED = ("FAILED", "发送失败", "hard-bounce", "No Answer", "Not_Delivered")
REFUSED = ("unsubscribed", "Opted-Out", "已退订", "opt out")
MESSAGE_CHANNELS = ("wecom", "sms", "call", "official_account", "mini_program", "app_push", "wecom_group", "email")
EVENTS = (
    *("visit", "view", "view", "view", "view", "search", "add_to_cart", "favourite", "like", "comment", "review"),
    *("share", "follow", "unfollow", "speak", "watch_live", "sign_in", "sign_in", "ask_service", "complain", "refer"),
    *("attend", "view", "like", "share", "favourite", "view"),
    *("book", "trial", "submit_form", "download", "finish_lesson", "receive_coupon", "visit_store", "leave_group"),
)


def contacts(maker: Maker, person: int) -> None:
    """Add everything that is no purchase."""
    for record in maker.records[person]:
        consents(maker, person, record)
        friends(maker, person, record)
        for _ in range(maker.chance.choice([0, 3, 8, 16])):
            event(maker, person, record)
        for _ in range(maker.chance.choice([0, 1, 4])):
            message(maker, person, record)
        for _ in range(maker.chance.choice([0, 0, 1, 2])):
            coupon(maker, person, record)
        for _ in range(maker.chance.choice([0, 0, 2])):
            points(maker, person, record)
    if maker.odds(0.3):
        suppression(maker, person)
    if maker.odds(0.3):
        ladder(maker, person)
    entitlement(maker, person)


def consents(maker: Maker, person: int, record: tuple[str, str]) -> None:
    """Add words on consent: most agree at once, some later take it back; of profiling nobody agrees after a no."""
    source, customer_id = record
    row = {"source": source, "customer_id": customer_id}
    began = maker.began[person]
    if maker.odds(0.8):
        maker.add("consents", began, **row, purpose="profiling", granted="true", changed_at=began)
        if maker.odds(0.12):
            at = maker.moment(began)
            maker.add("consents", at, **row, purpose="profiling", granted="false", changed_at=at)
    for channel in maker.chance.sample((None, *MESSAGE_CHANNELS), maker.chance.choice([0, 1, 3])):
        at = maker.moment(began)
        maker.add("consents", at, **row, message_channel=channel, purpose="marketing", granted="true", changed_at=at)
        if maker.odds(0.3):
            at = maker.moment(at) if maker.odds(0.8) else at
            back = maker.chance.choice([channel, None])
            maker.add("consents", at, **row, message_channel=back, purpose="marketing", granted="false", changed_at=at)


def consent_of_one_channel_under_another_header(maker: Maker) -> None:
    """Add a file of the last day that says `channel` for `message_channel`: were it read, its yes would be for all."""
    at = clock(DATES[-1], 12)
    for person in range(0, maker.people, 3):
        source, customer_id = maker.records[person][0]
        row = {"source": source, "customer_id": customer_id, "channel": "sms"}
        if maker.began[person] < at:
            maker.live("consents", at, **row, purpose="marketing", granted="true", changed_at=at)


def friends(maker: Maker, person: int, record: tuple[str, str]) -> None:
    """Add friends among the staff who come and go, and chat groups."""
    source, customer_id = record
    for staff in maker.chance.sample(("G1", "G2", "G3", "G4", "G5"), maker.chance.choice([0, 0, 1, 1, 2])):
        added = maker.moment(maker.began[person])
        gone = maker.moment(added)
        by_staff, by_customer = maker.chance.choice([(None, None)] * 4 + [(gone, None), (None, gone)])
        row = {"source": source, "staff_id": staff, "customer_id": customer_id, "added_at": added}
        row |= {"add_way": "qr", "state": maker.chance.choice(["qr_S1", "ad_1", None])}
        maker.add("follows", added, **row, deleted_by_staff_at=by_staff, deleted_by_customer_at=by_customer)
    if maker.odds(0.2):
        joined = maker.moment(maker.began[person])
        left = maker.moment(joined) if maker.odds(0.3) else None
        row = {"source": source, "group_id": "GR1", "customer_id": customer_id}
        maker.add("group_memberships", joined, **row, joined_at=joined, left_at=left)


def event(maker: Maker, person: int, record: tuple[str, str]) -> None:
    """Add an own act."""
    source, customer_id = record
    at = maker.moment(maker.began[person])
    kind = maker.chance.choice(EVENTS)
    row: dict = {"source": source, "event_id": maker.number("E"), "customer_id": customer_id, "event_type": kind}
    row |= {"occurred_at": at, "channel": maker.chance.choice(["mini_program", "app", None])}
    if kind in ("view", "add_to_cart", "favourite", "review", "trial"):
        sku = maker.chance.choice([maker.chance.randrange(GOODS), GOODS - 1])
        row |= {"object_type": "product", "object_id": f"K{sku}"}
    if kind in ("attend", "finish_lesson"):
        row |= {"object_type": "lesson", "object_id": f"L{maker.chance.randrange(3)}"}
    if kind == "watch_live":
        row["duration_seconds"] = maker.chance.choice([60, 299, 300, 900])
    if kind in ("speak", "ask_service", "book"):
        row["staff_id"] = maker.chance.choice(["G1", "G2", "G3", None])
    if kind == "share":
        row["share_id"] = maker.number("SH")
        maker.shares.append(row["share_id"])
    if kind in ("view", "visit") and maker.shares and maker.odds(0.4):
        row["share_id"] = maker.chance.choice(maker.shares[-6:])
    if kind == "refer":
        other = maker.chance.choice(maker.records[maker.chance.randrange(person + 1)])
        row |= {"referred_customer_id": other[1]}
    maker.add("events", at, **row)


def message(maker: Maker, person: int, record: tuple[str, str]) -> None:
    """Add a message that arrived or failed, was read, clicked, answered or not."""
    source, customer_id = record
    chance = maker.chance
    at = maker.moment(maker.began[person])
    channel = chance.choice(MESSAGE_CHANNELS[:3])
    row: dict = {"source": source, "message_id": maker.number("M"), "customer_id": customer_id, "sent_at": at}
    row |= {"message_channel": channel, "status": chance.choice(ARRIVED)}
    row["staff_id"] = chance.choice(["G1", "G2", "G3", "G5"]) if channel in ("wecom", "call") else None
    if maker.odds(0.15):
        reason = chance.choice(["empty_number", "busy", "wrong_number", None])
        maker.add("messages", at, **row | {"status": chance.choice(FAILED), "failure_reason": reason})
        return
    if maker.odds(0.04):
        row["status"] = chance.choice(REFUSED)
    steps: dict[str, dt.datetime | None] = {"delivered_at": at + dt.timedelta(seconds=20) if maker.odds(0.7) else None}
    for step, share in (("opened_at", 0.4), ("clicked_at", 0.2), ("replied_at", 0.25), ("unsubscribed_at", 0.04)):
        later = at + chance.choice([dt.timedelta(minutes=5), dt.timedelta(hours=7), dt.timedelta(days=8)])
        steps[step] = later if maker.odds(share) and later.date() <= DATES[-1] else None
    maker.add("messages", at, **row, **steps)


def coupon(maker: Maker, person: int, record: tuple[str, str]) -> None:
    """Add a coupon, redeemed or not."""
    source, customer_id = record
    at = maker.moment(maker.began[person])
    used = maker.moment(at) if maker.odds(0.4) else None
    row = {"source": source, "coupon_id": maker.number("CP"), "offer_id": "F1", "customer_id": customer_id}
    orders = [order for order in maker.bought.get(person, []) if order[0] == source and order[2] > at]
    if orders and maker.odds(0.4):
        _, row["order_id"], used = maker.chance.choice(orders)
    maker.add("coupons", at, **row, issued_at=at, redeemed_at=used, expires_at=at + dt.timedelta(days=30))


def ladder(maker: Maker, person: int) -> None:
    """Add the first rungs of the first-order ladder, each told by a message's campaign or offer or by a coupon."""
    chance = maker.chance
    source, customer_id = maker.records[person][0]
    at = maker.moment(maker.began[person])
    for rung in range(1, chance.choice([1, 2, 3, 3]) + 1):
        if at.date() > DATES[-1]:
            return
        row: dict = {"source": source, "customer_id": customer_id}
        told = chance.choice(["campaign_id", "offer_id", "coupon"])
        if told == "coupon":
            row |= {"coupon_id": maker.number("CP"), "offer_id": f"ladder_{rung}", "issued_at": at}
            maker.add("coupons", at, **row, expires_at=at + dt.timedelta(days=7))
        else:
            row |= {"campaign_id": f"first_order_ladder_{rung}_{at:%Y%m}"} if told == "campaign_id" else {}
            row |= {"offer_id": f"ladder_{rung}"} if told == "offer_id" else {}
            row |= {"message_id": maker.number("M"), "sent_at": at}
            row["message_channel"] = chance.choice(["official_account", "wecom"])
            maker.add("messages", at, **row, status=chance.choice(("sent", "sent", "sent", "FAILED")))
        at += dt.timedelta(days=chance.choice([6, 7, 8, 20]))


def entitlement(maker: Maker, person: int) -> None:
    """Add what a person of more than a year paid for and what ends these days, and now and then a reminder of it."""
    chance = maker.chance
    source, customer_id = maker.records[person][0]
    row: dict = {"source": source, "customer_id": customer_id}
    day = DATES[-1] + dt.timedelta(days=chance.choice([-1, 0, 1, 5, 12, 14, 15, 16, 17]))
    ends = clock(day, chance.choice([0, 23]))
    began = maker.began[person]
    if maker.odds(0.4) or began + dt.timedelta(days=366) > ends:
        return
    renewed = clock(DATES[1] - dt.timedelta(days=chance.choice([0, 9])), 12) if maker.odds(0.2) else None
    ids = {"entitlement_id": maker.number("EN"), "kind": "membership"}
    maker.add("entitlements", began, **row, **ids, expires_at=ends, renewed_at=renewed)
    channel = chance.choice([None, "sms", "call"])
    maker.add("consents", began, **row, message_channel=channel, purpose="service", granted="true", changed_at=began)
    at = clock(DATES[0] - dt.timedelta(days=chance.choice([3, 4, 5, 6, 7, 44, 45])), 11)
    for rung in range(1, chance.choice([0, 1, 1, 2, 3]) + 1):
        row |= {"message_id": maker.number("M"), "message_channel": "sms", "campaign_id": f"renewal_{rung}_{at:%Y%m}"}
        maker.add("messages", at, **row, status="sent", sent_at=at)
        at += dt.timedelta(days=1)


def points(maker: Maker, person: int, record: tuple[str, str]) -> None:
    """Add an entry of the points ledger."""
    source, customer_id = record
    at = maker.moment(maker.began[person])
    row = {"source": source, "entry_id": maker.number("P"), "customer_id": customer_id, "kind": "order"}
    maker.add("points_ledger", at, **row, occurred_at=at, points=maker.chance.choice([50, 20, -30]))


def suppression(maker: Maker, person: int) -> None:
    """Add a refusal by the person's number, account or record, now and then taken back."""
    chance = maker.chance
    at = maker.moment(maker.began[person])
    reason = chance.choice(["opt_out", "opt_out", "complaint", "staff", "test", "erased"])
    source, customer_id = chance.choice(maker.records[person])
    id_type, scope, value = chance.choice([
        ("mobile", None, phone(person)),
        ("email", None, f"p{person}@siyu-example.cn"),
        ("customer_id", source, customer_id),
        ("wx_openid", None, f"o-{person:04d}"),
        ("wx_openid", "wxapp", f"o-{person:04d}"),
    ])
    revoked = maker.moment(at) if maker.odds(0.25) else None
    channel = chance.choice([None, "sms", "wecom", "call"])
    row = {"id_type": id_type, "id_scope": scope, "id_value": value, "message_channel": channel, "reason": reason}
    maker.add("suppressions", at, **row, changed_at=at, revoked_at=revoked)


def task_results(maker: Maker) -> None:
    """Add what the staff reported of their tasks in the last days."""
    codes = ("sent", "sent", "not_sent", "replied", "booked", "bought", "refused", "failed_deleted", "wrong_number")
    for staff in ("G1", "G2", "G5"):
        for _ in range(maker.chance.randrange(12)):
            at = clock(DATES[-1] - dt.timedelta(days=maker.chance.randrange(10)), maker.chance.randrange(9, 21), 5)
            row = {"task_id": maker.number("T"), "staff_id": staff, "status": maker.chance.choice(codes)}
            maker.add("task_results", at, **row, changed_at=at)


def groups_and_offers(maker: Maker) -> None:
    """Add the brand's chat group, its offer and what channels cost."""
    start = clock(maker.first, 8)
    maker.add("groups", start, source="shop", group_id="GR1", kind="quality", name="群", owner_staff_id="G1")
    maker.add("offers", start, offer_id="F1", kind="coupon", face_value_yuan="10.00", minimum_spend_yuan="50.00")
    for back in range(12):
        day = DATES[-1] - dt.timedelta(days=back)
        row = {"channel": "wecom", "cost_date": str(day), "spend_yuan": f"{20 + back}.50"}
        maker.add("channel_costs", clock(day, 23, 59), **row)
    task_results(maker)
