"""SYNTHETIC: posts in chat groups, notices of the app, and what friends do with Moments; no platform of the demo tells.

A brand's own tools would: who was in the group that a post went to, what the push service says of each device, and
WeCom's likes and comments of Moments (``get_moment_comments``). Everything is drawn by names of its own.
"""

import datetime as dt
from typing import Final

from demo.app import logged_in_at
from demo.calendar import END, at_time, days, text
from demo.chance import Chance
from demo.consents import allows
from demo.groups import Group
from demo.landing import Landing, Row, as_csv
from demo.outreach import Mail
from demo.people import Person
from demo.service_desk import event
from demo.wecom import Friend

HEADER: Final = (
    "source,message_id,customer_id,message_channel,status,sent_at,delivered_at,opened_at,clicked_at,campaign_id"
)
#: The tools run from here on.
OPENED: Final = dt.date(2017, 10, 4)
#: In which kinds of group is posted; a volume group is left to itself.
POSTED_IN: Final = ("quality", "vip")
#: Days between two posts in a group, two notices of the app, two Moments.
POST_EVERY, PUSH_EVERY, MOMENT_EVERY = 14, 16, 7
#: Of those allowed: whom a notice comes to, who opens it, who goes on from there. Of friends: who acts on a Moment.
ARRIVES, OPENS, CLICKS, ACTS = 0.93, 0.11, 0.3, 0.03


def deliver(landing: Landing, groups: list[Group], people: list[Person], mail: Mail, chance: Chance) -> None:
    """Write ``standard/messages``: group posts, one row a member, and notices of the app."""
    rows = [*_posts(groups), *_notices(people, mail, chance)]
    landing.deliver("standard", "messages", rows, suffix="csv", header=HEADER)


def _posts(groups: list[Group]) -> list[Row]:
    """Return every post to every member of the group at the time; WeCom tells of no member whether they read it."""
    rows: list[Row] = []
    posted = [group for group in groups if group.kind in POSTED_IN]
    for day in list(days(OPENED, END))[::POST_EVERY]:
        at = at_time(day, 43_200)
        for group in posted:
            for joined, left, person in group.members:
                if joined <= at and (left is None or at < left) and person.present(at):
                    number = f"gp{day:%m%d}{person.person_id}{group.chat_id[-6:]}"
                    mine = ("wecom", number, person.external_userid, "wecom_group", "delivered")
                    rows.append((at, as_csv((*mine, text(at), text(at), "", "", f"group_{day:%m%d}"))))
    return rows


def _notices(people: list[Person], mail: Mail, chance: Chance) -> list[Row]:
    """Return the app's notices to who logs in and allowed them; the push service tells who opened one."""
    rows: list[Row] = []
    for day in list(days(OPENED, END))[::PUSH_EVERY]:
        at = at_time(day, 68_400)
        for person in people:
            login, key = logged_in_at(person), (person.person_id, day)
            if login is None or login > at or not allows(person, "app_push", at, mail, chance):
                continue
            arrives = chance.happens(ARRIVES, "notice arrives", *key)
            opens = arrives and chance.happens(OPENS * (0.5 + person.pace), "notice opened", *key)
            opened = at + dt.timedelta(minutes=chance.between(1, 240, "notice opened at", *key)) if opens else None
            clicked = opened if opened and chance.happens(CLICKS, "notice clicked", *key) else None
            status = "clicked" if clicked else "opened" if opened else "delivered" if arrives else "failed"
            mine = ("app", f"pn{day:%m%d}{person.person_id}", person.app_login, "app_push", status, text(at))
            told = [text(moment) if moment else "" for moment in (at if arrives else None, opened, clicked)]
            rows.append((at, as_csv((*mine, *told, f"notice_{day:%m%d}"))))
    return rows


def moments(friends: list[Friend], chance: Chance) -> list[Row]:
    """Return likes and comments of Moments by who was a friend then, as rows of ``standard/events``."""
    rows: list[Row] = []
    for day in list(days(OPENED, END))[::MOMENT_EVERY]:
        for friend in friends:
            key = (friend.person.person_id, friend.staff.staff_id, day)
            at = at_time(day, chance.between(30_000, 80_000, "moment at", *key))
            stands = friend.added_at <= at and (friend.left_at is None or at < friend.left_at)
            if not stands or not friend.person.present(at) or not chance.happens(ACTS, "moment", *key):
                continue
            act = chance.pick(("like", "like", "like", "comment"), "moment act", *key)
            what = {"event_type": act, "object_type": "moment", "object_id": f"moment_{day:%m%d}", "channel": "moments"}
            number = f"mo{day:%m%d}{friend.person.person_id}{friend.staff.staff_id}"
            mine = {"source": "wecom", "event_id": number, "customer_id": friend.person.external_userid}
            rows.append(event(at, **what, **mine))
    return rows
