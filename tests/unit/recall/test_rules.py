"""The seeds recall reads: all there, with their columns, and one short name for all of their numbers."""

import dataclasses

import pandas as pd
import pytest

from ml.recall import MissingColumns
from ml.recall.rules import require
from tests.unit.recall.people import make_rules

RULES = make_rules()


def without(seed: str, column: str | None = None) -> dict[str, pd.DataFrame]:
    if column is None:
        return {name: rows for name, rows in RULES.seeds.items() if name != seed}
    return {**RULES.seeds, seed: RULES.seeds[seed].drop(columns=column)}


def test_a_seed_or_a_column_that_is_missing_is_named():
    with pytest.raises(MissingColumns, match="recall needs the seed send_costs"):
        dataclasses.replace(RULES, seeds=without("send_costs"))
    with pytest.raises(MissingColumns, match="send_costs lacks labour_fen;"):
        dataclasses.replace(RULES, seeds=without("send_costs", "labour_fen"))
    with pytest.raises(MissingColumns, match="send_costs lacks source;"):
        dataclasses.replace(RULES, seeds=without("send_costs", "source"))
    with pytest.raises(MissingColumns, match="the orders lacks b, c;"):
        require(pd.DataFrame({"a": [1]}), ("a", "b", "c"), "the orders")
    require(pd.DataFrame({"a": [1]}), ("a",), "the orders")


def test_a_number_of_a_seed_is_the_first_of_its_name_and_a_missing_one_is_named():
    rules = make_rules()
    settings = rules.seeds["recall_settings"]
    twice = pd.concat([settings, settings.assign(value=-1.0)], ignore_index=True)
    caps = rules.seeds["contact_caps"]
    both = {"recall_settings": twice, "contact_caps": pd.concat([caps, caps.assign(most=-1)], ignore_index=True)}
    first = dataclasses.replace(rules, seeds={**rules.seeds, **both})
    assert (first.setting("quiet_from_hour"), first.cap("wecom_month")) == (21.0, 4)
    with pytest.raises(MissingColumns, match="lacks the row no_such_number"):
        rules.setting("no_such_number")


def test_the_name_of_the_assumptions_changes_with_any_of_them_and_not_with_the_order_of_rows_or_a_source():
    name = RULES.assumptions_hash
    assert len(name) == 16 and int(name, 16) >= 0
    backwards = {seed: rows.iloc[::-1].assign(source="told otherwise") for seed, rows in RULES.seeds.items()}
    assert dataclasses.replace(RULES, seeds=backwards).assumptions_hash == name
    others = [
        make_rules(held_back_first=0.3),
        dataclasses.replace(RULES, gross_margin_rate=0.3),
        dataclasses.replace(RULES, holdout_share=0.1),
        dataclasses.replace(RULES, exploration_share=0.1),
        dataclasses.replace(RULES, horizon_days=29),
        dataclasses.replace(RULES, as_usual_share=0.1),
    ]
    assert len({name, *(rules.assumptions_hash for rules in others)}) == 7


def test_an_empty_cell_is_the_same_however_it_was_read():
    as_none = {seed: rows.astype(object).where(rows.notna(), None) for seed, rows in RULES.seeds.items()}
    as_text = {seed: rows.astype(object).where(rows.notna(), "") for seed, rows in RULES.seeds.items()}
    names = {dataclasses.replace(RULES, seeds=seeds).assumptions_hash for seeds in (as_none, as_text)}
    assert names == {RULES.assumptions_hash}
