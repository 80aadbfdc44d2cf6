"""An owner's sheet holds the leads that wait for them, without a name or a number, and nobody who refused since."""

import csv
import datetime as dt
import functools
import stat

import pytest

from orchestration.labels import labels
from orchestration.publish import publish
from orchestration.sending.activations import noted_places
from orchestration.sending.brakes import stop, stopped
from orchestration.sending.handing_over import ExportRefused
from orchestration.sending.tasks.leads import write_leads
from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.unit.publish.world import DATE, brand


def _with_leads(con):
    con.execute(
        f"""
        insert into published.lead_stages by name
        select date '{DATE}' as as_of_date, 'crm' as source, lead_id, one_id, status, '甲' as company,
               date '2017-11-01' as opened_date, date '2017-11-01' as status_since_date, 'led_by_hand' as step,
               3 as days_in_step, chance as qualifies_28d, reason as reason_1, staff_id, play as next_play,
               'wecom' as message_channel, date '2017-12-01' as due_date
        from (values
            ('L1', 'P01', 'contacted', 0.1, null, 's1', 'ask_what_stops_them'),
            ('L2', 'P02', 'contacted', 0.4, '已试用', 's1', 'ask_what_stops_them'),
            ('L3', 'P03', 'contacted', 0.2, null, null, 'say_what_is_good'),
            ('L4', 'P04', 'contacted', 0.2, null, 's2', 'say_what_is_good'),
            ('L5', 'P05', 'won', null, null, 's2', null))
        as told(lead_id, one_id, status, chance, reason, staff_id, play)
        """
    )


def _written(home, then=""):
    settings = brand(home, break_it=_with_leads)
    publish(settings, [DATE])
    with connect(settings) as con:
        if then:
            con.execute(then)
        return write_leads(settings, con, DATE, home / "out", labels(con), functools.partial(stopped, settings))


def _rows(path):
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.reader(file))[1:]


def test_each_owner_has_a_sheet_of_the_likeliest_first_and_what_is_nobodys_stands_apart(tmp_path):
    done = _written(tmp_path)
    assert done.by_owner == {"s1": 2, "s2": 1, "nobody": 1}
    assert noted_places(Settings(home=tmp_path)) == [done.folder], "where an erasure looks"
    assert _rows(done.folder / "s1.csv") == [
        ["L2", "甲", "手把手", "3", "问卡在哪里", "企业微信", "2017-12-01", "已试用"],
        ["L1", "甲", "手把手", "3", "问卡在哪里", "企业微信", "2017-12-01", ""],
    ]


def test_who_refused_the_channel_or_profiling_since_the_night_is_on_no_sheet(tmp_path):
    done = _written(
        tmp_path,
        "insert into published.do_not_contact_at_publish values ('P02', 'wecom'), ('P01', 'call');"
        f"insert into published.profiling_refused_at_publish values (date '{DATE}', 'P04')",
    )
    assert (done.by_owner, done.refused_since) == ({"s1": 1, "nobody": 1}, 2)


def test_a_refusal_that_could_not_be_read_may_be_anybodys_and_nothing_is_written(tmp_path):
    with pytest.raises(ExportRefused, match="siyu refusals"):
        _written(
            tmp_path,
            "create or replace view published.sending_gate as select 1 as unread_refusals, false as is_open",
        )
    assert not (tmp_path / "out").exists()


def test_sheets_of_a_date_are_written_once(tmp_path):
    settings = brand(tmp_path, break_it=_with_leads)
    publish(settings, [DATE])
    with connect(settings) as con:
        held = functools.partial(stopped, settings)
        assert write_leads(settings, con, DATE, tmp_path / "out", labels(con), held).folder.is_dir()
        with pytest.raises(ExportRefused, match="exists"):
            write_leads(settings, con, DATE, tmp_path / "out", labels(con), held)


def test_what_a_person_stopped_is_on_no_sheet(tmp_path):
    settings = brand(tmp_path, break_it=_with_leads)
    publish(settings, [DATE])
    stop(settings, "channel", "wecom", "the account is blocked", dt.datetime(2017, 12, 1))
    with connect(settings) as con:
        held = functools.partial(stopped, settings)
        done = write_leads(settings, con, DATE, tmp_path / "out", labels(con), held)
    assert (done.by_owner, done.stopped) == ({}, 4)


def test_a_company_that_looks_like_a_formula_is_a_text_and_the_log_says_what_was_written(tmp_path):
    settings = brand(tmp_path, break_it=_with_leads)
    with connect(settings) as con:
        con.execute("update published.lead_stages set company = '=HYPERLINK(\"http://x\")' where lead_id = 'L2'")
    publish(settings, [DATE])
    with connect(settings) as con:
        done = write_leads(settings, con, DATE, tmp_path / "out", labels(con), functools.partial(stopped, settings))
    assert _rows(done.folder / "s1.csv")[0][1] == '\'=HYPERLINK("http://x")'
    assert stat.S_IMODE((done.folder / "s1.csv").stat().st_mode) == 0o600
    log = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    assert '"leads_written"' in log and "P02" not in log
