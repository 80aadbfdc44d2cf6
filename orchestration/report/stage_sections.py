"""Who stands where and who moved: purchase stages, AIPL and 5A, RFM, and the activity by conversion matrix."""

from typing import Any

from orchestration.report.facts import Facts, Words


def lifecycle(facts: Facts) -> dict[str, Any]:
    """Give people by purchase stage with who came and went in seven days, the day's moves, and four weeks by model."""
    stages = facts.rows(
        """
        with moved as (
            select from_stage, to_stage, customer_count from stage_transitions
            where model = 'purchase' and as_of_date > $as_of - 7 and from_stage is distinct from to_stage
        ),
        came as (select to_stage as purchase_stage, sum(customer_count) as came from moved group by all),
        went as (select from_stage as purchase_stage, sum(customer_count) as went from moved group by all)
        select purchase_stage, count(*), coalesce(any_value(came), 0), coalesce(any_value(went), 0),
               coalesce(any_value(came), 0) - coalesce(any_value(went), 0)
        from customer_lifecycle left join came using (purchase_stage) left join went using (purchase_stage)
        group by purchase_stage
        """
    )
    moves = facts.rows(
        """
        select from_stage, to_stage, customer_count, is_fall from stage_transitions
        where as_of_date = $as_of and model = 'purchase' and (is_leap or is_fall)
        order by is_fall, customer_count desc, from_stage, to_stage
        """
    )
    window = facts.rows(
        """
        select model, coalesce(sum(customer_count) filter (where is_leap and not is_skip), 0),
               coalesce(sum(customer_count) filter (where is_skip), 0),
               coalesce(sum(customer_count) filter (where is_fall), 0)
        from stage_transitions where model in ('purchase', 'aipl', 'five_a') group by model order by model
        """
    )
    refreezes = facts.rows(
        """
        select as_of_date, model, coalesce(sum(customer_count) filter (where from_stage <> to_stage), 0),
               sum(customer_count)
        from stage_transitions where model like '%_refreeze' group by all order by all
        """
    )
    up, down = (sum(move[2] for move in moves if move[3] is is_fall) for is_fall in (False, True))
    order = [row["stage"] for row in facts.seed("stage_ranks") if row["model"] == "purchase"]
    stages.sort(key=lambda row: (order.index(row[0]) if row[0] in order else len(order), str(row[0])))
    return {
        "gist": (f"当天 {up} 人往前，{down} 人往后", f"{up} moved forward on the day, {down} back"),
        "stages": [(facts.word("purchase_stage", stage), *rest) for stage, *rest in stages],
        "leaps": _moved(facts, [move for move in moves if not move[3]]),
        "falls": _moved(facts, [move for move in moves if move[3]]),
        "window": [(facts.word("model", model), *rest) for model, *rest in window],
        "refreezes": [(day, _refrozen(facts, model), *rest) for day, model, *rest in refreezes],
    }


def _moved(facts: Facts, moves: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    most = max((people for _, _, people, _ in moves), default=0) or 1
    return [
        {
            "words": tuple(
                f"{a} → {b}"
                for a, b in zip(facts.word("purchase_stage", start), facts.word("purchase_stage", end), strict=True)
            ),
            "count": people,
            "share": round(100 * people / most, 1),
        }
        for start, end, people, _ in moves
    ]


def _refrozen(facts: Facts, model: str) -> Words:
    zh, en = facts.word("model", model.removesuffix("_refreeze"))
    return (f"{zh}（重定分界）", f"{en} (cuts frozen anew)")


def rfm(facts: Facts) -> dict[str, Any]:
    """Give RFM as a grid of recency by frequency, and the eight cells with their share of money."""
    grid = {
        (r, f): people
        for r, f, people in facts.rows(
            """
            select r_score, f_score, count(*) from customer_segments
            where r_score is not null and f_score is not null group by all order by all
            """
        )
    }
    cells = facts.rows(
        """
        select rfm_segment, count(*), sum(net_paid_fen_365d),
               sum(net_paid_fen_365d) / nullif(sum(sum(net_paid_fen_365d)) over (), 0)
        from customer_segments where rfm_segment is not null group by rfm_segment order by 2 desc, 1
        """
    )
    best = max(cells, key=lambda cell: cell[3] or 0, default=None)
    gist = None
    if best and best[3]:
        zh, en = facts.word("rfm_segment", best[0])
        gist = (f"{zh} {best[1]:,} 人，占净额 {best[3]:.0%}", f"{en}: {best[1]:,} people, {best[3]:.0%} of net paid")
    return {
        "gist": gist,
        "grid": [[_cell(grid, (r, f)) for r in range(1, 6)] for f in range(5, 0, -1)] if grid else [],
        "cells": [(facts.word("rfm_segment", cell), *rest) for cell, *rest in cells],
    }


def matrix(facts: Facts) -> dict[str, Any]:
    """Give the activity by conversion matrix as the three by three it is."""
    people = dict(
        facts.rows("select matrix_cell, count(*) from customer_segments where matrix_cell is not null group by all")
    )
    rows = {(row["activity_band"], row["conversion_band"]): row["matrix_cell"] for row in facts.seed("matrix_cells")}
    bands = ("low", "mid", "high")
    grid = {place: people.get(cell, 0) for place, cell in rows.items()}
    most = max(people, key=lambda cell: (people[cell], cell), default=None)
    zh, en = facts.word("matrix_cell", most)
    return {
        "gist": (f"最多的是{zh}，{people[most]:,} 人", f"most stand in {en}: {people[most]:,}") if most else None,
        "grid": [
            [_cell(grid, (activity, conversion)) | {"words": facts.word("matrix_cell", rows[activity, conversion])}
             for conversion in bands]
            for activity in reversed(bands)
        ]
        if people
        else []
    }  # fmt: skip


def _cell(grid: dict[Any, int], place: Any) -> dict[str, Any]:
    """Return a cell's people and how dark it is, 0 to 5, by its share of the fullest cell."""
    people, most = grid.get(place, 0), max(grid.values(), default=0) or 1
    return {"count": people, "shade": 0 if not people else 1 + min(4, int(5 * people / most))}
