"""The seed of sensitive words, on names as shops write them, and the letters that are read as others."""

import unicodedata

import jinja2
import pytest

from orchestration.channels.engine.noun_files import PROJECT
from tests.oracle.words import sensitive_classes
from tests.oracle.world import seed


@pytest.mark.parametrize(("name", "kind"), [
    ("酒水", "alcohol"), ("烟酒", "alcohol"), ("飞天茅台 53度", "alcohol"), ("五粮液", "alcohol"),
    ("孝感米酒", "alcohol"),
    ("日本清酒", "alcohol"), ("百威 330ml", "alcohol"), ("烟弹", "tobacco"), ("布洛芬缓释", "health"),
    ("痔疮栓", "health"),
    ("保健品", "health"), ("电子体温计", "health"), ("彩瞳 日抛", "health"), ("佛珠手串", "religion"),
    ("杜蕾斯", "intimate"), ("INFANT FORMULA", "child"), ("婴儿奶粉", "child"),
    ("ＢＥＥＲ", "alcohol"), ("啤 酒", "alcohol"), ("啤\u200b酒", "alcohol"), ("一号奶粉 1段", "child"),
    ("学习习酒", "alcohol"), ("烟酒店", "alcohol"), ("苹果酒", "alcohol"), ("山药丸药", "health"),
])  # fmt: skip
def test_a_name_of_a_statutory_kind_is_sensitive(name, kind):
    assert kind in sensitive_classes(name)


@pytest.mark.parametrize("name", [
    "酒店用品", "酒精棉片", "香槟色长裙", "鎏金酒杯", "壳牌喜力机油", "绷带裙", "拐杖糖", "益生菌酸奶", "拉菲草包",
    "驱蚊 VAPE", "床护垫", "十字架项链", "婴儿服装", "BABY FOODS", "SANITARY WARE", "VILLAGER", "烟熏三文鱼",
    "学习酒店", "学习 酒店用品", "练习酒架", "知名酒店同款", "海洋酒店", "燃烧酒精块", "新郎酒杯", "铁棍山药",
    "芍药花束", "COTTON TWINE",
])  # fmt: skip
def test_a_name_that_only_holds_such_letters_is_not(name):
    assert sensitive_classes(name) == set()


def test_what_takes_a_word_in_is_words_of_letters():
    for row in seed("sensitive_words"):
        assert all(word.isalpha() for word in row["not_within"].split("|") if row["not_within"]), row["word"]


def test_a_letter_in_another_dress_is_read_as_unicode_reads_it():
    rows = []
    words = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(
        (PROJECT / "macros" / "words.sql").read_text(encoding="utf-8"), globals={"return": rows.extend}
    )
    words.module.letter_rows()
    read = {chr(first + place): letter for first, letters in rows for place, letter in enumerate(letters)}
    named = {dress: letter for dress, letter in read.items() if unicodedata.category(dress) != "Cn"}
    # The holes of the mathematical alphabets are no letters; Unicode had these before it had the alphabets.
    assert all(unicodedata.normalize("NFKC", dress) == letter for dress, letter in named.items())
    assert {0xFF21, 0x24B6, 0x1D400, 0x1F130, 0x2F00} <= {first for first, _ in rows}
