"""Signals of literal people, and rules whose every play has words."""

import datetime as dt

import pandas as pd

from ml.recall import Rules
from ml.recall.plays import listed
from tests.unit.recall.people import DATE, make_rules

COLUMNS = ("as_of_date", "one_id", "signal", "signal_id", "signal_at", "signal_date", "asked_in", "object_type",
           "object_id", "place_name", "amount")  # fmt: skip

#: Object and amount of a signal that has them: points that end, growth that is missing to the next level.
OF_SIGNALS = {"points_ending": (None, 120), "level_near": ("金卡", 40)}


def with_words(**changes: object) -> Rules:
    """Return the shipped rules with a template for each channel and scene that a play names."""
    rules = make_rules(**changes)
    plays, templates = rules.seeds["plays"], rules.seeds["message_templates"]
    scenes = plays[plays["scene_id"].notna()]
    wanted = {
        (channel, scene)
        for scene, channels in scenes[["scene_id", "message_channels"]].itertuples(index=False, name=None)
        for channel in listed(channels)
    }
    had = set(templates[["message_channel", "scene_id"]].itertuples(index=False, name=None))
    rows = [
        {"template_id": f"{channel}_{scene}", "message_channel": channel, "scene_id": scene, "approved": True}
        for channel, scene in sorted(wanted - had)
    ]
    added = pd.concat([templates, pd.DataFrame(rows)], ignore_index=True) if rows else templates
    rules.seeds["message_templates"] = added  # type: ignore[index]
    return rules


def signals(*given: tuple[str, str, int]) -> pd.DataFrame:
    """Return ``recall.open_signals``: (one_id, signal, days ago; of an end, days before it as a negative number)."""
    seed = make_rules().seeds["signals"].set_index("signal")
    rows = []
    for one_id, signal, ago in given:
        day = DATE - dt.timedelta(days=ago)
        at = pd.Timestamp(day) - pd.Timedelta(hours=8)
        of = OF_SIGNALS.get(signal, (None, None))
        rows.append((DATE, one_id, signal, f"{one_id}_{signal}", at, day, None, None, of[0], None, of[1]))
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.assign(
        play_id=found["signal"].map(seed["play_id"]).astype(object),
        kind=found["signal"].map(seed["kind"]).astype(object),
        is_told=False,
        told_date=None,
        asked_category=None,
        ordered_date=None,
    )
