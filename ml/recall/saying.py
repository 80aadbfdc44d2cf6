"""The finished words of a plan: a template with what is known of the person, and whether they may be said."""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from ml.recall.claims import Facts, Judge
from ml.recall.refused import WITHHELD
from ml.recall.rules import Rules
from ml.recall.templates import with_scenes, with_templates
from ml.recall.words import offer_words

VARIABLE: Final = re.compile(r"\{(\w+)\}")
#: Mobile networks of China bill a message of more than 70 characters in parts of 67 (3GPP TS 23.040, UCS-2).
ONE_PART, EACH_PART = 70, 67
#: Why a text is withheld that breaks no rule of forbidden_words.
NO_TEMPLATE, UNFILLED, TOO_LONG = "no_template", "unfilled", "too_long"

Limits = Mapping[tuple[str, str], tuple[int, str]]


def filled(text: str, said: Mapping[str, Any], later: frozenset[str] = frozenset()) -> str | None:
    """Return a template's words, None where a variable has no value.

    Parameters
    ----------
    text
        The template, with ``{variables}``.
    said
        Their values by name; an empty one is none.
    later
        Variables that stay as they are: somebody else fills them.
    """
    known = {name: str(value) for name, value in said.items() if value is not None and str(value).strip()}
    known |= {name: f"{{{name}}}" for name in later}
    missing = set(VARIABLE.findall(text)) - set(known)
    return None if missing else VARIABLE.sub(lambda match: known[match[1]], text)


def parts(words: str) -> int:
    """Return in how many parts a text message is sent and billed; an emoji takes the room of two characters."""
    length = len(words.encode("utf-16-le")) // 2
    return 1 if length <= ONE_PART else -(-length // EACH_PART)


def with_texts(plans: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Return the plans with ``message_text, message_text_en, text_lacks, withheld_because``.

    ``message_text`` is what is sent, to the byte; null where the brand has not set its name or link (``text_lacks``
    names the settings), or where the words may not be sent at all: ``withheld_because`` says which rule they break.

    Parameters
    ----------
    plans
        With ``template_id``, ``template_variables`` and ``english_variables`` (JSON), and the facts of ``claims``.
    rules
        The seeds; of message_templates the columns of ``recall.spoken_templates``.
    """
    speaker = rules.once(Speaker.of)
    said = [speaker.said(row) for row in plans.to_dict("records")]
    columns = ["message_text", "message_text_en", "text_lacks", "withheld_because"]
    return plans.assign(**pd.DataFrame(said, columns=columns, index=plans.index, dtype=object))


def without_unsayable(
    everything: pd.DataFrame, allowed: pd.DataFrame, people: pd.DataFrame, rules: Rules
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both without the options whose finished words may not be sent to whom they are for.

    In ``everything`` such an option is refused (``withheld_words``), with its ``template_id`` and the rule that its
    words break, ``withheld_because``.

    Parameters
    ----------
    everything
        Every option considered, with ``refused_because``.
    allowed
        Those that nothing refuses, with the offers' terms.
    people
        The candidates with all that words name of them.
    rules
        The seeds.
    """
    key = ["candidate", "message_channel", "offer_id"]
    rest = people.set_index("candidate")[[name for name in people.columns if name not in allowed.columns]]
    rows = allowed.join(rest, on="candidate")
    rows = with_templates(with_scenes(rows.assign(offer_words=offer_words(rows)), rules), rules)
    speaker, known = rules.once(Speaker.of), dict[tuple[object, ...], str | None]()
    broken = []
    for row in rows.to_dict("records"):
        asked = (row["template_id"], row["template_variables"], row["english_variables"], Facts.of(row))
        if asked not in known:
            known[asked] = speaker.said(row)[3]
        broken.append(known[asked])
    told = rows[[*key, "template_id"]].assign(withheld_because=pd.Series(broken, index=rows.index, dtype=object))
    told = told[told["withheld_because"].notna()]
    found = everything.merge(told, on=key, how="left")
    withheld = found["withheld_because"].notna()
    found["refused_because"] = found["refused_because"].mask(withheld, WITHHELD)
    may_be_said = np.array([rule is None for rule in broken], dtype=bool)
    return found, allowed[may_be_said].reset_index(drop=True)


@dataclasses.dataclass(frozen=True)
class Speaker:
    """What words are filled and judged with, read from the seeds once."""

    templates: Mapping[str, Mapping[str, Any]]
    names: frozenset[str]
    limits: Limits
    fields: Mapping[str, Mapping[str, str]]
    judge: Judge

    @classmethod
    def of(cls, rules: Rules) -> "Speaker":
        """Return the speaker of a brand's rules."""
        variables, fields = rules.seeds["template_variables"], rules.seeds["subscription_fields"]
        return cls(
            rules.seeds["message_templates"].set_index("template_id").to_dict("index"),
            frozenset(variables.loc[variables["is_name"].astype(bool), "variable"]),
            limits_of(rules.seeds["message_limits"]),
            fields_of(fields),
            Judge.of(rules),
        )

    def said(self, row: Mapping[str, Any]) -> tuple[str | None, str | None, str | None, str | None]:
        """Return a plan's text, its English, the settings it lacks, and the rule for which it is withheld."""
        template = self.templates.get(row["template_id"])
        if template is None:
            return None, None, None, NO_TEMPLATE
        told = json.loads(row["template_variables"])
        # names are not judged: a shop may be called what its advertising may not say
        judged = filled(str(template["text_zh"]), told, self.names)
        if judged is None:
            return None, None, None, UNFILLED
        if rule := self.judge.broken(judged, Facts.of(row)):
            return None, None, None, rule
        of_home = self.names - set(told)
        text = filled(str(template["home_text"]), told, of_home)
        if text is None or isinstance(template["text_lacks"], str):
            return None, None, template["text_lacks"], None
        if is_too_long(text, template, self.limits, self.fields.get(str(row["template_id"]), {})):
            return None, None, None, TOO_LONG
        return text, filled(str(template["home_text_en"]), json.loads(row["english_variables"]), of_home), None, None


def is_too_long(
    text: str,
    template: Mapping[str, Any],
    limits: Limits,
    fields: Mapping[str, str],
) -> bool:
    """Return whether a finished text has more parts than its template is priced with, or more than a platform takes."""
    channel = str(template["message_channel"])
    if channel == "sms" and parts(text) > int(template["sms_segments"]):
        return True
    if fields:
        values = in_fields(text, fields)
        return values is None or any(
            _over(value, limits.get((channel, kind(field)))) for field, value in values.items()
        )
    # a template of the mini-program without fields goes into the first one of the platform's
    return _over(text, limits.get((channel, "thing" if channel == "mini_program" else "text")))


def fields_of(rows: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return, by template of the mini-program, the platform's field by label in their order (subscription_fields)."""
    found: dict[str, dict[str, str]] = {}
    for template, label, field in rows.sort_values("position")[["template_id", "label", "field"]].itertuples(
        index=False, name=None
    ):
        found.setdefault(template, {})[label] = field
    return found


def limits_of(rows: pd.DataFrame) -> dict[tuple[str, str], tuple[int, str]]:
    """Return how much goes into a part of a channel's message, and what is counted (message_limits)."""
    keys = zip(rows["message_channel"], rows["part"], strict=True)
    return dict(zip(keys, zip(rows["most"].astype(int), rows["counted_in"], strict=True), strict=True))


def in_fields(text: str, fields: Mapping[str, str]) -> dict[str, str] | None:
    """Return the words of each field of a finished ``label：words；label：words``; None where it has another form."""
    form = "；".join(f"{re.escape(label)}：(.+)" for label in fields)
    found = re.fullmatch(form, text)
    return dict(zip(fields.values(), found.groups(), strict=True)) if found else None


def kind(field: str) -> str:
    """Return the kind of a field: ``thing`` of ``thing1``."""
    return field.rstrip("0123456789")


def _over(text: str, limit: tuple[int, str] | None) -> bool:
    if limit is None:
        return False
    most, counted_in = limit
    return (len(text.encode()) if counted_in == "bytes" else len(text)) > most
