"""What opens a date again because a rule changed, and what does not: comments and descriptions change no row."""

import shutil

import pytest

from orchestration.dbt_calls import PROJECT
from orchestration.dbt_graph import nodes, parents_of
from orchestration.keeping.rules import files_of, fingerprint
from orchestration.keeping.tables import FACTS, KEPT, RUN_KEYS, STEPS, ancestors, is_dated, is_fact
from orchestration.rules_text import hash_of, meaning
from orchestration.settings import Settings

SQL = b"-- what it says\nselect a, '-- no comment' as b\n{# nor this #}\nfrom {{ ref('t') }}\n"


def sql(text):
    return meaning("model.sql", text)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a.sql", SQL, SQL.replace(b"what it says", b"what it says now, and why")),
        ("a.sql", SQL, SQL.replace(b"nor this", b"it's another")),
        ("a.sql", SQL, SQL.replace(b"select a, ", b"select\n    a, ")),
        ("a.yml", b"models:\n  - name: a\n    description: b\n", b"# new\nmodels:\n  - name: a\n    description: c\n"),
        ("a.yml", b"- name: a\n  description: >\n    b\n    c\n  x: 1\n", b"- name: a\n  description: d\n  x: 1\n"),
        (
            "a.py",
            b'"""Old."""\ndef f():\n    """It."""\n    return 1\n',
            b'"""New."""\ndef f():\n    return 1  # one\n',
        ),
    ],
)
def test_a_comment_or_a_description_changes_no_rule(name, before, after):
    if name == "a.py":  # a docstring that goes altogether leaves a statement less: it may be said to differ
        after = after.replace(b"def f():\n", b'def f():\n    """Other."""\n')
    assert meaning(name, before) == meaning(name, after)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a.sql", SQL, SQL.replace(b"select a", b"select c")),
        ("a.sql", SQL, SQL.replace(b"-- no comment", b"-- a comment?")),
        ("a.sql", b"select 'a  b'", b"select 'a b'"),
        ("a.sql", b"select 'it''s -- one'", b"select 'it''s -- two'"),
        ("a.yml", b"- name: a\n  config: {a: 1}\n", b"- name: a\n  config: {a: 2}\n"),
        ("a.yml", b"- description: x\n  a: 1\n", b"- description: x\n  a: 2\n"),
        ("a.yml", b"- name: a\n  description:\n    b\n  c: 1\n", b"- name: a\n  description:\n    b\n  c: 2\n"),
        ("a.py", b"def f():\n    return 1\n", b"def f():\n    return 2\n"),
        ("seed.csv", b"name,value\na,1\n", b"name,value\na,2\n"),
    ],
)
def test_a_rule_that_changed_is_seen(name, before, after):
    assert meaning(name, before) != meaning(name, after)


def test_a_brands_own_seed_row_opens_every_date_again_and_a_seed_that_nothing_kept_reads_does_not(tmp_path):
    home = Settings(home=tmp_path)
    before = fingerprint(home)
    (tmp_path / "rules").mkdir()
    shutil.copy(PROJECT / "seeds" / "aipl_windows.csv", tmp_path / "rules")
    assert fingerprint(home) == before
    own = tmp_path / "rules" / "aipl_windows.csv"
    own.write_text(own.read_text(encoding="utf-8").replace("30", "31", 1), encoding="utf-8")
    assert fingerprint(home) != before
    own.unlink()
    (tmp_path / "rules" / "recall_plays.csv").write_text("play_id\nx\n", encoding="utf-8")
    assert fingerprint(home) == before


@pytest.mark.parametrize(
    "settings",
    [{"cut_off_hour": 5}, {"profiling": "unless_refused"}, {"horizon_days": 14}, {"live_from": {"pos": "2026-01-01"}}],
)
def test_a_setting_that_kept_dates_stand_on_opens_them_again(tmp_path, settings):
    assert fingerprint(Settings(home=tmp_path)) != fingerprint(Settings(home=tmp_path, **settings))


def test_money_that_a_brand_may_spend_opens_nothing(tmp_path):
    assert fingerprint(Settings(home=tmp_path)) == fingerprint(Settings(home=tmp_path, daily_budget_yuan=1))


def test_the_rules_of_kept_dates_are_their_models_macros_seeds_and_the_code_of_identity(tmp_path):
    names = {file.name for file in files_of(Settings(home=tmp_path))}
    assert {"purchase_stages.sql", "standard_orders.sql", "identity_replay.py", "fold.py", "time.sql"} <= names
    assert {"aipl_windows.csv", "id_types.csv", "dbt_project.yml", "_lifecycle.yml"} <= names
    assert not {"recall_people.sql", "published_customers.sql", "recall_plays.csv"} & names
    assert hash_of(files_of(Settings(home=tmp_path)))


def test_everything_that_a_night_learns_reaches_kept_dates_through_the_tables_that_are_summed_up():
    read = {
        nodes()[parent]["name"] for one in ancestors() if is_dated(one) for parent in parents_of(one) if is_fact(parent)
    }
    seeds = {node["name"] for node in nodes().values() if node["resource_type"] == "seed"}
    assert read - seeds == set(FACTS)
    sources = {one for one in ancestors() if is_dated(one) for one in parents_of(one) if one.startswith("source.")}
    assert sources == set()


def test_every_model_that_is_kept_says_so_and_no_other():
    said = {
        f"{node['schema']}.{node['name']}"
        for node in nodes().values()
        if node["resource_type"] == "model" and node["config"]["meta"].get("is_kept")
    }
    assert said == set(KEPT)
    assert all(
        node["config"]["meta"].get("told_of") for node in nodes().values() if f"{node['schema']}.{node['name']}" in KEPT
    )


def test_what_is_left_out_of_the_sum_of_a_table_are_keys_of_a_run_and_steps_with_a_day_of_their_own():
    assert set(STEPS) <= set(FACTS)
    assert all(step.endswith("_date") for steps in STEPS.values() for step in steps)
    assert all(key.endswith("_key") for key in RUN_KEYS)
