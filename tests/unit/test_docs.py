"""What the pages say about names, columns, commands and settings is what the code has."""

import dataclasses
import re
import tomllib

import pytest

from orchestration.channels.engine import reference
from orchestration.channels.engine.mappings import mappings
from orchestration.cli import main
from orchestration.publishing.contract import tables
from orchestration.settings import CHECKOUT, Settings

PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])
READMES = ("README.md", "README.zh-CN.md")


def _texts() -> dict[str, str]:
    return {str(page.relative_to(CHECKOUT)): page.read_text(encoding="utf-8") for page in PAGES}


def _anchors(text: str) -> set[str]:
    """Return the names by which a page's headings can be linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


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
    rows = re.findall(r"^\| `([a-z_0-9]+)` \|", _texts()[name], re.MULTILINE)
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


def _toml_blocks():
    return [block for text in _texts().values() for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]


def test_every_setting_that_a_page_shows_exists():
    known = {field.name for field in dataclasses.fields(Settings)}
    shown = {key for block in _toml_blocks() if "# landing.toml" not in block for key in tomllib.loads(block)}
    assert shown
    assert shown - known == set()


def test_every_mapping_that_a_page_shows_can_be_read(tmp_path):
    shown = [block for block in _toml_blocks() if "# landing.toml" in block]
    assert shown
    for block in shown:
        (tmp_path / "landing.toml").write_text(block, encoding="utf-8")
        assert mappings(tmp_path).keys() > mappings().keys()


def test_every_setting_stands_in_the_table_of_operations():
    page = _texts()["docs/operations.md"]
    section = page[page.index("## Settings") : page.index("## The schedule")]
    names = {name for cell in re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE) for name in cell.split(", ")}
    assert names - {"setting"} == {field.name for field in dataclasses.fields(Settings)}


def test_every_link_between_pages_leads_to_a_file_and_a_heading():
    broken = []
    for name, text in _texts().items():
        page = CHECKOUT / name
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            if "://" in link:
                continue
            if not target.exists() or (anchor and anchor not in _anchors(target.read_text(encoding="utf-8"))):
                broken.append(f"{name}: {link}")
    assert broken == []


def test_a_readme_links_to_the_pages_of_its_own_language():
    chinese = {page.name for page in (CHECKOUT / "docs" / "zh").glob("*.md")}
    english, here = (set(re.findall(r"\]\((docs/[^)#]+\.md)", _texts()[name])) for name in READMES)
    assert {f"docs/{name}" for name in chinese} <= english
    assert not any(link.startswith("docs/zh/") for link in english)
    assert here & {f"docs/{name}" for name in chinese} == set()
    assert here >= {f"docs/zh/{name}" for name in chinese}


def test_no_page_names_a_place_outside_the_checkout():
    outside = re.compile(r"(?<![\w.])/(?:work|home|tmp|root|Users)/")
    assert [name for name, text in _texts().items() if outside.search(text)] == []


def test_the_licence_is_apache_2_0_unaltered():
    text = (CHECKOUT / "LICENSE").read_text(encoding="utf-8")
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert len(text.splitlines()) == 202
