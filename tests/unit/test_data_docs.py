"""The Data Docs as a person opens them, without a network."""

import re

import pytest

from data_quality.checks import Check
from data_quality.judge import Door, judge


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two checks at the door of channels: rows balance, two files are overdue."""
    checks = [
        Check("rows_balance", "ledger", "0", "Look at the ledger.", low=0, high=0),
        Check("files_are_on_time", "ledger", "2", "Ask the channel.", low=0, high=0),
    ]
    folder = tmp_path_factory.mktemp("docs") / "data_docs"
    judge([Door("channels", checks, {"2017-11-30": {"rows_balance": 0.0, "files_are_on_time": 2.0}})], docs=folder)
    return folder


def test_the_first_page_says_how_many_checks_held_and_which_did_not(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<td>(.*?)</td>", page)[:3] == ["✗ channels", "1 / 2", "files_are_on_time"]


def test_its_links_lead_to_the_results_and_the_expectations(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+)"', page)
    assert [link.split("/")[0] for link in links] == ["validations", "expectations"]
    assert all("files_are_on_time" in (site / link).read_text(encoding="utf-8") for link in links)


def test_no_page_loads_anything_from_elsewhere(site):
    loads = re.compile(r"<(?:script|link|img)\b[^>]*\b(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE)
    pages = {page.name: page.read_text(encoding="utf-8") for page in site.rglob("*.html")}
    assert len(pages) == 3 and [name for name, text in pages.items() if loads.search(text)] == []
