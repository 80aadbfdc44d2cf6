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
               8000 as similar_net_paid_fen_28d, 200 as life_days, verdict, 3000 as margin_fen_28d,
               2500 as similar_margin_fen_28d
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


def _with_lists(con):
    _with_groups(con)
    con.execute(
        f"""
        insert into published.group_clearing by name
        select date '{DATE}' as as_of_date, 'group' as list_kind, 'g1' as place_id, one_id, state, 'wecom' as source,
               480 as held, 500 as capacity, 's1' as staff_id
        from (values ('P01', 'today'), ('P02', 'today'), ('P03', 'later'), ('P04', 'left')) as told(one_id, state)
        """
    )
    con.execute(
        f"""
        insert into published.group_squads by name
        select date '{DATE}' as as_of_date, squad_id, one_id, state, 'wecom' as source, 'g1' as group_id, 2 as members,
               5 as contribution_28d, is_leader
        from (values ('1/beef/1', 'P01', 'proposed', true), ('1/beef/1', 'P02', 'proposed', false),
                     ('1/tea/0', 'P03', 'waits', false), ('g9', 'P04', 'stands', false))
        as told(squad_id, one_id, state, is_leader)
        """
    )
    con.execute(
        f"""
        insert into published.group_plays by name
        select date '{DATE}' as as_of_date, 'group_homework' as play_id, 'quality' as kind, '作业' as act_zh,
               'homework' as act_en, date '2017-12-01' as round_to_date, 8 as groups_given, 4 as groups_held_back,
               7 as groups_landed, 9 as closed_given, 3 as closed_held_back, 8 as closed_landed,
               0 as closed_contaminated, .25 as buyer_share_given, .2 as buyer_share_held_back, 'too_few' as verdict
        """
    )


def _cells(shown, head, count):
    body = shown.partition(head)[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [part.partition("<")[0] for part in body.split('<td class="num">')[1 : count + 1]]


def _shown(home, break_it=None):
    settings = brand(home, break_it=break_it)
    version = publish(settings, [DATE]).current
    return section(groups, open_version(settings, settings.published / "versions" / version, []))


def test_a_kind_of_group_stands_beside_friends_in_none_and_who_speaks_is_unknown(tmp_path):
    shown = _shown(tmp_path, _with_groups)
    assert "2 个群 70 人，建议换群 2 人" in shown
    cells = [part.partition("<")[0] for part in shown.partition("<tbody>")[2].split('<td class="num">')[1:14]]
    assert cells == ["2", "70", "2", "5", "17.1%", "", "", "4", "3", "¥180", "¥160", "¥60", "¥50"]
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


def test_a_nearly_full_group_is_listed_with_who_goes_today_later_and_who_left(tmp_path):
    shown = _shown(tmp_path, _with_lists)
    assert _cells(shown, "Clearing lists", 5) == ["480", "500", "2", "1", "1"]
    assert "静安一群" in shown.partition("Clearing lists")[2].partition("</tbody>")[0]


def test_squads_are_told_with_their_leaders_and_who_waits(tmp_path):
    assert _cells(_shown(tmp_path, _with_lists), "published table group_squads", 6) == ["1", "2", "1", "1", "0", "1"]


def test_a_play_for_groups_stands_beside_the_groups_held_back_and_few_say_too_few(tmp_path):
    shown = _shown(tmp_path, _with_lists)
    told = ["8", "4", "7", "9", "3", "8", "25.0%", "20.0%"]
    assert _cells(shown, "few groups say too few", 8) == told
    assert "too few to say" in shown
