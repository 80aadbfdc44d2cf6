"""A version that only differs too much from the one before may be released by a person who says why."""

import datetime as dt
import json

import duckdb
import pytest

from orchestration import cli
from orchestration.account import who_works
from orchestration.publish import PublishBlocked, RollbackRefused, publish, rollback
from orchestration.publishing.contract import tables
from orchestration.publishing.versions import Store
from tests.unit.publish.world import DATE, DATED, add_date, published_brand

NEXT = DATE + dt.timedelta(days=1)
PARTITIONS = {name: table.partition for name, table in tables().items()}
HALF_GONE = (
    "delete from customers where one_id > 'P05'; delete from customer_segments where one_id > 'P05';"
    " delete from customer_lifecycle where one_id > 'P05'; delete from customer_scores where one_id > 'P05';"
    " delete from identity_map where one_id > 'P05'; delete from recall_assignment where one_id > 'P05';"
    " update kpi_daily set numerator = 50000, value = 50000;"
    " update channel_attribution set revenue_fen = 50000; update recall_audience_summary set holdout_count = 1"
)


def _blocked(settings, date=NEXT):
    with pytest.raises(PublishBlocked) as raised:
        publish(settings, [date])
    store = Store(settings.published)
    return next(name for name in store.by_age() if not store.has_passed(name)), str(raised.value)


@pytest.fixture
def halved(tmp_path):
    """A brand of which more than half the customers are gone the next day: home, good version, blocked one, message."""
    settings, done = published_brand(tmp_path)
    good = done.current
    add_date(settings, NEXT, HALF_GONE)
    return settings, good, *_blocked(settings)


def test_a_real_change_is_released_by_name_with_a_reason_that_is_kept(halved, monkeypatch, capsys):
    settings, good, blocked, message = halved
    store = Store(settings.published)
    assert f'siyu rollback {blocked} --accept "why"' in message
    with pytest.raises(RollbackRefused, match="--accept"):
        rollback(settings, blocked)
    assert store.current() == good
    monkeypatch.setenv("SIYU_HOME", str(settings.home))
    assert cli.main(["rollback", blocked, "--accept", "the franchise was sold"]) == cli.DONE
    assert store.current() == blocked in capsys.readouterr().out.split()
    kept = json.loads((store.results / f"{blocked}.json").read_text(encoding="utf-8"))
    assert kept["passed"] is False and kept["accepted"] == {
        "by": who_works(),
        "reason": "the franchise was sold",
        "checks": ["customers_did_not_halve_or_double_overnight", "contactable_customers_did_not_halve_overnight"],
    }
    assert publish(settings, [NEXT]).current == blocked  # run again, the same bytes stay accepted


def test_consents_that_stayed_away_overnight_block_although_nobody_is_missing(tmp_path):
    settings, _ = published_brand(tmp_path)
    add_date(settings, NEXT, "update customers set consented_channels = [] where one_id > 'P05'")
    _, message = _blocked(settings)
    assert "contactable_customers_did_not_halve_overnight" in message
    assert "customers_did_not_halve_or_double" not in message


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_released(halved, reason):
    settings, good, blocked, _ = halved
    with pytest.raises(RollbackRefused, match="needs a reason"):
        rollback(settings, blocked, reason)
    assert Store(settings.published).current() == good


def test_no_reason_releases_a_version_with_a_fault_of_its_own(tmp_path):
    settings, done = published_brand(tmp_path)
    good = done.current
    add_date(settings, NEXT, HALF_GONE + "; update customers set net_paid_fen = 1 where one_id = 'P03'")
    blocked, message = _blocked(settings)
    assert "--accept" not in message
    with pytest.raises(RollbackRefused, match="customers_net_is_paid_less_refunded failed, which no reason mends"):
        rollback(settings, blocked, "we want it so")
    assert Store(settings.published).current() == good


def test_a_date_run_again_after_a_fault_was_mended_is_compared_with_the_day_before_and_not_with_the_fault(tmp_path):
    settings, _ = published_brand(tmp_path)
    add_date(settings, NEXT, HALF_GONE)
    blocked, _ = _blocked(settings)
    rollback(settings, blocked, "believed to be real")
    with duckdb.connect(str(settings.warehouse)) as con:
        for name in DATED:
            con.execute(f"delete from published.{name} where {PARTITIONS.get(name, 'as_of_date')} = '{NEXT}'")
    add_date(settings, NEXT, "update customers set city = null")
    assert publish(settings, [NEXT]).current not in {blocked, None}
