"""When a message may go out: the channel's window, the customer's hour, the quiet of the night."""

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from ml.recall.schedule import scheduled
from tests.unit.recall.people import DATE, make_rules

RULES = make_rules()
#: What stops a plan that advertises.
STOPS = ["complaint_open", "deleted_friend", "ordered", "refund_open", "unsubscribed"]


def window(channel: str, hour: float | None, rules=RULES, **more) -> tuple[str, str, str]:
    """Return the wave, and in Shanghai from when and until when on the day after the date."""
    plan = (
        {"consent_purpose": "marketing", "audience_kind": "recall"}
        | more
        | {
            "as_of_date": DATE,
            "message_channel": channel,
            "preferred_hour": hour,
            "is_deleted_friend": None,
            "play_id": "re_add",
        }
    )
    (row,) = scheduled(pd.DataFrame([plan]), rules).itertuples()
    opens, closes = (at + dt.timedelta(hours=8) for at in (row.send_after_at, row.send_before_at))
    assert opens.date() == closes.date() == dt.date(2017, 12, 1)
    return row.wave, f"{opens:%H:%M}", f"{closes:%H:%M}"


def with_window(opens: str, closes: str):
    rules = make_rules()
    rules.seeds["channel_windows"].loc[:, ["opens", "closes"]] = [opens, closes]
    return rules


@pytest.mark.parametrize(
    ("hour", "wave", "opens", "closes"),
    [
        (10, "morning", "10:00", "11:00"),
        (11, "morning", "11:00", "11:30"),
        (9, "morning", "10:00", "11:30"),  # ends as the window opens: outside it
        (12, "morning", "10:00", "11:30"),  # nearer to the morning's end
        (18, "evening", "19:00", "20:30"),
        (19, "evening", "19:00", "20:00"),
        (20, "evening", "20:00", "20:30"),
        (21, "evening", "19:00", "20:30"),
        (3, "morning", "10:00", "11:30"),
        (None, "morning", "10:00", "11:30"),
    ],
)
def test_the_window_nearest_to_the_customers_hour_is_taken_and_the_hour_kept_where_it_fits(hour, wave, opens, closes):
    assert window("wecom", hour) == (wave, opens, closes)


@pytest.mark.parametrize(
    ("channel", "appointment", "expected"),
    [
        ("sms", "2017-12-01 03:30", ("day", "10:00", "10:30")),  # half past eleven here: out by half past ten
        ("sms", "2017-12-01 12:00", ("day", "10:00", "19:00")),
        ("sms", "2017-12-02 03:30", ("day", "10:00", "20:00")),  # the day after: any time of the day
        ("wecom", "2017-12-01 07:00", ("morning", "10:00", "11:30")),  # at three: the evening is too late
        ("wecom", "2017-12-02 07:00", ("evening", "19:00", "20:00")),
        ("sms", None, ("day", "10:00", "20:00")),
    ],
)
def test_a_reminder_goes_out_an_hour_before_its_appointment_at_the_latest(channel, appointment, expected):
    hour = 19 if channel == "wecom" else None
    assert window(channel, hour, appointment_at=pd.Timestamp(appointment) if appointment else pd.NaT) == expected


def test_what_is_owed_is_told_in_the_first_hours_and_what_is_sold_when_the_channel_is_open():
    for channel in ("app_push", "sms"):
        assert window(channel, None, consent_purpose="service") == ("morning", "10:00", "11:30")
    assert window("sms", None) == ("day", "10:00", "20:00")
    assert window("sms", 15) == ("day", "15:00", "16:00")
    assert window("app_push", 12)[0] == "noon"


def test_between_two_windows_the_hour_goes_to_the_nearer_and_half_way_to_the_earlier():
    assert (
        window("official_account", 16)[0] == "noon"
    )  # its end is four hours after one o'clock, its beginning four before eight
    assert window("official_account", 17)[0] == "evening"
    assert window("wecom", 15)[0] == "evening"


def test_an_hour_that_only_touches_a_window_is_not_inside_it():
    rules = with_window("10:00", "12:00")
    assert window("sms", 12, rules)[1:] == ("10:00", "12:00")
    assert window("sms", 9, rules)[1:] == ("10:00", "12:00")
    assert window("sms", 9.5, rules)[1:] == ("10:00", "10:30")


def test_nothing_goes_out_before_the_list_stands_or_in_the_quiet_of_the_night():
    early = with_window("06:00", "23:00")
    assert window("sms", None, early)[1:] == ("09:00", "21:00")
    late_list = make_rules(list_stands_hour=9.5)
    late_list.seeds["channel_windows"].loc[:, ["opens", "closes"]] = ["06:00", "23:00"]
    assert window("sms", None, late_list)[1:] == ("09:30", "21:00")
    assert window("sms", 10, early)[1:] == ("10:00", "11:00")


def test_half_hours_are_told_to_the_minute():
    assert window("sms", None, with_window("10:20", "11:45"))[1:] == ("10:20", "11:45")


def test_a_plan_ends_of_itself_at_nine_in_the_evening_and_when_its_reason_has_gone():
    plan = {
        "as_of_date": DATE,
        "message_channel": "sms",
        "preferred_hour": None,
        "play_id": "re_add",
        "consent_purpose": "marketing",
        "audience_kind": "recall",
    }
    rows = scheduled(pd.DataFrame([plan | {"is_deleted_friend": gone} for gone in (False, True, None)]), RULES)
    assert set(rows["valid_until_at"]) == {pd.Timestamp("2017-12-01 13:00")}
    without = [stop for stop in STOPS if stop != "deleted_friend"]
    assert rows["stop_if"].tolist() == [STOPS, without, STOPS]


def test_every_plan_keeps_its_own_hour_whatever_their_order():
    rows = pd.DataFrame([
        {
            "as_of_date": DATE,
            "message_channel": channel,
            "preferred_hour": hour,
            "consent_purpose": "marketing",
            "audience_kind": "recall",
            "is_deleted_friend": False,
            "play_id": "re_add",
        }
        for channel, hour in (("wecom", 19), ("sms", 15), ("wecom", 10))
    ])
    found = scheduled(rows, RULES)
    assert found["wave"].tolist() == ["evening", "day", "morning"]
    assert (found["send_after_at"] + dt.timedelta(hours=8)).dt.hour.tolist() == [19, 15, 10]


def test_a_channel_without_a_window_is_named():
    plan = {
        "as_of_date": DATE,
        "message_channel": "fax",
        "preferred_hour": 9,
        "is_deleted_friend": False,
        "consent_purpose": "service",
    }
    with pytest.raises(ValueError, match="channel_windows has no window for \\['fax'\\]"):
        scheduled(pd.DataFrame([plan]), RULES)


def test_sms_is_sent_inside_the_hours_of_the_gateway_that_is_named_else_of_the_strictest():
    rules = with_window("07:00", "21:00")
    rules.seeds["recall_settings"].loc[:, "value"] = rules.seeds["recall_settings"]["value"].mask(
        rules.seeds["recall_settings"]["name"].isin(["list_stands_hour", "quiet_to_hour"]), 0
    )
    gateways = rules.seeds["sms_gateways"]
    gateways.loc[gateways["gateway"] == "aliyun", ["opens", "closes"]] = ["09:30", "19:00"]
    assert window("sms", None, rules)[1:] == ("08:00", "21:00")
    assert window("wecom", None, rules)[1:] == ("07:00", "21:00")
    named = dataclasses.replace(rules, sms_gateway="aliyun")
    assert window("sms", None, named)[1:] == ("09:30", "19:00")
    assert window("wecom", None, named)[1:] == ("07:00", "21:00")
    silent = dataclasses.replace(rules, sms_gateway="baiducloud")
    assert window("sms", None, silent)[1:] == ("08:00", "21:00")


def test_a_window_that_the_gateway_closes_falls_away_and_without_another_it_is_named():
    rules = make_rules()
    gateways = rules.seeds["sms_gateways"]
    gateways.loc[gateways["gateway"] == "aliyun", "closes"] = "10:00"
    with pytest.raises(ValueError, match=r"no window for \['sms'\]"):
        window("sms", None, dataclasses.replace(rules, sms_gateway="aliyun"))
