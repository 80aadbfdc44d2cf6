"""What is kept how long, and the processing record that says so."""

import datetime as dt
import json
import os

import pytest

from orchestration import audit_log, retention
from orchestration.assessment import assessment, keep
from orchestration.settings import Recipient, Settings

NOW = dt.datetime(2026, 3, 10, 2)


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path, brand_name="小店")


def land(home, name, landed_at, mapped=""):
    """Put a file into raw/ and landing/ as a run leaves it; ``mapped`` is a folder of the brand's own."""
    folder = home / "raw" / "standard" / (mapped or "orders")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text("rows", encoding="utf-8")
    delivered = home / "landing" / (mapped or "standard/orders")
    delivered.mkdir(parents=True, exist_ok=True)
    (delivered / f"{name}.csv").write_text("rows", encoding="utf-8")
    said = {"raw_name": f"{name}.csv", "landed_at": landed_at.isoformat(), "bytes": 4, "file_name": f"{name}.csv"}
    said |= {"channel": "standard", "dataset": mapped or "orders"}
    said |= {"modified_ns": (delivered / f"{name}.csv").stat().st_mtime_ns}
    (folder / f"{name}.landed.json").write_text(json.dumps(said), encoding="utf-8")


def own_terms(home, **days):
    """Write a brand's own terms."""
    shipped = retention.seed_file(Settings(home=home), retention.SEED).read_text(encoding="utf-8").splitlines()
    named = [(line.split(",")[0], line) for line in shipped]
    lines = [f"{name},{days[name]},目的,purpose,own" if name in days else line for name, line in named]
    (home / "rules").mkdir()
    (home / "rules" / "retention_classes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_raw_files_are_kept_for_ever_and_pages_for_a_year_by_default(settings):
    land(settings.home, "old", NOW - dt.timedelta(days=4000))
    for day in ("2024-12-31", "2025-03-09", "2026-03-09"):
        (settings.home / "reports" / day).mkdir(parents=True)
    assert retention.apply(settings, NOW) == {"reports": 1}
    assert sorted(each.name for each in (settings.home / "reports").iterdir()) == ["2025-03-09", "2026-03-09"]
    assert (settings.home / "raw" / "standard" / "orders" / "old.csv").exists()
    assert audit_log.last_lines(settings, 1)[0]["details"] == {"reports": 1}


def test_a_brands_own_terms_end_raw_files_and_what_was_read_of_landing_to_the_day(settings):
    own_terms(settings.home, raw=180, landing=30)
    land(settings.home, "half_a_year", NOW - dt.timedelta(days=180))
    land(settings.home, "older", NOW - dt.timedelta(days=180, seconds=1))
    (settings.home / "landing" / "standard" / "orders" / "unread.csv").write_text("rows", encoding="utf-8")
    land(settings.home, "new", NOW - dt.timedelta(days=30))
    assert retention.apply(settings, NOW) == {"landing": 2, "raw": 1}
    left = {
        folder: sorted(file.name for file in (settings.home / folder).rglob("*.csv")) for folder in ("raw", "landing")
    }
    assert left == {"raw": ["half_a_year.csv", "new.csv"], "landing": ["new.csv", "unread.csv"]}


def test_the_pages_of_a_demo_of_2017_are_not_old_because_it_runs_today(settings):
    for day in ("2017-11-29", "2017-11-30"):
        (settings.home / "reports" / day).mkdir(parents=True)
    assert retention.apply(settings, NOW) == {}


def test_the_assessment_says_terms_recipients_and_erasures_in_both_languages(settings):
    told = Recipient(purpose="发短信", until=dt.date(2027, 1, 1), in_mainland=True)
    settings = Settings(home=settings.home, brand_name="小店", recipients={"agency": told})
    receipts = settings.home / "erasure" / "receipts"
    receipts.mkdir(parents=True)
    receipt = {"erasure": "e-1", "asked_at": "2026-03-01T01:00:00Z", "ended_at": "2026-03-01T02:00:00Z"}
    (receipts / "e-1.json").write_text(json.dumps(receipt | {"files_with_residue": 0}), encoding="utf-8")
    zh, en = (assessment(settings, NOW, language) for language in ("zh", "en"))
    assert "# 个人信息保护影响评估与处理活动记录：小店" in zh
    assert "agency：目的 发短信，期限 2027-01-01，境内；已交付 0 行" in zh
    assert "agency: for 发短信, until 2027-01-01, in the mainland; 0 rows handed over" in en
    assert "- reports: 400 days; The morning pages: compared with the year before" in en
    assert "- e-1: asked 2026-03-01T01:00:00Z, ended 2026-03-01T02:00:00Z, residue 0" in en
    assert zh.count("\n## ") == en.count("\n## ") == 10


def test_what_is_kept_of_an_assessment_ends_after_three_years_and_not_before(settings):
    files = keep(settings, NOW)
    assert [file.name for file in files] == ["2026-03-10.zh.md", "2026-03-10.en.md"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert retention.apply(settings, NOW + dt.timedelta(days=1095)) == {}
    assert retention.apply(settings, NOW + dt.timedelta(days=1097)) == {"assessments": 2}


def test_a_mapped_folder_ends_too_and_what_was_delivered_anew_under_an_old_name_does_not(settings):
    own_terms(settings.home, landing=30)
    old = NOW - dt.timedelta(days=40)
    land(settings.home, "export", old, mapped="qianniu/orders")
    land(settings.home, "again", old)
    again = settings.home / "landing" / "standard" / "orders" / "again.csv"
    os.utime(again, ns=(again.stat().st_mtime_ns + 1, again.stat().st_mtime_ns + 1))
    assert retention.apply(settings, NOW) == {"landing": 1}
    assert [file.name for file in (settings.home / "landing").rglob("*.csv")] == ["again.csv"]


def test_what_a_killed_process_was_writing_goes_after_a_day_and_what_is_written_now_stays(settings):
    old, new = settings.home / "published" / ".siyu.duckdb.3818da29", settings.home / ".audit.head.0a1b2c3d"
    old.parent.mkdir()
    for draft, hours in ((old, 25), (new, 23)):
        draft.write_text("half")
        at = dt.datetime.now(dt.UTC).timestamp() - hours * 3600
        os.utime(draft, (at, at))
    retention.apply(settings, NOW)
    assert (old.exists(), new.exists()) == (False, True)
