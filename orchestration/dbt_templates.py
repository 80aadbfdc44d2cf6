"""dbt's templates as the Python that Jinja writes for them, kept in the checkout by ``make manifest``.

Every process that calls dbt has Jinja read and translate each model, test and macro that it runs: a tenth of a small
night's CPU seconds (docs/decisions.md, 416). The translation depends on the text and on the two libraries alone, so
it lies beside the manifest; what is not kept there is translated when it is met.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from types import CodeType
from typing import Any, Final

from orchestration.dbt_calls import PROJECT
from orchestration.files import replacing

KEPT: Final = PROJECT / "target" / "templates.json"
_MANIFEST: Final = PROJECT / "target" / "manifest.json"
#: What writes the Python: with another release of either, nothing that was kept is taken.
_BY: Final = tuple(f"{name} {version(name)}" for name in ("jinja2", "dbt-common"))
#: Where in the manifest the templates stand.
_TEMPLATES: Final = (("nodes", "raw_code"), ("macros", "macro_sql"))
_codes: Final[dict[tuple[str, str], CodeType]] = {}
_kept: Final[dict[str, str]] = {}


def key_of(environment: str, text: str) -> str:
    """Return what a template's Python is kept under: its text, the class that reads it, and the libraries."""
    return hashlib.sha256("\0".join([*_BY, environment, text]).encode()).hexdigest()


def compile_once(of_jinja: Callable[..., Any]) -> Callable[..., Any]:
    """Return Jinja's ``Environment.compile`` that translates a template once a process, or not at all where it is kept.

    Parameters
    ----------
    of_jinja
        The method itself, asked for everything but a bare text.
    """

    def compile_template(environment: Any, source: Any, *arguments: Any, **options: Any) -> Any:
        if not isinstance(source, str) or arguments or options:
            return of_jinja(environment, source, *arguments, **options)
        name = type(environment).__name__
        if (name, source) not in _codes:
            python = _read().get(key_of(name, source)) or of_jinja(environment, source, raw=True)
            _codes[name, source] = environment._compile(python, "<template>")
        return _codes[name, source]

    return compile_template


def _read() -> Mapping[str, str]:
    if not _kept:
        kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}
        _kept.update(kept or {"": ""})
    return _kept


def write() -> None:
    """Translate every model, test and macro of the manifest and keep the Python beside it."""
    from dbt_common.clients.jinja import get_environment

    environment = get_environment(None)
    manifest = json.loads(_MANIFEST.read_text(encoding="utf-8"))
    kept = {key_of(type(environment).__name__, text): environment.compile(text, raw=True) for text in _texts(manifest)}
    with replacing(KEPT) as draft:
        draft.write_text(json.dumps(kept), encoding="utf-8")


def _texts(manifest: Mapping[str, Any]) -> Iterable[str]:
    return sorted({
        one[text]
        for of, text in _TEMPLATES
        for one in manifest[of].values()
        if one[text] and one.get("language") != "python" and one.get("resource_type") != "seed"
    })


if __name__ == "__main__":
    write()
