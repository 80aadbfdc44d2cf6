"""The page as a phone shows it: what stands above the fold, what fits, which letters, and nothing in codes."""

import csv
import re

import duckdb
import pandas as pd
import pytest

from orchestration.publish import publish
from orchestration.report.build import build_report
from orchestration.seed_rows import SEEDS
from tests.unit.publish.chromium import CHROMIUM, asked, printed_pages
from tests.unit.publish.world import DATE, brand, grown

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed: apt install chromium")

#: A day of a grown brand: so many staff, stores, moves and tasks that tables are long, with names as long as real ones.
BUSY = {
    "stores": "select 'store' || i as store_id, d.d as as_of_date, 'Huaihai Road Store ' || i as name, 'x' as city"
    " from range(30) as t (i), d",
    "staff": "select 'store' || i || '_guide0' || i as staff_id, d.d as as_of_date, 'store' || i as store_id,"
    " 'guide' as role, true as is_at_work from range(30) as t (i), d",
    "kpi_daily": "select d.d - cast(i as integer) as kpi_date, kpi, dimension, key as value_key,"
    " 100000.0 + 5000 * (i % 7) as numerator, null::double as denominator,"
    " case when kpi = 'private_gmv' then .4 else 100000.0 + 5000 * (i % 7) end as value"
    " from range(28) as t (i), d, (values ('private_gmv', 'all', 'all'), ('gmv', 'all', 'all'),"
    " ('orders', 'all', 'all'),"
    " ('buyers', 'all', 'all'), ('friends', 'all', 'all'), ('gmv', 'store', 'store1'), ('buyers', 'store', 'store1'),"
    " ('gmv', 'store', 'store2'), ('reply_rate', 'message_channel', 'sms')) as k (kpi, dimension, key)",
    "staff_daily": "select d.d as kpi_date, 'store' || i || '_guide0' || i as staff_id, null::bigint as tasks,"
    " 12 as sent, 3 as replied, 2 as bought, null::bigint as booked, null::bigint as reported_purchases,"
    " null::bigint as refused, i as new_friends, 2 as deleted_friends, 300 as followed_customers,"
    " 1234567 as private_gmv_fen from range(30) as t (i), d",
    "hand_over_list": "select 'H' || i as one_id, d.d as as_of_date, 'gone' as left_staff_id, null::date as left_date,"
    " 'store' || i as store_id, 'store' || i || '_guide0' || i as suggested_staff_id, 123456 * i as net_paid_fen"
    " from range(20) as t (i), d",
    "stage_transitions": "select d.d as as_of_date, 'purchase' as model, a as from_stage, b as to_stage,"
    " n as customer_count, .1 as rate, case when f then -1 else 1 end as leap_size, not f as is_leap, false as is_skip,"
    " f as is_fall, null::varchar as leading_touch from d, (values ('loyal', 'at_risk', 26, true),"
    " ('at_risk', 'loyal', 8, false), ('registered_no_order', 'first_buyer', 2, false)) as m (a, b, n, f)",
}

MEASURED = """
const bottom = (name) => page.querySelector(name).getBoundingClientRect().bottom;
const fold = page.querySelector('.todo') ? bottom('.todo') : bottom('.card');
page.documentElement.lang = LANGUAGE;
page.getElementById('language').remove();
page.querySelectorAll('details').forEach((one) => { one.open = true; });
const box = (one) => one.getBoundingClientRect();
const wide = [...page.querySelectorAll('.page *')].filter((one) => one.getClientRects().length
  && box(one).right > box(one.closest('.card') || page.querySelector('.page')).right + 1)
  .map((one) => one.tagName + ' ' + one.className + ' ' + one.textContent.slice(0, 40));
const drawings = [...page.querySelectorAll('svg')];
const letters = drawings.flatMap((one) => [...one.querySelectorAll('text')].filter((t) => t.getClientRects().length)
  .map((t) => parseFloat(view.getComputedStyle(t).fontSize) * box(one).width / one.viewBox.baseVal.width));
const named = drawings.every((one) => page.getElementById(one.getAttribute('aria-labelledby')).textContent.trim());
say({fold, wide, letters, named, drawings: drawings.length, text: page.body.innerText,
  scrolls: page.documentElement.scrollWidth > view.innerWidth,
  requests: view.performance.getEntriesByType('resource').length});
"""


def _card():
    measured = {"mean": 0.8, "interval": [0.75, 0.85]}
    return {
        "model": "churn",
        "champion": "logit",
        "basis": "trained",
        "words_zh": "买家28天内不再下单的概率。",
        "words_en": "No order in 28 days.",
        "metrics": {"logit": {"auc": measured, "pr_auc": measured, "brier": measured, "top_decile_lift": measured}},
        "lift": [{"decile": at, "lift": 4.0 - at / 3} for at in range(1, 11)],
        "calibration": [{"predicted": at / 10, "observed": at / 11} for at in range(1, 9)],
        "test": {"rows": 1000, "base_rate": 0.1},
    }


def _built(settings, rewritten):
    """Publish, put rows in the place of some tables' and return the page."""
    folder = settings.published / "versions" / publish(settings, [DATE]).current
    with duckdb.connect() as con:
        con.execute(f"create table d as select date '{DATE}' as d")
        for table, rows in rewritten.items():
            con.execute(f"create or replace table rewritten as {rows.replace('FOLDER', str(folder))}")
            con.execute(f"copy rewritten to '{folder / f'{table}.parquet'}'")
    curve = pd.DataFrame({"budget_fen": [500, 1000], "net_p10_fen": 40, "net_p50_fen": 400, "net_p90_fen": 1200})
    return build_report(settings, folder, [_card()], curve.assign(as_of_date=DATE, audience_id="recall-1"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    at_risk = (
        "select one_id, d.d as as_of_date, 'at_risk' as purchase_stage, d.d as purchase_stage_since"
        " from (select printf('P%02d', i) as one_id from range(1, 13) as t (i)), d"
    )
    segments = (
        "select * replace ('重要保持' as rfm_segment, 123456 as net_paid_fen_365d)"
        " from read_parquet('FOLDER/customer_segments.parquet')"
    )
    homes = {name: tmp_path_factory.mktemp(name) for name in ("grown", "young")}
    return {
        "grown": _built(grown(homes["grown"]), BUSY | {"customer_lifecycle": at_risk, "customer_segments": segments}),
        "young": _built(brand(homes["young"]), {}),
    }


@pytest.fixture(scope="module")
def shown(pages, tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    return {
        (name, language, width): asked(
            folder, page, width, 844, MEASURED.replace("LANGUAGE", repr("zh-CN" if language == "zh" else "en"))
        )
        for name, page in pages.items()
        for language, width in (("zh", 390), ("en", 390), ("zh", 1280))
    }


def test_what_is_to_do_stands_on_the_first_phone_screen(shown):
    assert {key: one["fold"] for key, one in shown.items() if key[2] == 390 and one["fold"] > 844} == {}


def test_nothing_is_wider_than_its_card_and_the_page_never_scrolls_sideways(shown):
    assert {key: one["wide"][:5] for key, one in shown.items() if one["wide"]} == {}
    assert not any(one["scrolls"] for one in shown.values())


def test_letters_of_charts_are_never_under_eleven_px_and_every_chart_has_a_name(shown):
    for (name, *_), one in shown.items():
        assert one["drawings"] == (5 if name == "grown" else 0)
        assert min(one["letters"], default=12) >= 11 and one["named"]


def test_the_page_asks_nobody_for_anything(shown):
    assert {one["requests"] for one in shown.values()} == {0}


def test_no_code_stands_on_the_chinese_page_and_no_chinese_letter_on_the_english_one(shown):
    with (SEEDS / "words.csv").open(encoding="utf-8") as file:
        codes = {row["code"] for row in csv.DictReader(file) if re.fullmatch(r"[a-z0-9_]*[a-z][a-z0-9_]*", row["code"])}
    assert len(codes) > 200
    codes -= {"recall", "holdout"}  # a policy and an arm of the test's own world, which have no words
    for (name, language, _), one in shown.items():
        text = re.sub(r"siyu [a-z -]+|store\d+\S*|Store \d+", "", one["text"])
        if language == "zh":
            # whole words: the letters between two digits of a release's name (20260731T...3ad9) are no code
            assert set(re.findall(r"(?<![A-Za-z0-9_])[a-z0-9_]+(?![A-Za-z0-9_])", text)) & codes == set(), name
            assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 200
        else:
            assert re.findall(r".*[\u4e00-\u9fff].*", text) == [], name


def test_the_language_is_remembered(pages, tmp_path):
    script = """
    if (loads === 1) { page.getElementById('language').click(); view.location.reload(); }
    else { say([page.documentElement.lang, page.title]); }
    """
    title = f"Private-domain morning report {DATE}"
    assert asked(tmp_path, pages["grown"], 390, 844, script) == ["en", title]


def test_a_link_opens_the_section_it_leads_to(pages, tmp_path):
    script = """
    page.querySelector('.todo a[href="#risk"]').click();
    setTimeout(() => say([page.getElementById('risk').open, page.getElementById('money').open]), 300);
    """
    assert asked(tmp_path, pages["grown"], 390, 844, script) == [True, False]


def test_the_page_is_printed_on_two_sheets(pages, tmp_path):
    assert {name: printed_pages(tmp_path, page) <= 2 for name, page in pages.items()} == {"grown": True, "young": True}
