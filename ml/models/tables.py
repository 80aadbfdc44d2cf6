"""The registry's columns, and cards as small Markdown tables for people looking at a run."""

import math
from collections.abc import Sequence
from typing import Any, Final

#: Columns of ``models.registry`` with their DuckDB types, in the table's order.
REGISTRY: Final[dict[str, str]] = {
    "training_date": "DATE",
    "model": "VARCHAR",
    "model_id": "VARCHAR",
    "champion": "VARCHAR",
    "basis": "VARCHAR",
    "horizon_days": "BIGINT",
    "auc": "DOUBLE",
    "pr_auc": "DOUBLE",
    "brier": "DOUBLE",
    "top_decile_lift": "DOUBLE",
    "ece": "DOUBLE",
    "gates_passed": "BOOLEAN",
    "card": "VARCHAR",
}


def champions_table(cards: Sequence[dict[str, Any]]) -> str:
    """Return one line per model: champion, basis, AUC with its interval, calibration, why it was refused."""
    lines = ["| model | champion | basis | AUC | ECE | test rows | note |", "|---|---|---|---|---|---|---|"]
    for card in cards:
        measures = card["metrics"].get(card["champion"], {})
        auc, ece = measures.get("auc"), measures.get("ece")
        told = f"{_figure(auc['mean'])} [{', '.join(map(_figure, auc['interval']))}]" if auc else "—"
        error = _figure(ece["mean"]) if ece else "—"
        note = "; ".join(card["refused"])
        cells = (card["model"], card["champion"], card["basis"], told, error, str(card["test"]["rows"]), note)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures(cards: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return each champion's measures as plain numbers by name, ``churn auc``: what can be drawn over the dates."""
    found = {}
    for card in cards:
        measures = card["metrics"].get(card["champion"], {})
        for name in ("auc", "ece", "top_decile_lift"):
            mean = (measures.get(name) or {}).get("mean")
            if mean is not None and not math.isnan(mean):
                found[f"{card['model']} {name}"] = round(float(mean), 4)
    return found


def _figure(value: float | None) -> str:
    """Return a measure to three places; what could not be measured is unknown, and ends nothing."""
    return "unknown" if value is None or math.isnan(value) else f"{value:.3f}"


def lift_table(cards: Sequence[dict[str, Any]]) -> str:
    """Return lift by decile of every judged model, 1 the highest scores."""
    judged = [card for card in cards if card["lift"]]
    lines = ["| decile | " + " | ".join(card["model"] for card in judged) + " |", "|---" * (len(judged) + 1) + "|"]
    for number in range(10):
        cells = [_figure(card["lift"][number]["lift"]) if number < len(card["lift"]) else "" for card in judged]
        lines.append(f"| {number + 1} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
