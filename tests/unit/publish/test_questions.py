"""The sample questions of docs/questions.md run as they stand there, in the DuckDB file and in Postgres."""

import re

import duckdb
import psycopg
import pytest

from orchestration.publish import publish
from orchestration.publishing.postgres import bring_up
from orchestration.settings import CHECKOUT, Settings
from tests import postgres_server
from tests.unit.publish.world import DATE, PEOPLE, brand

_SQL = re.compile(r"^## (\d+)\. (.*?)\n\n```sql\n(.*?)\n```", re.DOTALL | re.MULTILINE)


def questions(page):
    return {
        int(number): (title, query)
        for number, title, query in _SQL.findall((CHECKOUT / "docs" / page).read_text(encoding="utf-8"))
    }


QUESTIONS = questions("questions.md")
#: What the small brand has nothing of: shops, words of its stages, moves between stages, figures of two weeks.
NOTHING = {1, 2, 4, 5}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    settings = brand(tmp_path_factory.mktemp("home"))
    publish(settings, [DATE])
    return settings


def test_there_are_twelve_and_the_chinese_page_asks_the_same():
    chinese = questions("zh/questions.md")
    assert list(QUESTIONS) == list(chinese) == list(range(1, 13))
    assert [query for _, query in QUESTIONS.values()] == [query for _, query in chinese.values()]


@pytest.mark.parametrize("number", QUESTIONS)
def test_a_question_has_an_answer_in_the_file(home, number):
    with duckdb.connect(str(home.published / "siyu.duckdb"), read_only=True) as connection:
        rows = connection.sql(QUESTIONS[number][1]).fetchall()
    assert bool(rows) == (number not in NOTHING)


def test_the_answers_are_of_everybody(home):
    with duckdb.connect(str(home.published / "siyu.duckdb"), read_only=True) as connection:
        # P05 refused profiling: nobody counts them among those who may be written to
        assert connection.sql(QUESTIONS[3][1]).fetchall() == [("wecom", PEOPLE - 1)]
        assert connection.sql(QUESTIONS[9][1]).fetchall() == [("S1", None, "wecom", 4, 0)]


@pytest.mark.skipif(postgres_server.binaries() is None, reason=postgres_server.MISSING)
def test_the_questions_have_the_same_answers_in_postgres(home):
    with postgres_server.running() as address:
        bring_up(Settings(home=home.home, publish_postgres=address))
        with (
            psycopg.connect(address, autocommit=True) as server,
            duckdb.connect(str(home.published / "siyu.duckdb"), read_only=True) as file,
        ):
            server.execute("set search_path = siyu")
            for title, query in QUESTIONS.values():
                here, there = file.sql(query).fetchall(), server.execute(query).fetchall()
                assert [list(map(_number, row)) for row in here] == [list(map(_number, row)) for row in there], title


def _number(value):
    return value if value is None or isinstance(value, str) else pytest.approx(float(value))
