"""Who may be given exported files: named, within their term, and abroad for few enough people a year."""

import datetime as dt
import json

import pytest

from orchestration.sending import activations
from orchestration.sending.handing_over import ExportRefused
from orchestration.settings import SettingsError, load_settings
from tests.unit.sending.world import MORNING, World, row

AGENCY = {"purpose": "sends our SMS", "until": dt.date(2026, 3, 11), "in_mainland": True}
ABROAD = {"purpose": "sends our mails", "until": dt.date(2027, 1, 1), "in_mainland": False}


@pytest.fixture
def world(tmp_path):
    rows = (row("p1"), row("p2"), row("p3", "email"), row("p4", "email", is_refused=True))
    made = World(tmp_path / "home", *rows, recipients={"agency": AGENCY, "abroad": ABROAD})
    made.ask("update seeds.recall_settings set value = 4 where name = 'abroad_people_year'")
    return made


def test_files_go_to_nobody_whom_the_settings_do_not_name(world, tmp_path):
    with pytest.raises(ExportRefused, match=r"stranger is no .*: abroad, agency\).*\n\[recipients.stranger\]"):
        world.export(tmp_path / "out", recipient="stranger")
    assert not (tmp_path / "out").exists()
    assert activations.exports(world.settings) == []


def test_the_last_day_of_a_term_is_within_it_and_the_next_is_not(world, tmp_path):
    midnight = dt.datetime(2026, 3, 11, 16)  # in Shanghai the 12th begins
    with pytest.raises(ExportRefused, match="the term of agency was over on 2026-03-11: have them return or delete"):
        world.export(tmp_path / "out", recipient="agency", now=midnight)
    assert world.export(tmp_path / "out", recipient="agency", now=midnight - dt.timedelta(seconds=1)) != {}


def test_the_receipt_and_the_page_say_for_what_until_when_and_where_the_files_were_entrusted(world, tmp_path):
    for name, place in (("agency", "境内"), ("abroad", "境外")):
        channel = "sms" if name == "agency" else "email"
        folder = world.export(tmp_path / "out", recipient=name, channels=(channel,))[channel].folder
        said = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
        told = AGENCY if name == "agency" else ABROAD
        assert said["recipient"] == name
        assert said["entrusted"] == {**told, "until": told["until"].isoformat()}
        page = (folder / "index.html").read_text(encoding="utf-8")
        assert f"{name}</strong>（{place}）：{told['purpose']}；委托到 {told['until']} 为止" in page


def test_an_export_abroad_is_refused_with_which_too_many_people_left_the_mainland_this_year(world, tmp_path):
    """Four are too many. Three go: p1 and p2 by SMS, p3 by mail; p4 would be the fourth."""
    assert world.export(tmp_path / "out", recipient="abroad", channels=("sms",))["sms"].out == 2
    world.lists(row("p2", "email", audience_id="other"), row("p3", "email"), row("p4", "email"))
    with pytest.raises(ExportRefused, match="with this export data of 4 people would have left it in 2026: from 4 on"):
        world.export(tmp_path / "out", recipient="abroad", channels=("email",))
    assert len(activations.exports(world.settings)) == 1
    world.lists(row("p2", "email", audience_id="other"), row("p3", "email"), row("p4", "email", is_refused=True))
    assert world.export(tmp_path / "out", recipient="abroad", channels=("email",))["email"].out == 2


def test_what_went_to_the_mainland_or_in_another_year_counts_for_no_year_abroad(world, tmp_path):
    world.export(tmp_path / "out", recipient="agency", channels=("sms",))
    world.ask(
        "insert into channels.activations (one_id, recipient, exported_at, file, export_id) values"
        " ('q1', 'abroad', timestamp '2025-12-31 15:59:59', 'x', 'x'), ('q2', 'gone', timestamp '2025-06-01', 'x', 'x')"
    )
    rows = world.ask("select * exclude (file) from channels.activations where export_id = 'x'")
    assert len(rows) == 2
    assert world.export(tmp_path / "out", recipient="abroad", channels=("email",))["email"].out == 1


def test_whom_the_settings_name_no_more_counts_as_abroad(tmp_path):
    """And somebody taken back counts too: the file was handed over."""
    world = World(tmp_path / "home", row("p1"), row("p2"), row("p3", "email"), recipients={"gone": AGENCY})
    world.export(tmp_path / "out", recipient="gone", channels=("sms",))
    back = {"export_id": activations.exports(world.settings)[0], "recipient_token": None, "reason": "price"}
    activations.withdraw(world.settings, [back], MORNING)
    later = World.__new__(World)
    later.settings = type(world.settings)(
        home=world.settings.home, brand_name="四域", brand_link="x", recipients={"abroad": ABROAD}
    )
    later.ask("update seeds.recall_settings set value = 3 where name = 'abroad_people_year'")
    with pytest.raises(ExportRefused, match="data of 3 people"):
        later.export(tmp_path / "out", recipient="abroad", channels=("email",))


@pytest.mark.parametrize(
    "wrong",
    [
        'purpose = ""\nuntil = 2027-06-30\nin_mainland = true',
        'purpose = "sms"\nuntil = "soon"\nin_mainland = true',
        'purpose = "sms"\nuntil = 2027-06-30',
        'purpose = "sms"\nuntil = 2027-06-30\nin_mainland = true\nend = 5',
    ],
)
def test_a_recipient_of_whom_something_is_missing_is_refused_by_name(wrong, tmp_path):
    (tmp_path / "siyu.toml").write_text(f"[recipients.agency]\n{wrong}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"recipients\.agency.*: a recipient has purpose"):
        load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path)


def test_a_recipient_is_read_from_the_homes_file(tmp_path):
    told = '[recipients.agency]\npurpose = "sms"\nuntil = 2027-06-30\nin_mainland = false\n'
    (tmp_path / "siyu.toml").write_text(told, encoding="utf-8")
    found = load_settings({"SIYU_HOME": str(tmp_path)}, tmp_path).recipients["agency"]
    assert (found.purpose, found.until, found.in_mainland) == ("sms", dt.date(2027, 6, 30), False)
