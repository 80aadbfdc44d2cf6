"""What the page does with whatever stands in the data: markup, nulls, and more rows than it shows."""

import json
import tomllib
from html.parser import HTMLParser

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.publish import publish
from orchestration.report import charts
from orchestration.report.build import build_report
from orchestration.report.facts import open_version
from orchestration.report.page import section
from orchestration.report.summary_sections import tasks_done, todays_list
from orchestration.settings import CHECKOUT
from tests.unit.publish.world import DATE, brand

#: What the page asks for by name; the rest of a row may be anything.
KEYS = ("one_id", "kpi", "dimension", "value_key", "model", "purchase_stage", "rfm_segment")


class _Page(HTMLParser):
    """A page as a browser reads it: its elements, and its texts by language."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.english, self._open = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self._open.append(dict(attributes).get("class"))

    def handle_endtag(self, tag):
        self._open.pop()

    def handle_data(self, data):
        self.texts.append(data)
        if "en" in self._open:
            self.english.append(data)


def _published(home):
    """Publish a brand of which everybody became at risk on the day, and return its settings and its version."""
    settings = brand(home)
    folder = settings.published / "versions" / publish(settings, [DATE]).current
    _rewrite(folder, "customer_lifecycle", purchase_stage="'at_risk'")
    _rewrite(folder, "customer_segments", rfm_segment="'重要保持'", net_paid_fen_365d="10000")
    _rewrite(folder, "staff_daily", tasks="4")
    return settings, folder


def _rewrite(folder, table, **values):
    """Replace columns of a version's table by expressions."""
    file = folder / f"{table}.parquet"
    replaced = ", ".join(values.get(column, column) + f" as {column}" for column in pq.read_schema(file).names)
    with duckdb.connect() as con:
        con.sql(f"create table rewritten as select {replaced} from read_parquet('{file}')")
        con.sql(f"copy rewritten to '{file}'")


def _columns(folder):
    return {file.stem: pq.read_schema(file) for file in folder.glob("*.parquet")}


def _page(settings, folder, cards=(), budget_fen=(1000,)):
    curve = pd.DataFrame({"budget_fen": budget_fen, "net_p10_fen": 40, "net_p50_fen": 400, "net_p90_fen": 1200})
    curve = curve.assign(as_of_date=DATE, audience_id="recall-1")
    return build_report(settings, folder, list(cards), curve).read_text(encoding="utf-8")


def _card(words="", measure=0.7):
    measured = {"mean": measure, "interval": [measure, measure]}
    return {
        "model": f"churn{words}",
        "champion": f"logit{words}",
        "words_zh": f"流失{words}",
        "words_en": f"churn{words}",
        "metrics": {f"logit{words}": {"auc": measured, "brier": measure, "pr_auc": None}},
        "lift": [{"decile": 1, "lift": measure}],
        "calibration": [{"predicted": measure, "observed": measure}],
    }


def test_whatever_a_shop_or_a_file_calls_itself_is_read_on_the_page_and_never_run(tmp_path):
    settings, folder = _published(tmp_path)
    for table, columns in _columns(folder).items():
        words = [column.name for column in columns if column.type == pa.string() and column.name not in KEYS]
        _rewrite(folder, table, **{word: f"'<script>{word}</script>'" for word in words})
    _rewrite(folder, "customer_segments", rfm_segment="'重要<script>rfm_segment</script>'")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["channels"] = {"<script>channel</script>": {"stale": True, "data_as_of": "<script>data_as_of</script>"}}
    manifest["refusals_that_meet_nobody"] = {
        "by_channel": {"<script>refused</script>": 1},
        "examples": ["<script>place</script>"],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (tmp_path / "quarantine").mkdir()
    refused = {"channel": ["pos"], "dataset": ["<script>dataset</script>"], "reason": ["<script>reason</script>"]}
    pq.write_table(pa.table(refused), tmp_path / "quarantine" / "quarantine.parquet")
    page = _Page(_page(settings, folder, [_card("<script>card</script>")]))
    assert page.elements.count("script") == 1
    text = "".join(page.texts)
    shown = {name for name in set(text.replace("<", ">").split(">")) if f"<script>{name}</script>" in text}
    assert shown == {
        *("channel", "data_as_of", "refused", "place"),  # the manifest
        *("owner_staff_id", "pyramid_tier", "rfm_segment", "matrix_cell"),  # customers and segments, one of them drawn
        *("staff_id", "message_channel", "policy_id", "arm", "offer_id"),  # tasks and audience
        *("card", "dataset", "reason"),  # the models' words and the doors'
    }


@pytest.mark.parametrize("kept", [KEYS, ()], ids=["measures", "keys and measures"])
def test_nulls_leave_the_page_whole_and_are_called_unknown_in_both_languages(tmp_path, kept):
    settings, folder = _published(tmp_path)
    for table, columns in _columns(folder).items():
        asked = (*kept, *(column.name for column in columns if column.type == pa.date32()))
        _rewrite(folder, table, **{name: f"if(false, {name}, null)" for name in columns.names if name not in asked})
    page = _Page(_page(settings, folder, [_card(measure=None), _card(measure=float("nan"))], budget_fen=(None,)))
    text = "".join(page.texts)
    assert not {"None", "nan", "NaT", "null"} & set(text.split())
    assert "净增（新增未知 删除未知）" in text and "预计净利 未知 – 未知" in text
    assert "expected net, P10 unknown to P90 unknown" in text
    assert "未知" not in "".join(page.english)


def test_a_table_that_shows_ten_of_sixteen_staff_says_so(tmp_path):
    settings, folder = _published(tmp_path)
    _rewrite(folder, "recall_tasks", staff_id="'S' || task_id")
    facts = open_version(settings, folder, [])
    assert "rows</span>" not in section(todays_list, facts)
    facts.connection.execute(
        "create or replace view recall_tasks as"
        " select 'S' || i as staff_id, 'wecom' as message_channel, 100 as expected_net_p50_fen from range(16) as t (i)"
    )
    shown = section(todays_list, facts)
    assert '<span class="zh">共 16 行，只列前 10 行</span><span class="en">10 of 16 rows</span>' in shown
    assert shown.count("<tr>") == 1 + 10
    facts.connection.execute(
        "create or replace view staff_daily as select $d as kpi_date, 'S' || i as staff_id, 1 as tasks, 1 as sent,"
        " 1 as replied, 1 as bought from range(13) as t (i)".replace("$d", f"date '{DATE}'")
    )
    assert '<span class="en">12 of 13 rows</span>' in section(tasks_done, facts)


def test_one_attribute_says_which_language_is_read(tmp_path):
    page = _page(*_published(tmp_path))
    assert '<html lang="zh-CN">' in page
    assert "html:lang(en) .zh,html:lang(zh) .en{display:none}" in page
    assert "page.lang = page.lang === 'en' ? 'zh-CN' : 'en'" in page


def test_the_page_of_a_version_is_the_same_bytes_however_often_it_is_made(tmp_path):
    settings, folder = _published(tmp_path)
    first = _page(settings, folder, [_card()])
    charts._drawn.cache_clear()
    assert _page(settings, folder, [_card()]) == first


def test_the_templates_travel_with_the_package():
    packaged = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]
    folder = CHECKOUT / "orchestration" / "report"
    travelling = {file for pattern in packaged["orchestration.report"] for file in folder.glob(pattern)}
    assert travelling == set((folder / "templates").iterdir())
    assert len(travelling) > 15
