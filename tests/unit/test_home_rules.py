"""A brand's own rules: a file of the home stands in for a shipped seed, once every cell of it was read."""

import duckdb
import pytest

from orchestration.home_rules import check_own_rules, load_seeds, own_rules, seed_file
from orchestration.publishing.manifest import as_text, build_manifest
from orchestration.release import drop_other_releases, release_of_seeds
from orchestration.run_plan import transition_days
from orchestration.seed_rows import SEEDS, check_seed, read_seed
from orchestration.settings import Settings, SettingsError

CAPS = "rfm_cuts"
STAGES = "purchase_stage_rules"


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
        (CAPS, lambda text: text.replace("score,", "points,", 1), "line 1: the header has 'points'; its columns are"),
        (CAPS, lambda text: text.replace("days,1,", "days,one,", 1), "line 2: score is 'one'; write a whole number"),
        (CAPS, lambda text: text.replace("days,1,", "days,1.5,", 1), "line 2: score is '1.5'; write a whole number"),
        (CAPS, lambda text: text.replace("days,1,", "days,１,", 1), "line 2: score is '１'; write a whole number"),
        (CAPS, lambda text: text.replace("days,1,", "days,1_0,", 1), "line 2: score is '1_0'; write a whole number"),
        (CAPS, lambda text: text.replace("days,1,", "days,-1,", 1), "line 2: score is '-1'; it is never below 0"),
        (CAPS, lambda text: text.replace("days,1,", "days,,", 1), "line 2: score is empty"),
        (CAPS, lambda text: text.replace("days,1,", "days,1,7,", 1), "line 2: 6 values for 5 columns"),
        (
            CAPS,
            lambda text: text + text.splitlines()[1] + "\n",
            "line 7: measure, score is frequency_order_days, 1",
        ),
        (CAPS, lambda text: "\n\n" + text.replace("days,2,", "days,two,", 1), "line 5: score is 'two'"),
        (CAPS, lambda text: text.splitlines()[0] + "\n", "no row has measure, score frequency_order_days, 1"),
        (CAPS, lambda text: text.replace(",3,4,", ",3,5,"), "line 5: line 4 holds lower_bound to upper_bound 5 "),
        (CAPS, lambda text: text.replace(",3,4,", ",3,3,"), "no row holds lower_bound to upper_bound 4"),
        (CAPS, lambda text: text.replace("frequency_order_days,5", "frequency,5"), "nothing reads a row whose measure"),
        (CAPS, lambda text: text + '"frequency', "unexpected end of data"),
        (STAGES, lambda text: text.replace("365,100,150,", "365,100,160,"), "holds min_order_days to max_order_days"),
        (
            STAGES,
            lambda text: text.replace("365,100,150,", "365,100,140,"),
            "no row holds min_order_days to max_order",
        ),
    ],
)
def test_a_wrong_file_is_named_with_line_column_and_remedy(settings, seed, change, says):
    file = _own(settings, seed, change(_shipped(seed if seed == STAGES else CAPS)))
    with pytest.raises(SettingsError) as refused:
        check_own_rules(settings)
    assert str(file) in str(refused.value)
    assert says in str(refused.value)


def test_a_file_that_is_no_text_is_refused(settings):
    file = _own(settings, CAPS, "")
    file.write_bytes("score,级别\n".encode("gb18030"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        check_own_rules(settings)


def test_what_is_no_file_of_a_seeds_name_is_refused_and_not_passed_over(settings):
    _own(settings, CAPS, _shipped(CAPS)).rename(settings.home / "rules" / "rfm_cuts.csv.txt")
    with pytest.raises(SettingsError, match=r"rfm_cuts\.csv\.txt: only <seed>\.csv is read here"):
        check_own_rules(settings)
    (settings.home / "rules" / "rfm_cuts.csv.txt").unlink()
    (settings.home / "rules" / "rfm_cuts.csv").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        check_own_rules(settings)


def test_a_file_saved_by_excel_with_a_byte_order_mark_is_read_alike(settings):
    file = _own(settings, "segment_numbers", "")
    file.write_text(_shipped("segment_numbers"), encoding="utf-8-sig")
    check_own_rules(settings)
    assert transition_days(file) == 28


@pytest.mark.parametrize("file", sorted(SEEDS.glob("*.csv")), ids=lambda file: file.stem)
def test_every_shipped_seed_could_take_its_own_place(file):
    check_seed(read_seed(file), file.stem)


def test_own_rows_take_the_place_of_the_shipped_ones_with_their_types(settings):
    _own(settings, CAPS, "source,upper_bound,score,measure,lower_bound\nours,9,3,days,1\n")
    with duckdb.connect() as con:
        assert load_seeds(con, settings) == [CAPS]
        assert con.execute(f"select measure, score, upper_bound from seeds.{CAPS}").fetchall() == [("days", 3, 9)]
        # beside it the shipped ones: a number is one, an empty cell is no value, a quote within quotes is one character
        strong = "select value + 1 from seeds.identity_limits where limit_name = 'strong_link'"
        assert con.execute(strong).fetchone() == (61,)
        blank = "select id_type, contains(match_value, chr(34)) from seeds.blocked_identifiers limit 1"
        assert con.execute(blank).fetchone() == (None, True)


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
