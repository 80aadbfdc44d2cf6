"""After `customer` state is read as known at a date, never as it stands today.

Every read of a noun, and of a model that hands a noun's versions on, stands in a step (a CTE) that is one of these:

- it goes through ``known_versions``;
- it keeps ``known_at`` and ``superseded_at``, and the model compares both with a date's cut-off, or hands both on;
- it only looks up which number stands for which order or person;
- it is listed below with the reason why it says the same at every date.
"""

import json
import re

import pytest

from orchestration.settings import CHECKOUT
from orchestration.stages import STAGES

#: model.step -> why the step may read a noun without a date
SAME_AT_EVERY_DATE = {
    "sightings.seen": "turns the times of an order's versions into dates, which states_at compares",
    "customer_orders.catalogue_changes": "when a product changed its category; a date counts those known by then",
    "customer_orders.moved": "which orders such a change came after; a date counts those known by then",
    "order_versions.refunded_orders": "spares a look-up, see FLAGS",
    "order_versions.line_steps": "when the lines of an order changed, which parts its versions; not what they say",
    "order_versions.test_records": "spares a look-up, see FLAGS",
    "kpi_refusal_figures.covered": "whether there was any word by then; a later version does not undo that",
}
#: What happens to be true today -> the noun that whoever reads it asks too, as known at the date
FLAGS = {"is_ever_refunded": "refunds", "is_ever_test": "customers"}
#: Publishing asks once more, last, what stands now: a refusal is honoured even when it came after the cut-off.
AS_IT_STANDS_AT_PUBLISH = {"contact_consents": {"consents"}, "contact_refusals": {"suppressions", "messages"}}

_KEYS = r"(?:source|order_id|order_key|person_key|one_id)"
NUMBERS_FOR_NAMES = re.compile(rf"select distinct\s+(?:{_KEYS},?\s+)+from {{{{ ref\('order_versions'\) }}}}\s*\)")
REF = re.compile(r"ref\(\s*'?(\w+)'?\s*\)")
THROUGH_KNOWN_VERSIONS = re.compile(r"known_versions\(\s*(?:relation=)?\s*$")
COMPARED = [r"known_versions\('\w+'", r"known_at <= \S*cut_off_at.*superseded_at > \S*cut_off_at"]


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


def hands_versions_on(sql):
    return bool(re.search(r"\bknown_at,?\n", steps(sql)["select"]) and "superseded_at" in steps(sql)["select"])


def astray(models):
    stages = STAGES[STAGES.index("segments") :]
    state = {uid: node["name"] for uid, node in models.items() if node["schema"] == "customer"}
    later = {uid: node for uid, node in models.items() if node["schema"] in stages and node["language"] == "sql"}
    state |= {
        uid: node["name"]
        for uid, node in later.items()
        if state.keys() & set(node["depends_on"]["nodes"]) and hands_versions_on(node["raw_code"].replace('"', "'"))
    }
    return [read for node in later.values() for read in _bare_reads(node, state)]


def _bare_reads(node, state):
    sql, name = node["raw_code"].replace('"', "'"), node["name"]
    read = {state[parent] for parent in node["depends_on"]["nodes"] if parent in state}
    # A name that a loop hands to ref() stands nowhere in the text: every ref(variable) may be it.
    unnamed = read - set(REF.findall(sql))
    dated = hands_versions_on(sql) or any(re.search(pattern, sql, re.DOTALL) for pattern in COMPARED)
    for step, text in steps(sql).items():
        for ref in REF.finditer(text):
            nouns = {ref[1]} & read or (unnamed if "'" not in ref[0] else set())
            carried = dated and (("known_at" in text and "superseded_at" in text) or "select *" in text)
            excused = f"{name}.{step}" in SAME_AT_EVERY_DATE or NUMBERS_FOR_NAMES.search(text)
            excused = excused or nouns <= AS_IT_STANDS_AT_PUBLISH.get(name, set())
            if nouns and not (THROUGH_KNOWN_VERSIONS.search(text[: ref.start()]) or carried or excused):
                yield f"{name}.{step} reads {', '.join(sorted(nouns))}"


def test_state_is_read_as_known_at_a_date(models):
    assert astray(models) == []


def test_a_model_that_reads_orders_as_they_stand_today_would_be_found(models):
    uid = next(uid for uid, node in models.items() if node["name"] == "purchase_histories")
    orders = next(uid for uid, node in models.items() if (node["schema"], node["name"]) == ("customer", "orders"))
    sql = "with orders as (\n    select one_id from {{ ref('orders') }}\n)\n\nselect * from orders\n"
    node = models[uid] | {"raw_code": sql, "depends_on": {"nodes": [orders]}}
    assert astray({**models, uid: node}) == ["purchase_histories.orders reads orders"]


def test_whoever_reads_what_is_true_today_asks_what_was_known_then(models):
    readers = [
        (node["name"], flag, f"ref('{noun}')" in node["raw_code"])
        for node in models.values()
        for flag, noun in FLAGS.items()
        if flag in node["raw_code"] and node["name"] != "order_versions"
    ]
    assert readers
    assert [reader for reader in readers if not reader[2]] == []


def test_every_exception_still_exists(models):
    written = {
        f"{node['name']}.{step}"
        for node in models.values()
        if node["language"] == "sql"
        for step in steps(node["raw_code"])
    }
    assert set(SAME_AT_EVERY_DATE) - written == set()
