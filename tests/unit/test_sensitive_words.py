"""The seed of sensitive words, on names as shops write them."""

import csv

import pytest

from orchestration.channels.engine.noun_files import PROJECT

with (PROJECT / "seeds" / "sensitive_words.csv").open(encoding="utf-8", newline="") as seed:
    WORDS = [(row["word"].upper(), row["class"]) for row in csv.DictReader(seed)]


def classes(name):
    """Return what the words in a name are about."""
    return {kind for word, kind in WORDS if word in name.upper()}


@pytest.mark.parametrize(("name", "kind"), [
    ("酒水", "alcohol"), ("烟酒", "alcohol"), ("飞天茅台 53度", "alcohol"), ("五粮液", "alcohol"),
    ("孝感米酒", "alcohol"),
    ("日本清酒", "alcohol"), ("百威 330ml", "alcohol"), ("烟弹", "tobacco"), ("布洛芬缓释", "health"),
    ("痔疮栓", "health"),
    ("保健品", "health"), ("电子体温计", "health"), ("彩瞳 日抛", "health"), ("佛珠手串", "religion"),
    ("杜蕾斯", "intimate"), ("INFANT FORMULA", "child"), ("婴儿奶粉", "child"),
])  # fmt: skip
def test_a_name_of_a_statutory_kind_is_sensitive(name, kind):
    assert kind in classes(name)


@pytest.mark.parametrize("name", [
    "酒店用品", "酒精棉片", "香槟色长裙", "鎏金酒杯", "壳牌喜力机油", "绷带裙", "拐杖糖", "益生菌酸奶", "拉菲草包",
    "驱蚊 VAPE", "床护垫", "十字架项链", "婴儿服装", "BABY FOODS", "SANITARY WARE", "VILLAGER", "烟熏三文鱼",
])  # fmt: skip
def test_a_name_that_only_holds_such_letters_is_not(name):
    assert classes(name) == set()
