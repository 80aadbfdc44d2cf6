"""What the page says of lead sheep and of roles: what they are given, what they bring, and what is missing."""

from orchestration.publish import publish
from orchestration.report.facts import open_version
from orchestration.report.leader_sections import leaders
from orchestration.report.page import section
from tests.unit.publish.world import DATE, brand


def _with_leaders(con):
    con.execute(
        f"""
        insert into published.super_user_roles by name
        select date '{DATE}' as as_of_date, role as super_user_role, priority, price_list, true as offers_allowed,
               '试用' as rights_zh, 'trials' as rights_en, people, 3 as contacts_28d, 2 as coupons_28d, 1 as buyers_28d,
               5000 as net_paid_fen_28d, 0 as referral_buyers_90d, 9 as reach_90d, 4 as follower_buyers_28d,
               7000 as follower_net_paid_fen_28d, 2 as sent_28d, 1 as held_back_28d, .5 as follower_share_sent,
               .25 as follower_share_held_back, verdict, missing
        from (values ('small_b', 1, 'wholesale', 0, null, 'no_large_orders'), ('koc', 5, 'retail', 2, 'too_few', null))
        as told(role, priority, price_list, people, verdict, missing)
        """
    )
    con.execute(
        f"""
        insert into published.lead_sheep by name
        select date '{DATE}' as as_of_date, 'P01' as one_id, 'koc' as super_user_role, 9 as reach_90d, 2 as shares_90d,
               8 as share_clicks_90d, 0 as referrals_90d, 0 as referral_buyers_90d, 1 as posts_90d,
               cast(null as bigint) as answering_90d, 4 as follower_buyers_28d, 7000 as follower_net_paid_fen_28d,
               'sent' as arm, 's1' as staff_id
        """
    )


def _shown(home, break_it=None):
    settings = brand(home, break_it=break_it)
    version = publish(settings, [DATE]).current
    return section(leaders, open_version(settings, settings.published / "versions" / version, []))


def test_a_role_that_nobody_has_says_which_data_is_missing(tmp_path):
    shown = _shown(tmp_path, _with_leaders)
    reseller = shown.partition("<tbody>")[2].partition("</tr>")[0]
    assert "no large orders have landed" in reseller
    assert "批发" in reseller


def test_a_role_says_what_it_is_given_and_brings_and_that_few_say_too_few(tmp_path):
    shown = _shown(tmp_path, _with_leaders)
    koc = shown.partition("<tbody>")[2].partition("</tr>")[2].partition("</tr>")[0]
    assert "trials" in koc and "too few to say" in koc
    cells = [part.partition("<")[0] for part in koc.split('<td class="num">')[1:]]
    assert cells == ["2", "3", "2", "1", "¥50", "0", "9", "4", "2", "50.0%", "1", "25.0%"]


def test_whoever_answers_a_lead_sheep_is_unknown_where_nobody_tells_who_speaks(tmp_path):
    shown = _shown(tmp_path, _with_leaders).partition("adviser")[2]
    cells = [part.partition("<")[0] for part in shown.partition("<tbody>")[2].split('<td class="num">')[1:]]
    assert cells[:3] == ["9", "8", "0"]
    assert "未知" in shown
