"""What stands below the first screen: segments, life cycle, models, money and the audience."""

import datetime as dt
from typing import Any

import pandas as pd

from ml.recall import arms
from orchestration.publishing.plans import FOLDER
from orchestration.publishing.versions import Store
from orchestration.report import charts
from orchestration.report.facts import Facts

_METRICS = ("auc", "pr_auc", "brier", "top_decile_lift")


def rfm(facts: Facts) -> dict[str, Any]:
    """Draw RFM as a heat map of recency by frequency, and the eight cells with their share of money."""
    frame = facts.frame(
        """
        select cast(r_score as varchar) as r, cast(f_score as varchar) as f, count(*) as customers,
               cast(count(*) as varchar) as label
        from customer_segments where r_score is not null and f_score is not null group by all order by all
        """
    )
    cells = facts.rows(
        """
        select rfm_segment, count(*), sum(net_paid_fen_365d),
               sum(net_paid_fen_365d) / nullif(sum(sum(net_paid_fen_365d)) over (), 0)
        from customer_segments where rfm_segment is not null group by rfm_segment order by 2 desc, 1
        """
    )
    chart = charts.heat_map(frame, "r", "f", list("12345"), list("54321")) if len(frame) else ""
    return {"chart": chart, "cells": cells}


def matrix(facts: Facts) -> dict[str, Any]:
    """Return the activity by conversion matrix."""
    frame = facts.frame(
        """
        select matrix_cell, count(*) as customers
        from customer_segments where matrix_cell is not null group by all order by customers desc, matrix_cell
        """
    )
    frame = frame.assign(label=[f"{n:,}" for n in frame["customers"]])
    return {"chart": charts.bars(frame, "customers", "matrix_cell", label="label") if len(frame) else ""}


def lifecycle(facts: Facts) -> dict[str, Any]:
    """Show who stands where, and the day's leaps and falls."""
    stages = facts.rows("select purchase_stage, count(*) from customer_lifecycle group by all order by 2 desc, 1")
    frame = facts.frame(
        """
        select coalesce(from_stage, '—') || ' → ' || coalesce(to_stage, '—') as move,
               case when is_fall then -customer_count else customer_count end as signed,
               case when is_fall then 'fall' when is_skip then 'skip' else 'leap' end as kind
        from stage_transitions
        where as_of_date = $as_of and model = 'purchase' and (is_leap or is_fall) order by signed desc, move
        """
    )
    window = facts.rows(
        """
        select model, coalesce(sum(customer_count) filter (where is_leap and not is_skip), 0),
               coalesce(sum(customer_count) filter (where is_skip), 0),
               coalesce(sum(customer_count) filter (where is_fall), 0)
        from stage_transitions where model not like '%_refreeze' group by model order by model
        """
    )
    refreezes = facts.rows(
        """
        select as_of_date, model, coalesce(sum(customer_count) filter (where from_stage <> to_stage), 0),
               sum(customer_count)
        from stage_transitions where model like '%_refreeze' group by all order by all
        """
    )
    chart = charts.moves(frame) if len(frame) else ""
    return {"stages": stages, "chart": chart, "window": window, "refreezes": refreezes}


def models(facts: Facts) -> dict[str, Any]:
    """Show every model beside its baselines, with lift and calibration of its champion."""
    return {"models": [_model(card) for card in facts.cards]}


def _model(card: dict[str, Any]) -> dict[str, Any]:
    rows = [
        (name + (" ★" if name == card["champion"] else ""), *(measures.get(metric) for metric in _METRICS))
        for name, measures in card["metrics"].items()
    ]
    lift, calibration = (pd.DataFrame(card.get(chart) or []).dropna() for chart in ("lift", "calibration"))
    return {
        "name": card["model"],
        "words_zh": card["words_zh"],
        "words_en": card["words_en"],
        "rows": rows,
        "lift": charts.lift(lift) if len(lift) else "",
        "calibration": charts.calibration(calibration) if len(calibration) else "",
    }


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
        select policy_id, message_channel, offer_id, arm, count(*), sum(expected_cost_fen), sum(net_p10_fen),
               sum(net_p50_fen), sum(net_p90_fen)
        from recall_audience group by all order by 5 desc, 1, 2, 3, 4
        """
    )
    return {"chart": charts.roi_curve(curve) if len(curve) else "", "made_of": made_of}


def answers(facts: Facts) -> dict[str, Any]:
    """Show who replied and ordered within 7 days of a message, and beside it who ordered without one."""
    by_channel = facts.rows(
        """
        select value_key, max(denominator), max(case when kpi = 'reply_rate' then value end),
               max(case when kpi = 'order_rate' then value end)
        from kpi_daily where kpi in ('reply_rate', 'order_rate') and kpi_date = $as_of group by all order by 1
        """
    )
    return {"rows": [*by_channel, *_sent_and_held_back(facts)]}


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
    words = {arms.TREAT: ("已发", "sent"), arms.HELD_BACK: ("抽签未发", "held back by lot")}
    return [(word, *shares.get(arm, (None, "—", None))) for arm, word in words.items()]


def quality(facts: Facts) -> dict[str, Any]:
    """Show which checks ran on these very files, and what was turned away."""
    found = Store(facts.settings.published).findings(facts.version)
    gates = {finding.gate: [one for one in found if one.gate == finding.gate] for finding in found}
    rows = [(gate, len(checks), sum(not one.passed for one in checks)) for gate, checks in sorted(gates.items())]
    quarantine = facts.settings.home / "quarantine" / "quarantine.parquet"
    refused = (
        facts.rows(
            """
            select concat_ws('/', channel, dataset), reason, count(*) from read_parquet($file)
            group by all order by 3 desc, 1, 2
            """,
            file=str(quarantine),
        )
        if quarantine.exists()
        else []
    )
    return {"gates": rows, "refused": refused}
