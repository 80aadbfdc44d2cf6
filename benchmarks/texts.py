"""What customers would be sent: finished texts drawn by hash over every template, with facts and each rule's verdict.

    python -m benchmarks.texts HOME [--n 300]

The people are the home's own, of its newest date; each template is said to some who may stand in its scene. What no
record of the home says (when somebody's appointment is, which festival it is) is drawn by the same hash. To be read one
by one: a rule finds only what somebody wrote down.
"""

import argparse
import collections
import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

from ml.recall.claims import Facts
from ml.recall.rules import Rules
from ml.recall.saying import Speaker, filled, parts, with_texts
from ml.recall.templates import with_scenes, with_templates
from ml.recall.words import offer_words
from orchestration.frames import query
from orchestration.recall_inputs import load_rules
from orchestration.settings import load_settings

#: So many people are tried for each text that is wanted: of some nothing is known that their template names.
_TRIED: Final = 40
_OFFERS: Final = {"first_order": ("ladder_1", "ladder_2", "ladder_3"), "climb": ("climb_1", "climb_2", "climb_3")}
_LAPSED: Final = ("recall_90", "recall_85", "recall_75")
#: From how many days without an order depth_rules give each of them.
_FIRST, _SECOND, _THIRD = 30, 60, 120
#: Scenes whose offers are those of the lapsed.
_LATE_OFFERS: Final = ("cart", "asked")
#: Scenes for buyers of some stages alone.
_ACTIVE: Final = ("first_buyer", "repeat", "loyal")
_OF_BUYERS: Final = {
    **dict.fromkeys(("birthday", "member_day", "festival"), _ACTIVE),
    "care_call": (*_ACTIVE, "at_risk"),
}
#: Scenes that lately_scenes puts in the place of recall: reached through it, as a plan does.
_THROUGH_RECALL: Final = ("care", "check_in", "gift")
_PEOPLE: Final = """
    select * from recall.recall_people
    where as_of_date = (select max(as_of_date) from recall.recall_people) and not is_excluded
"""
_QUESTION: Final = ("11月28日在App问的物流问题", "on 2017-11-28 in the app about a delivery")
_FESTIVALS: Final = (("618", "618"), ("双11", "11.11"), ("双12", "12.12"), ("新年", "New Year"))


def main() -> None:
    """Print the texts, each with its template, facts and verdicts, and what was drawn in all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--n", type=int, default=300)
    asked = parser.parse_args()
    settings = dataclasses.replace(load_settings({"SIYU_HOME": str(asked.home)}), home=asked.home.resolve())
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        rules, people = load_rules(con, settings), query(con, _PEOPLE)
    texts = drawn(people, rules, asked.n)
    for number, row in enumerate(texts.to_dict("records"), 1):
        print(said(number, row))
    counts = collections.Counter(texts["message_channel"])
    withheld = collections.Counter(texts["withheld_because"].dropna())
    broken = collections.Counter(rule for rules in texts["broken"] for rule in rules)
    print(f"\n{len(texts)} texts of {texts['template_id'].nunique()} templates: {dict(sorted(counts.items()))}")
    print(f"withheld: {dict(withheld) or 'none'}; rules broken by what is not withheld: {dict(broken) or 'none'}")


def drawn(people: pd.DataFrame, rules: Rules, count: int) -> pd.DataFrame:
    """Return ``count`` finished texts, even over the templates, with ``facts``, ``rules`` and ``broken``.

    Parameters
    ----------
    people
        ``recall.recall_people`` of one date.
    rules
        The brand's rules, with ``recall.spoken_templates`` as message_templates.
    """
    templates = rules.seeds["message_templates"]
    templates = templates[templates["approved"].astype(bool) & templates["scene_id"].ne("general")]
    each = -(-count // len(templates))
    offers = rules.seeds["offers_catalogue"].drop(columns="source")
    wanted = [_plans(template, people, offers, each) for template in templates.to_dict("records")]
    plans = pd.concat(wanted, ignore_index=True)
    found = with_texts(with_templates(with_scenes(plans, rules), rules), rules)
    found = found[found["template_id"] == found["wanted"]]
    found = found[found.groupby("template_id").cumcount() < each]
    # one of every template first, then the second ones by hash
    found = found.assign(place=found.groupby("template_id").cumcount()).sort_values(["place", "draw"]).head(count)
    found = found.sort_values(["scene_id", "message_channel", "template_id", "draw"])
    speaker = Speaker.of(rules)
    judged = [_verdicts(row, speaker) for row in found.to_dict("records")]
    return found.assign(
        rules=[len(verdicts) for verdicts in judged],
        broken=[[rule for rule, is_broken in verdicts.items() if is_broken] for verdicts in judged],
        facts=[sorted(Facts.of(row).true) for row in found.to_dict("records")],
    )


def said(number: int, row: dict[str, Any]) -> str:
    """Return a text as it is printed: what it is, what is sent, what is true of the person, what the rules say."""
    why_none = f"({row['withheld_because'] or row['text_lacks']})"
    text = row["message_text"] if isinstance(row["message_text"], str) else why_none
    size = f"{len(text)} characters" + (f", {parts(text)} SMS" if row["message_channel"] == "sms" else "")
    since = {name: row[name] for name in ("days_since_order", "days_since_met", "purchase_stage", "need_state")}
    known = {name: value for name, value in since.items() if not pd.isna(value)} | {"offer": row["offer_id"]}
    verdict = f"breaks {', '.join(row['broken'])}" if row["broken"] else f"{row['rules']} rules hold"
    facts = f"{json.dumps(known, ensure_ascii=False, default=str)} {'|'.join(row['facts'])}"
    head = f"{number}. {row['template_id']} ({row['scene_id']}, {row['message_channel']}; {size})"
    return "\n   ".join((f"\n{head}", text, str(row["message_text_en"]), f"{facts}; {verdict}"))


def _plans(template: dict[str, Any], people: pd.DataFrame, offers: pd.DataFrame, each: int) -> pd.DataFrame:
    """Return plans of whom a template may be said to: in its scene, with an offer where it has one."""
    scene, name = template["scene_id"], template["template_id"]
    draws = people["one_id"].map(lambda one_id: _draw(name, one_id))
    fits = _may_stand_in(scene, people, has_offer=isinstance(template["price_attitude"], str))
    rows = people.assign(draw=draws)[fits].sort_values("draw").head(each * _TRIED).reset_index(drop=True)
    rows = rows.assign(offer_id=_offer_of(scene, rows) if isinstance(template["price_attitude"], str) else "none")
    rows = rows.merge(offers, on="offer_id")
    if isinstance(template["need_state"], str):
        rows["need_state"] = template["need_state"]
    festival = [_FESTIVALS[draw % len(_FESTIVALS)] for draw in rows["draw"]]
    tomorrow = pd.to_datetime(rows["as_of_date"]) + pd.Timedelta(days=1)
    return rows.assign(
        wanted=name,
        message_channel=template["message_channel"],
        scene_id="recall" if scene in _THROUGH_RECALL else scene,
        content_theme="",
        offer_words=offer_words(rows),
        days_to_coupon_end=[1 + draw % 7 for draw in rows["draw"]],
        appointment_at=tomorrow + pd.to_timedelta([1 + draw % 10 for draw in rows["draw"]], unit="h"),
        festival_zh=[zh for zh, _ in festival],
        festival_en=[en for _, en in festival],
        question_zh=_QUESTION[0],
        question_en=_QUESTION[1],
    )


def _offer_of(scene: str, rows: pd.DataFrame) -> list[str]:
    """Return an offer of each: of a ladder any of its steps, else what depth_rules give for their days."""
    if usual := _OFFERS.get(scene):
        return [usual[draw % len(usual)] for draw in rows["draw"]]
    days = rows["days_since_order"].astype(float)
    return [_LAPSED[0 if since < _SECOND else 1 if since < _THIRD else 2] for since in days]


def _may_stand_in(scene: str, people: pd.DataFrame, *, has_offer: bool) -> pd.Series:
    has_ordered = people["days_since_order"].notna()
    if scene in _OF_BUYERS:
        return people["purchase_stage"].isin(_OF_BUYERS[scene])
    if has_offer and scene in _LATE_OFFERS:
        return people["days_since_order"].astype("Float64").ge(_FIRST).fillna(False)
    lately = people[["days_since_order", "days_since_met"]].astype("Float64").min(axis=1).lt(30).fillna(False)
    if scene == "first_order":
        return people["purchase_stage"].eq("registered_no_order")
    if scene == "renewal":
        return people["days_to_entitlement_end"].between(0, 15)
    if scene == "recall":
        return has_ordered & ~lately
    bought = people["days_since_order"].astype("Float64").le(30).fillna(False)
    if scene in ("care", "check_in"):
        return has_ordered & lately & (bought if scene == "care" else ~bought)
    return has_ordered & lately if scene in (*_THROUGH_RECALL, "climb") else has_ordered


def _verdicts(row: dict[str, Any], speaker: Speaker) -> dict[str, bool]:
    template = speaker.templates[row["template_id"]]
    text = filled(str(template["text_zh"]), json.loads(row["template_variables"]), speaker.names)
    return speaker.judge.verdicts(text or "", Facts.of(row))


def _draw(template_id: str, one_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{template_id}|{one_id}".encode()).digest()[:6], "big")


if __name__ == "__main__":
    main()
