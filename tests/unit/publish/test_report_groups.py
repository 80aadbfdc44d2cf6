"""What the page says of chat groups: how each kind does, which want a hand, who should go where."""

from orchestration.publish import publish
from orchestration.report.facts import open_version
from orchestration.report.group_sections import groups
from orchestration.report.page import section
from tests.unit.publish.world import DATE, brand


def _with_groups(con):
    con.execute(
        f"""
        insert into published.group_health by name
        select date '{DATE}' as as_of_date, group_id, 'wecom' as source, kind, name, 's1' as staff_id, members,
               1 as joined_28d, left_28d, acting_14d, cast(null as bigint) as speaking_14d, 0 as tasks_14d,
               2 as buyers_28d, 9000 as net_paid_fen_28d, 1.6 as similar_buyers_28d,
               8000 as similar_net_paid_fen_28d, 200 as life_days, verdict
        from (values ('g1', 'quality', '静安一群', 40, 0, 10, 'alive'), ('g2', 'quality', null, 30, 5, 2, 'quiet'))
        as told(group_id, kind, name, members, left_28d, acting_14d, verdict)
        """
    )
    con.execute(
        f"""
        insert into published.group_moves by name
        select date '{DATE}' as as_of_date, 'g2' as group_id, one_id, state, 'wecom' as source, rule,
               date '2017-11-01' as act_date, 'g3' as to_group_id, 's1' as staff_id
        from (values ('P01', 'proposed', 'washed'), ('P02', 'proposed', 'washed'), ('P03', 'no_room', 'washed'),
                     ('P04', 'went', 'vip_after_order'))
        as told(one_id, state, rule)
        """
    )


def _shown(home, break_it=None):
    settings = brand(home, break_it=break_it)
    version = publish(settings, [DATE]).current
    return section(groups, open_version(settings, settings.published / "versions" / version, []))


def test_a_kind_of_group_stands_beside_friends_in_none_and_who_speaks_is_unknown(tmp_path):
    shown = _shown(tmp_path, _with_groups)
    assert "2 个群 70 人，建议换群 2 人" in shown
    cells = [part.partition("<")[0] for part in shown.partition("<tbody>")[2].split('<td class="num">')[1:10]]
    assert cells == ["2", "70", "2", "5", "17.1%", "4", "3", "¥180", "¥160"]
    assert "未知" in shown


def test_a_group_that_wants_a_hand_is_named_and_one_that_is_well_is_not(tmp_path):
    shown = _shown(tmp_path, _with_groups).partition("要照看的群")[2]
    assert "g2" in shown and "安静" in shown
    assert "静安一群" not in shown


def test_moves_are_told_by_their_reason_with_what_waits_for_room_and_who_went(tmp_path):
    shown = _shown(tmp_path, _with_groups)
    rows = shown.partition("because")[2].partition("<tbody>")[2].partition("</tbody>")[0].split("<tr")[1:]
    told = {
        row.partition('<span class="en">')[2].partition("<")[0]: [
            part.partition("<")[0] for part in row.split('<td class="num">')[1:]
        ]
        for row in rows
    }
    assert told == {
        "nothing done for two weeks": ["2", "1", "1", "0"],
        "ordered since joining the quality group": ["0", "0", "0", "1"],
    }


def test_a_brand_without_groups_is_told_what_has_to_land(tmp_path):
    assert "lists of WeCom&#39;s customer groups have not landed" in _shown(tmp_path)
