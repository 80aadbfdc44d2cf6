"""A young brand's page: what is there, what is missing, and from when the page will say more."""

import datetime as dt
from typing import Any

from ml.recall.lists import KINDS
from orchestration.report.facts import WEEK, Facts, Words
from orchestration.report.page import NONE, count, yuan

#: Plans are told one by one up to so many; the list of a young brand is short.
_PLANS = 30


def buyers(facts: Facts) -> int:
    """Return how many people have bought."""
    return int(facts.rows("select count(*) from customers where order_count > 0")[0][0])


def is_young(facts: Facts) -> bool:
    """Tell whether the brand has fewer buyers than shares and risks can be told of."""
    return buyers(facts) < facts.setting("young_buyers")


def young(facts: Facts) -> dict[str, Any]:
    """Give what has landed, what has not, what will be told when, and every plan with its reason."""
    return {
        "there": _there(facts),
        "missing": _missing(facts),
        "later": _later(facts),
        "plans": _plans(facts),
        "people": facts.rows("select count(*) from recall_audience")[0][0],
    }


def _there(facts: Facts) -> list[tuple[str, Words]]:
    known = facts.one(
        """
        select count(*) as people, count(*) filter (len(consented_channels) > 0) as agreed,
               sum(order_count) as orders, sum(net_paid_fen) as net from customers
        """
    )
    friends = facts.kpi("friends")
    week = facts.week("gmv")
    told = [
        (count(known["people"]), ("认识的客户", "people known")),
        (count(buyers(facts)), ("买过的人", "buyers")),
        (count(known["orders"]), ("订单", "orders")),
        (yuan(known["net"]), ("累计净额", "net paid so far")),
        (count(known["agreed"]), ("同意接收消息的人", "agreed to be written to")),
    ]
    if friends is not None:
        told.append((count(friends), ("好友", "friends")))
    if week is not None:
        told.append((yuan(week), ("近 7 天成交", "GMV of 7 days")))
    return told


def _missing(facts: Facts) -> list[Words]:
    late = {name for name, said in facts.manifest["channels"].items() if said.get("stale")}
    missing: list[Words] = []
    for name in sorted(late):
        zh, en = facts.word("channel", name)
        missing.append((f"{zh}的数据过期了：请补交", f"{en} is late: have it delivered"))
    if not facts.rows("select 1 from customers where len(consented_channels) > 0 limit 1"):
        missing.append((
            "没有任何人的营销授权：没有授权，谁也不能发",
            "Nobody's consent has landed, so nobody may be written to: deliver consents",
        ))
    if not facts.has("staff"):
        missing.append((
            "没有员工名单：有了才有导购任务和归属",
            "No list of staff: with it there are tasks and owners. Deliver staff",
        ))
    if facts.kpi("friends") is None:
        missing.append((
            "没有企业微信好友关系：有了才看得到私域成交",
            "No friends of the staff: with them private GMV can be told. Deliver follows",
        ))
    if facts.kpi("coupons_issued") is None:
        missing.append((
            "没有优惠券记录：有了才知道券花了多少",
            "No coupons: with them their cost can be told. Deliver coupons",
        ))
    return missing


def _later(facts: Facts) -> list[Words]:
    wanted, found = int(facts.setting("young_buyers")), buyers(facts)
    told: list[Words] = []
    first = facts.rows("select cast(min(first_order_at) as date) from customers")[0][0]
    if first is None:
        told.append(("第一笔订单到了以后，开始有成交数字", "Sales are told from the first order on"))
    elif (both := first + 2 * WEEK - dt.timedelta(days=1)) > facts.as_of_date:
        told.append((f"{both:%m-%d} 起：近 7 天比前 7 天", f"From {both:%m-%d}: seven days against the seven before"))
    if found < wanted:
        told.append((
            f"满 {wanted} 位买过的人（现在 {found} 位）：完整晨报，分群、阶段和风险名单",
            f"With {wanted} buyers ({found} now): the whole report, with segments, stages and who is at risk",
        ))
    lacking = {(one["found"], one["needed"]) for card in facts.cards for one in card.get("lacking") or []}
    if lacking or not facts.cards:
        needed = max((need for _, need in lacking), default=None)
        said = f"检验期里每一类至少 {needed} 位" if needed else "几个月的订单"
        said_en = (
            f"at least {needed} of each kind in the weeks they are tested on" if needed else "some months of orders"
        )
        told.append((f"模型要{said}；在此之前用简单规则", f"Models need {said_en}; until then a simple rule stands in"))
    ends = facts.rows("select min(ends_on) from recall_plans where opens_episode")[0][0]
    if ends is not None:
        told.append((
            f"{ends:%m-%d} 起：看得到今天的消息有没有用",
            f"From {ends:%m-%d}: whether today's messages did anything",
        ))
    return told


def _plans(facts: Facts) -> list[tuple[Any, ...]]:
    rows = facts.rows(
        f"""
        select one_id, list_kind, message_channel, net_p50_fen, why, policy_id, count(*) over () from recall_audience
        order by list_position($kinds, list_kind), net_p50_fen desc, one_id limit {_PLANS}
        """,
        kinds=list(KINDS),
    )
    return [
        (
            (one_id or NONE)[:10],
            facts.word("list_kind", kind),
            facts.word("message_channel", channel),
            net,
            (why, facts.word("policy", policy)[1]),
            total,
        )
        for one_id, kind, channel, net, why, policy, total in rows
    ]
