"""What is published for a small random brand is what the words of the docs say, value by value.

One brand, one date, loaded as history; `make oracle` does ten brands of three dates, loaded night by night as well.
"""

from tests.oracle import brand, homes
from tests.oracle.check import check

SEED = 1


def test_every_value_published_for_a_random_brand_is_the_one_the_words_say(tmp_path):
    home = tmp_path / "home"
    dates = brand.DATES[-1:]
    homes.run_history(home, brand.make(SEED), dates)
    report = check(home, dates)
    assert report.differences == []
    assert report.compared > 10_000
