"""A brand's own rules: a file of the home stands in for a shipped seed, once every cell of it was read."""

import duckdb
import pytest

from orchestration.home_rules import SEEDS, check_own_rules, load_own_rules, own_rules, seed_file
from orchestration.publishing.manifest import as_text, build_manifest
from orchestration.release import drop_other_releases, release_of_seeds
from orchestration.run_plan import transition_days
from orchestration.settings import Settings, SettingsError

CAPS = "rfm_cuts"


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


def _own(settings, seed, text):
    file = settings.home / "rules" / f"{seed}.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def _shipped(seed):
    return (SEEDS / f"{seed}.csv").read_text(encoding="utf-8")


def test_a_home_without_rules_has_the_shipped_ones(settings):
    assert check_own_rules(settings) == own_rules(settings) == []
    assert seed_file(settings, "segment_numbers") == SEEDS / "segment_numbers.csv"


def test_a_copy_with_another_number_is_the_homes_rule(settings):
    text = _shipped("segment_numbers").replace("transition_days,28,", "transition_days,14,")
    file = _own(settings, "segment_numbers", text)
    assert [rules.seed for rules in check_own_rules(settings)] == ["segment_numbers"]
    assert transition_days(seed_file(settings, "segment_numbers")) == 14
    assert transition_days() == 28
    assert seed_file(settings, "segment_numbers") == file


@pytest.mark.parametrize(
    ("seed", "change", "says"),
    [
        ("rfm_cutz", lambda text: text, "there is no seed 'rfm_cutz'"),
        (CAPS, lambda text: text.replace("score,", "points,", 1), "line 1: its columns are those of the shipped seed"),
        (CAPS, lambda text: text.replace("days,1,", "days,one,", 1), "line 2: score is 'one'; write a whole number"),
        (CAPS, lambda text: text.replace("days,1,", "days,1.5,", 1), "line 2: score is '1.5'; write a whole number"),
        (CAPS, lambda text: text.replace("days,1,", "days,,", 1), "line 2: score is empty"),
        (CAPS, lambda text: text.replace("days,1,", "days,1,7,", 1), "line 2: 6 values for 5 columns"),
        (CAPS, lambda text: text + text.splitlines()[1] + "\n", "the same row as line 2"),
    ],
)
def test_a_wrong_file_is_named_with_line_column_and_remedy(settings, seed, change, says):
    file = _own(settings, seed, change(_shipped(CAPS)))
    with pytest.raises(SettingsError) as refused:
        check_own_rules(settings)
    assert str(file) in str(refused.value)
    assert says in str(refused.value)


def test_a_file_that_is_no_text_is_refused(settings):
    file = _own(settings, CAPS, "")
    file.write_bytes("score,级别\n".encode("gb18030"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        check_own_rules(settings)


def test_own_rows_take_the_place_of_the_shipped_ones_with_their_types(settings):
    _own(settings, CAPS, "upper_bound,score,measure\n9,3,days\n")
    with duckdb.connect() as con:
        con.execute("create schema seeds")
        con.execute(f"create table seeds.{CAPS} (measure varchar, score bigint, upper_bound bigint)")
        con.execute(f"insert into seeds.{CAPS} values ('days', 1, 1), ('days', 2, 2)")
        assert load_own_rules(con, settings) == [CAPS]
        assert con.execute(f"select * from seeds.{CAPS}").fetchall() == [("days", 3, 9)]


def test_another_rule_is_another_release_and_taking_it_back_is_the_first_again(settings, tmp_path):
    file = _own(settings, CAPS, _shipped(CAPS))
    first, own = release_of_seeds(), release_of_seeds([file])
    assert first != own
    file.write_text(_shipped(CAPS).replace("1,", "2,", 1), encoding="utf-8")
    assert release_of_seeds([file]) not in {first, own}
    file.unlink()
    assert release_of_seeds(rules.file for rules in own_rules(settings)) == first
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / f"{CAPS}.csv").write_text("score\n1\n", encoding="utf-8")
    with duckdb.connect() as con:
        drop_other_releases(con, tmp_path)
        assert drop_other_releases(con, tmp_path) == []
        assert "segments" in drop_other_releases(con, tmp_path, own=[tmp_path / "seeds" / f"{CAPS}.csv"])


def test_the_manifest_says_which_rules_are_the_homes_and_nothing_where_none_is(tmp_path):
    said = build_manifest(tmp_path, "2026-11-28", {}, {}, {}, "", [], {"rfm_cuts": "ab12"})
    assert said["own_rules"] == {"rfm_cuts": "ab12"}
    assert "own_rules" not in as_text(build_manifest(tmp_path, "2026-11-28", {}, {}, {}, "", [], {}))
