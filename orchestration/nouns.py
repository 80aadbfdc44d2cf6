"""Writes the macros that dbt reads about the nouns: ``python -m orchestration.nouns``.

``dbt_project/nouns.yml`` says what a noun is; the folders of ``models/staging`` say which models make it up: in the
folder of a channel the model ``<channel>_<noun>`` is a part of the noun; ``<channel>_identifiers`` observes
identifiers. dbt's macros can read neither, so both are written into one generated file, which is committed; so is the
list of tables that the channels declare.
"""

from pathlib import Path
from typing import Any, Final

from orchestration.channels.engine import registry
from orchestration.channels.engine.noun_files import PROJECT, nouns

_GENERATED: Final = Path("macros", "generated", "nouns.sql")
_HEAD: Final = "{#- Written by `python -m orchestration.nouns` from nouns.yml and the folders of models/staging. -#}"


def columns(noun: dict[str, Any]) -> dict[str, str]:
    """Return the columns of a noun with their types, in order."""
    return {name: column["table"]["type"] for name, column in noun["columns"].items() if "table" in column}


def grain(noun: dict[str, Any]) -> list[str]:
    """Return what tells the rows of a staging part apart: the key, and the version where a row can change."""
    if noun.get("is_told_once"):
        return list(noun["key"])
    return [*noun["key"], "known_at", *(["updated_at"] if "updated_at" in columns(noun) else [])]


def parts(noun: str, project: Path = PROJECT) -> list[str]:
    """Return the staging models that make up a noun (or ``identifiers``), sorted by name."""
    folders = sorted(folder for folder in (project / "models" / "staging").iterdir() if folder.is_dir())
    named = [folder / f"{folder.name}_{noun}.sql" for folder in folders]
    return [path.stem for path in named if path.is_file()]


def macros(project: Path = PROJECT) -> str:
    """Return the text of the generated file."""
    known = nouns(project)
    schema = [
        line
        for noun, described in known.items()
        for line in (
            f"        '{noun}': {{",
            f"            'key': {described['key']!r},",
            f"            'grain': {grain(described)!r},",
            "            'columns': {",
            *(f"                '{name}': '{kind}'," for name, kind in columns(described).items()),
            "            },",
            "        },",
        )
    ]
    listed = [line for noun in known for line in _list(f"'{noun}': ", parts(noun, project))]
    sightings = [
        f"        '{noun}': '{described['sighting']}'," for noun, described in known.items() if "sighting" in described
    ]
    return "\n".join([
        _HEAD,
        *_macro("noun_schema(noun)", "{", schema, "}[noun]"),
        *_macro("noun_parts(noun)", "{", listed, "}[noun]"),
        *_macro("identifier_parts()", "[", [f"        '{part}'," for part in parts("identifiers", project)], "]"),
        *_macro("sighting_nouns()", "{", sightings, "}"),
        *_macro("all_nouns()", "[", [f"        '{noun}'," for noun in known], "]"),
        "",
    ])  # fmt: skip


def _list(name: str, models: list[str]) -> list[str]:
    return [f"        {name}[", *(f"            '{model}'," for model in models), "        ],"]


def _macro(signature: str, opens: str, body: list[str], closes: str) -> list[str]:
    close, _, chosen = closes.partition("[")
    asked = f"said[{chosen}" if chosen else "said"
    head = [f"{{% macro {signature} -%}}", f"    {{%- set said = {opens}"]
    return [*head, *body, f"    {close} -%}}", f"    {{{{ return({asked}) }}}}", "{%- endmacro %}"]


#: What dbt reads beside the channels' own tables.
_BESIDE = (
    ("ledger", "One row per delivered file: when it landed and what became of its records."),
    ("unread_refusals", "One row per refusal that could not be read; accepted_at is null while it is open."),
    ("widest_refusals", "One row per id and thing that such a record refuses at its widest, until it is corrected."),
    ("activations", "One row per recipient of an export: what left the house, for whom, on which channel, when."),
    ("plans", "One row per person planned in a version that was current: the lot, its odds and what was promised."),
    ("withdrawals", "One row per recipient taken back before it was sent; without a recipient_token the whole export."),
)


def sources() -> str:
    """Return the text of the file in which dbt reads the tables of every declared channel."""
    listed = []
    for channel in registry.channels().values():
        for dataset in channel.datasets:
            place = f"{channel.name}/{dataset.name}"
            listed.append((f"{channel.name}__{dataset.name}", f"One row per record of {place}."))
            for child in dataset.children:
                about = f"One row per element of {child.path} in {place}; its record by _file_id and _line."
                listed.append((f"{channel.name}__{child.name}", about))
    return "\n".join([
        "# Written by `python -m orchestration.nouns` from the declarations in orchestration/channels/platforms.",
        "version: 2",
        "",
        "sources:",
        "  - name: channels",
        "    description: >",
        "      What landed, decoded and typed as text, with file and line; docs/channel-formats.md has the formats.",
        "    schema: channels",
        "    tables:",
        *(f"      - {{name: {name}, description: '{about}'}}" for name, about in [*listed, *_BESIDE]),
        "",
    ])  # fmt: skip


def generated(project: Path = PROJECT) -> dict[Path, str]:
    """Return the files that are written, with the text of each."""
    return {project / _GENERATED: macros(project), project / "models" / "staging" / "_sources.yml": sources()}


def write(project: Path = PROJECT) -> None:
    """Write the files that say something else, so that dbt's manifest is not made anew for nothing."""
    for path, text in generated(project).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
