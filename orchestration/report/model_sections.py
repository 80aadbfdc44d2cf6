"""Models in a line of words each: how good, what it means, and whom a cut reaches and writes to in vain."""

from typing import Any, Final

import pandas as pd

from ml.models.card_words import CANDIDATES
from orchestration.report import charts
from orchestration.report.facts import Facts, Words

_METRICS: Final = ("auc", "pr_auc", "brier", "top_decile_lift")
#: Shares of the highest scores at which the cut is told.
_CUTS: Final = (0.05, 0.1, 0.2, 0.3, 0.5)
_BINS: Final = 20
_GOOD: Final[Words] = ("可用", "usable")
_CAREFUL: Final[Words] = ("谨慎用：排得出先后，概率不够准", "with care: it ranks them, its chances are not exact")
_CHANCE: Final[Words] = ("分不出谁会谁不会，和随便挑差不多", "cannot tell them apart: no better than chance")
_WAIT: Final[Words] = ("历史不足，先用简单规则", "too little history, a simple rule stands in")


def models(facts: Facts) -> dict[str, Any]:
    """Give every model in a line, with its tables for the fold; those with too little history together in one."""
    told = [_model(facts, card) for card in facts.cards]
    waiting = [one for one in told if one["basis"] == "insufficient_history"]
    return {
        "models": [one for one in told if one["basis"] != "insufficient_history"],
        "waiting": waiting,
        "waiting_names": ("、".join(one["name"][0] for one in waiting), ", ".join(one["name"][1] for one in waiting)),
        "gist": _gist(told),
    }


def _gist(told: list[dict[str, Any]]) -> Words | None:
    if not told:
        return None
    usable = sum(one["basis"] == "trained" for one in told)
    short = sum(one["basis"] == "insufficient_history" for one in told)
    careful = len(told) - usable - short
    return (
        f"{len(told)} 个：{usable} 个可用，{careful} 个谨慎用，{short} 个历史不足",
        f"{len(told)}: {usable} usable, {careful} with care, {short} short of history",
    )


def _model(facts: Facts, card: dict[str, Any]) -> dict[str, Any]:
    rows = [
        (_rival(name, is_champion=name == card["champion"]), *(measures.get(metric) for metric in _METRICS))
        for name, measures in card["metrics"].items()
    ]
    lift, calibration = (pd.DataFrame(card.get(chart) or []).dropna() for chart in ("lift", "calibration"))
    scores = facts.frame(
        "select score from customer_scores where model = $model and score is not null order by score",
        model=card["model"],
    )
    return {
        "name": facts.word("model", card["model"]),
        "basis": card.get("basis", "trained"),
        "line": _line(card),
        "words": (card["words_zh"], card["words_en"]),
        "rows": rows,
        "lift": charts.lift(lift) if len(lift) else "",
        "calibration": charts.calibration(calibration) if len(calibration) else "",
        "bins": charts.bins(scores["score"], _BINS) if len(scores) else "",
        "scored": len(scores),
        "cuts": _cuts(card, len(scores)),
    }


def _rival(name: str, *, is_champion: bool) -> Words:
    """Return what a candidate is called; the one that scores has a star."""
    zh, en = CANDIDATES.get(name, (name, name))
    return (f"{zh} ★", f"{en} ★") if is_champion else (zh, en)


def _line(card: dict[str, Any]) -> Words:
    """Return a model's worth in a sentence: whether to use it, and what its highest tenth catches."""
    verdict = {"trained": _GOOD, "insufficient_history": _WAIT}.get(card.get("basis", "trained"), _CAREFUL)
    if any(gate["gate"] == "random" and not gate["passed"] for gate in card.get("gates") or []):
        return _CHANCE
    lift = (card["metrics"].get(card["champion"], {}).get("top_decile_lift") or {}) if card["metrics"] else {}
    mean = lift.get("mean") if isinstance(lift, dict) else lift
    if mean is None or mean != mean:
        return verdict
    return (
        f"{verdict[0]}；分数最高的一成里抓到的是平均的 {mean:.1f} 倍",
        f"{verdict[1]}; its highest tenth holds {mean:.1f} times the average",
    )


def _cuts(card: dict[str, Any], scored: int) -> list[tuple[Any, ...]]:
    """Return at each cut of today's scores: people, of a hundred true ones how many are reached, and how many in vain.

    Both as they came out in the test weeks: lift by tenth and the share of true ones there.
    """
    base = (card.get("test") or {}).get("base_rate")
    tenths = [one["lift"] for one in sorted(card.get("lift") or [], key=lambda one: one["decile"])]
    if not base or not scored or len(tenths) < 10 or any(one is None or one != one for one in tenths):
        return []
    found = []
    for cut in _CUTS:
        whole = int(cut * 10)
        reached = (sum(tenths[:whole]) + (cut * 10 - whole) * tenths[min(whole, 9)]) / 10
        people = round(cut * scored)
        hits = min(reached * base * scored, people)
        found.append((f"{cut:.0%}", people, min(reached, 1.0), round(hits), people - round(hits)))
    return found
