"""The words of a message, filled in for one person."""

import pytest

from orchestration.sending.words import filled, parts, subject

HOME = {"brand": "四域", "link": "https://example.com/a"}


def test_the_plan_fills_what_it_knows_and_the_home_fills_brand_and_link():
    words = filled("【{brand}】{title}，来看看{link}拒收请回复R", '{"title": "林女士"}', HOME)
    assert words == "【四域】林女士，来看看https://example.com/a拒收请回复R"


@pytest.mark.parametrize("variables", [None, "{}", '{"title": null}', '{"title": ""}', '{"title": " "}'])
def test_words_with_a_gap_are_no_words(variables):
    assert filled("{title}，好久没见", variables, HOME) is None


@pytest.mark.parametrize("name", ["brand", "link"])
def test_a_home_that_never_said_its_name_or_link_fills_no_template_that_wants_them(name):
    assert filled(f"{{{name}}}", "{}", {**HOME, name: ""}) is None


def test_none_at_all_is_a_number_like_others():
    assert filled("您还有{points}分", '{"points": 0}', HOME) == "您还有0分"


def test_a_value_that_looks_like_a_variable_is_not_filled_once_more():
    assert filled("{title}，好久没见", '{"title": "{link}"}', HOME) == "{link}，好久没见"


def test_a_template_without_variables_needs_nothing():
    assert filled("店里上新了", None, {}) == "店里上新了"


@pytest.mark.parametrize(
    ("words", "count"),
    [("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("a" * 70, 1), ("🎁" * 35, 1), ("🎁" * 36, 2)],
)
def test_a_message_over_70_characters_is_billed_in_parts_of_67_and_an_emoji_counts_twice(words, count):
    assert parts(words) == count


@pytest.mark.parametrize(
    ("words", "purpose", "brand", "said"),
    [
        (
            "本周上新已到店,来看看https://example.com/a 不想再收到请点退订。",
            "marketing",
            "四域",
            "广告 四域：本周上新已到店",
        ),
        ("本周上新已到店https://example.com/a", "marketing", "", "广告：本周上新已到店"),
        ("您的权益月底到期。", "service", "四域", "四域：您的权益月底到期"),
        ("到期提醒\nBcc: a@example.com", "service", "", "到期提醒"),  # a line end would begin a header of its own
        ("https://example.com/a", "marketing", "四域", "广告 四域"),
    ],
)
def test_the_subject_of_an_advertising_mail_begins_with_the_word_for_it(words, purpose, brand, said):
    assert subject(words, purpose, brand) == said
