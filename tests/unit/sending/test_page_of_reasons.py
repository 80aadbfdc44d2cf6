"""The pages of what leaves the house name the reasons of the seed, in its order and its words."""

import csv
import re

import pytest

from orchestration.sending.gateways import GATEWAYS
from orchestration.settings import CHECKOUT

with (CHECKOUT / "dbt_project" / "seeds" / "export_reasons.csv").open(encoding="utf-8") as _file:
    REASONS = sorted(csv.DictReader(_file), key=lambda row: int(row["rank"]))


@pytest.mark.parametrize(("page", "language"), [("sending.md", "en"), ("zh/sending.md", "zh")])
def test_the_table_of_reasons_is_the_seeds(page, language):
    text = (CHECKOUT / "docs" / page).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", text, re.MULTILINE)
    told = [(row["reason"], row[f"words_{language}"], row[f"remedy_{language}"]) for row in REASONS]
    assert [row for row in rows if row[0] not in GATEWAYS] == told
    assert {row[0] for row in rows} >= set(GATEWAYS)
