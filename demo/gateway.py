"""The demo's gateways: they send what was exported, and answer as their platforms do. SYNTHETIC."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Final

from demo.calendar import text
from demo.chance import Chance
from demo.handed_over import Message
from demo.landing import Row, as_csv
from demo.outreach import OPT_OUT_WORDS, Outbox, receipt_of, reply_of, result_of
from demo.people import Person

RECEIPTS: Final = "recipient_token,status,sent_at"
TASK_RESULTS: Final = "task_id,staff_id,status,changed_at"
MESSAGES: Final = "source,message_id,customer_id,recipient_token,message_channel,status,sent_at"
#: Of a hundred: what a member of staff tells of a call, what WeCom tells of a mass message to a friend.
_CALLS: Final = ("replied",) * 55 + ("sent",) * 36 + ("refused",) * 5 + ("wrong_number",) * 4
_TO_FRIENDS: Final = (1,) * 93 + (0,) * 4 + (3,) * 3
#: The shares that arrive, by channels that tell of each message.
_ARRIVES: Final = {"app_push": 0.92, "email": 0.97, "mini_program": 0.98}
_OPENS: Final = 0.12


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """One message as it went: when, whether it reached its person, and whether they answered or said no."""

    message: Message
    person: Person | None
    at: dt.datetime
    is_reached: bool
    has_answered: bool = False
    has_refused: bool = False


@dataclasses.dataclass(slots=True)
class Answers:
    """What the platforms tell of an export, as rows of their datasets; receipts of SMS as objects of one list."""

    sent: list[Sent] = dataclasses.field(default_factory=list)
    rows: dict[str, list[Row]] = dataclasses.field(default_factory=lambda: defaultdict(list))
    receipts: list[dict[str, object]] = dataclasses.field(default_factory=list)


class AddressBook:
    """Whose an address is: a number two people share is the buyer's, as it is in the shop."""

    def __init__(self, people: list[Person]) -> None:
        self._of: dict[tuple[str, str], Person] = {}
        ranks = {"buyer": 0, "registered": 1}
        for person in sorted(people, key=lambda one: ranks.get(one.kind, 2)):
            numbers = (person.phone, person.new_phone, person.pos_phone, person.crm_phone)
            for channel, values in {
                "phone": numbers,
                "wecom": (person.external_userid,),
                "official_account": (person.oa_openid,),
                "mini_program": (person.mini_openid,),
                "app_push": (person.app_device,),
                "email": (person.email,),
            }.items():
                for value in filter(None, values):
                    self._of.setdefault((channel, value), person)

    def owner(self, channel: str, address: str) -> Person | None:
        """Return whose an address of a message channel is; None where the demo knows nobody."""
        return self._of.get(("phone" if channel in ("sms", "call") else channel, address))


class Gateway:
    """Sends one export's messages within their hours, and keeps what each platform tells of them.

    Parameters
    ----------
    name
        The export's, by which everything is drawn.
    outbox
        Knows friendships and followers.
    chance
        The demo's.
    """

    def __init__(self, name: str, outbox: Outbox, chance: Chance) -> None:
        self.answers = Answers()
        self._name, self._outbox, self._chance = name, outbox, chance
        self._by: dict[str, Callable[[Message, Person | None, dt.datetime], Sent]] = {
            "sms": self._sms,
            "wecom": self._wecom,
            "official_account": self._mass,
            "call": self._call,
        }

    def send(self, message: Message, person: Person | None) -> None:
        """Send a message to whom its address belongs, None where to nobody whom the demo knows."""
        window = max(0, int((message.before - message.after).total_seconds()) - 60)
        at = message.after + dt.timedelta(seconds=self._between(0, min(window, 3_600), message, "sent at"))
        self.answers.sent.append(self._by.get(message.channel, self._told)(message, person, at))

    def _between(self, low: int, high: int, message: Message, what: str) -> int:
        return self._chance.between(low, high, what, self._name, message.address)

    def _happens(self, rate: float, message: Message, what: str) -> bool:
        return self._chance.happens(rate, what, self._name, message.address)

    def _number(self, digits: int, what: str, *key: object) -> str:
        return f"{self._chance.number(what, self._name, *key) % 10**digits:0{digits}d}"

    def _sms(self, message: Message, person: Person | None, at: dt.datetime) -> Sent:
        dead = person is None or self._chance.happens(0.02, "dead number", person.person_id)
        biz_id = f"9{self._number(17, 'biz', message.address)}^0"
        self.answers.receipts.append(receipt_of(message.address, at, dead, biz_id, message.out_id))
        replies = not dead and self._happens(0.011, message, "reply")
        refuses = replies and self._happens(0.75, message, "opt out")
        if replies:
            replied = at + dt.timedelta(minutes=self._between(1, 300, message, "reply at"))
            word = self._chance.pick(OPT_OUT_WORDS, "word", self._name, message.address) if refuses else "好的"
            row = reply_of(message.address, replied, word, self._chance, self._name, message.address)
            self.answers.rows["sms/replies"].append(row)
        return Sent(message, person, at, not dead, replies, refuses)

    def _wecom(self, message: Message, person: Person | None, at: dt.datetime) -> Sent:
        is_friend = person is not None and self._outbox.friend_of(person, at) is not None
        status = self._chance.pick(_TO_FRIENDS, "to a friend", self._name, message.address) if is_friend else 2
        msgid = f"msg{self._number(14, 'msgid', message.staff_id)}"
        row = result_of(msgid, message.staff_id, message.address, at, status)
        self.answers.rows["wecom/send_results"].append(row)
        return Sent(message, person, at, status == 1)

    def _mass(self, message: Message, person: Person | None, at: dt.datetime) -> Sent:
        """Send a mass message of the official account: of a list the platform tells counts alone."""
        return Sent(message, person, at, person is not None and self._outbox.follows(person, at))

    def _call(self, message: Message, person: Person | None, at: dt.datetime) -> Sent:
        known = self._chance.pick(_CALLS, "call", self._name, message.address)
        status = known if person is not None else "wrong_number"
        row = at, as_csv((message.task_id, message.staff_id, status, text(at)))
        self.answers.rows["standard/task_results"].append(row)
        talked = status in ("replied", "refused")
        return Sent(message, person, at, talked, talked, status == "refused")

    def _told(self, message: Message, person: Person | None, at: dt.datetime) -> Sent:
        """Send by a channel whose sender tells of each message, under our token or the address it was sent to."""
        arrives = person is not None and self._happens(_ARRIVES[message.channel], message, "arrives")
        opens = arrives and self._happens(_OPENS, message, "opens")
        status = "opened" if opens else "delivered" if arrives else "failed"
        if message.out_id:
            row = at, as_csv((message.out_id, status, text(at)))
            self.answers.rows["standard/receipts"].append(row)
        else:
            number = f"{message.channel}-{self._number(14, 'message', message.address)}"
            values = ("demo", number, "", message.address, message.channel, status, text(at))
            self.answers.rows["standard/messages"].append((at, as_csv(values)))
        return Sent(message, person, at, arrives)
