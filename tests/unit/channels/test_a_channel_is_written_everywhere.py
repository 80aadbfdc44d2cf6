"""What a channel's declaration cannot write by itself names the row that is missing."""

import csv
import re

import yaml

from orchestration import nouns
from orchestration.channels.engine import registry


def test_every_declared_table_is_a_source_of_dbt_and_no_other():
    text = (nouns.PROJECT / "models" / "staging" / "_sources.yml").read_text(encoding="utf-8")
    listed = {table["name"] for table in yaml.safe_load(text)["sources"][0]["tables"]}
    declared = {table for channel in registry.channels().values() for table in channel.tables()}
    assert declared - listed == set(), "add them to dbt_project/models/staging/_sources.yml"
    assert listed - declared == set(), "nobody declares them"


def test_every_channel_has_a_lag():
    with (nouns.PROJECT / "seeds" / "sources.csv").open(encoding="utf-8") as seed:
        listed = {row["source"] for row in csv.DictReader(seed)}
    assert set(registry.channels()) - listed == set(), "add a row to dbt_project/seeds/sources.csv"


def test_the_grain_of_every_part_of_a_noun_is_asked():
    text = (nouns.PROJECT / "tests" / "staging_grain.sql").read_text(encoding="utf-8")
    asked = set(re.findall(r"ref\('(\w+)'\)", text))
    parts = {part for noun in nouns.nouns() for part in nouns.parts(noun)}
    assert parts - asked == set(), "add them to dbt_project/tests/staging_grain.sql"


def test_a_module_that_only_helps_declares_no_channel():
    assert "declare" not in registry.channels()
    assert next(iter(registry.channels())) == "standard"
