"""docs/rules.md names for each rule a home, numbers and a test that exist."""

import dataclasses
import re

import pytest

from orchestration.settings import CHECKOUT, Settings

_DBT = CHECKOUT / "dbt_project"
_ROW = re.compile(
    r"^\| (?P<rule>[^|]+) \| (?P<home>`[^|]+`) \| (?P<numbers>[^|]*)\| (?P<test>`[^|]+`) \|$", re.MULTILINE
)
_PAGE = (CHECKOUT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES = [row.groupdict() for row in _ROW.finditer(_PAGE)]


def _names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _tests() -> set[str]:
    yml = " ".join(file.read_text(encoding="utf-8") for file in _DBT.glob("models/**/*.yml"))
    python = " ".join(file.read_text(encoding="utf-8") for file in (CHECKOUT / "tests").glob("**/*.py"))
    return set(re.findall(r"- name: (\w+)", yml)) | set(re.findall(r"def (test_\w+)", python))


def test_every_row_of_a_rule_is_read():
    assert len(RULES) == len(re.findall(r"^\| (?!rule |---)", _PAGE, re.MULTILINE)) >= 30


@pytest.mark.parametrize("rule", RULES, ids=[rule["rule"][:60] for rule in RULES])
def test_a_rule_has_its_home_its_numbers_and_its_test(rule):
    (home,), (test,) = _names(rule["home"]), _names(rule["test"])
    file = _DBT / "models" / home if home.endswith(".sql") else CHECKOUT / home
    assert file.is_file(), home
    assert test in _tests(), test
    settings = {field.name for field in dataclasses.fields(Settings)}
    for number in _names(rule["numbers"]):
        assert (_DBT / "seeds" / f"{number}.csv").is_file() or number in settings, number
        if number not in settings and home.endswith(".sql"):
            text = file.read_text(encoding="utf-8")
            by_name = {"segment_numbers": "segment_number(", "recall_settings": "recall_number("}
            assert number in text or by_name.get(number, number) in text, (home, number)


def test_the_glossary_has_at_most_seventy_terms_in_order():
    page = (CHECKOUT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = [term.lower() for term in re.findall(r"^\| ([^|]+) \| ", page, re.MULTILINE)][1:]
    assert len(terms) <= 70
    assert len(set(terms)) == len(terms)
