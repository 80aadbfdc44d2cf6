"""Below the first screen: segments, life cycle, models, money and the audience, drawn."""

import datetime as dt
from typing import Any

import pandas as pd

from orchestration.publishing.versions import Store
from orchestration.report import charts
from orchestration.report.facts import Facts
from orchestration.report.page import columns, count, note, rate, section, table, yuan


def rfm(facts: Facts) -> str:
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
        select rfm_segment, count(*), sum(net_paid_fen_365d), sum(sum(net_paid_fen_365d)) over ()
        from customer_segments where rfm_segment is not null group by rfm_segment order by 2 desc, 1
        """
    )
    drawn = charts.heat_map(frame, "r", "f", list("12345"), list("54321")) if len(frame) else ""
    return section(
        "RFM:横为最近(5=最近),纵为频次",
        "RFM: recency across (5 is recent), frequency up",
        drawn,
        table(
            [("分群", "cell"), ("人数", "people"), ("365天净额", "net paid, 365 d"), ("占比", "share")],
            [[cell or "—", count(n), yuan(fen), rate(fen / total if total else None)] for cell, n, fen, total in cells],
            numeric=(1, 2, 3),
        ),
    )


def matrix(facts: Facts) -> str:
    """Return the activity by conversion matrix."""
    frame = facts.frame(
        """
        select matrix_cell, count(*) as customers
        from customer_segments where matrix_cell is not null group by all order by customers desc, matrix_cell
        """
    )
    frame = frame.assign(label=[f"{n:,}" for n in frame["customers"]])
    drawn = charts.bars(frame, "customers", "matrix_cell", label="label") if len(frame) else ""
    return section(
        "活跃 × 转化 矩阵",
        "Activity by conversion matrix",
        drawn,
        note("九宫格的人数", "People in each of the nine cells"),
    )


def lifecycle(facts: Facts) -> str:
    """Show who stands where, and the day's leaps and falls."""
    stages = facts.rows("select purchase_stage, count(*) from customer_lifecycle group by all order by 2 desc, 1")
    frame = facts.frame(
        """
        select from_stage || ' → ' || to_stage as move,
               case when is_fall then -customer_count else customer_count end as signed,
               case when is_fall then 'fall' when is_skip then 'skip' else 'leap' end as kind
        from stage_transitions
        where as_of_date = $as_of and model = 'purchase' and (is_leap or is_fall) order by signed desc, move
        """
    )
    window = facts.rows(
        """
        select model, sum(customer_count) filter (where is_leap and not is_skip),
               sum(customer_count) filter (where is_skip),
               sum(customer_count) filter (where is_fall)
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
    refrozen = (
        table(
            [("季初重定分界", "cuts frozen on"), ("模型", "model"), ("因此移动", "moved by it"), ("人数", "people")],
            [[str(date), model, count(moved), count(people)] for date, model, moved, people in refreezes],
            numeric=(2, 3),
        )
        if refreezes
        else ""
    )
    drawn = charts.moves(frame) if len(frame) else note("今日无人换阶段", "Nobody changed stage today")
    return section(
        "生命周期:今日跃迁与回落",
        "Life cycle: today's leaps and falls",
        table([("阶段", "stage"), ("人数", "people")], [[s or "—", count(n)] for s, n in stages], numeric=(1,)),
        drawn,
        table(
            [("模型", "model"), ("逐级跃迁", "leaps"), ("跨级跃迁", "skips"), ("回落", "falls")],
            [[model, count(a or 0), count(b or 0), count(c or 0)] for model, a, b, c in window],
            numeric=(1, 2, 3),
        ),
        note("表:最近四周合计", "Table: sums over the last four weeks"),
        refrozen,
    )


def _metric(card: dict[str, Any], model: str, name: str) -> str:
    found = card["metrics"].get(model, {}).get(name)
    if isinstance(found, dict):
        low, high = found["interval"]
        return f"{found['mean']:.3f} [{low:.3f}, {high:.3f}]"
    return "—" if found is None else f"{found:.3f}"


def models(facts: Facts) -> str:
    """Show every model beside its baselines, lift and calibration of the churn champion."""
    parts = []
    for card in facts.cards:
        rows = [
            [
                name + (" ★" if name == card["champion"] else ""),
                *(_metric(card, name, m) for m in ("auc", "pr_auc", "brier", "top_decile_lift")),
            ]
            for name in card["metrics"]
        ]
        heads = [
            ("模型", "model"),
            ("AUC", "AUC"),
            ("PR-AUC", "PR-AUC"),
            ("Brier", "Brier"),
            ("前10%提升", "top-decile lift"),
        ]
        body = table(heads, rows, numeric=(1, 2, 3, 4)) if rows else ""
        drawn = ""
        if card.get("lift"):
            drawn = columns(
                section("提升(十分位)", "Lift by decile", charts.lift(pd.DataFrame(card["lift"]))),
                section("校准(预测 vs 实际)", "Calibration", charts.calibration(pd.DataFrame(card["calibration"]))),
            )
        words = note(card["words_zh"], card["words_en"])
        parts.append(section(f"模型 {card['model']}", f"Model {card['model']}", words, body, drawn))
    return "".join(parts)


def money(facts: Facts) -> str:
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
        select policy_id, message_channel, coalesce(offer_id, '—'), arm, count(*), sum(expected_cost_fen),
               sum(net_p10_fen), sum(net_p50_fen), sum(net_p90_fen)
        from recall_audience group by all order by 5 desc, 1, 2, 3, 4
        """
    )
    who = [("策略", "policy"), ("渠道", "channel"), ("权益", "offer"), ("组", "arm"), ("人数", "people")]
    heads = [*who, ("成本", "cost"), ("净利P10", "net P10"), ("净利P50", "net P50"), ("净利P90", "net P90")]
    rows = [[p, c, o, a, count(n), *(yuan(fen) for fen in fens)] for p, c, o, a, n, *fens in made_of]
    drawn = charts.roi_curve(curve) if len(curve) else note("无可投放人群", "Nobody to send to")
    return section(
        "预算与预计净利(P10–P90)",
        "Budget and expected net profit (P10 to P90)",
        drawn,
        note("估算,未经实验:提升来自先验", "Estimates without an experiment: lift comes from priors"),
    ) + section("召回名单构成", "What the audience is made of", table(heads, rows, numeric=(4, 5, 6, 7, 8)))


def answers(facts: Facts) -> str:
    """Show who replied and ordered within 7 days of a message, and beside it who ordered without one."""
    by_channel = facts.rows(
        """
        select value_key, max(denominator), max(case when kpi = 'reply_rate' then value end),
               max(case when kpi = 'order_rate' then value end)
        from kpi_daily where kpi in ('reply_rate', 'order_rate') and kpi_date = $as_of group by all order by 1
        """
    )
    rows = [[channel, count(sent), rate(replied), rate(ordered)] for channel, sent, replied, ordered in by_channel]
    heads = [("渠道 / 组", "channel / group"), ("人次", "people"), ("回复率", "replied"), ("成交率", "ordered")]
    for group, people, ordered in _drawn_and_held_out(facts):
        rows.append([group, count(people), "—", rate(ordered)])
    words = note(
        "对照组是从同一天候选人里抽出、不发送的人;候选人含未被选中者。两组之差才是增量。当天没有发布名单时未知。",
        "The holdout was drawn from the same candidates and sent nothing; candidates count whether chosen or not: the"
        " difference is the increment. Unknown where no list was published for that day.",
    )
    return section("7天回复与成交", "Replied and ordered within 7 days", words, table(heads, rows, numeric=(1, 2, 3)))


def _drawn_and_held_out(facts: Facts) -> list[tuple[str, int | None, float | None]]:
    """Return people and share who ordered since, of the list sent 7 days ago: all candidates, and the holdout.

    Candidates not chosen count too: the holdout was drawn before anybody was chosen. Plans come from the journal of
    what was really published; a last order after the list's date lies in the 7 days.
    """
    listed_on = facts.as_of_date - dt.timedelta(days=8)
    journal = facts.settings.published / "journal.parquet"
    found = (
        facts.rows(
            """
            with plans as (select *, file_row_number from read_parquet($file, file_row_number = true)),
            newest as (select arg_max(version, file_row_number) as version from plans where as_of_date = $listed_on)
            select plans.arm like 'holdout%' as is_held_out, count(*),
                   avg(case when cast(customers.last_order_at as date) > $listed_on then 1 else 0 end)
            from plans inner join newest using (version) inner join customers using (one_id)
            where plans.arm <> 'explore' group by all
            """,
            file=str(journal),
            listed_on=listed_on,
        )
        if journal.exists()
        else []
    )
    shares = {is_held_out: (people, share) for is_held_out, people, share in found}
    words = {False: "候选人 · candidates", True: "对照组 · holdout"}
    return [(word, *shares.get(held_out, (None, None))) for held_out, word in words.items()]


def quality(facts: Facts) -> str:
    """Show which checks ran on these very files, and what was turned away."""
    found = Store(facts.settings.published).findings(facts.version)
    gates = {finding.gate: [one for one in found if one.gate == finding.gate] for finding in found}
    rows = [
        [gate, count(len(checks)), count(sum(not one.passed for one in checks))]
        for gate, checks in sorted(gates.items())
    ]
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
    return section(
        "数据质量",
        "Data quality",
        table([("环节", "gate"), ("检查数", "checks"), ("未通过", "failed")], rows, numeric=(1, 2)),
        table(
            [("数据集", "data set"), ("隔离原因", "why quarantined"), ("行数", "rows")],
            [[dataset, reason, count(n)] for dataset, reason, n in refused],
            numeric=(2,),
        ),
    )
