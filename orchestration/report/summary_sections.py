"""The first phone screen, in the order in which a morning is worked through."""

import datetime as dt

from orchestration.publishing.versions import Store
from orchestration.report.facts import Facts
from orchestration.report.page import UNKNOWN, count, figure, figures, note, rate, section, table, yuan

_WEEK = dt.timedelta(days=7)
#: Below this share of yesterday's list, an operator wants to know why (operator default, calibrate).
_OVERLAP_SHARE = 0.7


def completeness(facts: Facts) -> str:
    """Say whether the data is complete, and which channel is stale."""
    channels = facts.manifest["channels"]
    stale = sorted(name for name, channel in channels.items() if channel.get("stale"))
    rows = [
        [name, str(channel.get("data_as_of") or UNKNOWN), "过期 stale" if channel.get("stale") else "✓"]
        for name, channel in sorted(channels.items())
    ]
    head = (
        figure(
            f"{len(stale)} / {len(channels)}",
            "个渠道数据过期:" + "、".join(stale),
            "channels are stale: " + ", ".join(stale),
            "bad",
        )
        if stale
        else figure("✓", f"{len(channels)} 个渠道数据齐全", f"all {len(channels)} channels complete", "good")
    )
    return section(
        "数据是否齐全",
        "Is the data complete",
        figures(head),
        table([("渠道", "channel"), ("数据截至", "data as of"), ("状态", "state")], rows),
        number=1,
    )


def yesterday(facts: Facts) -> str:
    """Show the day's private GMV, orders and buyers against the same weekday a week before."""
    before = facts.as_of_date - _WEEK
    private = _numerator(facts, "private_gmv", facts.as_of_date), _numerator(facts, "private_gmv", before)
    pairs = [
        (yuan(private[0]), private, "私域成交额", "private GMV"),
        *(
            (yuan(now) if name == "gmv" else count(now), (now, then), zh, en)
            for name, zh, en in (
                ("gmv", "全部成交额", "all GMV"),
                ("orders", "订单", "orders"),
                ("buyers", "购买人数", "buyers"),
            )
            for now, then in [(facts.kpi(name), facts.kpi(name, before))]
        ),
    ]
    drawn = [
        figure(text, f"{zh} {_against(pair)} 较上周同日", f"{en} {_against(pair)} on last week")
        for text, pair, zh, en in pairs
    ]
    words = note(
        "私域成交额里有许多人本来就会买;增量看实验组与对照组之差。",
        "Many of these people would have bought anyway; the increment is the difference from the holdout.",
    )
    return section("昨日成交", "The day's sales", figures(*drawn), words, number=2)


def _numerator(facts: Facts, kpi: str, date: dt.date) -> float | None:
    sql = """
        select numerator from kpi_daily
        where kpi = $kpi and kpi_date = $date and dimension = 'all' and value_key = 'all'
    """
    found = facts.rows(sql, kpi=kpi, date=date)
    return found[0][0] if found else None


def _against(pair: tuple[float | None, float | None]) -> str:
    now, then = pair
    return UNKNOWN if now is None or not then else f"{now / then - 1:+.0%}"


def friends(facts: Facts) -> str:
    """Show net friends of the day and the share who deleted the staff."""
    new, deleted = facts.one("select sum(new_friends), sum(deleted_friends) from staff_daily where kpi_date = $as_of")
    net = None if new is None else int(new) - int(deleted)
    return section(
        "好友",
        "Friends",
        figures(
            figure(
                UNKNOWN if net is None else f"{net:+,}",
                f"净增(新增{count(new)} 删除{count(deleted)})",
                "net on the day",
            ),
            figure(count(facts.kpi("friends")), "现有好友", "friends now"),
            figure(rate(facts.kpi("deletion_rate")), "7天删除率", "deleted us, 7 days"),
        ),
        number=3,
    )


def tasks_done(facts: Facts) -> str:
    """Show yesterday's tasks sent against assigned, by staff."""
    rows = facts.rows(
        """
        select staff_id, tasks, sent, replied, bought from staff_daily
        where kpi_date = $as_of and (coalesce(tasks, 0) > 0 or sent > 0)
        order by tasks desc nulls last, sent desc, staff_id limit 12
        """
    )
    if not any(row[1] for row in rows):
        words = note(
            "尚无任务回执:昨日任务完成数未知。", "No task results have come back yet: what was done is unknown."
        )
    else:
        words = ""
    heads = [
        ("导购", "staff"),
        ("任务回执", "tasks reported"),
        ("发送", "sent"),
        ("回复", "replied"),
        ("成交", "bought"),
    ]
    body = table(heads, [[s, count(a), count(b), count(c), count(d)] for s, a, b, c, d in rows], numeric=(1, 2, 3, 4))
    return section("昨日任务", "Yesterday's tasks", words, body if rows else "", number=4)


def todays_list(facts: Facts) -> str:
    """Show today's list: customers, by staff, expected net with its interval, the budget and the overlap."""
    people, p10, p50, p90, cost, bases = facts.one(
        """
        select count(*), sum(net_p10_fen), sum(net_p50_fen), sum(net_p90_fen), sum(expected_cost_fen),
               string_agg(distinct basis, ', ' order by basis)
        from recall_audience
        """
    )
    (budget,) = facts.one("select max(budget_fen) from recall_budget")
    tag = '<span class="tag">估算,未经实验 · estimate, no experiment yet</span>' if "prior" in (bases or "") else ""
    staff = facts.rows(
        """
        select staff_id, message_channel, count(*), sum(expected_net_p50_fen) from recall_tasks
        group by all order by 3 desc, 1, 2 limit 10
        """
    )
    body = table(
        [("导购", "staff"), ("渠道", "channel"), ("任务", "tasks"), ("预计净利P50", "net P50")],
        [[s or "—", channel, count(n), yuan(fen)] for s, channel, n, fen in staff],
        numeric=(2, 3),
    )
    return section(
        "今日名单",
        "Today's list",
        _withheld(facts),
        _unmet(facts),
        tag,
        figures(
            figure(count(people), "人", "customers"),
            figure(
                yuan(p50), f"预计净利 {yuan(p10)} – {yuan(p90)}", f"expected net, P10 {yuan(p10)} to P90 {yuan(p90)}"
            ),
            figure(yuan(cost), f"预计成本 / 预算 {yuan(budget)}", f"expected cost of a budget of {yuan(budget)}"),
        ),
        _overlap(facts),
        body if staff else note("今日无导购任务", "No staff tasks today"),
        number=5,
    )


def _withheld(facts: Facts) -> str:
    """Say why nobody is on the list, where refusals could not be read."""
    unread = facts.manifest.get("withheld", {}).get("unread_refusals")
    if not unread:
        return ""
    return note(
        f"今天谁也不发:有 {unread} 条拒绝没有读出来,不知道是谁说了不。请让数据工程师看 siyu refusals。",
        f"Nobody is written to today: {unread} refusals could not be read, so nobody knows who said no. Ask the data"
        " engineer to look at siyu refusals.",
    )


def _unmet(facts: Facts) -> str:
    """Say how many refusals meet nobody, and where the first of them stand."""
    unmet = facts.manifest.get("refusals_that_meet_nobody")
    if not unmet:
        return ""
    total = sum(unmet["by_channel"].values())
    channels = ", ".join(f"{channel} {number}" for channel, number in sorted(unmet["by_channel"].items()))
    places = "; ".join(unmet["examples"])
    return note(
        f"有 {total} 条拒绝没有对上任何人({channels}),谁也没有因此被静默。请核对编号和来源的写法,例如 {places}。",
        f"{total} refusals meet nobody ({channels}), so they silence nobody: check how id and source are spelled,"
        f" for example in {places}.",
    )


def _overlap(facts: Facts) -> str:
    """Compare the list with yesterday's, where yesterday's version is still there."""
    store = Store(facts.settings.published)
    before = store.newest_by_date().get(facts.as_of_date - dt.timedelta(days=1))
    if before is None:
        return note("没有昨日名单可比", "Yesterday's list is not there to compare with")
    kept, total = facts.one(
        """
        select count(*) filter (where one_id in (select one_id from recall_audience)), count(*)
        from read_parquet($file)
        """,
        file=str(store.versions / before / "recall_audience.parquet"),
    )
    if not total:
        return note("昨日名单为空", "Yesterday's list was empty")
    share = kept / total
    low = share < _OVERLAP_SHARE
    why_zh = ";低于70%,请查:预算、频控、同意或阶段是否变了" if low else ""
    why_en = "; under 70%: did budget, contact caps, consents or stages change?" if low else ""
    return note(f"与昨日名单重合 {share:.0%}{why_zh}", f"Overlap with yesterday's list {share:.0%}{why_en}")


def at_risk(facts: Facts) -> str:
    """List high-value customers newly at risk, with their staff."""
    rows = facts.rows(
        """
        select left(one_id, 12), customers.owner_staff_id, customer_segments.pyramid_tier, last_order_at,
               customer_segments.net_paid_fen_365d
        from customer_lifecycle
        inner join customers using (one_id)
        inner join customer_segments using (one_id)
        where purchase_stage = 'at_risk' and purchase_stage_since >= $as_of - 1
            and (customer_segments.pyramid_tier in ('核心', '塔尖') or customer_segments.rfm_segment like '重要%')
        order by customer_segments.net_paid_fen_365d desc, one_id limit 20
        """
    )
    heads = [
        ("客户", "customer"),
        ("导购", "staff"),
        ("层级", "tier"),
        ("最近下单", "last order"),
        ("365天净额", "net, 365 d"),
    ]
    body = table(
        heads, [[a, b or "—", c or "—", f"{d:%Y-%m-%d}" if d else UNKNOWN, yuan(e)] for a, b, c, d, e in rows], (4,)
    )
    empty = note("今日没有新进入风险期的客户", "Nobody of value became at risk")
    return section("高价值新流失风险(前20)", "High value, newly at risk (top 20)", body if rows else empty, number=6)


def coupons(facts: Facts) -> str:
    """Show coupons issued, redeemed and what they cost on the day."""
    issued, redeemed, cost = (facts.kpi(name) for name in ("coupons_issued", "coupons_redeemed", "coupon_cost"))
    without = facts.kpi("coupons_uncosted")
    zh, en = (
        (f"成本(另{count(without)}张未知)", f"cost ({count(without)} more unknown)") if without else ("成本", "cost")
    )
    return section(
        "优惠券",
        "Coupons",
        figures(
            figure(count(issued), "发放", "issued"),
            figure(count(redeemed), "核销", "redeemed"),
            figure(yuan(cost), zh, en),
        ),
        number=7,
    )


def complaints(facts: Facts) -> str:
    """Show complaints and opt-outs of the day."""
    return section(
        "投诉与退订",
        "Complaints and opt-outs",
        figures(
            figure(count(facts.kpi("complaints")), "投诉", "complaints"),
            figure(count(facts.kpi("opt_outs")), "退订", "opt-outs"),
        ),
        number=8,
    )
