"""dbt's page of lineage is one file with the whole project in it, and says who reads what is published."""

import json
import re

from orchestration.lineage_page import write_lineage
from orchestration.own_manifest import MANIFEST
from orchestration.settings import Settings


def test_the_page_holds_every_model_and_no_made_up_person_of_a_test(tmp_path):
    page = write_lineage(Settings(home=tmp_path)).read_text(encoding="utf-8")
    models = [name for name in json.loads(MANIFEST.read_text(encoding="utf-8"))["nodes"] if name.startswith("model.")]
    assert len(models) > 200
    assert all(f'"{name}"' in page for name in models)
    assert '"unit_tests": {}' in page
    assert "INLINE DATA" not in page


def test_nothing_in_the_page_comes_from_elsewhere(tmp_path):
    page = write_lineage(Settings(home=tmp_path)).read_text(encoding="utf-8")
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']https?:", page)
