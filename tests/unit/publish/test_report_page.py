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
from orchestration.report.list_sections import tasks
from orchestration.report.page import UNKNOWN, section
from orchestration.settings import CHECKOUT
from tests.unit.publish.world import DATE, brand, grown

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
    settings = grown(home)
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
        *("staff_id", "store_id", "message_channel", "list_kind", "play_id", "policy_id", "arm"),  # tasks and audience
        *("owner_staff_id", "suggested_staff_id", "pyramid_tier", "rfm_segment", "matrix_cell"),  # customers
        *("card", "dataset"),  # the models' words and the doors'
    }


def test_a_tag_that_everybody_carries_has_no_rest_to_compare_with_and_the_page_says_unknown(tmp_path):
    settings, folder = _published(tmp_path)
    file = folder / "tag_validity.parquet"
    with duckdb.connect() as con:
        con.sql(f"create table tags as from read_parquet('{file}')")
        con.execute(
            "insert into tags by name select $date::date as as_of_date, 'gender:女' as tag, 'gender' as kind,"
            " 80 as people, 80 as carriers, 40 as carriers_ordered, 0 as rest, 0 as rest_ordered, 1.0 as coverage,"
            " 1.0 as freshness, 1.0 as stability, 'unproven' as verdict, ['birthday'] as plays",
            {"date": DATE},
        )
        con.sql(f"copy tags to '{file}'")
    page = _page(settings, folder)
    assert "女" in page
    row = page[page.index("女") : page.index("女") + 600]
    assert f">{UNKNOWN}<" in row and "50.0%" in row


def _nulls(settings, folder, kept):
    """Return the page of a version in which everything but dates and what is kept is null."""
    for table, columns in _columns(folder).items():
        asked = (*kept, *(column.name for column in columns if column.type == pa.date32()))
        _rewrite(folder, table, **{name: f"if(false, {name}, null)" for name in columns.names if name not in asked})
    page = _Page(_page(settings, folder, [_card(measure=None), _card(measure=float("nan"))], budget_fen=(None,)))
    shown = "".join(page.texts).split("</style>")[-1].split("})();")[-1]
    assert not {"None", "nan", "NaT", "null"} & set(shown.split())
    return shown, "".join(page.english)


@pytest.mark.parametrize("kept", [KEYS, ()], ids=["measures", "keys and measures"])
def test_nulls_leave_the_page_whole_and_are_called_unknown_in_both_languages(tmp_path, kept):
    text, english = _nulls(*_published(tmp_path), kept)
    assert "比前 7 天 未知" in text and "当天 未知，比上周四 未知" in text
    assert "vs unknown before" in english
    assert "未知" not in english


def test_nulls_leave_a_young_brands_page_whole(tmp_path):
    settings = brand(tmp_path)
    text, english = _nulls(settings, settings.published / "versions" / publish(settings, [DATE]).current, KEYS)
    assert "满 30 位买过的人（现在 0 位）" in text
    assert "未知" not in english


def test_the_parts_of_the_staffs_tasks_add_up_to_all_of_them(tmp_path):
    settings, folder = _published(tmp_path)
    facts = open_version(settings, folder, [])
    facts.connection.execute(
        "create or replace view recall_tasks as select 'S' || i % 13 as staff_id, '364' as store_id,"
        " 'p' || i as one_id, 'wecom' as message_channel,"
        " case when i % 5 = 0 then 'learning' when i = 3 then 'service' else 'chosen' end as list_kind,"
        " case when i % 5 = 0 then -7 else 100 end as expected_net_p50_fen from range(16) as t (i)"
    ).fetchall()
    told = tasks(facts)
    rows = told["rows"]
    assert len(rows) == 13
    chosen, learning = ([row[at].split("  ") for row in rows if row[at] != "—"] for at in (1, 2))
    service = sum(int(row[3]) for row in rows if row[3] != "—")
    assert sum(int(n) for n, _ in chosen) + sum(int(n) for n, _ in learning) + service == 16
    money = [float(fen.replace("−", "-").replace("¥", "")) for _, fen in (*chosen, *learning)]
    assert sum(money) * 100 == pytest.approx(11 * 100 - 4 * 7)
    shown = section(tasks, facts)
    assert '<span class="zh">全部 13 位（上面是前 8 位）</span>' in shown
    assert shown.count("<tr") == (1 + 8) + (1 + 13)


def test_one_attribute_says_which_language_is_read(tmp_path):
    page = _page(*_published(tmp_path))
    assert '<html lang="zh-CN" ' in page
    assert "html:lang(en) .zh,html:lang(zh) .en{display:none}" in page
    assert "page.lang = language === 'en' ? 'en' : 'zh-CN'" in page


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
