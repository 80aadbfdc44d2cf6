"""The Data Docs site: what was expected and what held, readable offline and without a value of any row."""

import re
import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

_SITE: Final = "siyu"
#: Everything a page would load from elsewhere: style sheets, scripts, fonts, pictures.
_REMOTE: Final = (
    re.compile(r"<script\b[^>]*\bsrc=[\"'](?:https?:)?//[^>]*>\s*</script>", re.IGNORECASE),
    re.compile(r"<link\b[^>]*\bhref=[\"'](?:https?:)?//[^>]*>", re.IGNORECASE),
    re.compile(r"<img\b[^>]*\bsrc=[\"'](?:https?:)?//[^>]*>", re.IGNORECASE),
    re.compile(r"@import\s+(?:url\()?[\"']?(?:https?:)?//[^;]*;", re.IGNORECASE),
)
#: Stands in for the style sheet they would load: enough to read the tables.
_STYLE: Final = """<style>
body{font:14px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;margin:1rem auto;max-width:70rem;
padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;
padding:.3rem .5rem;text-align:left;vertical-align:top}
.breadcrumb{list-style:none;display:flex;gap:1rem;padding:0}.ge-navigation-sidebar-content{display:block;columns:3;
list-style:none;padding:0;font-size:12px;overflow-wrap:anywhere}.card,footer{display:none}.card:has(nav){display:block}
.fa-check-circle:before{content:"\\2713";color:#18794e}
.fa-times:before{content:"\\2717";color:#b42318}.modal,.collapse,button,input{display:none}.badge{font-weight:600}
</style>"""


def write_site(context: Any, folder: Path, verdicts: Mapping[str, Mapping[str, bool]]) -> None:
    """Write a context's suites and results as a site that opens without a network, in place of the one before.

    Parameters
    ----------
    context
        A Great Expectations context that has run its validations.
    folder
        The site's folder; replaced as a whole.
    verdicts
        Whether each check held, by door: what the first page says. The library's own is filled by scripts from the
        web and stays empty without them.
    """
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o750, parents=True)
    config = {
        "class_name": "SiteBuilder",
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(draft)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    for name in list(context.list_data_docs_sites()):
        context.delete_data_docs_site(name)
    context.add_data_docs_site(site_name=_SITE, site_config=config)
    context.build_data_docs(site_names=[_SITE])
    for page in draft.rglob("*.html"):
        page.write_text(offline(page.read_text(encoding="utf-8")), encoding="utf-8")
        page.chmod(0o640)
    (draft / "index.html").write_text(_index(draft, verdicts), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _index(site: Path, verdicts: Mapping[str, Mapping[str, bool]]) -> str:
    """Return the first page: a row per door with how many checks held, which did not, and the way to both pages."""
    rows = []
    for door, held in verdicts.items():
        failed = [name for name, success in held.items() if not success]
        results = next(iter(sorted(site.glob(f"validations/{door}/**/*.html"))))
        links = (
            f'<a href="{escape(str(results.relative_to(site)))}">结果 results</a>',
            f'<a href="expectations/{escape(door)}.html">期望 expectations</a>',
        )
        mark = "✗" if failed else "✓"
        cells = (
            f"{mark} {escape(door)}",
            f"{len(held) - len(failed)} / {len(held)}",
            escape(", ".join(failed)),
            *links,
        )
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    heads = "".join(f"<th>{head}</th>" for head in ("关口 door", "通过 held", "未通过 failed", "", ""))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>siyu · Data Docs</title>'
        f"{_STYLE}</head><body><h1>数据质量 Data quality</h1>"
        f"<table><tr>{heads}</tr>{''.join(rows)}</table></body></html>\n"
    )


def offline(page: str) -> str:
    """Return a page that loads nothing: remote scripts, styles and pictures removed, a small style put in."""
    for pattern in _REMOTE:
        page = pattern.sub("", page)
    return page.replace("</head>", _STYLE + "</head>", 1)
