"""What stands above the words of a message."""

import pytest

from orchestration.sending.words import subject


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
