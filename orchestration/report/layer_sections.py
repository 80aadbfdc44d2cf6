"""Who climbed and who fell between layers in four weeks: pyramid, matrix, RFM and members' level."""

from typing import Any, Final

from orchestration.report.facts import Facts, Words

#: Layers in the order of the page, with the kind of words their stages have.
_LAYERS: Final = {
    "pyramid": "pyramid_tier",
    "matrix": "matrix_cell",
    "rfm": "rfm_segment",
    "level": "member_level",
}
_MOST_MOVES: Final = 12


def layers(facts: Facts) -> dict[str, Any]:
    """Show of each layer how many climbed and fell of those known on both days, and the largest moves."""
    rows = facts.rows(
        f"""
        select model, sum(customer_count), coalesce(sum(customer_count) filter (where is_leap), 0),
               coalesce(sum(customer_count) filter (where is_skip), 0),
               coalesce(sum(customer_count) filter (where is_fall), 0),
               coalesce(sum(customer_count) filter (where is_leap), 0) / sum(customer_count)
        from stage_transitions where as_of_date = $as_of and model in {tuple(_LAYERS)} group by model
        """
    )
    moves = facts.rows(
        f"""
        select model, from_stage, to_stage, customer_count, rate, is_leap, is_fall from stage_transitions
        where as_of_date = $as_of and model in {tuple(_LAYERS)} and (is_leap or is_fall)
        order by customer_count desc, model, from_stage, to_stage limit {_MOST_MOVES}
        """
    )
    rows.sort(key=lambda row: list(_LAYERS).index(row[0]))
    numbers = {row["name"]: row["value"] for row in facts.seed("segment_numbers")}
    return {
        "gist": _gist(rows),
        "days": numbers["transition_days"],
        "rows": [(facts.word("model", model), *rest) for model, *rest in rows],
        "missing": [facts.word("model", model) for model in _LAYERS if model not in {row[0] for row in rows}],
        "moves": [
            (
                facts.word("model", model),
                _step(facts, model, start, goal),
                people,
                rate,
                ("升", "up") if is_leap else ("降", "down"),
            )
            for model, start, goal, people, rate, is_leap, _ in moves
        ],
    }


def _step(facts: Facts, model: str, start: str, goal: str) -> Words:
    kind = _LAYERS[model]
    (zh, en), (goal_zh, goal_en) = facts.word(kind, start), facts.word(kind, goal)
    return f"{zh} → {goal_zh}", f"{en} → {goal_en}"


def _gist(rows: list[tuple[Any, ...]]) -> Words | None:
    """Return whether the circle turns upwards: of the pyramid, who climbed against who fell."""
    found = next((row for row in rows if row[0] == "pyramid"), None)
    if found is None:
        return None
    _, people, up, _, down, _ = found
    turn = ("向上", "upwards") if up > down else ("没有向上", "not upwards")
    return (
        f"金字塔{turn[0]}：{people:,} 人中升 {up:,}、降 {down:,}",
        f"the pyramid turns {turn[1]}: of {people:,} people {up:,} up, {down:,} down",
    )
