"""Settings that name channels."""

import pytest

from orchestration.channels.engine.registry import check_names
from orchestration.settings import Settings, SettingsError


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"live_from": {"we_com": "2026-03-01"}}, "live_from names the channel 'we_com'.*known: standard, pos"),
        ({"done_markers": ("pos", "tmal")}, "done_markers names the channel 'tmal'"),
        ({"minimum_rows": {"shop": 10}}, "minimum_rows names the channel 'shop'"),
        ({"minimum_rows": {"pos/ticket": 10}}, "minimum_rows names 'pos/ticket'; data sets of pos: tickets"),
    ],
)
def test_a_misspelt_channel_is_refused_with_the_names_known(tmp_path, settings, words):
    with pytest.raises(SettingsError, match=words):
        check_names(Settings(home=tmp_path, **settings))


def test_channels_and_data_sets_that_exist_pass(tmp_path):
    named = {
        "live_from": {"wecom": "2026-03-01"},
        "done_markers": ("pos",),
        "minimum_rows": {"pos/tickets": 1, "sms": 1},
    }
    assert check_names(Settings(home=tmp_path, **named)) is None
