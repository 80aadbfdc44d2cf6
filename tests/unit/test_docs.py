"""What the pages say about names, columns, commands and settings is what the code has."""

import dataclasses
import re
import tomllib

import pytest

from orchestration.channels.engine import reference
from orchestration.cli import main
from orchestration.publishing.contract import tables
from orchestration.settings import CHECKOUT, Settings

PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").glob("*.md")])
READMES = ("README.md", "README.zh-CN.md")


def _texts() -> dict[str, str]:
    return {page.name: page.read_text(encoding="utf-8") for page in PAGES}


def test_the_tables_of_the_standard_channel_equal_its_declarations():
    """After a wanted change: python -m orchestration.channels.engine.reference."""
    page = reference.PAGE.read_text(encoding="utf-8")
    assert reference.found(page) == reference.blocks()


def test_each_dataset_stands_under_a_heading_of_its_name():
    page = reference.PAGE.read_text(encoding="utf-8")
    headings = [line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")]
    assert [name for name in headings if name in reference.blocks()] == [
        dataset.name for dataset in reference.CHANNEL.datasets
    ]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_lists_the_published_tables_each_once(name):
    rows = re.findall(r"^\| `([a-z_]+)` \|", _texts()[name], re.MULTILINE)
    assert sorted(rows) == sorted(tables())


def test_every_siyu_command_that_a_page_names_exists(capsys):
    named = {command for text in _texts().values() for command in re.findall(r"(?:`|\.venv/bin/)siyu ([a-z]+)", text)}
    assert {"daily", "backfill", "run", "ui", "status", "explain", "rollback"} <= named
    for command in sorted(named):
        assert main([command, "--help"]) == 0, command
    capsys.readouterr()


def test_every_make_target_that_a_page_names_exists():
    targets = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for text in _texts().values() for target in re.findall(r"`make ([a-z]+)[ `]", text)}
    assert {"run", "test", "daily", "ui"} <= named
    assert named - targets == set()


def test_every_setting_that_a_page_shows_exists():
    known = {field.name for field in dataclasses.fields(Settings)}
    shown = {
        key
        for text in _texts().values()
        for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
        for key in tomllib.loads(block)
    }
    assert shown
    assert shown - known == set()


def test_every_setting_stands_in_the_table_of_operations():
    page = (CHECKOUT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page[page.index("## Settings") : page.index("## The schedule")]
    names = {name for cell in re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE) for name in cell.split(", ")}
    assert names - {"setting"} == {field.name for field in dataclasses.fields(Settings)}


def test_every_link_between_pages_leads_to_a_file():
    broken = []
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in link and not (page.parent / link).exists():
                broken.append(f"{page.name}: {link}")
    assert broken == []


def test_no_page_names_a_place_outside_the_checkout():
    outside = re.compile(r"(?<![\w.])/(?:work|home|tmp|root|Users)/")
    assert [name for name, text in _texts().items() if outside.search(text)] == []


def test_the_licence_is_apache_2_0_unaltered():
    text = (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert len(text.splitlines()) == 202
