"""What may be said to whom: the rules of forbidden_words, and the facts that make a sentence true."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from ml.recall.rules import Rules

#: A rule of the code: what a sentence promises is what the offer's row holds.
OTHER_TERMS: Final = "other_terms"
_DAYS: Final = re.compile(r"(\d+)天内?有效")
_TENTHS: Final = re.compile(r"(\d+(?:\.\d+)?)折")
_MOST: Final = re.compile(r"最多减(\d+(?:\.\d+)?)元")
#: Facts that are open signals of the person (``recall.open_signals``), whichever scene they are met in.
_OF_SIGNALS: Final[Mapping[str, frozenset[str]]] = {
    "has_cart": frozenset({"cart_left"}),
    "has_visited": frozenset({"store_visit"}),
    "complaint_closed": frozenset({"complaint_closed"}),
    "has_asked": frozenset({"price_asked", "product_asked", "question_open", "complaint_closed"}),
}
#: Facts that are a day: a sentence about it has to name it, so only a row that knows it makes it true.
_OF_DAYS: Final[Mapping[str, str]] = {
    "holds_coupon": "days_to_coupon_end",
    "holds_points": "days_to_points_end",
    "has_appointment": "appointment_at",
}


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is true of a person on the day, by the names that forbidden_words uses, and the terms of their offer."""

    true: frozenset[str]
    pay_rate: float | None
    most_fen: float | None
    valid_days: int | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Facts":
        """Return the facts of a plan with its candidate columns; none of them rests on the scene it is met in."""
        given = frozenset(row["given"])
        has_offer = row["offer_id"] not in ("none", None)
        since_order = _number(row["days_since_order"])
        told = {
            "never_ordered": since_order is None and not bool(row["bought_elsewhere"]),
            "has_ordered": since_order is not None,
            "long_absent": bool(row["is_long_absent"]),
            "bought_lately": bool(row["bought_lately"]),
            "has_offer": has_offer,
            "has_right": (_number(row["days_to_entitlement_end"]) or -1) >= 0,
            "is_member": _number(row["days_registered"]) is not None,
            "has_birthday": bool(row["is_birthday"]),
            "may_be_sold_to": row["consent_purpose"] != "service",
            **{fact: bool(given & signals) for fact, signals in _OF_SIGNALS.items()},
            **{fact: not pd.isna(row[name]) for fact, name in _OF_DAYS.items()},
        }
        days = _number(row["valid_days"]) if has_offer else None
        return cls(
            frozenset(fact for fact, is_true in told.items() if is_true),
            _number(row["pay_rate"]) if has_offer else None,
            _number(row["maximum_discount_fen"]) if has_offer else None,
            None if days is None else int(days),
        )


@dataclasses.dataclass(frozen=True)
class Judge:
    """The rules of forbidden_words, made ready: by rule what it finds, and the facts that let it be said."""

    rules: tuple[tuple[str, re.Pattern[str], frozenset[str]], ...]

    @classmethod
    def of(cls, rules: Rules) -> "Judge":
        """Return the judge of a brand's rules."""
        rows = rules.seeds["forbidden_words"][["rule_id", "pattern", "unless"]].fillna({"unless": ""})
        return cls(
            tuple(
                (str(rule), re.compile(pattern), frozenset(filter(None, unless.split("|"))))
                for rule, pattern, unless in rows.itertuples(index=False, name=None)
            )
        )

    def verdicts(self, text: str, facts: Facts) -> dict[str, bool]:
        """Return of every rule whether a text breaks it, said to somebody of whom ``facts`` is true."""
        said = {rule: bool(found.search(text)) and not unless & facts.true for rule, found, unless in self.rules}
        return said | {OTHER_TERMS: not _terms_hold(text, facts)}

    def broken(self, text: str, facts: Facts) -> str | None:
        """Return the first rule that a text breaks, None where it may be said."""
        return next((rule for rule, is_broken in self.verdicts(text, facts).items() if is_broken), None)


def _terms_hold(text: str, facts: Facts) -> bool:
    days = all(int(said) == facts.valid_days for said in _DAYS.findall(text))
    rate = None if facts.pay_rate is None else round(facts.pay_rate * 100)
    tenths = all(_hundredths(said) == rate for said in _TENTHS.findall(text))
    most = all(round(float(said) * 100) == facts.most_fen for said in _MOST.findall(text))
    return days and tenths and most


def _hundredths(said: str) -> int:
    """Return 90 of ``9``, 85 of ``85`` and of ``8.5``: both ways of the trade to call a discount."""
    value = float(said)
    return round(value * 10) if value < 10 else round(value)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
