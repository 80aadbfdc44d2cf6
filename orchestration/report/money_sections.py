"""Money: expected profit by budget, what the list is made of, and who answered."""

import datetime as dt
from typing import Any

from ml.recall import arms
from orchestration.publishing.plans import FOLDER
from orchestration.report import charts
from orchestration.report.facts import Facts, Words
from orchestration.report.page import yuan


def money(facts: Facts) -> dict[str, Any]:
    """Draw expected net profit by budget with its interval, and what the audience is made of."""
    curve = facts.frame(
        """
        select budget_fen / 100.0 as budget_yuan, sum(net_p10_fen) / 100.0 as net_p10_yuan,
               sum(net_p50_fen) / 100.0 as net_p50_yuan, sum(net_p90_fen) / 100.0 as net_p90_yuan
        from roi_curve where as_of_date = $as_of group by budget_fen order by budget_fen
        """
    )
    made_of = facts.rows(
        """
        select policy_id, message_channel, offer_words, arm, count(*), sum(expected_cost_fen), sum(net_p10_fen),
               sum(net_p50_fen), sum(net_p90_fen)
        from (select *, case when offer_id is null then 'none' else 'offer' end as offer_words from recall_audience)
        group by all order by 5 desc, 1, 2, 3, 4
        """
    )
    offers = {"none": ("不发券", "none"), "offer": ("发券", "with an offer")}
    return {
        "gist": _gist(facts),
        "chart_drawn": charts.roi_curve(curve) if len(curve) else "",
        "made_of": [
            (
                facts.word("policy", policy),
                people,
                p50,
                cost,
                p10,
                p90,
                facts.word("message_channel", channel),
                offers[offer],
                facts.word("arm", arm),
            )
            for policy, channel, offer, arm, people, cost, p10, p50, p90 in made_of
        ],
    }


def _gist(facts: Facts) -> Words | None:
    ((budget, cost, care, care_cost),) = facts.rows(
        "select sum(budget_fen), sum(expected_cost_fen), sum(care_budget_fen), sum(care_cost_fen) from recall_budget"
    )
    if budget is None:
        return None
    zh, en = f"预算 {yuan(budget)}，预计花 {yuan(cost)}", f"budget {yuan(budget)}, {yuan(cost)} planned"
    if not care:
        return zh, en
    return f"{zh}；关怀预算 {yuan(care)}，花 {yuan(care_cost)}", f"{en}; care {yuan(care)}, {yuan(care_cost)} planned"


def answers(facts: Facts) -> dict[str, Any]:
    """Show who replied and ordered within 7 days of a message, and beside it who ordered without one."""
    by_channel = facts.rows(
        """
        select value_key, max(denominator), max(case when kpi = 'reply_rate' then value end),
               max(case when kpi = 'order_rate' then value end)
        from kpi_daily where kpi in ('reply_rate', 'order_rate') and kpi_date = $as_of group by all order by 1
        """
    )
    told = [(facts.word("message_channel", channel), *rest) for channel, *rest in by_channel]
    return {"rows": [*told, *_sent_and_held_back(facts)], "gist": None}


def _sent_and_held_back(facts: Facts) -> list[tuple[Any, ...]]:
    """Return people and share who ordered since, of the list sent 7 days ago: who was sent it, and who was held back.

    Both were planned, and a lot decided. Plans are those of the version that was current last on the list's date; a
    last order after that date lies in the 7 days.
    """
    listed_on = facts.as_of_date - dt.timedelta(days=8)
    folder = facts.settings.published / FOLDER
    found = (
        facts.rows(
            """
            with plans as (
                select * from read_parquet($files, union_by_name = true)
                where as_of_date = $listed_on and consent_purpose = 'marketing'
            ),
            newest as (select arg_max(version, moved_at) as version from plans)
            select plans.arm, count(*), '—',
                   avg(case when cast(customers.last_order_at as date) > $listed_on then 1 else 0 end)
            from plans inner join newest using (version) inner join customers using (one_id)
            where plans.arm in ($sent, $held_back) group by all
            """,
            files=str(folder / "*.parquet"),
            listed_on=listed_on,
            sent=arms.TREAT,
            held_back=arms.HELD_BACK,
        )
        if any(folder.glob("*.parquet"))
        else []
    )
    shares = {arm: rest for arm, *rest in found}
    words = {arms.TREAT: ("已发", "sent"), arms.HELD_BACK: ("随机留下未发", "held back by lot")}
    return [(word, *shares.get(arm, (None, "—", None))) for arm, word in words.items()]
