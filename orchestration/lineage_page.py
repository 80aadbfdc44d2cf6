"""dbt's own page of all models, columns, SQL and lineage, as one file that opens without a network.

dbt makes it with ``docs generate --static``, which parses the project anew. The manifest that every run keeps up to
date is what that page shows, so it is put into dbt's page here, as dbt does it.
"""

import importlib.util
import json
from pathlib import Path
from typing import Final

from orchestration.files import FOLDER_MODE, write_text
from orchestration.own_manifest import MANIFEST
from orchestration.settings import Settings

FILE: Final = "lineage.html"
#: What dbt's page has in the places of the two files that it would fetch.
_MANIFEST, _CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'


def write_lineage(settings: Settings) -> Path:
    """Write the page beside the quality page, of the manifest as it stands; return its place."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    page = _template().read_text(encoding="utf-8")
    shown = {**manifest, "unit_tests": {}}  # with made-up people in them: nobody's lineage
    catalog = {"metadata": {}, "nodes": {}, "sources": {}, "errors": None}
    for place, content in ((_MANIFEST, shown), (_CATALOG, catalog)):
        if place not in page:
            raise RuntimeError(f"dbt's page has no place for {place}: this release of dbt is not the locked one")
        # in a script, no text may end it
        page = page.replace(place, json.dumps(content, ensure_ascii=False).replace("</", "<\\/"))
    file = settings.quality_page.with_name(FILE)
    file.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    write_text(file, page, is_durable=False)
    return file


def _template() -> Path:
    """Return dbt's page without importing dbt, which takes seconds."""
    found = importlib.util.find_spec("dbt")
    places = (found.submodule_search_locations if found else None) or ()
    for place in places:
        if (file := Path(place) / "task" / "docs" / "index.html").is_file():
            return file
    raise RuntimeError("dbt's page is not where the locked release has it: dbt/task/docs/index.html")
