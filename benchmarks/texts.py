"""What customers would be sent: finished texts drawn by hash over every template, with facts and each rule's verdict.

    python -m benchmarks.texts HOME [--n 300] [--dates 28]

Whom a text is said to the product's own rules say: each is an option that nothing refuses to a candidate of the home,
met by the play that they are met by, on one of its newest dates. A template that the rules let be said to nobody there
is named at the end and no person is made up for it. To be read one by one: a rule finds only what somebody wrote down.
"""

import argparse
import collections
import dataclasses
import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd

from ml.recall.candidates import candidates
from ml.recall.claims import Facts
from ml.recall.rules import Rules
from ml.recall.saying import Speaker, filled, parts, with_texts, without_unsayable
from ml.recall.templates import with_scenes, with_templates
from ml.recall.treatments import considered, usable
from ml.recall.words import offer_words
from orchestration.frames import of_dates
from orchestration.recall_inputs import load_rules
from orchestration.settings import load_settings

#: Scenes of which no person has a plan: the same words go to all.
_OF_ALL: Final = ("general",)


def main() -> None:
    """Print the texts, each with its template, facts and verdicts, and what was drawn in all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--dates", type=int, default=28, help="so many of the newest dates are asked")
    asked = parser.parse_args()
    settings = dataclasses.replace(load_settings({"SIYU_HOME": str(asked.home)}), home=asked.home.resolve())
    with duckdb.connect(str(settings.warehouse), read_only=True) as con:
        dates = newest_dates(con, asked.dates)
        rules = load_rules(con, settings, of_dates(con, "recall.recall_offers", dates, key="offer_id"))
        frames = [
            of_dates(con, table, dates, key=key)
            for table, key in (
                ("recall.recall_people", "one_id"),
                ("scores.customer_scores", "one_id"),
                ("recall.open_signals", "one_id, signal"),
            )
        ]
    sayable, withheld = sayable_to(*frames, rules)
    texts = drawn(sayable, rules, asked.n)
    for number, row in enumerate(texts.to_dict("records"), 1):
        print(said(number, row))
    counts = collections.Counter(texts["message_channel"])
    broken = collections.Counter(rule for rules in texts["broken"] for rule in rules)
    print(f"\n{len(texts)} texts of {texts['template_id'].nunique()} templates: {dict(sorted(counts.items()))}")
    print(f"withheld: {withheld or 'none'}; rules broken by what is not withheld: {dict(broken) or 'none'}")
    print(f"said to nobody on these {len(dates)} dates: {', '.join(unsaid(sayable, rules)) or 'none'}")


def newest_dates(con: duckdb.DuckDBPyConnection, count: int) -> list[dt.date]:
    """Return the newest dates of a home that recall was decided on, the earliest first."""
    rows = con.execute("select distinct as_of_date from recall.recall_people order by 1 desc limit $n", {"n": count})
    return sorted(date for (date,) in rows.fetchall())


def sayable_to(
    context: pd.DataFrame, scores: pd.DataFrame, signals: pd.DataFrame, rules: Rules
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return every option that nothing refuses to a candidate, with its template, and how many words are withheld.

    Parameters
    ----------
    context, scores, signals
        ``recall.recall_people``, ``scores.customer_scores`` and ``recall.open_signals`` of the same dates.
    rules
        The brand's rules, with ``recall.spoken_templates`` as message_templates.
    """
    people = candidates(context, scores, rules, signals, set(context["as_of_date"]))
    people["candidate"] = np.arange(len(people))
    considered_ones = considered(people, rules)
    everything, allowed = without_unsayable(considered_ones, usable(considered_ones, rules), people, rules)
    rest = people.set_index("candidate")[[name for name in people.columns if name not in allowed.columns]]
    rows = allowed.join(rest, on="candidate")
    rows = with_templates(with_scenes(rows.assign(offer_words=offer_words(rows)), rules), rules)
    withheld = everything["withheld_because"].dropna().value_counts()
    return rows, {str(rule): int(count) for rule, count in sorted(withheld.items())}


def drawn(sayable: pd.DataFrame, rules: Rules, count: int) -> pd.DataFrame:
    """Return ``count`` finished texts, even over the templates, with ``facts``, ``rules`` and ``broken``."""
    keys = sayable[["template_id", "one_id"]].itertuples(index=False, name=None)
    rows = sayable.assign(draw=[_draw(template, one_id) for template, one_id in keys])
    # somebody is met by the same template on many dates: the first is read
    rows = rows.sort_values(["template_id", "draw", "as_of_date"]).drop_duplicates(["template_id", "one_id"])
    # one of every template first, then the second ones by hash
    rows = rows.assign(place=rows.groupby("template_id").cumcount()).sort_values(["place", "draw"]).head(count)
    rows = rows.sort_values(["scene_id", "message_channel", "template_id", "draw"], ignore_index=True)
    found = with_texts(rows, rules)
    speaker = Speaker.of(rules)
    judged = [_verdicts(row, speaker) for row in found.to_dict("records")]
    return found.assign(
        rules=[len(verdicts) for verdicts in judged],
        broken=[[rule for rule, is_broken in verdicts.items() if is_broken] for verdicts in judged],
        facts=[sorted(Facts.of(row).true) for row in found.to_dict("records")],
    )


def unsaid(sayable: pd.DataFrame, rules: Rules) -> list[str]:
    """Return the templates that may be said, and are to nobody of the home."""
    templates = rules.seeds["message_templates"]
    templates = templates[templates["approved"].astype(bool) & ~templates["scene_id"].isin(_OF_ALL)]
    return sorted(set(templates["template_id"]) - set(sayable["template_id"]))


def said(number: int, row: dict[str, Any]) -> str:
    """Return a text as it is printed: what it is, what is sent, what is true of the person, what the rules say."""
    why_none = f"({row['withheld_because'] or row['text_lacks']})"
    text = row["message_text"] if isinstance(row["message_text"], str) else why_none
    size = f"{len(text)} characters" + (f", {parts(text)} SMS" if row["message_channel"] == "sms" else "")
    since = {name: row[name] for name in ("days_since_order", "days_since_met", "purchase_stage", "need_state")}
    known = {name: value for name, value in since.items() if not pd.isna(value)} | {"offer": row["offer_id"]}
    verdict = f"breaks {', '.join(row['broken'])}" if row["broken"] else f"{row['rules']} rules hold"
    facts = f"{json.dumps(known, ensure_ascii=False, default=str)} {'|'.join(row['facts'])}"
    head = f"{number}. {row['template_id']} ({row['play_id']}, {row['scene_id']}, {row['message_channel']}; {size})"
    return "\n   ".join((f"\n{head}", text, str(row["message_text_en"]), f"{facts}; {verdict}"))


def _verdicts(row: dict[str, Any], speaker: Speaker) -> dict[str, bool]:
    template = speaker.templates[row["template_id"]]
    text = filled(str(template["text_zh"]), json.loads(row["template_variables"]), speaker.names)
    return speaker.judge.verdicts(text or "", Facts.of(row))


def _draw(template_id: str, one_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{template_id}|{one_id}".encode()).digest()[:6], "big")


if __name__ == "__main__":
    main()
