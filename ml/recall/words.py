"""The words a shop assistant reads: why this person, and what is offered. Never a probability, never surveillance."""

import itertools
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
import pandas as pd

from ml.recall.rules import Rules

#: Words that may never stand in a reason: they name what a model thinks or what somebody was watched doing.
FORBIDDEN = ("概率", "评分", "得分", "模型", "预测", "浏览", "停留", "深夜", "%", "在了解", "在比较", "犹豫")

#: What made the churn score, in words, the strongest first: the reason of who is written to before they are overdue.
REASONS: Final = ("reason_1", "reason_2", "reason_3")
#: What a reason of a score says of the gaps and the silence that it stands in for.
_HABITS: Final = ("天买一次", "天未买", "刚买过")
#: The scene of who bought lately and gets no offer: they are looked after, and nothing is sold.
CARE: Final = "care"
#: The scenes of who bought, came by or spoke with us lately, in which nothing is sold: no taste for coupons is told.
NOTHING_SOLD: Final = (CARE, "check_in")
#: The signal of who asked and waits: its reason says how long, and the deed is an answer.
ASKED: Final = "question_open"
#: The signal of who is near a level: its reason says which one, and how much growth is missing.
NEAR: Final = "level_near"
#: The kinds of audience that are owed something: neither taste nor coupons have to do with it.
OWED: Final = ("service", "renewal")
#: What a reason says where it is known: a column that is not there is known of nobody.
_OF_SCENES: Final = (
    "days_since_signal", "asked_in", "asked_about", "asked_category", "ordered_date", "last_category", "next_level",
    "growth_missing", "bought_elsewhere",
)  # fmt: skip
_HAN: Final = re.compile("[\u4e00-\u9fff]")
#: A number of days up to a date, in a score's reason.
_DAYS_AGO: Final = re.compile(r"(?<=已)\d+(?=天)|\d+(?=天前)")


def in_chinese(names: pd.Series, rules: Rules) -> pd.Series:
    """Return the names of categories or products as a Chinese sentence may hold them, null where it may not.

    The seed ``category_names`` says what a category is called; a name that is Chinese itself stands as it is. A shelf
    word in another language is left out: ``爱买INFANT FORMULA`` is nothing a shop assistant says.
    """
    told = rules.once(_chinese_names)
    told = told | {name: name for name in names.dropna().unique() if name not in told and _HAN.search(str(name))}
    return names.map(told).astype(object)


def in_english(names: pd.Series, rules: Rules) -> pd.Series:
    """Return the English names of categories for a reader of English; one without a row keeps its own."""
    told = rules.once(_english_names)
    return names.map(lambda name: told.get(name, name)).astype(object)


def _chinese_names(rules: Rules) -> dict[str, str]:
    return dict(rules.seeds["category_names"][["category", "name_zh"]].itertuples(index=False, name=None))


def _english_names(rules: Rules) -> dict[str, str]:
    return dict(rules.seeds["category_names"][["category", "name_en"]].itertuples(index=False, name=None))


def offer_words(offers: pd.DataFrame) -> pd.Series:
    """Return how an offer is called at the counter: ``85折券``, ``单件43折券``, ``满50减8元券``, ``200积分``.

    Without an offer it is ``不发券``. ``offers`` has kind, pay_rate, face_value_fen, minimum_spend_fen and one_item;
    the result has its index.
    """
    return _said(offers, _called)


def offer_words_en(offers: pd.DataFrame) -> pd.Series:
    """Return the same in English: ``15% off``, ``8 yuan off from 50``, ``200 points``, ``no offer``."""
    return _said(offers, _called_en)


def _said(offers: pd.DataFrame, called: Callable[..., str]) -> pd.Series:
    numbers = (
        offers[["pay_rate", "face_value_fen", "minimum_spend_fen"]]
        .astype("Float64")
        .to_numpy(np.float64, na_value=np.nan)
    )
    ones = offers["one_item"].fillna(False).astype(bool)
    rows = zip(offers["kind"].astype(str), numbers.tolist(), ones, strict=True)
    return pd.Series([called(kind, *row, one) for kind, row, one in rows], index=offers.index, dtype=object)


def _called(kind: str, pay_rate: float, face_fen: float, least_fen: float, one_item: bool) -> str:
    if kind == "discount" and not np.isnan(pay_rate):
        tenths = round(pay_rate * 100)
        return f"{'单件' if one_item else ''}{tenths // 10 if tenths % 10 == 0 else tenths}折券"
    if kind == "coupon" and not np.isnan(face_fen):
        floor = f"满{least_fen / 100:g}减" if least_fen > 0 else ""
        return f"{floor}{face_fen / 100:g}元券"
    if kind == "points":
        return f"{int(np.nan_to_num(face_fen))}积分"
    return "小礼物" if kind == "gift" else "不发券"


def _called_en(kind: str, pay_rate: float, face_fen: float, least_fen: float, one_item: bool) -> str:
    if kind == "discount" and not np.isnan(pay_rate):
        return f"{100 - round(pay_rate * 100)}% off{' one item' if one_item else ''}"
    if kind == "coupon" and not np.isnan(face_fen):
        floor = f" from {least_fen / 100:g}" if least_fen > 0 else ""
        return f"{face_fen / 100:g} yuan off{floor}"
    if kind == "points":
        return f"{int(np.nan_to_num(face_fen))} points"
    return "a small gift" if kind == "gift" else "no offer"


def offer_terms(most_fen: object, valid_days: object, *, in_english: bool = False) -> str:
    """Return the terms of an offer as its row has them: ``最多减30元，7天内有效``; without a cap the days alone."""
    days = _whole(valid_days)
    cap = offer_cap(most_fen, in_english=in_english) if pd.notna(most_fen) else ""
    if in_english:
        return f"{cap}{', ' if cap else ''}valid for {days} day{'' if days == 1 else 's'}"
    return f"{cap}{'，' if cap else ''}{days}天内有效"


def offer_cap(most_fen: object, *, in_english: bool = False) -> str:
    """Return the most that an offer takes off: ``最多减30元``; of one without a cap that it has none."""
    if pd.isna(most_fen):
        return "no cap" if in_english else "不封顶"
    yuan = f"{float(str(most_fen)) / 100:g}"
    return f"at most {yuan} yuan" if in_english else f"最多减{yuan}元"


def ends_in(days: object) -> str:
    """Return when something ends that ends ``days`` after the date, as said on the day of sending, the day after."""
    left = _whole(days) - 1
    return "今天" if left <= 0 else ("明天" if left == 1 else f"{left}天后")


def ends_on(as_of_date: object, days: object) -> str | None:
    """Return the day on which something ends, ``12月10日``: a message is read later than it is sent."""
    day = _end(as_of_date, days)
    return None if day is None else f"{day.month}月{day.day}日"


def ends_on_english(as_of_date: object, days: object) -> str | None:
    """Return the same in English: ``on 2017-12-10``."""
    day = _end(as_of_date, days)
    return None if day is None else f"on {day:%Y-%m-%d}"


def asked_on(at: object, asked_in: object, about: object, *, in_english: bool = False) -> str | None:
    """Return what an open question is called: ``11月28日在App问的物流问题``; null where it is not known when.

    Parameters
    ----------
    at
        When it was asked, in the brand's time.
    asked_in, about
        Words of the seed ``question_words``; null where it has none.
    """
    if pd.isna(at):
        return None
    day, (where, what) = pd.Timestamp(str(at)), (word if isinstance(word, str) else "" for word in (asked_in, about))
    if in_english:
        return " ".join(filter(None, [f"on {day:%Y-%m-%d}", where, f"about {what}" if what else ""]))
    return f"{day.month}月{day.day}日{where}问的{what}问题"


def ordered_since(day: object) -> str:
    """Return that somebody ordered after they asked: nobody is to apologise for what is over."""
    on = pd.Timestamp(str(day))
    return f"问过之后{on.month}月{on.day}日下过单"


def booked_for(when: object, what: object, *, in_english: bool = False) -> str | None:
    """Return what is booked and when: ``12月1日 10:00有取货预约``; what it is for only where the seed has a word."""
    if pd.isna(when):
        return None
    known = what if isinstance(what, str) else ""
    if in_english:
        return f"your appointment{f' for {known}' if known else ''}, {when}"
    return f"{when}有{known}预约"


def _end(as_of_date: object, days: object) -> pd.Timestamp | None:
    if pd.isna(days) or pd.isna(as_of_date):
        return None
    return pd.Timestamp(str(as_of_date)) + pd.Timedelta(days=_whole(days))


def _habit(row: dict[str, object]) -> str:
    kind, days = row["audience_kind"], row["days_since_order"]
    if row["signal"] == ASKED and pd.notna(row["days_since_signal"]):
        about = row["asked_about"] if isinstance(row["asked_about"], str) else ""
        asked_in = row["asked_in"] if isinstance(row["asked_in"], str) else ""
        goods = f"（{row['asked_about_kind']}）" if about and isinstance(row["asked_about_kind"], str) else ""
        since = f";{ordered_since(row['ordered_date'])}" if pd.notna(row["ordered_date"]) else ""
        return f"{_as_read(row['days_since_signal'])}天前{asked_in}问过{about}{goods},还没有答复{since}"
    if row["signal"] == NEAR and isinstance(row["next_level"], str):
        return f"离{row['next_level']}还差{_whole(row['growth_missing'])}成长值"
    if kind in ("service", "signal") and _may_be_said(str(row["signal_words"])):
        return str(row["signal_words"])
    if kind == "first_order":
        return _never_ordered(row)
    if kind == "nurture_friend":
        return "加了好友,还没注册,也没下过单"
    if kind == "renewal":
        return f"会员权益{ends_in(row['days_to_entitlement_end'])}到期"
    if kind == "climb":
        return f"首单礼后已下{_whole(row['orders_since_first_order_ladder'])}单"
    if pd.isna(days):
        habit = _never_ordered(row)
    elif pd.isna(row["average_gap_days"]):
        habit = f"买过一次,{_since(days, '再')}"
    elif _as_read(days) > (gap := max(_whole(row["average_gap_days"]), 1)):
        habit = f"平均{gap}天买一次,{_since(days)}"
    else:
        habit = _before_the_mean(row)
    return f"原来是好友,现在不是了;{habit}" if kind == "re_add" else habit


def _never_ordered(row: dict[str, object]) -> str:
    bought = pd.notna(row["bought_elsewhere"]) and bool(row["bought_elsewhere"])
    said = "积分账上买过,订单里没有" if bought else "还没下过单"
    known = pd.notna(row["days_registered"])
    return f"注册{_as_read(row['days_registered'])}天,{said}" if known else said


def _may_be_said(words: str) -> bool:
    return not any(word in words for word in FORBIDDEN)


def _as_read(days: object) -> int:
    """Return the days that have passed when it is read: a list of a date is read on the day after (``ends_in``)."""
    return _whole(days) + 1


def _told_as_read(words: str) -> str:
    """Return a score's reason, counted to its date, as it is on the day after: ``已8天没有互动`` is 9."""
    later = _DAYS_AGO.sub(lambda found: str(int(found[0]) + 1), words)
    return later.replace("今天刚", "昨天刚").replace("今天", "昨天")


def _since(days: object, again: str = "") -> str:
    return f"已{_as_read(days)}天未{again}买" if _whole(days) > 0 else "昨天刚买过"


def _before_the_mean(row: dict[str, object]) -> str:
    """Return the reason of somebody whose silence is no longer than their mean gap: what made the plan, not the mean.

    What they asked of the service comes first. Else it is, of who lapsed, the cadence they have passed, and of an
    active buyer the strongest reason of the churn score that may be said and is no gap or silence itself.
    """
    days = row["days_since_order"]
    ago = f"{_as_read(days)}天前买过" if _whole(days) > 0 else "昨天刚买过"
    if row["audience_kind"] != "recall":
        return ago
    if isinstance(row["sign_words"], str):
        return f"{row['sign_words']},{ago}"
    if row["band"] != "high_risk":
        return f"按节奏{_whole(row['cadence_days'])}天内该再来,{_since(days)}"
    told = (_told_as_read(str(row[name])) for name in REASONS if pd.notna(row[name]))
    said = (words for words in told if _may_be_said(words) and not any(word in words for word in _HABITS))
    return ",".join([*itertools.islice(said, 1), ago])


def _whole(number: object) -> int:
    # half up, as people round and as ml.scores.reasons does: round() would say 4 of 4.5 days and 6 of 5.5
    return int(Decimal(str(number)).quantize(Decimal(1), rounding=ROUND_HALF_UP)) if pd.notna(number) else 0


def _coupons(issued: object, redeemed: object) -> str | None:
    """Return how somebody is about coupons, None where nobody knows: the journal has one that no ledger holds."""
    if pd.isna(issued):
        return None
    if _whole(issued) == 0:
        return "近一年没领过券"
    return "从不用券" if _whole(redeemed) == 0 else ("常用券" if _whole(redeemed) * 2 >= _whole(issued) else "偶尔用券")


def why(plans: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return the reason of each plan: habit, taste, coupons → what to do, which offer.

    For example 「平均32天买一次,已51天未买;爱买母婴;从不用券 → 导购问候,不发券」. Days are counted to the day on which
    the list is read, the one after the date. In the scene ``care``, and where something is owed, no offer and no
    coupon is spoken of: 「平均9天买一次,已12天未买;爱买母婴 → 导购问候,不推销」.
    Who asked and waits is told how long, about what kind of thing where that is known for certain, and whether they
    ordered since: 「2天前在App问过商品（奶酪）,还没有答复;问过之后11月28日下过单 → 导购答复,不推销」.

    Parameters
    ----------
    plans
        Candidate columns with ``message_channel``, ``scene_id`` and ``offer_words``.
    rules
        The seed ``play_words`` names the deed per channel, and how an answer is called there.
    """
    deeds = rules.seeds["play_words"].set_index("message_channel")
    answers = deeds["answer_words"].fillna(deeds["words"])
    said = []
    signs = dict(rules.seeds["need_state_plays"][["need_state", "sign_words"]].itertuples(index=False, name=None))
    given = dict(rules.seeds["signals"][["signal", "words_zh"]].itertuples(index=False, name=None))
    told = plans.reindex(columns=plans.columns.union(_OF_SCENES, sort=False)).assign(
        category=in_chinese(plans["top_category"], rules),
        last=lambda rows: in_chinese(rows["last_category"], rules),
        asked_about_kind=lambda rows: in_chinese(rows["asked_category"], rules),
        sign_words=plans["need_state"].map(signs).astype(object),
        signal_words=plans["signal"].map(given).astype(object),
    )
    for row in told.to_dict("records"):
        parts = [_habit(row)]
        if row["scene_id"] == CARE and pd.notna(row["last"]) and row["last"] != row["category"]:
            parts.append(f"上次买的是{row['last']}")  # as the words that go with it ask of that
        elif pd.notna(row["category"]):
            # one order is no taste
            parts.append(f"{'买过' if pd.isna(row['average_gap_days']) else '爱买'}{row['category']}")
        if row["scene_id"] in NOTHING_SOLD or row["audience_kind"] in OWED:
            offer = "不推销"
        else:
            parts.extend(filter(None, [_coupons(row["coupons_issued_365d"], row["coupons_redeemed_365d"])]))
            offer = row["offer_words"] if row["offer_words"] == "不发券" else f"发{row['offer_words']}"
        deed = (answers if row["signal"] == ASKED else deeds["words"])[row["message_channel"]]
        said.append(f"{';'.join(parts)} → {deed},{offer}")
    return pd.Series(said, index=plans.index, dtype=object)
