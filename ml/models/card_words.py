"""A card in two sentences, Chinese and English, for the report."""

from typing import Any, Final

_QUESTIONS: Final = {
    "churn": ("活跃顾客{days}天内不再下单的概率", "P(no order in {days} days), customers active in the last {days}"),
    "return_at_risk": ("有流失风险的顾客{days}天内自然回购的概率", "P(order in {days} days unprompted), at risk"),
    "return_dormant": ("沉睡顾客{days}天内自然回购的概率", "P(order in {days} days unprompted), dormant"),
    "return_lost": ("流失顾客{days}天内自然回购的概率", "P(order in {days} days unprompted), lost"),
    "repurchase": ("首单顾客{days}天内复购的概率", "P(second purchase day in {days} days), first buyers"),
    "first_purchase": ("已注册未下单顾客{days}天内首单的概率", "P(first order in {days} days), registered without one"),
}
_CHAMPIONS: Final = {
    "recency": "基线(仅按时间)",
    "rfm_logit": "RFM逻辑回归",
    "logit": "逻辑回归",
    "lightgbm": "LightGBM",
}


def card_words(card: dict[str, Any]) -> dict[str, str]:
    """Return ``words_zh`` and ``words_en``: the question, who answers it, on what, and what is missing."""
    days = card["horizon_days"]
    zh, en = (text.format(days=days) for text in _QUESTIONS.get(card["model"], ("{days}天", "{days} days")))
    rows, test = card["data"]["rows"], card["test"]["rows"]
    chosen_zh = _CHAMPIONS.get(card["champion"], card["champion"])
    zh += f"。采用{chosen_zh},训练{rows}行,检验{test}行。"
    en += f". Scored by {card['champion']}; {rows} rows to learn from, {test} to judge by."
    if card["basis"] == "insufficient_history":
        zh += "历史不足,只用基线。"
        en += " Insufficient history, the baseline only: " + "; ".join(card["refused"]) + "."
    if card["organic"].get("trained_on") == "everybody":
        zh += "未联系的顾客太少,基线里含有联系的影响。"
        en += " Too few people were left alone: contacts are inside this figure."
    return {"words_zh": zh, "words_en": en}
