"""Writes the generated blocks of docs/plugging-in-your-channels.md.

After a change of the declarations: ``python -m orchestration.channels.engine.reference``.

A block stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``; the words around it are written by hand. There
is one block for each dataset of the standard channel, one for the identifier types and one for the quarantine reasons.
"""

import re
from pathlib import Path
from typing import Final

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import Column, Dataset
from orchestration.channels.engine.reasons import REMEDIES
from orchestration.channels.platforms.standard import CHANNEL
from orchestration.settings import CHECKOUT

PAGE: Final = CHECKOUT / "docs" / "plugging-in-your-channels.md"
#: What a type takes; ``declare.Type`` has the rules, ``values`` the spellings.
TYPES: Final = {
    "text": "text",
    "identifier": "id",
    "recipient": "id, or our token",
    "instant": "time",
    "date": "date",
    "decimal": "number",
    "integer": "whole number",
    "probability": "number above 0 and below 1",
    "boolean": "yes or no",
    "json": "JSON object or list",
    "phone": "phone → token",
    "email": "e-mail → token",
    "email_domain": "e-mail or domain → token of a company's domain",
    "name": "name → token",
    "address": "address → token",
}
_FACT: Final = re.compile(r"\{(?P<fact>[a-z]+)\}")
_BLOCK: Final = re.compile(r"<!-- begin (?P<name>[a-z_]+) -->\n(?P<body>.*?)<!-- end (?P=name) -->", re.DOTALL)


def blocks() -> dict[str, str]:
    """Return every generated block by name, each ending with a line end."""
    made = {dataset.name: dataset_table(dataset) for dataset in CHANNEL.datasets}
    made["id_types"] = ", ".join(f"`{name}`" for name in words.ID_TYPES) + "\n"
    made["reasons"] = reasons_table()
    return made


def dataset_table(dataset: Dataset) -> str:
    """Return a dataset's natural key and its columns as a Markdown table, required columns in bold."""
    head = ["| column | takes | what it says |", "|---|---|---|"]
    lines = [f"Natural key: {', '.join(dataset.natural_key)}.", "", *head]
    for column in dataset.columns:
        name = f"**{column.name}**" if column.required else column.name
        lines.append(f"| {name} | {takes(column)} | {column.about} |")
    return "\n".join(lines) + "\n"


def takes(column: Column) -> str:
    """Return what a column accepts, in words."""
    parts = [TYPES[column.type]]
    if column.values == words.ID_TYPES:
        parts = ["an [identifier type](#identifiers-who-is-one-person)"]
    elif column.values:
        parts = [", ".join(f"`{value}`" for value in column.values)]
    if column.contact_by:
        parts.append(f"token where {column.contact_by} is a phone or an e-mail")
    if column.minimum is not None and column.maximum is not None:
        parts.append(f"{column.minimum} to {column.maximum}")
    elif column.minimum is not None:
        parts.append(f"{column.minimum} or more")
    if column.scale is not None:
        parts.append(f"{column.scale} decimals, more are rounded half up")
    if column.may_be_future:
        parts.append("may lie in the future")
    return "; ".join(parts)


def reasons_table() -> str:
    """Return every quarantine reason with its remedy as a Markdown table."""
    lines = ["| reason | what it says and what to do |", "|---|---|"]
    for reason, remedy in REMEDIES.items():
        lines.append(f"| `{reason}` | {_FACT.sub(_in_words, remedy)} |")
    return "\n".join(lines) + "\n"


def _in_words(fact: re.Match[str]) -> str:
    return f"(the {fact['fact']})" if fact["fact"] in {"minimum", "maximum"} else "(listed with the row)"


def found(page: str) -> dict[str, str]:
    """Return the blocks that stand in a page."""
    return {match["name"]: match["body"] for match in _BLOCK.finditer(page)}


def write(path: Path = PAGE) -> None:
    """Replace every generated block of the page."""
    made = blocks()

    def replaced(match: re.Match[str]) -> str:
        name = match["name"]
        return f"<!-- begin {name} -->\n{made[name]}<!-- end {name} -->"

    path.write_text(_BLOCK.sub(replaced, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    write()
