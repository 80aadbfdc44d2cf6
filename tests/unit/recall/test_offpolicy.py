"""What another policy would have earned, from a log of literal plans."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.offpolicy import Unsupported, Worth, current_last, main, policy_of, table, worth

DATE = pd.Timestamp(2024, 6, 1)
NOTHING = ("nothing", "none")
SMS, WECOM = ("sms", "none"), ("wecom", "deep10")


def log(people: int = 400) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return options, plans and readings: an SMS or WeCom by a coin, half held back.

    Of eight people in a row four have the SMS and four WeCom, two of each held back. Who is sent an SMS comes back,
    who is sent WeCom does not, and of the held back nobody does. An order is 100 yuan at a margin of a quarter.
    """
    options, plans, readings = [], [], []
    for number in range(people):
        chosen, sent = (SMS if number % 8 < 4 else WECOM), number % 4 < 2
        who = {"as_of_date": DATE, "one_id": f"p{number:04d}"}
        comes = sent and chosen == SMS
        for option, probability in ((SMS, 0.5), (WECOM, 0.5), (NOTHING, 0.0)):
            named = {"message_channel": option[0], "offer_id": option[1], "probability": probability}
            options.append(who | named | {"is_chosen": option == chosen, "is_repaired": False})
        plans.append(
            who
            | {"episode_id": f"e{number:04d}", "arm": "treat" if sent else "held_back", "opens_episode": True}
            | {"wait_probability": 0.0, "expected_cost_fen": 100, "margin_rate": 0.25, "p0": 0.0}
        )
        readings.append(
            {"episode_id": f"e{number:04d}", "as_of_date": DATE + dt.timedelta(days=28), "is_sent": sent}
            | {"held_back_probability": 0.5, "succeeded": comes, "paid_fen": 10_000 * comes, "read_window": "h"}
        )
    return pd.DataFrame(options), pd.DataFrame(plans), pd.DataFrame(readings)


def of(policy: str, people: int = 400) -> Worth:
    options, plans, readings = log(people)
    return worth(options, plans, readings, policy_of(policy, options))


def test_the_log_values_what_it_did_itself():
    found = of("logged")
    # 200 of 400 had the SMS and would all come: 200 orders of 25 yuan, less a yuan of each of 400 messages
    assert (found.people, found.rows, found.effective) == (400, 400, 400)
    assert found.orders == pytest.approx(200)
    assert found.net_fen == pytest.approx(200 * 2_500 - 400 * 100)


def test_an_sms_for_all_would_have_won_back_all_and_wecom_nobody():
    sms, wecom = of("option:sms/none"), of("option:wecom/deep10")
    assert (sms.orders, wecom.orders) == (pytest.approx(400), pytest.approx(0))
    assert wecom.net_fen == pytest.approx(-400 * 100)
    assert sms.net_fen == pytest.approx(400 * 2_400)
    # half of the rows speak of either
    assert sms.effective == 200


def test_sending_nothing_earns_nothing_and_needs_no_row_to_tell_so():
    found = of("option:nothing/none")
    assert (found.effective, found.orders, found.net_fen) == (0, 0, 0)


def test_what_was_never_tried_is_refused():
    options, plans, readings = log()
    called = options[options["message_channel"].eq("sms")].assign(message_channel="call", wished=1.0)
    with pytest.raises(Unsupported, match=r"100.0% of what the policy sends was never possible in the log"):
        worth(options, plans, readings, called[["as_of_date", "one_id", "message_channel", "offer_id", "wished"]])


def test_a_policy_of_which_too_few_rows_speak_is_refused():
    with pytest.raises(Unsupported, match="52 effective rows of 100 speak of the policy, fewer than 100"):
        of("option:sms/none", people=100)


def test_repaired_choices_random_ones_later_steps_and_open_episodes_stay_out():
    options, plans, readings = log(800)
    last = [f"p{number:04d}" for number in range(400, 800)]
    kept = of("logged")
    repaired = options.assign(is_repaired=options["one_id"].isin(last))
    found = worth(repaired, plans, readings, policy_of("logged", repaired))
    assert (found.rows, found.repaired, found.orders) == (kept.rows, 400, pytest.approx(kept.orders))
    later = plans.assign(opens_episode=~plans["one_id"].isin(last))
    drawn = plans.assign(arm=plans["arm"].where(~plans["one_id"].isin(last), "random"))
    for changed in (later, drawn):
        assert worth(options, changed, readings, policy_of("logged", options)).rows == kept.rows
    closing = readings.assign(read_window=readings["read_window"].where(readings["episode_id"] < "e0400", "episode"))
    assert worth(options, plans, closing, policy_of("logged", options)).rows == kept.rows


def test_whoever_did_not_have_to_wait_stands_for_those_who_did():
    options, plans, readings = log()
    waiting = plans.assign(wait_probability=0.5)
    assert worth(options, waiting, readings, policy_of("logged", options)).orders == pytest.approx(400)


def test_a_policy_can_be_a_file_and_tables_are_found_by_name(tmp_path: Path):
    options, _, _ = log(8)
    (tmp_path / "published").mkdir()
    options.to_parquet(tmp_path / "published" / "recall_plan_options.parquet")
    read = table(tmp_path, "recall_plan_options", tuple(options))
    pd.testing.assert_frame_equal(read, options, check_dtype=False)
    file = tmp_path / "policy.csv"
    options.head(1).to_csv(file, index=False)
    assert policy_of(str(file), options)["wished"].tolist() == [0.5]
    with pytest.raises(ValueError, match=r"no recall_plans.parquet of a version that was current lies below"):
        table(tmp_path, "recall_plans", ())


def home_of(folder: Path) -> Path:
    """Return a home whose one date was made twice: v1 was current first and v2 last, and v3 never."""
    published = folder / "published"
    (published / "plans").mkdir(parents=True)
    options, plans, readings = log()
    for at, version in enumerate(("v1", "v2", "v3")):
        made = published / "versions" / version
        made.mkdir(parents=True)
        # v1 and v3 planned an SMS for everybody
        is_chosen = options["is_chosen"] if version == "v2" else options["message_channel"].eq("sms")
        options.assign(is_chosen=is_chosen).to_parquet(made / "recall_plan_options.parquet")
        plans.to_parquet(made / "recall_plans.parquet")
        readings.to_parquet(made / "recall_readings.parquet")
        moves = plans.assign(version=version, moved_at=pd.Timestamp(2024, 6, 2, 6 + at))
        if version != "v3":
            moves.to_parquet(published / "plans" / f"{version}.parquet")
    return folder


def test_of_a_home_the_version_of_a_date_that_was_current_last_is_valued(tmp_path: Path, monkeypatch, capsys):
    home = home_of(tmp_path)
    assert current_last(home) == {"v2"}
    assert current_last(home / "published" / "versions" / "v1") is None
    monkeypatch.setattr("sys.argv", ["offpolicy", str(home)])
    assert main() == 0
    told = capsys.readouterr().out
    assert told.startswith("400 people and dates open to the lots, 400 planned episodes that are over")
    assert "orders over sending nothing: 200.0" in told


def test_a_folder_without_the_log_is_refused_in_a_sentence(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["offpolicy", str(tmp_path)])
    assert main() == 2
    assert "no recall_plan_options.parquet" in capsys.readouterr().out
