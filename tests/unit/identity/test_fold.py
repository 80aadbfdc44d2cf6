"""What a day writes down of identifiers, people, links and conflicts."""

from typing import Any

import pandas as pd
import pytest

from ml.identity.fold import Fold
from ml.identity.graph import Value
from ml.identity.history import IdentityHistory
from ml.identity.people import Founder
from ml.identity.solve import NotConverged
from tests.unit.identity.rows import KEY, alone, as_known, fold, identifier, link, one_ids, rules


def date(at: Any) -> str | None:
    return None if pd.isna(at) else str(at.date())


def held(history: IdentityHistory, name: str, known: str) -> tuple[object, ...]:
    """Return who holds an identifier, from when until when, how strongly, and why nobody does."""
    row, by = identifier(history, name, known), {one_id: record for record, one_id in one_ids(history, known).items()}
    reason = None if pd.isna(row.cause) else row.cause
    return by.get(row.one_id), date(row.valid_from), date(row.valid_to), row.link_strength, reason


def person(history: IdentityHistory, record: str, known: str) -> tuple[object, ...]:
    rows = as_known(history.frame("person"), known)
    (row,) = rows[rows["one_id"] == one_ids(history, known)[record]].itertuples()
    return row.identifier_count, row.source_record_count, row.status, date(row.valid_from)


def statuses(history: IdentityHistory) -> dict[tuple[str, str], str]:
    return {(row.customer_id, row.id_token): row.status for row in history.frame("link").itertuples()}


def test_an_identifier_is_held_from_its_first_sighting_as_surely_as_its_surest_link():
    history = fold(
        link("crm/M1", "mobile=k1:a", "2017-01-10"), link("crm/M1", "mobile=k1:a", "2017-01-20"),
        link("mini/o1", "mobile=k1:a", "2017-01-05", origin="order"),
    )  # fmt: skip
    assert held(history, "mobile=k1:a", "2017-01-05") == ("mini/o1", "2017-01-05", None, 40, None)
    assert held(history, "mobile=k1:a", "2017-01-31")[1:] == ("2017-01-05", None, 90, None)


def four_phones(record: str, first: str, origin: str = "verified") -> list[dict[str, Any]]:
    own = [link(record, f"mobile=k1:{record[-1]}{n}", "2017-01-01") for n in range(3)]
    return [*own, link(record, "mobile=k1:d", first, origin=origin)]


def test_a_fourth_phone_is_nobodys_and_the_conflict_says_so():
    history = fold(*four_phones("crm/M1", "2017-01-10"), *four_phones("mini/o2", "2017-01-08", "order"))
    assert held(history, "mobile=k1:d", "2017-01-10") == (None, "2017-01-08", None, 90, "over_limit")
    ids, rows = one_ids(history, "2017-01-10"), history.frame("conflict")
    said = {row.customer_id: row for row in rows.itertuples()}
    assert [said[name].cause for name in ("M1", "o2")] == ["would give one person more than 3 mobile"] * 2
    assert (said["M1"].source, said["M1"].into_one_id) == ("crm", ids["crm/M1"])
    assert pd.isna(said["M1"].one_id)
    assert {date(at) for at in rows["known_from"]} == {"2017-01-08", "2017-01-10"}
    assert statuses(history)["M1", "k1:d"] == "refused"


def test_a_refusal_is_told_once_and_not_again_on_every_later_day():
    history = fold(*four_phones("crm/M1", "2017-01-10"), link("crm/M1", "email=k1:e", "2017-02-01"))
    assert len(history.frame("conflict")) == 1


def test_an_identifier_given_up_stays_with_its_last_holder_with_its_end():
    history = fold(
        link("app/A", "sa_login_id@p=L", "2017-01-01", until="2017-03-01"),
        link("app/B", "sa_login_id@p=L", "2017-01-02", until="2017-05-01"),
    )
    assert held(history, "sa_login_id=L", "2017-04-30") == ("app/B", "2017-01-02", None, 60, None)
    assert held(history, "sa_login_id=L", "2017-05-01") == ("app/B", "2017-01-02", "2017-05-01", 60, None)
    assert set(statuses(history).values()) == {"unbound", "joined"}


def test_an_identifier_given_up_alone_is_known_as_given_up_at_the_cut_off_and_no_sooner():
    history = fold(link("app/A", "sa_login_id@p=L", "2017-01-01", until="2017-03-01"))
    rows = history.frame("identifier")
    rows = rows[rows["id_token"] == "L"].sort_values("known_from")
    assert [str(at) for at in rows["known_from"]] == ["2017-01-01 22:00:00", "2017-03-01 22:00:00"]


def test_an_old_holding_is_not_told_again_when_its_next_holder_learns_something_else():
    given_up = link("app/A", "sa_login_id@p=L", "2017-01-01", until="2017-03-01")
    kept = link("app/B", "sa_login_id@p=L", "2017-03-01")
    before = fold(given_up, kept)
    after = fold(given_up, kept, link("app/B", "mobile=k1:a", "2017-05-01"))
    of = [rows[rows["id_token"] == "L"] for rows in (before.frame("identifier"), after.frame("identifier"))]
    assert len(of[0]) == len(of[1]) == 3


def test_a_holding_that_passes_on_ends_in_a_row_of_its_own_an_instant_before():
    history = fold(
        link("app/A", "sa_login_id@p=L", "2017-01-01", until="2017-03-01"),
        link("app/B", "sa_login_id@p=L", "2017-03-01"),
    )
    rows = history.frame("identifier")
    rows = rows[rows["id_token"] == "L"].sort_values("known_from")
    assert [date(at) for at in rows["valid_to"]] == [None, "2017-03-01", None]
    assert rows["one_id"].nunique() == 2
    moment = rows["known_to"].iloc[1] - rows["known_from"].iloc[1]
    assert moment == pd.Timedelta(microseconds=1)


def test_a_value_that_joins_nobody_is_listed_from_its_first_sighting_without_strength():
    history = fold(
        link("crm/M1", "member_no@crm=0000", "2017-01-10", blocked="placeholder"),
        link("crm/M2", "member_no@crm=0000", "2017-01-05", blocked="placeholder"),
    )
    assert held(history, "member_no=0000", "2017-01-10") == (None, "2017-01-05", None, 0, "placeholder")
    assert statuses(history)["M1", "0000"] == "placeholder"
    links = history.frame("link")
    assert [date(at) for at in links.loc[links["id_token"] == "0000", "known_from"]] == ["2017-01-10", "2017-01-05"]


def test_a_persons_records_and_identifiers_are_counted_without_the_records_own_numbers():
    history = fold(
        alone("crm/M1", "2017-01-01"), link("crm/M1", "mobile=k1:a", "2017-01-02"),
        link("crm/M1", "email=k1:e", "2017-01-02"), link("mini/o1", "mobile=k1:a", "2017-01-03"),
    )  # fmt: skip
    assert person(history, "crm/M1", "2017-01-01") == (0, 1, "medium", "2017-01-01")
    assert person(history, "crm/M1", "2017-01-02") == (2, 1, "high", "2017-01-01")
    assert person(history, "crm/M1", "2017-01-03") == (2, 2, "high", "2017-01-01")


def test_a_record_exists_as_early_as_any_row_of_its_first_day_says_and_no_later_day_moves_that():
    late_first = fold(
        link("crm/M1", "mobile=k1:a", "2017-01-10", seen="2017-01-09"),
        link("crm/M1", "email=k1:e", "2017-01-10", seen="2017-01-03"),
        link("crm/M1", "mobile=k1:b", "2017-02-01", seen="2017-01-01"),
    )
    assert held(late_first, "customer_id=M1", "2017-02-01")[:2] == ("crm/M1", "2017-01-03")
    assert person(late_first, "crm/M1", "2017-02-01")[3] == "2017-01-03"


def test_a_person_of_more_than_fifty_identifiers_is_listed_once_by_their_oldest_link():
    devices = [link("crm/M1", f"device_id=d{number}", "2017-01-02") for number in range(49)]
    fifty = [link("crm/M1", "mobile=k1:a", "2017-01-01"), *devices]
    assert fold(*fifty[:-1]).frame("conflict").empty
    history = fold(*fifty, link("crm/M1", "email=k1:e", "2017-03-01"))
    (conflict,) = history.frame("conflict").itertuples()
    assert conflict.cause == "51 identifiers, more than 50: look whether they are one person"
    assert (conflict.id_type, conflict.customer_id, date(conflict.known_from)) == ("customer_id", "M1", "2017-01-02")
    assert pd.isna(conflict.into_one_id)


def test_a_link_says_what_became_of_it_and_when_that_was_known():
    history = fold(
        link("crm/M1", "member_no@crm=M1", "2017-01-01", origin="member_file"),
        link("crm/M1", "mobile=k1:a", "2017-01-01"),
        link("crm/M2", "member_no@crm=M2", "2017-09-01", origin="member_file"),
        link("crm/M2", "mobile=k1:a", "2017-09-01"),
    )
    rows = {(row.customer_id, row.id_token): row for row in history.frame("link").itertuples()}
    first, second = rows["M1", "k1:a"], rows["M2", "k1:a"]
    assert (first.status, date(first.known_from), date(first.valid_to)) == ("reissued", "2017-09-01", "2017-09-01")
    assert (second.status, date(second.known_from), date(second.valid_from)) == ("joined", "2017-09-01", "2017-09-01")
    links = history.frame("link")
    own = links[links["customer_id"].eq("M1") & links["id_token"].eq("M1")]
    assert set(own[["id_type", "link_strength"]].itertuples(index=False, name=None)) == {
        ("customer_id", 100), ("member_no", 70),
    }  # fmt: skip


def test_people_that_are_not_the_components_of_their_links_stop_the_run():
    together = Fold(rules(), Founder(KEY), 0)
    for day, record in enumerate([("crm", "M1"), ("mini", "o1")]):
        together.day(day, [(record, ("mobile", "", "k1:a"), None, "verified", day, None)])
    together.check()
    value: Value = together._graph.values["mobile", "", "k1:a"]
    value.links["mini", "o1"].status = "unbound"
    with pytest.raises(NotConverged, match="people and connected components of their links differ"):
        together.check()
