"""What was learned by sending: effects beside the seed's, and what came of every promise."""

from typing import Any

from orchestration.report.facts import Facts, Words
from orchestration.report.page import NONE, UNKNOWN


def loop(facts: Facts) -> dict[str, Any]:
    """Show what is believed of a contact beside the seed, promised beside realised by week, and what is held back."""
    effects = facts.rows(
        """
        select band, message_channel, depth, rows_sent, rows_held, prior_mean,
               printf('%.1f%% [%.1f%%, %.1f%%]', posterior_mean * 100, posterior_p10 * 100, posterior_p90 * 100), basis,
               sum(1) over ()
        from recall_effects where rows_sent > 0 and band <> 'all' and message_channel <> 'all' and depth <> 'all'
        order by rows_sent desc, band, message_channel, depth limit 12
        """
    )
    weeks = facts.rows(
        """
        select week_from, subject, people_sent, people_held_back,
               printf('%.1f%% [%.1f%%, %.1f%%]', predicted_lift * 100, predicted_lift_low * 100,
                      predicted_lift_high * 100),
               printf('%.1f%% [%.1f%%, %.1f%%]', lift * 100, lift_low * 100, lift_high * 100),
               realised_net_fen, verdict, weeks_needed, sum(1) over ()
        from recall_outcomes where read_window = 'episode' order by week_from desc, people_sent desc, subject limit 16
        """
    )
    said = [*_told(facts), *_worst(facts), *_held_back(facts), *_money(facts)]
    return {
        "gist": said[0] if said else None,
        "said": said,
        "effects": [_effect(facts, *row) for row in effects],
        "weeks": [
            (
                row[0],
                _subject(facts, row[1]),
                *row[2:6],
                _or_none(row[6]),
                facts.word("verdict", row[7]),
                _or_none(row[8]),
                row[9],
            )
            for row in weeks
        ],
        "alarms": facts.rows("select words_zh, words from recall_health where verdict = 'alarm' order by all"),
    }


def _effect(facts: Facts, band: str, channel: str, depth: str, *rest: Any) -> tuple[Any, ...]:
    *numbers, basis, total = rest
    words = (facts.word("band", band), facts.word("message_channel", channel), facts.word("offer_kind", depth))
    return (*words, *numbers, facts.word("basis", basis), total)


def _subject(facts: Facts, subject: str) -> Words:
    """Return a policy by its name; an experiment of somebody else's goes by the name it landed with."""
    return facts.word("policy", subject)


def _or_none(value: int | None) -> int | str:
    """Return what there is nothing of as a dash: what is not asked is not unknown."""
    return NONE if value is None else value


def _told(facts: Facts) -> list[Words]:
    """Return in a sentence whether contacts can be told from nothing, over everything that is over."""
    ((read, sent, held),) = facts.rows(
        """
        select count(*), sum(people_sent), sum(people_held_back) from recall_outcomes where read_window = 'episode'
        """
    )
    if not read:
        first = facts.rows("select min(ends_on) from recall_plans where opens_episode")[0][0]
        when = f"{first:%Y-%m-%d}" if first else "—"
        return [
            (
                f"发出去的还没到看结果的日子，效果都是原来的估计；今天的计划最早 {when} 读数。",
                f"No episode has ended yet and every effect is the seed's; today's plans are read from {when} on.",
            )
        ]
    design = facts.one(
        """
        select sum(people_sent * lift) / sum(people_sent) as lift,
               sum(people_sent * predicted_lift) / sum(people_sent) as promised,
               sqrt(sum(pow(people_sent * (lift_high - lift_low) / 2, 2))) / sum(people_sent) as half
        from recall_outcomes where read_window = 'episode' and lift is not null and lift_low is not null
        """
    )
    people = (
        f"看了已发 {sent:,} 人次、留下没发 {held:,} 人次的结果",
        f"{sent:,} episodes sent and {held:,} held back were read",
    )
    if design["lift"] is None:
        return [(f"{people[0]}：人太少，还说不出。", f"{people[1]}: too few to say.")]
    low, high = design["lift"] - design["half"], design["lift"] + design["half"]
    span = f"{design['lift']:+.1%} [{low:+.1%}, {high:+.1%}]"
    promised = f"{design['promised']:+.1%}" if design["promised"] is not None else UNKNOWN
    if low > 0:
        verdict = ("收到的人比留下的人多下单", "more of those written to ordered than of those held back")
    elif high < 0:
        verdict = ("收到的人比留下的人少下单", "fewer of those written to ordered than of those held back")
    else:
        verdict = ("测不出差别", "no difference can be told")
    return [
        (
            f"{people[0]}：{verdict[0]} {span}（90% 区间，只比随机分的两组）；当初预计 {promised}。",
            f"{people[1]}: {verdict[1]}, {span} (90% interval, by the lots alone); {promised} was promised.",
        )
    ]


def _worst(facts: Facts) -> list[Words]:
    """Return the week that came out worst, where it lost: a loss is told like a gain."""
    worst = facts.rows(
        """
        select week_from, subject, lift, lift_low, lift_high from recall_outcomes
        where read_window = 'episode' and lift < 0 order by lift * people_sent, week_from, subject limit 1
        """
    )
    return [
        (
            f"最差的一周：{week:%Y-%m-%d} 的 {subject}，收到的人反而少来 {-lift:.1%}"
            f"（区间 {low:+.1%} 到 {high:+.1%}）。",
            f"The worst week: {subject} of {week:%Y-%m-%d}, {-lift:.1%} fewer came of those written to"
            f" (interval {low:+.1%} to {high:+.1%}).",
        )
        for week, subject, lift, low, high in worst
    ]


def _held_back(facts: Facts) -> list[Words]:
    rows = facts.rows(
        """
        select held_back_people, held_back_net_fen from recall_budget
        where held_back_people > 0 and held_back_net_fen is not null
        """
    )
    return [
        (
            f"今天有 {people} 人计划相同、随机留下不发；假如发给他们，预计净利 {fen / 100:,.2f} 元："
            "少赚这些，才知道消息有没有用。",
            f"{people} people were planned like the others and are held back by lot today; sent, they were thought to"
            f" net {fen / 100:,.2f} yuan: the price of knowing.",
        )
        for people, fen in rows
    ]


def _money(facts: Facts) -> list[Words]:
    """Return what the price of money says, and whether the audience was cut, with its interval."""
    said: list[Words] = []
    for price, left, is_cut, low, high in facts.rows(
        """
        select shadow_price, budget_fen - expected_cost_fen, coalesce(is_cut, false), planned_net_p10_fen,
               planned_net_p90_fen
        from recall_budget
        where shadow_price is not null and budget_fen is not null and expected_cost_fen is not null
        """
    ):
        if price == 0:
            said.append((
                f"钱不是限制：预算还剩 {left / 100:,.0f} 元，再多一元也不会多发一条。",
                f"Money is not what limits it: {left / 100:,.0f} yuan of the budget are left, and one more would send"
                " nothing.",
            ))
        else:
            said.append((
                f"预算是限制：再多一元，预计多赚 {price:.2f} 元。",
                f"The budget is what limits it: one more yuan would bring {price:.2f} yuan.",
            ))
        if is_cut and low is not None and high is not None:
            said.append((
                f"测不出差别：今天的计划预计净利在 {low / 100:,.0f} 到 {high / 100:,.0f} 元之间，"
                "说不清的阶段只发五分之一。",
                f"No difference can be told: today's plans are thought to bring {low / 100:,.0f} to {high / 100:,.0f}"
                " yuan; of the bands that cannot be told a fifth is sent.",
            ))
    return said
