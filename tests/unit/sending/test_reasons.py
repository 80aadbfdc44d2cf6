"""Who stays in, and which reason is named: the first one in the order of the seed."""

import csv
import datetime as dt
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.sending import activations
from orchestration.sending.reasons import reasons
from orchestration.settings import CHECKOUT, Settings
from tests.unit.sending.world import MORNING, VERSION, World, row

SEED = CHECKOUT / "dbt_project" / "seeds" / "export_reasons.csv"
with SEED.open(encoding="utf-8") as _file:
    RANKS = {one["reason"]: int(one["rank"]) for one in csv.DictReader(_file)}
#: What keeps one row in, and nothing else does.
ALONE = {
    "unread_refusals": {"gate_is_open": False},
    "excluded": {"is_excluded": True},
    "refused": {"is_refused": True},
    "no_consent": {"has_consent": False},
    "held_out": {"is_held_out": True},
    "not_chosen": {"is_not_chosen": True},
    "stopped": {"policy_id": "recall_dormant"},
    "came_true": {"stop": "ordered"},
    "expired": {"send_before_at": pd.Timestamp(MORNING, tz="UTC")},
    "cap": {"cap_id": "any_7d"},
    "by_task": {"channel": "wecom"},
    "no_sender": {"channel": "call", "staff_id": None},
    "no_words": {"has_approved_words": False},
    "no_address": {"id_token": None},
    "not_in_vault": {"id_token": "lost"},
    "words_unfilled": {"text_zh": "{category}还够用吗"},
    "list_too_small": {"channel": "official_account", "offer_id": "recall_90"},
}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "home", row("p1"))


def _stop(world):
    line = '{"action": "stop", "what": "policy", "name": "recall_dormant", "by": "Lin", "why": "price", "at": "x"}\n'
    (world.settings.home / "brakes.jsonl").write_text(line, encoding="utf-8")


def _kept_in(world, tmp_path, **told):
    return {reason: n for one in world.export(tmp_path / "out", **told).values() for reason, n in one.kept_in.items()}


def _receipt(done):
    return json.loads((done.folder / "receipt.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("reason", ALONE)
def test_a_row_with_one_thing_wrong_stays_in_for_that_and_the_one_beside_it_goes_out(reason, world, tmp_path):
    _stop(world)
    wrong = dict(ALONE[reason])
    world.lists(row("p1", wrong.pop("channel", "sms"), **wrong), row("p2", "email"))
    done = world.export(tmp_path / "out")
    assert {name: n for one in done.values() for name, n in one.kept_in.items()} == {reason: 1}
    assert done["email"].out == 1


@pytest.mark.parametrize("is_stopping", [False, True])
def test_a_channel_whose_receipts_stopped_coming_says_so_and_by_a_setting_stops(is_stopping, tmp_path):
    rows = (row("p1"), row("p2", "email"), row("p3", "app_push"))
    world = World(tmp_path / "home", *rows, stop_silent_channels=is_stopping)
    world.ask(
        "insert into published.sending_receipts values (date '2026-03-10', 'sms', 60, 2, true),"
        " (date '2026-03-10', 'email', 70, 70, false), (date '2026-03-09', 'email', 70, 0, true)"
    )
    lines = []
    done = world.export(tmp_path / "out", say=lines.append)
    assert [line for line in lines if "SILENT" in line] == [
        "  SILENT: of the newest 60 rows that should have been told of, 2 were"
    ]
    assert (done["email"].out, done["app_push"].out) == (1, 1)
    assert (done["sms"].out, done["sms"].kept_in) == ((0, {"channel_silent": 1}) if is_stopping else (1, {}))
    said = {name: _receipt(done[name]) for name in ("email", "app_push")}
    assert [(one["receipts"], one["channel_is_silent"]) for one in said.values()] == [
        ({"due": 70, "came": 70}, False),
        (None, False),
    ]
    if not is_stopping:
        assert _receipt(done["sms"])["channel_is_silent"]
        assert "60 行，只回来 2 行" in (done["sms"].folder / "index.html").read_text(encoding="utf-8")
        assert "只回来" not in (done["email"].folder / "index.html").read_text(encoding="utf-8")


def test_a_channel_that_came_back_goes_out_again(tmp_path):
    world = World(tmp_path / "home", row("p1"), stop_silent_channels=True)
    world.ask("insert into published.sending_receipts values (date '2026-03-10', 'sms', 60, 2, true)")
    assert _kept_in(world, tmp_path) == {"channel_silent": 1}
    world.ask("update published.sending_receipts set rows_told = 60, is_silent = false")
    assert world.export(tmp_path / "out")["sms"].out == 1


def test_who_is_not_in_the_published_file_stays_in(world, tmp_path):
    world.lists(row("p1"), row("p2"))
    file = world.settings.published / "versions" / VERSION / "recall_audience.parquet"
    pq.write_table(pq.read_table(file).slice(0, 1), file)
    assert _kept_in(world, tmp_path) == {"not_published": 1}


def test_who_was_exported_stays_in_the_second_time(world, tmp_path):
    assert _kept_in(world, tmp_path) == {}
    assert _kept_in(world, tmp_path) == {"already_out": 1}


def test_a_channels_day_is_full_for_whoever_is_worth_least_and_what_went_out_today_takes_room(world, tmp_path):
    world.ask("update seeds.contact_caps set most = 2 where cap_id = 'channel_day' and message_channel = 'sms'")
    world.lists(row("p1", net_p50_fen=1), row("p2", net_p50_fen=3), row("p3", net_p50_fen=2), row("p4", "email"))
    done = world.export(tmp_path / "out")
    assert (done["sms"].kept_in, done["sms"].out, done["email"].out) == ({"channel_full": 1}, 2, 1)
    assert {one for (one,) in world.ask("select one_id from channels.activations")} == set()
    done = world.export(tmp_path / "out")
    assert done["sms"].kept_in == {"already_out": 2, "channel_full": 1}
    later = world.export(tmp_path / "out", now=dt.datetime(2026, 3, 11, 16, 30))  # half past midnight in Shanghai
    assert later["sms"].kept_in["expired"] == 1


def test_what_went_out_before_lists_had_names_takes_room_too(world, tmp_path):
    world.ask("update seeds.contact_caps set most = 1 where cap_id = 'channel_day' and message_channel = 'sms'")
    world.lists(row("p1"))
    assert world.export(tmp_path / "out")["sms"].out == 1
    (file,) = activations.folder(world.settings).glob("*.parquet")
    log = pq.read_table(file)
    place = log.schema.get_field_index("list_name")
    pq.write_table(log.set_column(place, log.field(place), pa.array([None], log.field(place).type)), file)
    world.lists(row("p2"))
    assert world.export(tmp_path / "out")["sms"].kept_in == {"channel_full": 1}


def test_what_is_owed_has_its_place_in_a_channels_day_before_what_is_worth_more(world, tmp_path):
    world.ask("update seeds.contact_caps set most = 1 where cap_id = 'channel_day' and message_channel = 'sms'")
    world.lists(
        row("p1", net_p50_fen=500, text_zh="【{brand}】来看看"),
        row("p2", net_p50_fen=-7, consent_purpose="service", text_zh="【{brand}】您的问题收到了"),
    )
    assert world.export(tmp_path / "out")["sms"].kept_in == {"channel_full": 1}
    text = next((tmp_path / "out").rglob("sms.csv")).read_text(encoding="utf-8-sig")
    assert "您的问题收到了" in text and "来看看" not in text


def test_who_cannot_be_sent_to_takes_nobodys_room(world, tmp_path):
    world.ask("update seeds.contact_caps set most = 1 where cap_id = 'channel_day' and message_channel = 'sms'")
    world.lists(row("p1", net_p50_fen=9, id_token=None), row("p2", net_p50_fen=3))
    done = world.export(tmp_path / "out")["sms"]
    assert (done.out, done.kept_in) == (1, {"no_address": 1})


def test_coupons_that_are_owed_leave_no_room_for_more(tmp_path):
    world = World(tmp_path / "home", coupon_liability_yuan=50)
    owed = "insert into published.sending_liability values"
    world.ask(f"{owed} (date '2026-03-11', 1000), (date '2026-03-10', 999999)")  # the second ended yesterday
    most = {"offer_id": "recall_90"}  # at the most 20 yuan
    world.lists(row("p1", **most, net_p50_fen=9), row("p2", **most, net_p50_fen=8), row("p3", **most), row("p4"))
    done = world.export(tmp_path / "out")["sms"]
    assert (done.out, done.kept_in) == (3, {"coupon_liability": 1})


def test_every_reason_of_the_seed_is_known_to_the_code_and_has_a_test():
    elsewhere = {"not_published", "already_out", "too_early", "channel_full", "coupon_liability"}
    elsewhere |= {"channel_silent"}
    assert set(RANKS) == set(ALONE) | elsewhere


def test_a_reason_that_the_seed_lacks_is_an_error(world, tmp_path):
    world.ask("delete from seeds.export_reasons where reason = 'cap'")
    with pytest.raises(KeyError, match="cap"):
        world.export(tmp_path / "out")


def test_of_several_the_first_in_the_order_of_the_seed_is_named(tmp_path):
    """A row with everything wrong, and mended one thing after the other, names them in the order of the ranks."""
    world = World(tmp_path / "home")
    _stop(world)
    asked = [name for name in sorted(RANKS, key=RANKS.get) if name in ALONE]
    asked.remove("by_task")  # of WeCom alone
    asked.remove("no_sender")  # of staff's channels alone
    asked.remove("list_too_small")  # of the official account alone
    asked.remove("not_in_vault")  # there is a token, or none
    wrong = {name: ALONE[name] for name in asked}
    found = []
    while wrong:
        told = {column: value for one in reversed(wrong.values()) for column, value in one.items()}
        world.lists(row("p1", **told), row("p2", "email"))
        found += list(_kept_in(world, tmp_path, channels=("sms",)))
        del wrong[found[-1]]
    assert found == asked


def test_the_order_is_the_seeds_and_not_the_codes(world, tmp_path):
    world.lists(row("p1", is_refused=True, has_consent=False))
    assert _kept_in(world, tmp_path) == {"refused": 1}
    world.ask("update seeds.export_reasons set rank = 1 where reason = 'no_consent'")
    assert _kept_in(world, tmp_path) == {"no_consent": 1}


@pytest.mark.parametrize(
    ("channel", "staff_channels", "kept_in"),
    [
        ("call", ("wecom", "call"), "no_sender"),
        ("call", ("wecom",), None),  # a call centre calls
        ("wecom", (), "no_sender"),  # the platform asks a member all the same
        ("sms", ("wecom", "call"), None),
    ],
)
def test_who_would_send_it_has_to_be_at_work(channel, staff_channels, kept_in, tmp_path):
    world = World(tmp_path / "home", wecom_by="template", staff_channels=staff_channels)
    for wrong in ({"staff_id": None}, {"staff_id": "G1", "sender_has_left": True}):
        world.lists(row("p1", channel, **wrong))
        asked = world.export(tmp_path / "out", recipient=f"to-{wrong['staff_id']}")[channel]
        if kept_in:
            assert asked.kept_in == {kept_in: 1}
    if not kept_in:
        assert asked.named == asked.kept_in.get("already_out", 0) + asked.out


def test_a_call_needs_no_words_and_every_other_channel_does(tmp_path):
    world = World(tmp_path / "home", wecom_by="template")
    rows = [row(f"p{n}", name, has_approved_words=False) for n, name in enumerate(("call", "wecom", "email"))]
    world.lists(*rows)
    done = world.export(tmp_path / "out")
    assert {name: one.kept_in for name, one in done.items()} == {
        "call": {},
        "wecom": {"no_words": 1},
        "email": {"no_words": 1},
    }


def test_the_morning_after_the_date_is_not_too_early(world, tmp_path):
    midnight = dt.datetime(2026, 3, 10, 16)  # in Shanghai the 11th begins
    early = _kept_in(world, tmp_path, now=midnight - dt.timedelta(microseconds=1))
    assert early == {"too_early": 1}
    assert _kept_in(world, tmp_path, now=midnight) == {}


def test_an_empty_list_has_no_reasons():
    columns = ["gate_is_open", "is_published", "is_excluded", "is_refused", "has_consent", "is_held_out"]
    columns += ["is_not_chosen", "is_out", "sender_has_left", "has_approved_words", "channel_is_silent"]
    frame = pd.DataFrame({name: pd.Series(dtype=bool) for name in columns})
    for name in ("message_channel", "stop", "cap_id", "list_name", "staff_id", "id_token"):
        frame[name] = pd.Series(dtype=object)
    frame["as_of_date"] = pd.Series(dtype="datetime64[us]")
    frame["send_before_at"] = pd.Series(dtype="datetime64[us, UTC]")
    nothing, settings = pd.Series(dtype=bool), Settings(staff_channels=())
    assert reasons(frame, MORNING, RANKS, lambda rows: nothing, settings).empty
