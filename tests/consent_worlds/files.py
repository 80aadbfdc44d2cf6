"""Worlds as landing files, in clean or in dirty spellings, in two deliveries: before the night, and after it."""

import csv
import dataclasses
import datetime as dt
import io
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.consent_worlds.draw import MIDNIGHT, Person, Record, Word, World
from tests.consent_worlds.spellings import DOUBTS, clean, dirty, id_value

_ROWS: Final = 400
_STAFF: Final = [f"G{number}" for number in range(40)]
_HEADERS: Final = ("{}", "{}", " {} ", "{}(文本)", "\ufeff{}")
Row = dict[str, Any]


@dataclasses.dataclass
class Part:
    """Worlds that are spelled alike, where each of their words stands, and whose spelling leaves a doubt."""

    spelling: str
    worlds: list[World]
    places: dict[tuple[str, str, int], Word] = dataclasses.field(default_factory=dict)
    doubts: set[Word] = dataclasses.field(default_factory=set)


def shop(home: Path) -> None:
    """Land what a brand has besides its customers."""
    write(home, "stores", [{"store_id": "S1", "name": "One", "city": "上海市"}], "worlds.csv")
    staff = {"store_id": "S1", "role": "guide", "active": "true", "daily_message_capacity": 500}
    staff["daily_call_capacity"] = 200
    write(home, "staff", [{"staff_id": one, "name": one, **staff} for one in _STAFF], "worlds.csv")


def customers(home: Path, found: Sequence[Person], name: str, friends_from: int = 0) -> None:
    """Land people's records, merges, purchases and memberships.

    Every third has a friend among the staff, and everybody from ``friends_from`` on; every second buys.
    """
    write(home, "customers", [_customer(record) for person in found for record in person.records], name)
    write(home, "member_merges", [_merge(person) for person in found if person.merged_at], name)
    friends = [one for place, one in enumerate(found) if place % 3 == 0 or (friends_from and place >= friends_from)]
    write(home, "follows", [_follow(person, place) for place, person in enumerate(friends)], name)
    buyers = [(person, place) for place, person in enumerate(found) if place % 2]
    write(home, "orders", [row for person, place in buyers for row in _orders(person, place)], name)
    write(home, "entitlements", [_entitlement(person, place) for person, place in buyers if place % 4 == 1], name)


def words(home: Path, part: Part, is_late: bool, seed: int) -> None:
    """Land the words of one delivery; what stands where is noted in ``part``."""
    chance = random.Random(f"spelled {part.spelling} {seed} {is_late}")
    by_dataset: dict[str, list[tuple[Word, Row]]] = defaultdict(list)
    for world in part.worlds:
        for word in world.words:
            if word.is_late == is_late:
                by_dataset["sms/replies" if word.kind == "reply" else f"{word.kind}s"].append((word, _row(word)))
    for dataset, rows in by_dataset.items():
        for start in range(0, len(rows), _ROWS):
            name = f"{'late' if is_late else 'night'}-{part.spelling}-{start // _ROWS:03d}"
            _write_words(home, dataset, name, rows[start : start + _ROWS], part, chance)


def _row(word: Word) -> Row:
    if word.kind == "consent":
        named = {"source": word.source, "customer_id": word.customer_id, "message_channel": word.channel}
        return named | {"purpose": word.purpose, "granted": word.granted, "changed_at": word.at}
    if word.kind == "suppression":
        named = {"id_type": word.id_type, "id_scope": word.source, "id_value": word.value}
        said = {"message_channel": word.channel, "reason": word.reason, "changed_at": word.at}
        return named | said | {"revoked_at": word.revoked_at}
    if word.kind == "message":
        named = {"source": word.source, "message_id": f"M{word.number}", "customer_id": word.customer_id}
        at = {"sent_at": word.at, "unsubscribed_at": word.at if word.reason == "at" else None}
        return named | {"recipient_token": word.value, "message_channel": word.channel, "status": word.text} | at
    at = f"{word.at:%Y-%m-%d %H:%M:%S}"
    return {"mobile": word.value, "content": word.text, "send_time": at, "sequence_id": str(word.number)}


def _write_words(
    home: Path,
    dataset: str,
    name: str,
    rows: list[tuple[Word, Row]],
    part: Part,
    chance: random.Random,
) -> None:
    is_dirty, doubts = part.spelling == "dirty", DOUBTS if name.startswith("late") else 0
    spelled = []
    for word, row in rows:
        if is_dirty:
            texts, is_doubtful = _spelled(row, chance, doubts)
        else:
            texts, is_doubtful = {key: clean(one) for key, one in row.items()}, False
        spelled.append(texts)
        if is_doubtful:
            part.doubts.add(word)
    if dataset == "sms/replies":
        file = _replies(home, name, spelled)
        first = 1
    elif is_dirty and chance.random() < 0.3:
        file = _json_lines(home, dataset, name, spelled)
        first = 1
    else:
        style = _style(chance) if is_dirty else {}
        file = write(home, dataset, spelled, f"{name}.csv", **style)
        first = 2
    for place, (word, _) in enumerate(rows):
        part.places[file.parent.name, file.name, place + first] = word


def _spelled(row: Row, chance: random.Random, doubts: float) -> tuple[dict[str, str], bool]:
    texts, doubt = {}, False
    for column, value in row.items():
        if column == "id_value":
            texts[column], is_doubt = id_value(row["id_type"], value, chance, doubts)
        else:
            texts[column], is_doubt = dirty(column, value, chance, doubts)
        doubt |= is_doubt
    return texts, doubt


def _style(chance: random.Random) -> dict[str, Any]:
    return {
        "encoding": chance.choice(("utf-8", "utf-8-sig", "gb18030")),
        "delimiter": chance.choice((",", "\t", ";")),
        "header": chance.choice((str, str.upper, str.title, lambda text: text.replace("_", " "))),
        "lineterminator": chance.choice(("\n", "\r\n")),
        "quoting": chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    }


def write(home: Path, dataset: str, rows: list[Row], name: str = "export.csv", **style: Any) -> Path:
    """Write rows as one file of the standard channel; return it."""
    encoding, header = style.pop("encoding", "utf-8"), style.pop("header", str)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.writer(text, **style)
    writer.writerow([header(column) for column in columns])
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return put(home, f"standard/{dataset}/{name}", text.getvalue().encode(encoding))


def _json_lines(home: Path, dataset: str, name: str, rows: list[dict[str, str]]) -> Path:
    """Write rows as JSON: yes and no, and whole numbers, without quotes, as programs do; nothing as null."""
    plain: dict[str, Any] = {"true": True, "false": False, "1": 1, "0": 0, "": None}
    lines = [
        json.dumps({
            key: int(one) if len(one) == 10 and one.isdigit() else plain.get(one, one) for key, one in row.items()
        })
        for row in rows
    ]
    return put(home, f"standard/{dataset}/{name}.jsonl", "".join(f"{line}\n" for line in lines).encode())


def _replies(home: Path, name: str, rows: list[dict[str, str]]) -> Path:
    payloads = [{"phone_number": row.pop("mobile"), "sign_name": "小店", **row} for row in rows]
    fetched = {"_account": "aliyun", "_fetched_at": "2026-03-11T00:50:00Z"}
    lines = [json.dumps({**fetched, "payload": one}, ensure_ascii=False) for one in payloads]
    return put(home, f"sms/replies/{name}.jsonl", "".join(f"{line}\n" for line in lines).encode())


def put(home: Path, name: str, content: bytes) -> Path:
    """Write a file below landing/; return it."""
    file = home / "landing" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def _customer(record: Record) -> Row:
    told = dataclasses.asdict(record)
    at = clean(record.registered_at)
    told |= {"birth_date": record.birth_date or "", "is_test": clean(record.is_test)}
    return told | {"name": f"林{record.customer_id}", "registered_at": at, "updated_at": at}


def _orders(person: Person, place: int) -> list[Row]:
    """Return purchases every three weeks that ended one to six months ago: plans are made to win them back."""
    record = person.records[0]
    last = MIDNIGHT - dt.timedelta(days=30 + place * 7 % 150, hours=10)
    named = {"source": record.source, "customer_id": record.customer_id, "status": "finished", "store_id": "S1"}
    ats = [at for back in range(5) if (at := last - dt.timedelta(days=21 * back)) > record.registered_at]
    return [
        {
            **named,
            "order_id": f"O{place}-{number}",
            "ordered_at": clean(at),
            "paid_at": clean(at),
            "amount_yuan": "199.00",
        }
        for number, at in enumerate(ats)
    ]


def _entitlement(person: Person, place: int) -> Row:
    record = person.records[0]
    at, ends = clean(record.registered_at), clean(MIDNIGHT + dt.timedelta(days=place % 14, hours=20))
    named = {"source": record.source, "customer_id": record.customer_id, "kind": "membership"}
    return named | {"entitlement_id": f"N{place}", "started_at": at, "expires_at": ends}


def _merge(person: Person) -> Row:
    gone, stays = person.records
    named = {"source": stays.source, "customer_id_from": gone.customer_id, "customer_id_to": stays.customer_id}
    return named | {"merged_at": clean(person.merged_at)}


def _follow(person: Person, place: int) -> Row:
    record = person.records[0]
    at = clean(record.registered_at + dt.timedelta(days=1))
    named = {"source": record.source, "customer_id": record.customer_id, "staff_id": _STAFF[place % len(_STAFF)]}
    return named | {"added_at": at, "add_way": "qr", "state": "qr_s1"}
