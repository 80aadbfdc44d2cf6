"""A card in a few sentences, Chinese and English, for the report: who answers, what was refused and why."""

from typing import Any, Final

_QUESTIONS: Final = {
    "churn": ("活跃顾客{days}天内不再下单的概率", "P(no order in {days} days), customers active in the last {days}"),
    "lead_qualified": ("{days}天内成为合格线索的概率", "P(qualified in {days} days), open leads"),
    "return_active": ("活跃顾客{days}天内自然回购的概率", "P(order in {days} days unprompted), active"),
    "return_at_risk": ("有流失风险的顾客{days}天内自然回购的概率", "P(order in {days} days unprompted), at risk"),
    "return_dormant": ("沉睡顾客{days}天内自然回购的概率", "P(order in {days} days unprompted), dormant"),
    "return_lost": ("流失顾客{days}天内自然回购的概率", "P(order in {days} days unprompted), lost"),
    "repurchase": ("首单顾客{days}天内复购的概率", "P(second purchase day in {days} days), first buyers"),
    "first_purchase": (
        "已注册未下单顾客{days}天内自然首单的概率",
        "P(first order in {days} days unprompted), registered",
    ),
}
#: What the rivals for a score are called in Chinese and in English.
CANDIDATES: Final[dict[str, tuple[str, str]]] = {
    "recency": ("时间基线", "recency"),
    "bgnbd": ("BG/NBD", "BG/NBD"),
    "rfm_logit": ("RFM逻辑回归", "RFM logit"),
    "logit": ("逻辑回归", "logit"),
    "lightgbm": ("LightGBM", "LightGBM"),
}
_GATES: Final = {
    "constant": ("分数几乎都一样", "its scores hardly differ"),
    "random": ("分不出谁会谁不会", "it tells nobody apart"),
    "uncalibrated_ece": ("概率与实际相差太大", "its probabilities are off"),
    "under_predicted": ("预测偏低", "it predicts too few"),
    "over_predicted": ("预测偏高", "it predicts too many"),
}
_LACKING: Final = {
    "cut_offs": ("已结束的观察期只有{found}个,需要{needed}个", "{found} closed cut-offs, {needed} needed"),
    "train": (
        "训练期里较少的一类只有{found}人,需要{needed}人",
        "{found} of the rarer label to train on, {needed} needed",
    ),
    "test": (
        "检验期里较少的一类只有{found}人,需要{needed}人",
        "{found} of the rarer label to test on, {needed} needed",
    ),
    "judged": ("没有一个候选模型算得出来", "no candidate could be judged"),
}


def card_words(card: dict[str, Any]) -> dict[str, Any]:
    """Return ``words_zh`` and ``words_en`` (who answers, on what, what was refused, what lacks), and ``refused``."""
    days, rows, test = card["horizon_days"], card["data"]["rows"], card["test"]["rows"]
    zh, en = (text.format(days=days) for text in _QUESTIONS.get(card["model"], ("{days}天", "{days} days")))
    name_zh, name_en = CANDIDATES[card["champion"]]
    zh += f"。采用{name_zh},训练{rows}行,检验{test}行。"
    en += f". Scored by {name_en}; {rows} rows to learn from, {test} to judge by."
    refusals = [*_refusals(card), *_within_chance(card), *_lacking(card)]
    why_zh, why_en = ("；".join(one for one, _ in refusals), "; ".join(one for _, one in refusals))
    if card["basis"] == "insufficient_history":
        zh += f"历史不足({why_zh}),暂用未经检验的时间基线。"
        en += f" Insufficient history ({why_en}): the recency line stands, judged by nothing."
    elif refusals:
        zh += f"未采用:{why_zh}。"
        en += f" Refused: {why_en}."
    if card["basis"] == "gates_refused":
        zh += f"通过全部检验的候选模型里,没有一个在同一批检验数据上更好,暂用{name_zh},请谨慎使用。"
        en += f" Nothing that passed every gate is better on the same rows, so {name_en} stands: use it with care."
    if card["scaling"].get("needed"):
        zh += "水平有偏,已用Platt校准。"
        en += " Its level was off and is set by Platt scaling."
    zh, en = zh + _organic(card)[0], en + _organic(card)[1]
    return {"words_zh": zh, "words_en": en, "refused": [one for _, one in refusals]}


def _refusals(card: dict[str, Any]) -> list[tuple[str, str]]:
    """Return whom the judging left out, in both languages."""
    told = []
    for name, gates in card["gates_that_refused"].items():
        why = [
            (f"{_GATES[gate['gate']][0]}({_against(gate)})", f"{_GATES[gate['gate']][1]} ({_against(gate)})")
            for gate in gates
        ]
        told.append((
            f"{CANDIDATES[name][0]}:{'、'.join(a for a, _ in why)}",
            f"{CANDIDATES[name][1]}: {', '.join(b for _, b in why)}",
        ))
    told += [
        (f"{CANDIDATES[one][0]}:拟合未收敛", f"{CANDIDATES[one][1]} did not converge") for one in card["not_converged"]
    ]
    told += [
        (f"{CANDIDATES[one][0]}:有人算不出分数", f"{CANDIDATES[one][1]} gave no number of somebody")
        for one in card["no_number"]
    ]
    return told


def _within_chance(card: dict[str, Any]) -> list[tuple[str, str]]:
    """Say why LightGBM does not stand where it passed with the largest AUC: its lead on the logit may be chance."""
    if "lightgbm-logit" not in card["paired_auc"] or "lightgbm" in card["gates_that_refused"]:
        return []
    areas = {name: measures["auc"]["mean"] for name, measures in card["metrics"].items()}
    if areas["lightgbm"] <= areas[card["champion"]]:
        return []
    low, high = card["paired_auc"]["lightgbm-logit"]["interval"]
    lead = f"AUC [{low:+.3f}, {high:+.3f}]"
    return [(f"LightGBM:没有把握胜过逻辑回归({lead})", f"LightGBM: its lead on the logit may be chance ({lead})")]


def _against(gate: dict[str, Any]) -> str:
    return f"{gate['gate']} {gate['value']:.3f} / {gate['threshold']:g}"


def _lacking(card: dict[str, Any]) -> list[tuple[str, str]]:
    return [(zh.format(**one), en.format(**one)) for one in card["lacking"] for zh, en in [_LACKING[one["what"]]]]


def _organic(card: dict[str, Any]) -> tuple[str, str]:
    """Say of whom a model of what people do by themselves has learned."""
    organic = card["organic"]
    if not organic["asked"]:
        return "", ""
    if drawn := organic["left_alone_by_lot"]:
        return (
            f"只用未被联系的人训练,其中{drawn}行由抽签留出并按概率加权。",
            f" Learned from people left alone, {drawn} of the rows by lot and weighted by its probability.",
        )
    return (
        "只用窗口期内未被联系的人训练,没有抽签概率可加权,可能与被联系的人不同。",
        " Learned from people nobody contacted; no lot left them alone, so they may differ from the others.",
    )
