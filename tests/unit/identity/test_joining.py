"""Who is one person: bridges, shared values, limits, rulings, numbers handed out again."""

from tests.unit.identity.rows import alone, fold, identifier, link, merged, one_ids, persons


def test_a_phone_joins_the_member_with_the_mini_program_user() -> None:
    history = fold(link("crm/M1", "mobile=k1:a", "2017-01-05"), link("mini/o1", "mobile=k1:a", "2017-02-10"))
    assert persons(history, "2017-02-10") == [["crm/M1", "mini/o1"]]


def test_the_same_openid_of_two_apps_joins_nobody() -> None:
    history = fold(link("mini/o1", "wx_openid@app1=x", "2017-01-05"), link("oa/o2", "wx_openid@app2=x", "2017-01-05"))
    assert persons(history, "2017-01-05") == [["mini/o1"], ["oa/o2"]]


def test_a_late_merge_is_not_visible_before_its_day() -> None:
    history = fold(
        link("crm/M1", "mobile=k1:a", "2017-01-05"), link("mini/o1", "mobile=k1:a", "2017-03-10", seen="2017-01-06"),
        alone("mini/o1", "2017-01-06"),
    )  # fmt: skip
    assert persons(history, "2017-03-09") == [["crm/M1"], ["mini/o1"]]
    assert persons(history, "2017-03-10") == [["crm/M1", "mini/o1"]]


def test_a_unionid_bound_later_merges_and_the_older_id_survives() -> None:
    history = fold(
        link("oa/o1", "wx_unionid=U", "2017-01-05"), link("mini/o2", "wx_openid@app=o2", "2017-02-01"),
        link("mini/o2", "wx_unionid=U", "2017-03-01"),
    )  # fmt: skip
    older, younger = (one_ids(history, "2017-02-28")[record] for record in ("oa/o1", "mini/o2"))
    assert one_ids(history, "2017-03-01") == {"oa/o1": older, "mini/o2": older}
    redirects = history.frame("redirect")
    assert redirects[["one_id", "into_one_id", "status", "cause"]].values.tolist() == [
        [younger, older, "merge", "joined:wx_unionid"]
    ]
    assert history.frame("ancestor")[["one_id", "into_one_id"]].values.tolist() == [[older, younger]]


def test_a_store_phone_over_its_cap_joins_nobody_and_says_so() -> None:
    members = [link(f"pos/C{number}", "mobile=k1:store", "2017-01-05", origin="typed_by_staff") for number in range(40)]
    history = fold(*members)
    assert len(persons(history, "2017-01-05")) == 40
    row = identifier(history, "mobile=k1:store", "2017-01-05")
    assert (row.one_id is None or row.one_id != row.one_id, row.cause) == (True, "shared_value")
    (conflict,) = history.frame("conflict").itertuples()
    assert (conflict.status, conflict.id_token) == ("people_cap", "k1:store")
    assert conflict.cause == "seen on 40 records of 1 sources: 40 people, at most 5 may share it"


def test_the_cap_counts_people_and_not_the_records_of_one_source() -> None:
    shop = [link(f"{source}/C{n}", "mobile=k1:shop", "2017-01-05") for source in "abcd" for n in range(4)]
    loyal = [link(f"source{n}/C1", "mobile=k1:loyal", "2017-01-05") for n in range(10)]
    twice = [link(f"{source}/T{n}", "mobile=k1:twice", "2017-01-05") for source in "abcd" for n in range(2)]
    history = fold(*shop, *loyal, *twice)
    sizes = sorted(len(person) for person in persons(history, "2017-01-05"))
    assert sizes == [*[1] * 16, 8, 10]
    (conflict,) = history.frame("conflict").itertuples()
    assert conflict.cause == "seen on 16 records of 4 sources: 13 people, at most 5 may share it"


def test_a_value_that_becomes_shared_gives_its_people_back() -> None:
    rows = [
        link(f"pos/C{number}", "mobile=k1:store", f"2017-01-0{number}", origin="typed_by_staff")
        for number in range(1, 7)
    ]
    history = fold(*rows)
    together = [f"pos/C{number}" for number in range(1, 6)]
    assert persons(history, "2017-01-05") == [together]
    assert persons(history, "2017-01-06") == [[record] for record in [*together, "pos/C6"]]
    before, after = one_ids(history, "2017-01-05")["pos/C1"], one_ids(history, "2017-01-06")
    assert after["pos/C1"] == before
    changes = history.frame("redirect")
    splits = changes[changes["status"] == "split"]
    assert set(splits["one_id"]) == {before}
    assert set(splits["into_one_id"]) == {after[record] for record in together[1:]}
    assert set(splits["cause"]) == {"shared_value:mobile"}
    assert not changes.duplicated(["one_id", "known_from"]).any()
    inherited = history.frame("ancestor")
    for record in together[1:]:
        assert before in set(inherited[inherited["one_id"] == after[record]]["into_one_id"])


def test_a_number_known_to_be_staffs_joins_nobody_from_the_day_it_is_known() -> None:
    guide = {"blocked": "staff_number", "blocked_from": "2017-03-01"}
    rows = [
        link("crm/M1", "mobile=k1:guide", "2017-01-05", **guide),
        link("pos/C1", "mobile=k1:guide", "2017-01-06", **guide),
        link("mini/o1", "mobile=k1:guide", "2017-03-04", **guide),
        link("app/a1", "mobile=k1:guide", "2017-01-05", until="2017-02-01", **guide),
        link("crm/M2", "mobile=k1:own", "2017-01-05"), link("pos/C2", "mobile=k1:own", "2017-01-06"),
    ]  # fmt: skip
    history = fold(*rows)
    own = ["crm/M2", "pos/C2"]
    assert persons(history, "2017-02-28") == [["app/a1"], ["crm/M1", "pos/C1"], own]
    assert persons(history, "2017-03-01") == [["app/a1"], ["crm/M1"], own, ["pos/C1"]]
    assert persons(history, "2017-03-04") == [["app/a1"], ["crm/M1"], own, ["mini/o1"], ["pos/C1"]]
    assert identifier(history, "mobile=k1:guide", "2017-03-01").cause == "staff_number"
    changes = history.frame("redirect")
    assert changes[changes["status"] == "split"]["cause"].tolist() == ["unbound:mobile", "staff_number:mobile"]


def test_a_number_known_to_be_staffs_from_the_beginning_never_joined_anybody() -> None:
    guide = {"blocked": "staff_number", "blocked_from": "1970-01-01"}
    history = fold(*[link(f"{source}/C1", "mobile=k1:guide", "2017-01-05", **guide) for source in "abc"])
    assert persons(history, "2017-01-05") == [["a/C1"], ["b/C1"], ["c/C1"]]
    assert len(history.frame("redirect")) == 0


def test_a_family_phone_on_five_cards_is_not_yet_shared() -> None:
    rows = [link(f"pos/C{number}", "mobile=k1:home", "2017-01-05", origin="typed_by_staff") for number in range(5)]
    assert len(persons(fold(*rows), "2017-01-05")) == 1


def test_a_blocked_value_joins_nobody_and_is_listed_with_its_reason() -> None:
    rows = [link(f"pos/C{number}", "member_no@crm=0000", "2017-01-05", blocked="placeholder") for number in range(2)]
    history = fold(*rows)
    assert persons(history, "2017-01-05") == [["pos/C0"], ["pos/C1"]]
    assert identifier(history, "member_no=0000", "2017-01-05").cause == "placeholder"


def test_a_value_blocked_later_gives_its_people_back_from_then_on() -> None:
    rows = [link(f"pos/C{number}", "member_no@crm=X", "2017-01-05") for number in range(3)]
    history = fold(*rows, link("pos/C2", "member_no@crm=X", "2017-02-01", blocked="placeholder"))
    assert [len(persons(history, date)) for date in ("2017-01-31", "2017-02-01")] == [1, 3]


def test_an_earlier_sighting_learned_later_shows_from_then_on() -> None:
    history = fold(
        link("crm/M1", "mobile=k1:a", "2017-02-01"),
        link("crm/M1", "mobile=k1:a", "2017-03-01", seen="2017-01-10"),
    )
    then, now = (identifier(history, "mobile=k1:a", date) for date in ("2017-02-28", "2017-03-01"))
    assert (str(then.valid_from.date()), str(now.valid_from.date())) == ("2017-02-01", "2017-01-10")


def test_an_identifier_type_without_a_rule_joins_nobody() -> None:
    rows = [link(f"pos/C{number}", "shoe_size=42", "2017-01-05") for number in range(2)]
    history = fold(*rows)
    assert len(persons(history, "2017-01-05")) == 2
    assert identifier(history, "shoe_size=42", "2017-01-05").cause == "unknown_id_type"


def _two_member_numbers() -> list[dict[str, object]]:
    return [
        link(f"crm/M{number}", identifier, f"2017-01-0{number}", origin="member_file")
        for number in (1, 2)
        for identifier in (f"member_no@crm=M{number}", "mobile=k1:a")
    ]


def test_two_member_numbers_stay_two_people_and_the_phone_of_the_second_is_refused() -> None:
    history = fold(*_two_member_numbers())
    assert persons(history, "2017-01-02") == [["crm/M1"], ["crm/M2"]]
    ids = one_ids(history, "2017-01-02")
    (conflict,) = history.frame("conflict").itertuples()
    assert (conflict.status, conflict.id_type, conflict.customer_id) == ("per_person_cap", "mobile", "M2")
    assert (conflict.one_id, conflict.into_one_id) == (ids["crm/M1"], ids["crm/M2"])
    assert conflict.cause == "would give one person more than 1 member_no of crm"
    assert identifier(history, "member_no=M2", "2017-01-02").one_id == ids["crm/M2"]
    assert identifier(history, "mobile=k1:a", "2017-01-02").one_id == ids["crm/M1"]


def test_a_member_merge_outranks_the_limit_from_its_day_on() -> None:
    history = fold(*_two_member_numbers(), merged("crm/M2", "crm/M1", "2017-05-01"))
    assert persons(history, "2017-04-30") == [["crm/M1"], ["crm/M2"]]
    assert persons(history, "2017-05-01") == [["crm/M1", "crm/M2"]]
    assert history.frame("redirect")[["status", "cause"]].values.tolist() == [["merge", "ruling"]]
    one_id = one_ids(history, "2017-05-01")["crm/M1"]
    for name in ("member_no=M1", "member_no=M2", "mobile=k1:a"):
        assert identifier(history, name, "2017-05-01").one_id == one_id


def test_a_ruling_on_two_cards_makes_no_room_for_a_third_of_somebody_else() -> None:
    third = [
        link("crm/M3", "member_no@crm=M3", "2017-01-03", origin="member_file"),
        link("crm/M3", "mobile=k1:a", "2017-01-03"),
    ]
    history = fold(*_two_member_numbers(), *third, merged("crm/M2", "crm/M1", "2017-05-01"))
    assert persons(history, "2017-05-01") == [["crm/M1", "crm/M2"], ["crm/M3"]]


def test_the_stronger_link_is_taken_and_the_weaker_refused() -> None:
    history = fold(
        link("crm/M1", "member_no@crm=M1", "2017-01-01", origin="member_file"),
        link("crm/M2", "member_no@crm=M2", "2017-01-01", origin="member_file"),
        link("pos/C1", "member_no@crm=M1", "2017-01-02", origin="order"),
        link("pos/C1", "mobile=k1:b", "2017-01-03"), link("crm/M2", "mobile=k1:b", "2017-01-03"),
    )  # fmt: skip
    assert persons(history, "2017-01-02") == [["crm/M1", "pos/C1"], ["crm/M2"]]
    assert persons(history, "2017-01-03") == [["crm/M1"], ["crm/M2", "pos/C1"]]


def test_a_typed_phone_confirmed_later_is_stronger_from_then_on() -> None:
    history = fold(
        link("pos/C1", "mobile=k1:a", "2017-01-01", origin="typed_by_staff"),
        link("pos/C1", "mobile=k1:a", "2017-03-01"),
        link("crm/M1", "mobile=k1:a", "2017-01-01"),
    )
    people = history.frame("person").sort_values("known_from")
    assert people[["status", "cause"]].values.tolist() == [
        ["medium", "joined_by_typed_identifier"],
        ["high", "joined_by_strong_identifier"],
    ]


def test_a_marketplace_buyer_without_a_bridge_is_an_island_until_the_programme_names_them() -> None:
    history = fold(
        link("tmall/b1", "tb_open_uid@app=b1", "2017-01-01"),
        link("tmall/b1", "mobile=k1:a", "2017-03-01"),
    )
    assert history.frame("person")["is_island"].tolist() == [True, False]


def test_a_device_of_two_accounts_joins_neither() -> None:
    history = fold(link("app/A", "device_id=d", "2017-01-01"), link("app/B", "device_id=d", "2017-01-02"))
    assert persons(history, "2017-01-02") == [["app/A"], ["app/B"]]


def test_an_unbound_identifier_splits_and_the_founder_keeps_the_id() -> None:
    history = fold(
        link("app/A", "sa_login_id@p=L", "2017-01-01"), link("app/B", "sa_login_id@p=L", "2017-01-02"),
        link("app/B", "sa_login_id@p=L", "2017-01-02", until="2017-06-01"),
    )  # fmt: skip
    before, after = one_ids(history, "2017-05-31"), one_ids(history, "2017-06-01")
    assert before["app/A"] == before["app/B"] == after["app/A"] != after["app/B"]
    assert history.frame("redirect")[["status", "cause"]].values.tolist() == [["split", "unbound:sa_login_id"]]


def test_an_unbound_identifier_bound_again_joins_again() -> None:
    history = fold(
        link("app/A", "sa_login_id@p=L", "2017-01-01"),
        link("app/B", "sa_login_id@p=L", "2017-01-02", until="2017-06-01"),
        link("app/B", "sa_login_id@p=L", "2017-07-01"),
    )  # fmt: skip
    assert [len(persons(history, date)) for date in ("2017-05-31", "2017-06-30", "2017-07-01")] == [1, 2, 1]
    ids = history.frame("source_record")
    assert ids[ids["customer_id"] == "B"]["one_id"].nunique() == 2


def _re_issued(silent_until: str) -> list[dict[str, object]]:
    return [
        link("crm/M1", "member_no@crm=M1", "2017-01-01", origin="member_file"),
        link("crm/M1", "mobile=k1:a", "2017-01-01"),
        link("crm/M2", "member_no@crm=M2", silent_until, origin="member_file"),
        link("crm/M2", "mobile=k1:a", silent_until),
    ]  # fmt: skip


def test_a_re_issued_number_goes_to_its_new_holder_and_the_old_holding_ends() -> None:
    history = fold(*_re_issued("2017-07-20"))
    ids = one_ids(history, "2017-07-20")
    assert persons(history, "2017-07-20") == [["crm/M1"], ["crm/M2"]]
    assert identifier(history, "mobile=k1:a", "2017-07-19").one_id == ids["crm/M1"]
    now = identifier(history, "mobile=k1:a", "2017-07-20")
    assert (now.one_id, str(now.valid_from.date())) == (ids["crm/M2"], "2017-07-20")
    rows = history.frame("identifier")
    held = rows[(rows["id_token"] == "k1:a") & rows["valid_to"].notna()]
    assert held[["one_id"]].values.tolist() == [[ids["crm/M1"]]]
    assert [str(at.date()) for at in held["valid_to"]] == ["2017-07-20"]
    assert not rows.duplicated(["id_type", "id_scope", "id_token", "known_from"]).any()
    assert history.frame("conflict").empty


def test_a_number_may_be_handed_out_again_on_the_hundred_and_eightieth_day_and_not_before() -> None:
    on_the_day, the_day_before = fold(*_re_issued("2017-06-30")), fold(*_re_issued("2017-06-29"))
    assert persons(on_the_day, "2017-06-30") == [["crm/M1"], ["crm/M2"]]
    assert identifier(on_the_day, "mobile=k1:a", "2017-06-30").one_id == one_ids(on_the_day, "2017-06-30")["crm/M2"]
    first = one_ids(the_day_before, "2017-06-29")["crm/M1"]
    assert identifier(the_day_before, "mobile=k1:a", "2017-06-29").one_id == first


def test_a_number_that_was_never_silent_is_not_re_issued() -> None:
    history = fold(*_re_issued("2017-06-01"))
    assert identifier(history, "mobile=k1:a", "2017-06-01").one_id == one_ids(history, "2017-06-01")["crm/M1"]
    assert history.frame("conflict")["status"].tolist() == ["per_person_cap"]


def test_a_holder_seen_in_between_breaks_the_silence() -> None:
    between = link("crm/M1", "mobile=k1:a", "2017-04-01")
    history = fold(*_re_issued("2017-07-20"), between)
    assert identifier(history, "mobile=k1:a", "2017-07-20").one_id == one_ids(history, "2017-07-20")["crm/M1"]


def test_a_person_who_returns_after_a_silence_with_nothing_that_contradicts_is_the_same_person() -> None:
    history = fold(
        link("crm/M1", "mobile=k1:a", "2017-01-01"), link("crm/M1", "member_no@crm=M1", "2017-01-01"),
        link("mini/o1", "mobile=k1:a", "2017-09-01"), link("mini/o1", "wx_unionid=U", "2017-09-01"),
    )  # fmt: skip
    assert persons(history, "2017-09-01") == [["crm/M1", "mini/o1"]]


def test_a_record_founded_by_its_phone_keeps_its_id_when_the_number_is_re_issued() -> None:
    rows = _re_issued("2017-07-20")
    history = fold(*rows)
    before, after = one_ids(history, "2017-07-19"), one_ids(history, "2017-07-20")
    assert before["crm/M1"] == after["crm/M1"]


def test_a_large_cluster_is_listed() -> None:
    rows = [link("crm/M1", f"device_id=d{number}", "2017-01-01") for number in range(50)]
    history = fold(*rows)
    (conflict,) = history.frame("conflict").itertuples()
    assert (conflict.status, conflict.one_id) == ("large_cluster", one_ids(history, "2017-01-01")["crm/M1"])
