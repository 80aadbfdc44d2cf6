"""What was true of a person is read as known at a date, never as it stands today.

`people` turns what was known when into intervals of dates, once: a table of it that holds state has ``from_date`` and
``to_date``. Every read of such a table after `people`, and in its
folder `profile` where a person is told date by date, stands in a step (a CTE) that is one of these:

- it goes through ``states_at``;
- it compares both ends with a date;
- it hands both ends on, to a later step that goes through ``states_at`` or to whoever reads the model;
- it only looks up which number stands for which order or person;
- it is listed below with the reason why it says the same at every date.

And every model of `people` that reads a noun of `customer` asks from when and until when its versions counted.
"""

import json
import re

import pytest

from orchestration.settings import CHECKOUT
from orchestration.stages import STAGES

#: model.step -> why the step may read a table of intervals without a date
SAME_AT_EVERY_DATE = {
    "novelty_attitude.first_records": "a product's first record; what was looked at before it is not new",
    "attribution_touches.brought": "its dates go along and are asked for where the touches are joined",
    "city_tiers_as_written.cities": "the ways to write a city, not who lives there",
    "kpi_coupon_figures.known_first": "whether there was any coupon by then; a later version does not undo that",
    "lead_touches.select": "whose acts are read at all: what counted when is asked of the rows that are left",
    "pool_entries.first_leads": "the earlier intervals of a lead that is read at the date",
    "sending_caps.every_contact": "an export asks what stands at its moment, whatever the date of the list",
    "sending_caps.exported": "an export asks what stands at its moment, whatever the date of the list",
    "sending_facts.staff": "an export asks what stands at its moment, whatever the date of the list",
    "sending_liability.issued": "an export asks what stands at its moment, whatever the date of the list",
    "sending_liability.select": "an export asks what stands at its moment, whatever the date of the list",
    "sending_receipts.told": "an export asks what stands at its moment, whatever the date of the list",
    "sending_stops.came_true": "an export asks what stands at its moment, whatever the date of the list",
    "profiling_refused_at_publish.select": "who may be profiled is asked as it stands at publish",
    "kpi_refusal_figures.covered": "whether there was any word by then; a later version does not undo that",
}
#: A model of `people` that reads a noun without its dates -> why
UNDATED: dict[str, str] = {
    "published_records": "what was named has one version; whose it was is asked at the version's date",
    "money_misfits": "whether money adds up is looked at as it stands now",
    "planned_lots": "a row of a version never changes: it counts until the next version of its date does",
    "recall_episodes": "a row of a version never changes: the one that was current by then is asked for",
    "activation_states": "what was exported has one version; that it was taken back is told beside it",
    "receipt_flags": "what came back out of order is looked at as it stands now",
    "sensitive_texts": "whether a text is sensitive does not depend on when it was said",
    "task_refusals_said": "a refusal is asked for as it stands at publish",
    "unmet_words": "what meets nobody is looked at as it stands at publish",
}

_KEYS = r"(?:source|order_id|order_key|person_key|one_id)"
NUMBERS_FOR_NAMES = re.compile(
    rf"select distinct\s+(?:{_KEYS},?\s+)+from {{{{ ref\('\w+'\) }}}}\s*(?:where one_id is not null\s*)?\)"
)
REF = re.compile(r"ref\(\s*'?(\w+)'?\s*\)")
THROUGH_STATES_AT = re.compile(r"states_at\(\s*(?:relation=)?\s*$")
BOTH_ENDS = re.compile(r"from_date <= .*to_date is null or \S*to_date > ", re.DOTALL)


@pytest.fixture(scope="module")
def models():
    manifest = json.loads((CHECKOUT / "dbt_project" / "target" / "manifest.json").read_text(encoding="utf-8"))
    return {uid: node for uid, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def steps(sql):
    """Return the steps of a model by name; the last select is called ``select``."""
    found, rest, place = {}, "", 0
    for begin in re.finditer(r"^(?:with )?(\w+) as \(\n", sql, re.MULTILINE):
        if begin.start() < place:
            continue
        rest += sql[place : begin.start()]
        place = sql.index("\n)", begin.end() - 1) + 2
        found[begin[1]] = sql[begin.start() : place]
    return found | {"select": rest + sql[place:]}


def holds_intervals(node):
    last = steps(node["raw_code"])["select"]
    return bool(re.search(r"\bfrom_date\b", last) and re.search(r"\bto_date\b", last))


def astray(models):
    later = STAGES[STAGES.index("people") + 1 :]
    sql = {uid: node for uid, node in models.items() if node["language"] == "sql"}
    state = {uid: node["name"] for uid, node in sql.items() if node["schema"] == "people" and holds_intervals(node)}
    dated = [node for node in sql.values() if node["schema"] in later or "/profile/" in node["original_file_path"]]
    return [read for node in dated for read in _bare_reads(node, state)]


def _bare_reads(node, state):
    sql, name = node["raw_code"].replace('"', "'"), node["name"]
    read = {state[parent] for parent in node["depends_on"]["nodes"] if parent in state}
    # A name that a loop hands to ref() stands nowhere in the text: every ref(variable) may be it.
    unnamed = read - set(REF.findall(sql))
    for step, text in steps(sql).items():
        for ref in REF.finditer(text):
            states = {ref[1]} & read or (unnamed if "'" not in ref[0] else set())
            excused = f"{name}.{step}" in SAME_AT_EVERY_DATE or NUMBERS_FOR_NAMES.search(text)
            handed_on = {"from_date", "to_date"} <= set(re.findall(r"\w+", text)) and (
                step == "select" or f"states_at('{step}'" in sql
            )
            dated = THROUGH_STATES_AT.search(text[: ref.start()]) or BOTH_ENDS.search(text) or handed_on
            if states and not dated and not excused:
                yield f"{name}.{step} reads {', '.join(sorted(states))}"


def undated(models):
    """Return the models of `people` that read a noun and do not ask when its versions counted."""
    nouns = {uid for uid, node in models.items() if node["schema"] == "customer"}
    return sorted(
        node["name"]
        for node in models.values()
        if node["schema"] == "people"
        and nouns & set(node["depends_on"]["nodes"])
        and not {"counts_from", "counts_to"} <= set(re.findall(r"\w+", node["raw_code"]))
    )


def test_state_is_read_as_known_at_a_date(models):
    assert astray(models) == []


def test_whoever_turns_a_noun_into_intervals_asks_when_its_versions_counted(models):
    assert undated(models) == sorted(UNDATED)


def test_a_model_that_reads_orders_as_they_stand_today_would_be_found(models):
    uid = next(uid for uid, node in models.items() if node["name"] == "purchase_histories")
    orders = next(uid for uid, node in models.items() if node["name"] == "order_states")
    sql = "with orders as (\n    select one_id from {{ ref('order_states') }}\n)\n\nselect * from orders\n"
    stage = {"schema": STAGES[STAGES.index("people") + 1]}
    node = models[uid] | stage | {"raw_code": sql, "depends_on": {"nodes": [orders]}}
    assert "purchase_histories.orders reads order_states" in astray({**models, uid: node})


def test_every_exception_still_exists(models):
    written = {
        f"{node['name']}.{step}"
        for node in models.values()
        if node["language"] == "sql"
        for step in steps(node["raw_code"])
    }
    assert set(SAME_AT_EVERY_DATE) - written == set()
