"""Random small worlds: a handful of people and what they said of being written to, in plain values.

A world shares nothing with another one, so that hundreds of them live in one home. How a value is spelled in a file is
``spellings``' matter; what follows from the words is ``reading``'s.
"""

import dataclasses
import datetime as dt
import random
from typing import Final

from tests.builders import phone

#: The date whose lists are published, and the morning on which they are exported.
DATE: Final = dt.date(2026, 3, 10)
MIDNIGHT: Final = dt.datetime.combine(DATE + dt.timedelta(days=1), dt.time())
EXPORTED: Final = MIDNIGHT + dt.timedelta(hours=9)
CHANNELS: Final = (
    *("wecom", "wecom_group", "official_account", "mini_program"),
    *("app_push", "sms", "call", "email"),
)
SOURCES: Final = ("shop", "web", "crm")
#: So many carry one number that it joins nobody; a refusal of it is theirs all the same.
CROWD: Final = 6
REFUSING: Final = (
    *(
        "R",
        "r",
        "TD",
        "td",
        "T",
        "退订",
        "拒收",
        "N",
        "0",
        "取消订阅",
        "不要再发了",
        "别发了",
        "勿扰",
        "STOP",
        "unsubscribe",
    ),
    *(
        "回复TD",
        "TD退订",
        "R退订",
        "退定",
        "请不要再联系我",
        "停止发送",
        "不要给我打电话",
        "投诉你们",
        "滚",
        "删除我的号码",
    ),
)
HARMLESS: Final = (
    "好的",
    "谢谢",
    "收到",
    "多少钱",
    "还有货吗",
    "几点开门",
    "1",
    "OK",
    "Thanks",
    "明天来取",
    "已经买了",
    "",
)
UNSUBSCRIBED: Final = ("unsubscribed", "已退订", "退订", "opt out", "optedout")
SENT: Final = ("sent", "delivered", "已送达", "replied", "failed", "read")


@dataclasses.dataclass(frozen=True)
class Record:
    """What one source knows of a person."""

    source: str
    customer_id: str
    mobile: str
    email: str
    unionid: str
    registered_at: dt.datetime
    birth_date: dt.date | None = None
    is_test: bool = False


@dataclasses.dataclass
class Person:
    """A person: the records that are theirs, joined by a number or by a merge."""

    name: str
    records: list[Record]
    merged_at: dt.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Word:
    """One thing said. kind: consent, suppression, message, reply or task; ``is_late``: it lands after the night.

    ``id_type`` and ``value`` say whom a suppression, a message or a reply is about; consents name a record. A refusal
    of a message, a reply or a task is ``not granted``.
    """

    kind: str
    at: dt.datetime
    is_late: bool
    granted: bool
    channel: str | None = None
    purpose: str = ""
    source: str = ""
    customer_id: str = ""
    id_type: str = ""
    value: str = ""
    reason: str = ""
    revoked_at: dt.datetime | None = None
    text: str = ""
    number: int = 0


@dataclasses.dataclass
class World:
    """Some people and all that was said."""

    people: list[Person]
    words: list[Word]


def draw(seed: int, number: int) -> World:
    """Return the world of a number."""
    chance = random.Random(f"consents {seed} {number}")
    return _Drawing(chance, number).world()


class _Drawing:
    def __init__(self, chance: random.Random, number: int) -> None:
        self.chance = chance
        self.number = number
        self.count = 0

    def world(self) -> World:
        if self.number % 25 == 24:
            shared = self._mobile()
            people = [self._person([self._record(f"P{n}", "shop", shared)], n) for n in range(CROWD)]
        else:
            people = [self._anybody(n) for n in range(self.chance.randrange(3, 6))]
        words = [word for person in people for word in self._words(person)]
        return World(people, words)

    def _odds(self, share: float) -> bool:
        return self.chance.random() < share

    def _mobile(self) -> str:
        self.count += 1
        return phone(self.number * 20 + self.count + 1_000_000)

    def _record(self, name: str, source: str, mobile: str, at: dt.datetime | None = None) -> Record:
        named = f"W{self.number:05d}{name}{source[0].upper()}"
        at = at or MIDNIGHT - dt.timedelta(days=self.chance.randrange(220, 300), hours=self.chance.randrange(2, 14))
        birth = None
        if self._odds(0.35):
            age = self.chance.choice([17, 18, 30, 12, 55])
            # the 18th birthday is on the date, the day before it, or the day after it
            birth = dt.date(DATE.year - age, 3, 10) + dt.timedelta(days=self.chance.choice([-1, 0, 1]))
        email, unionid = f"{named.lower()}@siyu-example.cn", f"u{named}x"
        return Record(source, named, mobile, email, unionid, at, birth, self._odds(0.03))

    def _person(self, records: list[Record], place: int, merged_at: dt.datetime | None = None) -> Person:
        return Person(f"W{self.number:05d}P{place}", records, merged_at)

    def _anybody(self, place: int) -> Person:
        source = self.chance.choice(SOURCES)
        first = self._record(f"P{place}A", source, self._mobile())
        kind = self.chance.choices(["one", "same_number", "merged"], [0.7, 0.2, 0.1])[0]
        near = first.registered_at + dt.timedelta(days=self.chance.randrange(1, 20))
        if kind == "same_number":
            other = self.chance.choice([one for one in SOURCES if one != source])
            return self._person(
                [first, self._same(first, self._record(f"P{place}B", other, first.mobile, near))], place
            )
        if kind == "merged":
            second = self._same(first, self._record(f"P{place}B", source, self._mobile(), near))
            return self._person([first, second], place, MIDNIGHT - dt.timedelta(days=self.chance.randrange(2, 200)))
        return self._person([first], place)

    def _same(self, first: Record, second: Record) -> Record:
        """Return a further record of the same person: the same account, and no other birth date."""
        birth = first.birth_date and self.chance.choice([None, first.birth_date])
        return dataclasses.replace(
            second, unionid=first.unionid, birth_date=birth or second.birth_date if not first.birth_date else birth
        )

    def _moment(self, since: dt.datetime) -> dt.datetime:
        """Return a moment of the last months, every fourth one close to the end of the date."""
        if self._odds(0.25):
            minutes = self.chance.choice([-1, 0, 1, -60, 60, 451, 480])
            near = MIDNIGHT + dt.timedelta(minutes=minutes)
            return near - dt.timedelta(seconds=1) if minutes == 0 and self._odds(0.5) else near
        minutes = int((MIDNIGHT - since).total_seconds() // 60)
        return since + dt.timedelta(minutes=self.chance.randrange(1, minutes))

    def _word(self, kind: str, at: dt.datetime, granted: bool, **told: object) -> Word:
        self.count += 1
        is_late = self._odds(0.5 if at >= MIDNIGHT else 0.08)
        return Word(kind, at, is_late, granted, number=self.number * 100 + self.count, **told)  # type: ignore[arg-type]

    def _words(self, person: Person) -> list[Word]:
        since = max(record.registered_at for record in person.records)
        words = []
        if self._odds(0.85):
            words += self._consent(person, since, None, "profiling", True)
            if self._odds(0.15):
                channel = self.chance.choice([None, "sms"])
                words += self._consent(person, self._moment(since), channel, "profiling", False)
        for purpose in ("marketing", "marketing", "service"):
            channel = self.chance.choice([None, None, *CHANNELS, "sms", "wecom"])
            words += self._consent(person, since, channel, purpose, True)
            for _ in range(self.chance.choice([0, 0, 0, 1, 2])):
                other = self.chance.choice([channel, channel, None, *CHANNELS])
                words += self._consent(person, self._moment(since), other, purpose, self._odds(0.35))
        if words and self._odds(0.1):  # both at one moment
            words.append(dataclasses.replace(words[-1], granted=not words[-1].granted, number=words[-1].number + 50))
        if self._odds(0.2):
            words.append(self._suppression(person, since))
        if self._odds(0.2):
            said = self._message(person, since)
            words.append(said)
            if not said.granted and self._odds(0.2):  # a later report of the message knows nothing of the refusal
                words.append(dataclasses.replace(said, granted=True, text="delivered", reason="", is_late=True))
        if self._odds(0.2):
            words.append(self._reply(person, since))
        return words

    def _consent(self, person: Person, at: dt.datetime, channel: str | None, purpose: str, granted: bool) -> list[Word]:
        record = self.chance.choice(person.records)
        named = {"source": record.source, "customer_id": record.customer_id}
        return [self._word("consent", at, granted, channel=channel, purpose=purpose, **named)]

    def _suppression(self, person: Person, since: dt.datetime) -> Word:
        record = self.chance.choice(person.records)
        id_type, value, source = self.chance.choice([
            ("mobile", record.mobile, ""),
            ("mobile", record.mobile, ""),
            ("email", record.email, ""),
            ("wx_unionid", record.unionid, ""),
            ("customer_id", record.customer_id, record.source),
            ("customer_id", record.customer_id, ""),
        ])
        at = self._moment(since)
        reason = self.chance.choices(["opt_out", "complaint", "erased", "staff", "test"], [0.5, 0.2, 0.1, 0.1, 0.1])[0]
        revoked = self._moment(at) if at < MIDNIGHT - dt.timedelta(days=1) and self._odds(0.25) else None
        revoked = None if revoked and not at < revoked < MIDNIGHT else revoked  # a mark is read as of the date
        channel = self.chance.choice([None, None, "sms", "wecom", "call", "email"])
        if reason in ("staff", "test") and id_type == "customer_id":
            source = record.source  # without it a mark may meet several people, and marks nobody
        about = {"id_type": id_type, "value": value, "source": source, "reason": reason}
        return self._word("suppression", at, revoked is not None, channel=channel, revoked_at=revoked, **about)

    def _message(self, person: Person, since: dt.datetime) -> Word:
        record = self.chance.choice(person.records)
        refuses = self._odds(0.6)
        text = self.chance.choice(UNSUBSCRIBED if refuses and self._odds(0.7) else SENT)
        by_time = refuses and text in SENT
        told = {"source": record.source, "text": text, "reason": "at" if by_time else ""}
        if self._odds(0.4):
            told |= {"id_type": "mobile", "value": record.mobile}
        else:
            told |= {"customer_id": record.customer_id}
        channel = "sms" if told.get("value") else self.chance.choice(CHANNELS)
        return self._word("message", self._moment(since), not refuses, channel=channel, **told)

    def _reply(self, person: Person, since: dt.datetime) -> Word:
        refuses = self._odds(0.6)
        text = self.chance.choice(REFUSING if refuses else HARMLESS)
        about = {"id_type": "mobile", "value": self.chance.choice(person.records).mobile, "text": text}
        return self._word("reply", self._moment(since), not refuses, channel="sms", **about)
