"""Messages of the data set's campaigns and the brand's monthly letter, by SMS, WeCom and official account."""

import dataclasses
import datetime as dt
import json

from demo.calendar import LAST, at_time, epoch, text, utc
from demo.chance import Chance
from demo.journey import Journey
from demo.landing import Landing, Row, as_json
from demo.official_account import OA_APP, left_at
from demo.people import Person
from demo.retail import enveloped
from demo.wecom import CORP, Friend

OPT_OUT_WORDS = ("TD", "退订", "T", "R")


@dataclasses.dataclass(slots=True)
class Mail:
    """Everything sent, per dataset, and who opted out of SMS when."""

    sms: list[tuple[dt.datetime, dict[str, object]]] = dataclasses.field(default_factory=list)
    replies: list[Row] = dataclasses.field(default_factory=list)
    wecom: list[Row] = dataclasses.field(default_factory=list)
    official: list[Row] = dataclasses.field(default_factory=list)
    opted_out: dict[str, dt.datetime] = dataclasses.field(default_factory=dict)


def receipt_of(phone: str, at: dt.datetime, dead: bool, biz_id: str, out_id: str) -> dict[str, object]:
    """Return an SMS gateway's receipt: delivered four seconds later, unless the number is dead."""
    return {
        "phone_number": phone,
        "send_time": text(at),
        "report_time": text(at + dt.timedelta(seconds=4)),
        "success": not dead,
        "err_code": "MOBILE_NOT_ON_SERVICE" if dead else "DELIVERED",
        "err_msg": "空号" if dead else "用户接收成功",
        "sms_size": "1",
        "biz_id": biz_id,
        "out_id": out_id,
    }


def reply_of(phone: str, at: dt.datetime, word: str, chance: Chance, *key: object) -> Row:
    """Return an answer by SMS."""
    payload = {
        "phone_number": phone,
        "content": word,
        "send_time": text(at),
        "sequence_id": f"9{chance.number('seq', *key) % 10**14:014d}",
        "sign_name": "邻里生鲜",
    }
    return at, as_json({"_account": "aliyun_demo", "_fetched_at": utc(at), "payload": payload})


def result_of(
    msgid: str, userid: str, external_userid: str, at: dt.datetime, status: int, out_id: str | None = None
) -> Row:
    """Return WeCom's result of a mass message to one friend; what was not sent has no time."""
    payload: dict[str, object] = {
        "msgid": msgid,
        "userid": userid,
        "external_userid": external_userid,
        "status": status,
    }
    if status:
        payload["send_time"] = epoch(at)
    if out_id is not None:
        payload["out_id"] = out_id
    return at, enveloped(CORP, at, payload)


class Outbox:
    """Sends one message to one person by a channel they have, and keeps the log the platforms would."""

    def __init__(self, friends: list[Friend], chance: Chance) -> None:
        self.mail = Mail()
        self._chance = chance
        self._friends: dict[str, list[Friend]] = {}
        for friend in friends:
            self._friends.setdefault(friend.person.person_id, []).append(friend)

    def send(self, person: Person, at: dt.datetime, campaign: str, wanted: str) -> dt.datetime | None:
        """Send by the wanted channel where the person has it then; return when it reached them, if it did."""
        if at.date() > LAST or not person.present(at):
            return None
        by = {"sms": self._sms, "wecom": self._wecom, "official_account": self._official}
        return by[wanted](person, at, campaign)

    def friend_of(self, person: Person, at: dt.datetime) -> Friend | None:
        """Return the friendship by which a person is written to at a time, None where nobody is their friend then."""
        for friend in self._friends.get(person.person_id, ())[:1]:
            working = friend.staff.left_at is None or at < friend.staff.left_at
            if friend.added_at <= at and working and (friend.left_at is None or at < friend.left_at):
                return friend
        return None

    def follows(self, person: Person, at: dt.datetime) -> bool:
        """Return whether a person follows the official account at a time."""
        gone = left_at(person, self._chance)
        return person.oa_at is not None and person.oa_at <= at and (gone is None or at < gone)

    def _sms(self, person: Person, at: dt.datetime, campaign: str) -> dt.datetime | None:
        chance, key = self._chance, (person.person_id, campaign)
        phone = (
            person.new_phone if person.phone_changed_at is not None and at >= person.phone_changed_at else person.phone
        )
        opted_out = self.mail.opted_out.get(person.person_id)
        if person.kind in ("member", "visitor", "tester") or (opted_out is not None and opted_out <= at):
            return None
        at += dt.timedelta(seconds=chance.between(0, 5400, "sms at", *key))
        dead = chance.happens(0.02, "dead number", person.person_id)
        biz_id = f"9{chance.number('biz', *key) % 10**17:017d}^0"
        self.mail.sms.append((at, receipt_of(phone, at, dead, biz_id, f"|||{campaign}")))
        if not dead and chance.happens(0.011, "reply", *key):
            replied = at + dt.timedelta(minutes=chance.between(1, 300, "reply at", *key))
            opts_out = chance.happens(0.75, "opt out", *key)
            word = chance.pick(OPT_OUT_WORDS, "word", *key) if opts_out else "好的"
            self.mail.replies.append(reply_of(phone, replied, word, chance, *key))
            if opts_out:
                self.mail.opted_out[person.person_id] = min(opted_out or replied, replied)
        return None if dead else at

    def _wecom(self, person: Person, at: dt.datetime, campaign: str) -> dt.datetime | None:
        chance = self._chance
        for friend in self._friends.get(person.person_id, ())[:1]:
            key = (person.person_id, campaign)
            at += dt.timedelta(seconds=chance.between(0, 4800, "wecom at", *key))
            if at < friend.added_at or (friend.staff.left_at is not None and at >= friend.staff.left_at):
                return None
            gone = friend.left_at is not None and at >= friend.left_at
            status = 2 if gone else chance.pick((1,) * 24 + (0,), "sent", *key)
            named = (f"msg{campaign}{at:%Y%m%d}", friend.staff.staff_id, person.external_userid)
            self.mail.wecom.append(result_of(*named, at, status, f"|||{campaign}"))
            return at if status == 1 else None
        return None

    def _official(self, person: Person, at: dt.datetime, campaign: str) -> dt.datetime | None:
        if not self.follows(person, at):
            return None
        at += dt.timedelta(seconds=self._chance.between(0, 900, "oa at", person.person_id, campaign))
        refused = self._chance.happens(0.01, "oa refused", person.person_id, campaign)
        payload = {
            "FromUserName": person.oa_openid,
            "CreateTime": epoch(at),
            "MsgType": "event",
            "Event": "TEMPLATESENDJOBFINISH",
            "MsgID": f"9{self._chance.number('msgid', person.person_id, campaign) % 10**14:014d}",
            "Status": "failed:user block" if refused else "success",
            "out_id": f"|||{campaign}",
        }
        self.mail.official.append((at, enveloped(OA_APP, at, payload)))
        return None if refused else at


def post(journey: Journey, people: list[Person], friends: list[Friend], chance: Chance) -> Outbox:
    """Send every campaign of the data set to its households' buyers, and a monthly letter to friends and followers.

    Returns the outbox they went through, from which more may be sent.
    """
    outbox = Outbox(friends, chance)
    buyers = {person.household_id: person for person in people if person.kind == "buyer"}
    starts = dict(
        zip(journey.campaign_descriptions["campaign_id"], journey.campaign_descriptions["start_date"], strict=True)
    )
    order = sorted(
        zip(journey.campaigns["campaign_id"].tolist(), journey.campaigns["household_id"].tolist(), strict=True),
        key=lambda pair: (starts[pair[0]], pair),
    )
    for campaign, household in order:
        day = starts[campaign].date()
        if household in buyers and dt.date(2017, 1, 1) <= day:
            wanted = chance.pick(("sms", "sms", "wecom", "wecom", "official_account"), "by", campaign, household)
            outbox.send(buyers[household], at_time(day, 36_600), f"campaign_{campaign}", wanted)
    for month in range(1, 12):
        for person in people:
            if person.kind != "tester" and chance.happens(0.55, "letter", month, person.person_id):
                wanted = chance.pick(("wecom", "official_account"), "letter by", month, person.person_id)
                outbox.send(person, at_time(dt.date(2017, month, 12), 43_200), f"letter_{month:02d}", wanted)
    return outbox


def deliver(landing: Landing, mail: Mail) -> None:
    """Write ``sms/receipts, sms/replies, wecom/send_results``; the official account's pushes join its events."""
    by_file: dict[str, list[dict[str, object]]] = {}
    for at, receipt in sorted(mail.sms, key=lambda pair: (pair[0], str(pair[1]["biz_id"]))):
        live = at.date() >= dt.date(2017, 11, 3)
        by_file.setdefault(f"{at:%Y-%m-%d}.json" if live else f"history/{at:%Y-%m}.json", []).append(receipt)
    for name, receipts in sorted(by_file.items()):
        content = json.dumps(receipts, ensure_ascii=False, indent=0)
        landing.put("sms", "receipts", name, content.encode())
        landing.count("sms/receipts", len(receipts))
    landing.deliver("sms", "replies", mail.replies)
    landing.deliver("wecom", "send_results", mail.wecom)
