"""High-value customers who became at risk: what is planned for each, or why nothing is, and whom to give them to."""

from typing import Any, Final

from ml.recall.signal_answers import unsent_because
from orchestration.report.facts import Facts, Words

#: Arms of the draw whose people are left alone on purpose, or are looked after by somebody else: nothing to assign.
_SETTLED: Final = frozenset({"held_back", "holdout_global", "as_usual", "in_episode"})
#: So many reasons are told of one customer; siyu why tells all.
_REASONS: Final = 2


def people(facts: Facts) -> list[dict[str, Any]]:
    """Return who became at risk on the day, of most value first, each with a plan or the reason for none."""
    rows = facts.rows(
        """
        select one_id, customers.owner_staff_id, customers.last_seller_staff_id, customer_segments.pyramid_tier,
               customer_segments.rfm_segment, cast(last_order_at as date), customer_segments.net_paid_fen_365d,
               recall_audience.message_channel, recall_assignment.arm, recall_assignment.waits_for,
               recall_assignment.passed_over_because,
               staff_handover.taker_1_staff_id
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
    names = (
        "one_id",
        "owner",
        "seller",
        "tier",
        "segment",
        "last_order",
        "net",
        "channel",
        "arm",
        "waits",
        "passed",
        "taker",
    )
    refused = _refused(facts)
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return [
        person | _plan(facts, person, refused.get(person["one_id"], [])) | {"assign": _assign(facts, person)}
        for person in found
    ]


def _refused(facts: Facts) -> dict[str, list[tuple[str, list[str]]]]:
    """Return by customer which rule takes which channels away, the rule that takes most first.

    That a play does not use a channel is told last: it is no fact about the customer.
    """
    rows = facts.rows(
        """
        select one_id, refused_because, list(distinct message_channel order by message_channel) as channels
        from recall_refused_options group by one_id, refused_because
        order by one_id, refused_because = 'not_in_play', len(channels) desc, refused_because
        """
    )
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for one_id, reason, channels in rows:
        found.setdefault(one_id, []).append((reason, channels))
    return found


def _plan(facts: Facts, person: dict[str, Any], refused: list[tuple[str, list[str]]]) -> dict[str, Any]:
    if person["channel"]:
        zh, en = facts.word("message_channel", person["channel"])
        return {"plan": (f"今天：{zh}", f"today: {en}"), "is_planned": True}
    arm = person["arm"]
    if arm in _SETTLED:
        return {"plan": facts.word("arm", arm), "is_planned": True}
    if arm == "ineligible" and refused:
        told = [(facts.word("reason", reason), _named(facts, channels)) for reason, channels in refused[:_REASONS]]
        zh = "；".join(f"{channels[0]}：{reason[0]}" for reason, channels in told)
        return {
            "plan": (zh, "; ".join(f"{channels[1]}: {reason[1]}" for reason, channels in told)),
            "is_planned": False,
        }
    reason = "not_a_candidate" if arm is None else unsent_because(arm, person["waits"], person["passed"])
    return {"plan": facts.word("reason", reason) if reason else facts.word("arm", arm), "is_planned": False}


def _named(facts: Facts, channels: list[str]) -> Words:
    words = [facts.word("message_channel", channel) for channel in channels]
    return "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)


def _assign(facts: Facts, person: dict[str, Any]) -> Words:
    """Return who could speak to them: the owner, else who is proposed to take them over, else who sold to them last."""
    if person["arm"] in _SETTLED and not person["channel"]:
        return ("今天不要联系", "leave alone today")
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
