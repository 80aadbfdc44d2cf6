"""Every trap of a real brand's identity data stands in the files, and the truth says whom it concerns."""

import datetime as dt
from collections import Counter, defaultdict

import pytest

from demo import traps


@pytest.mark.parametrize("flag", traps.NAMES)
def test_every_trap_is_laid_and_written_down(home, flag):
    assert home.flagged(flag)


def test_a_store_phone_stands_on_many_members(home):
    shared, count = Counter(row["phone"] for row in home.records("pos/members")).most_common(1)[0]
    assert count >= 5
    assert len(shared) == 11


def test_a_reissued_number_comes_back_with_somebody_else_after_half_a_year(home):
    joined, last_seen, numbers = {}, defaultdict(str), defaultdict(set)
    for row in home.records("crm/members"):
        joined[row["member_no"]] = row["register_time"]
        last_seen[row["member_no"]] = max(last_seen[row["member_no"]], row["updated_at"])
        if row["mobile"] != "13800138000":
            numbers[row["mobile"]].add(row["member_no"])
    cards = {row["customerUid"]: row["number"] for row in home.records("pos/members")}
    for ticket in home.payloads("pos/tickets"):
        member = cards.get(ticket.get("customerUid"), "")
        last_seen[member] = max(last_seen[member], ticket.get("datetime", ""))
    pairs = [sorted(two, key=joined.__getitem__) for two in numbers.values() if len(two) == 2]
    reissued = [(old, new) for old, new in pairs if joined[new] >= "2017-10-20"]
    assert len(reissued) == len(home.flagged("reissued_to")) == len(home.flagged("reissued_from")) > 0
    for old, new in reissued:
        silence = dt.datetime.fromisoformat(joined[new]) - dt.datetime.fromisoformat(last_seen[old])
        assert silence.days >= 180, (old, new)


def test_a_unionid_is_missing_until_it_is_bound(home):
    versions = defaultdict(list)
    for record in home.records("wecom/contacts"):
        contact = record["payload"]["external_contact"]
        versions[contact["external_userid"]].append((record["_fetched_at"], "unionid" in contact))
    late = [pulls for pulls in versions.values() if {known for _, known in pulls} == {True, False}]
    assert late
    assert all(not min(pulls)[1] and max(pulls)[1] for pulls in late)
    assert any(max(pulls)[0] >= "2017-11-03" for pulls in late)


def test_marketplace_phones_are_masked_or_virtual(home):
    phones = {trade["receiver_mobile"] for trade in home.payloads("tmall/trades") if "receiver_mobile" in trade}
    assert all(phone.startswith("*******") or "-" in phone for phone in phones)
    assert {"-" in phone for phone in phones} == {True, False}


def test_two_numbers_of_one_person_are_merged_by_the_crm_for_some(home):
    merged = {row["member_no_from"] for row in home.records("crm/merges")}
    doubled = home.flagged("two_member_numbers")
    members = [row for row in home.truth("people") if row["source"] == "crm" and row["person_id"] in doubled]
    assert Counter(row["person_id"] for row in members) == dict.fromkeys(doubled, 2)
    assert 0 < len(merged) == len(home.flagged("merged_member_numbers")) < len(doubled)
    assert merged <= {row["customer_id"] for row in members}


def test_phones_are_typed_the_way_people_type_them(home):
    typed = {row["mobile"] for row in home.records("crm/members")}
    for sign in ("+86", "0086-", " ", "'", "E+10", "\t"):
        assert any(sign in phone for phone in typed), sign


def test_the_stores_tablet_has_many_logins(home):
    logins = defaultdict(set)
    for event in home.payloads("app/events"):
        if "$identity_login_id" in event.get("identities", {}):
            logins[event["properties"]["$device_id"]].add(event["identities"]["$identity_login_id"])
    assert max(map(len, logins.values())) >= 4


def test_a_binding_is_taken_back(home):
    assert len([event for event in home.payloads("app/events") if event["type"] == "track_id_unbind"]) == 2


def test_staff_and_test_accounts_are_suppressed(home):
    reasons = Counter(row["reason"] for row in home.records("standard/suppressions"))
    assert reasons["staff"] == len(home.flagged("staff_buyer")) > 0
    assert reasons["test"] == len(home.flagged("tester")) > 0


def test_consent_is_neither_nobodys_nor_everybodys(home):
    granted, people = Counter(), set()
    for row in home.records("standard/consents"):
        people.add(row["customer_id"])
        granted[row["message_channel"], row["purpose"]] += row["granted"] == "true"
    share = {key: count / len(people) for key, count in granted.items()}
    assert 0.5 < share["sms", "marketing"] < 0.9
    assert 0.2 < share["call", "marketing"] < 0.6
    assert 0.7 < share["", "profiling"] < 0.97


def test_walk_in_tickets_are_known_to_the_truth_alone(home):
    walk_ins = [
        one for one in home.payloads("pos/tickets") if one.get("customerUid") == "0" and one["ticketType"] == "SELL"
    ]
    orders = {f"{one['storeId']}-{one['sn']}" for one in walk_ins if not one["sn"].startswith("BAD")}
    assert orders == {row["order_id"] for row in home.truth("walk_ins")}
    assert 0.01 < len(orders) / home.summary["orders"]["pos"] < 0.06


def test_every_household_has_one_buyer_and_members_who_never_buy(home):
    kinds = defaultdict(set)
    for row in home.truth("people"):
        if row["household_id"] is not None:
            kinds[row["household_id"], row["kind"]].add(row["person_id"])
    buyers = [people for (_, kind), people in kinds.items() if kind == "buyer"]
    assert len(buyers) == 50
    assert all(len(people) == 1 for people in buyers)
    members = set().union(*(people for (_, kind), people in kinds.items() if kind == "member"))
    sold_to = {"pos", "tmall"}
    assert members
    assert not [row for row in home.truth("people") if row["person_id"] in members and row["source"] in sold_to]


def test_one_delivery_comes_twice_and_one_comes_late(home):
    folder = home.path / "landing" / "wecom" / "contact_changes"
    assert (folder / "2017-11-15.jsonl").read_bytes() == (folder / "2017-11-15 (1).jsonl").read_bytes()
    late = (home.path / "landing" / "pos" / "tickets" / "2017-11-17-late.jsonl").read_text()
    assert late.count("\n") == late.count('"datetime":"2017-11-14') > 0


def test_the_crm_export_is_gb18030(home):
    content = home.content(home.path / "landing" / "crm" / "members" / "2017-11-09.csv")
    assert "坏行一" in content.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


def test_bad_rows_wait_for_the_quarantine_in_seven_datasets(home):
    assert home.summary["quarantine_rows"] == {
        "pos/tickets": 3,
        "crm/members": 3,
        "app/events": 2,
        "wecom/contact_changes": 1,
        "mini_program/orders": 1,
        "tmall/trades": 1,
        "standard/points_ledger": 2,
    }
