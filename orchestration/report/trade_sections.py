"""Where people come from and how far, what they cost, what carries our word to them, and which tags hold."""

from typing import Any, Final

from orchestration.report.facts import Facts, Words
from orchestration.report.page import UNKNOWN, yuan

#: Categories of the table, those with the most buyers who came again first.
_CATEGORIES: Final = 12
#: Codes of the table, those that brought most first.
_CODES: Final = 10
_STEPS: Final = (
    "reached, followed, fan_rate, registered, tenth_days_to_register, in_group, tenth_days_to_group, visited_store,"
    " first_order, second_order, tenth_days_to_second_order"
)


def funnel(facts: Facts) -> dict[str, Any]:
    """Show how far people came by path, code, platform and pool, and what nobody tells as unknown."""
    rows = facts.rows(
        f"""
        select cut, value_key, approach, {_STEPS} from funnel_daily where as_of_date = $as_of
        order by followed desc nulls last, first_order desc nulls last, value_key
        """
    )
    numbers = {row["name"]: row["value"] for row in facts.seed("segment_numbers")}
    by = {cut: [row for row in rows if row[0] == cut] for cut in ("path", "code", "platform", "pool")}
    named = {
        cut: [(facts.word("pool" if cut == "pool" else "source_path", key), *rest) for _, key, _, *rest in of]
        for cut, of in by.items()
    }
    paths = [
        (facts.word("source_path", key), facts.word("approach", approach), *rest)
        for _, key, approach, *rest in by["path"]
    ]
    return {
        "gist": _came(facts, by["path"]),
        "days": numbers["funnel_days"],
        "paths": paths,
        "codes": [(key, *rest) for _, key, _, *rest in by["code"][:_CODES]],
        "code_count": len(by["code"]),
        "platforms": named["platform"],
        "pools": named["pool"],
        "goals": _goals(facts),
        "silent": [row[0] for row in named["platform"] if row[1] is None],
        "empty": [
            (facts.word("source_path", key), _how(facts, key))
            for _, key, _, _, followed, *_ in by["path"]
            if followed == 0
        ],
    }


def _how(facts: Facts, path: str) -> str:
    """Return by which codes and ways of adding somebody would have come by a path."""
    rows = [row for row in facts.seed("source_paths") if row["path"] == path]
    return ", ".join(f"{row['value']}*" if row["kind"] == "code" else row["value"] for row in rows)


def _goals(facts: Facts) -> list[tuple[Any, ...]]:
    """Return of each pool and goal who entered, who had reached it before, who has since, and when a tenth had."""
    rows = facts.rows(
        """
        select pool, goal, people, had_reached, reached_goal, goal_rate, days_to_first_tenth
        from pool_goals where as_of_date = $as_of order by pool desc, goal desc
        """
    )
    return [(facts.word("pool", pool), facts.word("goal", goal), *rest) for pool, goal, *rest in rows]


def _came(facts: Facts, paths: list[tuple[Any, ...]]) -> Words | None:
    told = [(row[4], row[11], row[1]) for row in paths if row[4]]
    if not told:
        return None
    came, bought = sum(row[0] for row in told), sum(row[1] or 0 for row in told)
    zh, en = facts.word("source_path", max(told)[2])
    return (
        f"新加 {came:,} 人，其中 {bought:,} 人下了首单；最多的是{zh}",
        f"{came:,} came, {bought:,} of them ordered for the first time; most by: {en}",
    )


def costs(facts: Facts) -> dict[str, Any]:
    """Show what a new buyer costs by channel, path and code, what repays it, and which categories suit us."""
    rows = facts.rows(
        """
        select cost.dimension, cost.value_key, cost.numerator, cost.denominator, cost.value, orders.value, days.value
        from kpi_daily as cost
        left join kpi_daily as orders on orders.kpi = 'cac_payback_order' and orders.kpi_date = $as_of
            and orders.dimension = cost.dimension and orders.value_key = cost.value_key
        left join kpi_daily as days on days.kpi = 'cac_payback_days' and days.kpi_date = $as_of
            and days.dimension = cost.dimension and days.value_key = cost.value_key
        where cost.kpi = 'acquisition_cost_90d' and cost.kpi_date = $as_of and cost.numerator is not null
        order by array_position(['all', 'path', 'channel', 'campaign'], cost.dimension), cost.numerator desc,
            cost.value_key
        """
    )
    categories = facts.rows(
        f"""
        select gap.value_key, gap.denominator, gap.value, again.denominator, again.value, margin.value
        from kpi_daily as gap
        left join kpi_daily as again on again.kpi = 'category_repurchase_rate' and again.kpi_date = $as_of
            and again.value_key = gap.value_key
        left join kpi_daily as margin on margin.kpi = 'category_margin' and margin.kpi_date = $as_of
            and margin.value_key = gap.value_key
        where gap.kpi = 'category_gap_days' and gap.kpi_date = $as_of
        order by gap.denominator desc nulls last, gap.value_key limit {_CATEGORIES}
        """
    )
    whole = next((row for row in rows if row[0] == "all"), None)
    return {
        "gist": _whole(whole),
        "rows": [(facts.word("dimension", row[0]), _named(facts, row[0], row[1]), *row[2:]) for row in rows],
        "categories": categories,
    }


def _named(facts: Facts, dimension: str, key: str) -> Words:
    kinds = {"all": "dimension", "channel": "channel", "path": "source_path"}
    return facts.word(kinds[dimension], key) if dimension in kinds else (key, key)


def _whole(row: tuple[Any, ...] | None) -> Words | None:
    if row is None or row[4] is None:
        return None
    repaid = (f"第 {row[5]:.0f} 单回本", f"repaid by order {row[5]:.0f}") if row[5] else ("", "")
    zh = "，".join(part for part in (f"一个新客 {yuan(row[4])}", repaid[0]) if part)
    return zh, ", ".join(part for part in (f"a new buyer costs {yuan(row[4])}", repaid[1]) if part)


def carriers(facts: Facts) -> dict[str, Any]:
    """Show of each carrier whom it reached and who ordered, beside the held-back's where a lot decided."""
    rows = facts.rows(
        """
        select carrier, sent, reached, opened, clicked, met, ordered, order_rate, lot_sent, lot_sent_order_rate,
               lot_held_back, lot_held_back_order_rate
        from carrier_daily where as_of_date = $as_of order by carrier_rank
        """
    )
    numbers = {row["name"]: row["value"] for row in facts.seed("segment_numbers")}
    silent = [facts.word("carrier", row[0]) for row in rows if row[5] is None]
    told = [row for row in rows if row[9] is not None and row[11] is not None]
    gist = None
    if told:
        zh, en = facts.word("carrier", told[0][0])
        gist = (
            f"{zh}：发的 {told[0][9]:.1%} 下单，留下不发的 {told[0][11]:.1%}",
            f"{en}: {told[0][9]:.1%} of those written to ordered, {told[0][11]:.1%} of the held back",
        )
    return {
        "gist": gist,
        "days": numbers["carrier_days"],
        "rows": [(facts.word("carrier", carrier), *rest) for carrier, *rest in rows],
        "silent": silent,
        "without_a_lot": [facts.word("carrier", row[0]) for row in rows if row[5] is not None and row[10] is None],
    }


def tags(facts: Facts) -> dict[str, Any]:
    """Show how many tags hold, those judged or with a play on them, and the plays that fell with an invalid one."""
    rows = facts.rows(
        """
        select tag, kind, verdict, carriers, carriers_ordered, rest, rest_ordered, lift, lift_low, lift_high, coverage,
               freshness, stability, plays
        from tag_validity where as_of_date = $as_of order by abs(ln(lift)) desc nulls last, tag
        """
    )
    order = ("valid", "weak", "invalid", "unproven")
    counts = {verdict: sum(row[2] == verdict for row in rows) for verdict in order}
    fallen = [(_tag(facts, row[0], row[1]), row[3], play) for row in rows if row[2] == "invalid" for play in row[13]]
    shown = [row for row in rows if row[2] != "unproven" or row[13]]
    return {
        "gist": (
            f"{len(rows)} 个标签：有效 {counts['valid']}、较弱 {counts['weak']}、无效 {counts['invalid']}、"
            f"未经证实 {counts['unproven']}；停用打法 {len(fallen)} 处",
            f"{len(rows)} tags: {counts['valid']} valid, {counts['weak']} weak, {counts['invalid']} invalid,"
            f" {counts['unproven']} unproven; {len(fallen)} plays fell",
        )
        if rows
        else None,
        "unshown": len(rows) - len(shown),
        "fallen": [(tag, people, facts.word("play", play)) for tag, people, play in fallen],
        "rows": [
            (
                _tag(facts, row[0], row[1]),
                facts.word("verdict", row[2]),
                row[3],
                row[4] / row[3] if row[3] else None,
                row[6] / row[5] if row[5] else None,
                # of a tag that everybody of its kind carries there is no rest to compare with
                UNKNOWN if row[7] is None else f"{row[7]:.2f} [{row[8]:.2f}, {row[9]:.2f}]",
                *row[10:13],
            )
            for row in shown
        ],
    }


#: Kinds of tags whose values have words of their own.
_VALUES: Final = {
    "gender": "gender", "age": "age_band", "city_tier": "city_tier", "level": "member_level", "rfm": "rfm_segment",
    "matrix": "matrix_cell", "pyramid": "pyramid_tier", "role": "super_user_role", "price": "price_attitude",
    "novelty": "novelty_attitude", "channel": "channel", "acquired": "channel", "purchase": "purchase_stage",
    "aipl": "aipl_stage", "five_a": "five_a_stage", "need_state": "need_state",
}  # fmt: skip


def _tag(facts: Facts, tag: str, kind: str) -> Words:
    value = tag.removeprefix(f"{kind}:")
    words = facts.word(_VALUES[kind], value) if kind in _VALUES else (value, value)
    zh, en = facts.word("tag_kind", kind)
    return f"{zh}：{words[0]}", f"{en}: {words[1]}"
