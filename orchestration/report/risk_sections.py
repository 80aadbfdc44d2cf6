"""High-value customers who became at risk: what is planned for each, or why nothing is, and whom to give them to."""

from typing import Any, Final

from orchestration.report.facts import Facts, Words

#: Arms of the draw whose people somebody else looks after, or who are left alone on purpose: nothing to assign.
_SETTLED: Final[dict[str, Words]] = {
    "held_back": ("抽签留下不发，用来比较", "held back by lot, to compare"),
    "holdout_global": ("长期对照，不发", "long-term holdout"),
    "as_usual": ("按门店自己的名单", "on the shop's own list"),
    "in_episode": ("上一次联系还在观察期", "an earlier contact is still being read"),
}
#: Why nobody writes to them today, though somebody might.
_OPEN: Final[dict[str, Words]] = {
    "not_selected": ("发消息预计不赚钱，今天不发", "no message is expected to pay today"),
    "waiting": ("今天名额已满，排在后面", "no room today, next in line"),
}
_NO_WAY: Final[Words] = ("没有既能联系上又已同意的渠道", "no channel both reaches them and was agreed to")
_NO_SENDER: Final[Words] = ("只同意了企业微信或电话，没有好友导购", "agreed to WeCom or calls alone, and follows nobody")
_RESTING: Final[Words] = ("近期联系过、有投诉退款或在静默期", "contacted lately, a complaint or refund is open, or resting")
_NO_CANDIDATE: Final[Words] = ("今天不在候选里", "no candidate today")


def people(facts: Facts) -> list[dict[str, Any]]:
    """Return who became at risk on the day, of most value first, each with a plan or the reason for none."""
    rows = facts.rows(
        """
        select one_id, customers.owner_staff_id, customers.last_seller_staff_id, customer_segments.pyramid_tier,
               customer_segments.rfm_segment, cast(last_order_at as date), customer_segments.net_paid_fen_365d,
               recall_audience.message_channel, recall_audience.staff_id, recall_assignment.arm,
               len(list_intersect(reachable_channels, consented_channels)),
               len(list_filter(list_intersect(reachable_channels, consented_channels), lambda c: c not in ('wecom', 'call'))),
               staff_handover.proposed_staff_id
        from customer_lifecycle
        inner join customers using (one_id)
        inner join customer_segments using (one_id)
        left join recall_audience using (one_id)
        left join recall_assignment using (one_id)
        left join staff_handover using (one_id)
        where purchase_stage = 'at_risk' and purchase_stage_since >= $as_of - 1
            and (customer_segments.pyramid_tier in ('核心', '塔尖') or customer_segments.rfm_segment like '重要%')
        order by customer_segments.net_paid_fen_365d desc, one_id
        """
    )
    names = ("one_id", "owner", "seller", "tier", "segment", "last_order", "net", "channel", "sender", "arm", "ways")
    found = [dict(zip((*names, "ways_alone", "taker"), row, strict=True)) for row in rows]
    return [person | _plan(facts, person) | {"assign": _assign(facts, person)} for person in found]


def _plan(facts: Facts, person: dict[str, Any]) -> dict[str, Any]:
    if person["channel"]:
        zh, en = facts.word("message_channel", person["channel"])
        return {"plan": (f"今天：{zh}", f"today: {en}"), "is_planned": True}
    if words := _SETTLED.get(person["arm"]):
        return {"plan": words, "is_planned": True}
    if person["arm"] != "ineligible":
        return {"plan": _OPEN.get(person["arm"], _NO_CANDIDATE), "is_planned": False}
    if not person["ways"]:
        return {"plan": _NO_WAY, "is_planned": False}
    if not person["ways_alone"] and person["owner"] is None:
        return {"plan": _NO_SENDER, "is_planned": False}
    return {"plan": _RESTING, "is_planned": False}


def _assign(facts: Facts, person: dict[str, Any]) -> Words:
    """Return who could speak to them: the owner, else who is proposed to take them over, else who sold to them last."""
    if person["owner"]:
        name = facts.staff(person["owner"])
        return (f"归属 {name}", f"owner {name}")
    if person["taker"]:
        name = facts.staff(person["taker"])
        return (f"建议接手 {name}", f"could take over: {name}")
    if person["seller"]:
        name = facts.staff(person["seller"])
        return (f"最近卖货 {name}，还不是好友", f"sold last: {name}, no friend yet")
    return ("在职员工里没有人认识：请店长指定", "nobody at work knows them: ask a store manager")


def at_risk(facts: Facts) -> dict[str, Any]:
    """List them all, who has no plan first: those are the ones to assign."""
    found = sorted(people(facts), key=lambda person: person["is_planned"])
    rows = [
        (
            person["one_id"][:10],
            person["net"],
            person["last_order"],
            person["plan"],
            person["assign"],
            facts.word("pyramid_tier", person["tier"]),
            facts.word("rfm_segment", person["segment"]),
        )
        for person in found
    ]
    without = sum(not person["is_planned"] for person in found)
    gist = (f"{len(rows)} 位，{without} 位没有安排", f"{len(rows)}, {without} of them without a plan") if rows else None
    return {"rows": rows, "gist": gist}
