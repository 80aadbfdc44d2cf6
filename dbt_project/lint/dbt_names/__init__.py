"""What dbt adds to Jinja, as far as our models use it, so that sqlfluff renders every model without a dbt process.

`ref`, `source`, `config`, `this`, `return` and `is_incremental` are sqlfluff's own. Date lists hold one day, so that
the branches which dbt skips at parse time are linted too; more days would only repeat them.
"""

import datetime
import types
from pathlib import Path

import jinja2
import yaml

_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project.yml"
# sqlfluff reads this module anew for every file: the reader in C takes a tenth of the time.
_VARS = yaml.load(_PROJECT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["vars"] | {"kpi_days": 1}
_DATES = ["2017-11-30"]


def var(name, default=None):
    """Return a variable as a run would hand it in; an undeclared one without a default is an error."""
    value = _VARS[name] if default is None else _VARS.get(name, default)
    return list(_DATES) if value == [] else value


@jinja2.pass_context
def _dispatch(context, name, *_):
    """Return DuckDB's implementation of a macro, as dbt would on that target."""
    return context.resolve(f"duckdb__{name}")


def _refuse(message):
    raise ValueError(message)


adapter = types.SimpleNamespace(dispatch=_dispatch)
exceptions = types.SimpleNamespace(raise_compiler_error=_refuse)
modules = types.SimpleNamespace(datetime=datetime)
