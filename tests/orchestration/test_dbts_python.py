"""dbt and Python meet only at tables: a Python model of dbt knows ml and nothing of the runs."""

import ast
import sys

from orchestration.settings import CHECKOUT


def imported(text):
    """Return the top-level packages that a module imports."""
    nodes = list(ast.walk(ast.parse(text)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def test_a_python_model_imports_ml_and_what_python_ships():
    models = [*(CHECKOUT / "dbt_project" / "models").glob("**/*.py")]
    assert sorted(model.name for model in models) == ["attribution_removal.py", "identity_replay.py"]
    for model in models:
        assert imported(model.read_text(encoding="utf-8")) <= {"ml"} | sys.stdlib_module_names, model


def test_a_model_that_asks_the_settings_would_be_found():
    assert imported("import os\nfrom orchestration.settings import load_settings\n") == {"os", "orchestration"}
