"""What the page says of leads: by step, whose turn it is, what precedes a qualified lead, which contract ends."""

from orchestration.publish import publish
from orchestration.report.facts import open_version
from orchestration.report.lead_sections import companies, leads, sells_to_companies
from orchestration.report.page import section
from tests.unit.publish.world import DATE, brand


def _with_leads(con):
    con.execute(
        f"""
        insert into published.lead_stages by name
        select date '{DATE}' as as_of_date, 'crm' as source, lead_id, one_id, status, date '2017-11-01' as opened_date,
               date '2017-11-01' as status_since_date, company, step, days as days_in_step, staff_id, play as next_play,
               'wecom' as message_channel, due as due_date
        from (values
            ('L1', 'P01', 'contacted', '甲', 'led_by_hand', 9, 's1', 'ask_what_stops_them', date '2017-11-28'),
            ('L2', 'P02', 'contacted', '乙', 'led_by_hand', 3, 's1', 'do_first_task_together', date '2017-12-01'),
            ('L3', 'P03', 'new', null, 'none', 1, null, 'say_what_is_good', date '2017-12-02'),
            ('L4', 'P04', 'unknown', '丁', null, null, 's2', null, null),
            ('L5', 'P05', 'won', '戊', 'after_trial', 60, 's2', null, null))
        as told(lead_id, one_id, status, company, step, days, staff_id, play, due)
        """
    )
    con.execute(
        f"""
        insert into published.lead_path by name
        select date '{DATE}' as as_of_date, act, 'led_by_hand' as step, 90 as leads, 40 as leads_who_did,
               12 as qualified_after, 300 as days_after, 11 as qualified_before, 900 as days_before, ratio,
               low as ratio_low, high as ratio_high, verdict
        from (values ('trial', 3.2, 1.6, 6.4, 'precedes'), ('live', null, null, null, 'too_few'))
        as told(act, ratio, low, high, verdict)
        """
    )
    con.execute(
        f"""
        insert into published.lead_funnel by name
        select date '{DATE}' as as_of_date, step, rank, 50 as reached, 20 as went_on, 10 as gave_up, 15 as in_time,
               5 as overdue, 0.4 as least_share, 0.8 as most_share, 7 as median_days
        from (values ('none', 0), ('led_by_hand', 3)) as told(step, rank)
        """
    )
    con.execute(
        f"""
        insert into published.accounts by name
        select date '{DATE}' as as_of_date, 'crm:L5' as account_id, '戊' as company, 2 as contacts,
               0 as decision_makers, 0 as payers, 0 as evaluators, 1 as users, 1 as unknowns, 'customer' as stage,
               date '2017-06-01' as stage_since_date, 'crm:L5' as foremost_lead_id, 's2' as staff_id,
               date '2018-01-15' as contract_end_date, 1200000 as net_paid_fen, 'renew_contract' as next_play
        """
    )


def _facts(home, break_it=None):
    settings = brand(home, break_it=break_it)
    version = publish(settings, [DATE]).current
    return open_version(settings, settings.published / "versions" / version, [])


def _rows(shown, head):
    """Return the cells of the first table after a head, without their marks."""
    body = shown.partition(head)[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [[cell.partition("<")[0] for cell in row.split('<td class="num">')[1:]] for row in body.split("<tr")[1:]]


def test_leads_stand_by_step_with_whose_turn_it_is_and_what_is_late(tmp_path):
    shown = section(leads, _facts(tmp_path, _with_leads))
    assert "4 条开着，3 条轮到 1 人，1 条过期，1 条没有负责人" in shown
    assert _rows(shown, "在这一步的天数")[:2] == [["1", "1", "0", "1.0", "5"], ["2", "2", "1", "6.0", "5"]]
    assert "问卡在哪里" in shown and "没有负责人" in shown
    assert "1 条线索的状态词没有对应" in shown


def test_an_act_stands_with_its_ratio_and_interval_or_says_that_there_are_too_few(tmp_path):
    shown = section(leads, _facts(tmp_path, _with_leads)).partition("什么在合格之前")[2]
    assert "3.2 [1.6, 6.4]" in shown and "qualified more often after it" in shown
    assert "too few" in shown


def test_a_brand_of_companies_opens_with_its_leads_and_the_contracts_that_end(tmp_path):
    facts = _facts(tmp_path, _with_leads)
    shown = section(companies, facts)
    assert "2018-01-15" in shown and "¥12,000" in shown
    assert "Leads that wait for their owners" in shown.partition("今天要做")[2].partition("</section>")[0]
    assert "没有社群" in shown


def test_a_brand_without_leads_opens_as_ever_and_is_told_what_has_to_land(tmp_path):
    facts = _facts(tmp_path)
    assert not sells_to_companies(facts)
    assert "the CRM&#39;s leads (standard/leads) have not landed" in section(leads, facts)
