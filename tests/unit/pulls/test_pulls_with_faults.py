"""Whatever goes wrong at every k-th call, what has landed in the end is what the platform holds, each record once."""

import pytest

from orchestration.pulls.calls import PullError
from tests.unit.pulls.every_pull import BY_NAME, CASES
from tests.unit.pulls.pulling import counted

#: What is done again without harm: nothing had left the platform, or it gives the same page again.
HARMLESS = ("reset", "http_500", "html", "busy", "rate", "slow")
QUEUES = ("sms_statuses", "sms_replies")


def _runs():
    for case in CASES:
        faults = HARMLESS if case.name in QUEUES else (*HARMLESS, "broken", "cut")
        faults = (*faults, "expired") if case.has_token else faults
        for fault in faults:
            for every, ending in ((2, "absent"), (3, "empty"), (7, "absent")):
                yield pytest.param(case, fault, every, ending, id=f"{case.name}-{fault}-{every}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("ending", ["empty", "absent"])
def test_a_pull_lands_what_the_platform_holds_each_record_once(pulling, case, ending):
    platform = case.build(ending)
    pulling.serve(case.platform, platform)
    expected = case.expected(platform)
    done = pulling.pull(case.name, case.start)
    assert pulling.payloads(case.place) == expected
    assert (done.new_records, done.retries, done.refreshes) == (sum(expected.values()), 0, 0)


@pytest.mark.parametrize(("case", "fault", "every", "ending"), _runs())
def test_a_fault_at_every_kth_call_changes_nothing(pulling, case, fault, every, ending):
    platform = case.build(ending)
    platform.fail_every(every, fault)
    pulling.serve(case.platform, platform)
    expected = case.expected(platform)
    done = pulling.pull(case.name, case.start)
    assert pulling.payloads(case.place) == expected
    faults = len(platform.calls) // every
    assert done.refreshes == (faults if fault == "expired" else 0)
    assert done.retries == (0 if fault in ("expired", "slow") else faults)


@pytest.mark.parametrize("name", QUEUES)
@pytest.mark.parametrize("fault", ["broken", "cut"])
@pytest.mark.parametrize("every", [2, 3, 5])
def test_of_a_queues_page_that_breaks_off_the_whole_entries_land_and_the_loss_is_said(pulling, name, fault, every):
    case = BY_NAME[name]
    platform = case.build("empty")
    platform.fail_every(every, fault)
    pulling.serve(case.platform, platform)
    everything = case.expected(platform)
    with pytest.raises(PullError, match="broke off; what they held whole has landed"):
        pulling.pull(name)
    platform.fail_every(0, "")
    pulling.pull(name)
    # Two thirds of the bytes of a broken page came, so two thirds of its hundred entries, less the one that was cut.
    broken = [page for number, page in enumerate(platform.given, 1) if page and number % every == 0 and number <= 6]
    kept = list((pulling.home / "pulls" / "cut").glob("*.json"))
    lost = everything - pulling.payloads(case.place)
    assert 1 <= len(kept) <= len(broken)
    assert pulling.payloads(case.place) <= everything
    assert lost <= counted(entry for page in broken for entry in page)
    assert 30 * len(kept) <= sum(lost.values()) <= 40 * len(kept)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("fault", ["reset", "busy", "rate", "http_500"])
def test_a_platform_that_never_answers_is_asked_four_times_and_nothing_is_lost(pulling, case, fault):
    platform = case.build("empty")
    pulling.serve(case.platform, platform)
    expected = case.expected(platform)
    platform.fail_every(1, fault)
    with pytest.raises(PullError, match="pull again later"):
        pulling.pull(case.name, case.start)
    assert len(platform.calls) == 4
    assert pulling.files() == {}
    platform.fail_every(0, "")
    pulling.pull(case.name, case.start)
    assert pulling.payloads(case.place) == expected


@pytest.mark.parametrize("name", ["wecom_contacts", "wecom_groups", "tmall_trades", "sms_statuses"])
def test_a_rate_limit_in_the_middle_leaves_what_landed_and_the_next_pull_goes_on(pulling, name):
    case = BY_NAME[name]
    platform = case.build("empty")
    pulling.serve(case.platform, platform)
    expected = case.expected(platform)
    platform.before[6] = lambda: platform.fail_every(1, "rate")
    with pytest.raises(PullError, match="limits how often it may be asked"):
        pulling.pull(name, case.start)
    landed = pulling.files()
    assert landed
    platform.fail_every(0, "")
    pulling.pull(name, case.start)
    assert pulling.payloads(case.place) == expected
    assert landed.items() <= pulling.files().items()


@pytest.mark.parametrize("name", QUEUES)
def test_a_queues_page_that_never_arrived_cannot_be_had_again_and_a_line_says_so(pulling, name):
    case = BY_NAME[name]
    platform = case.build("empty")
    platform.fail_every(3, "lost")
    pulling.serve(case.platform, platform)
    everything = case.expected(platform)
    said = []
    done = pulling.pull(name, say=said.append)
    lost = [page for number, page in enumerate(platform.given, 1) if number % 3 == 0]
    assert pulling.payloads(case.place) == everything - counted(entry for page in lost for entry in page)
    assert done.unanswered == len(lost) == 2
    assert said[0].split(": ")[1].startswith("2 requests were never answered")
