"""The nouns have one description, and a channel's model joins them by its folder and name."""

import shutil

import pytest
import yaml

from orchestration import nouns
from orchestration.channels.engine import noun_files, registry
from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import DeclarationError


def test_what_is_generated_is_what_the_description_the_folders_and_the_declarations_say():
    for path, text in nouns.generated().items():
        assert path.read_text(encoding="utf-8") == text, "run python -m orchestration.nouns"


def test_a_row_that_can_change_is_told_apart_by_its_version_and_an_event_by_its_key():
    described = nouns.nouns()
    assert nouns.grain(described["orders"]) == ["source", "order_id", "known_at", "updated_at"]
    assert nouns.grain(described["coupons"]) == ["source", "coupon_id", "known_at"]
    assert nouns.grain(described["events"]) == ["source", "event_id"]


def test_a_helper_module_declares_no_channel():
    assert "declare" not in registry.channels()
    assert next(iter(registry.channels())) == "standard"


def test_every_noun_has_a_key_of_its_own_columns_and_a_model():
    for name, noun in nouns.nouns().items():
        assert set(noun["key"]) <= set(noun["columns"]), name
        assert (nouns.PROJECT / "models" / "customer" / f"{name}.sql").is_file()
        assert nouns.parts(name), name


def test_a_model_named_by_its_channel_and_a_noun_is_a_part_and_a_helper_beside_it_is_none(tmp_path):
    folder = tmp_path / "models" / "staging" / "booking"
    folder.mkdir(parents=True)
    for model in ("booking_orders", "booking_visits", "pos_orders"):
        (folder / f"{model}.sql").touch()
    shutil.copy(nouns.PROJECT / "nouns.yml", tmp_path)
    assert nouns.parts("orders", tmp_path) == ["booking_orders"]
    assert nouns.parts("identifiers", tmp_path) == []
    nouns.write(tmp_path)
    assert "'booking_orders'," in (tmp_path / "macros" / "generated" / "nouns.sql").read_text(encoding="utf-8")


def test_a_file_of_the_standard_channel_is_read_by_the_description_of_its_noun():
    orders = {column.name: column for column in noun_files.datasets()[1].columns}
    assert "amount_fen" not in orders
    amount = orders["amount_yuan"]
    assert (amount.type, amount.required, amount.minimum, amount.scale) == ("decimal", True, 0, 2)
    assert orders["status"].values == words.ORDER_STATUSES
    suppressions = next(dataset for dataset in noun_files.datasets() if dataset.name == "suppressions")
    assert "id_value" in suppressions.natural_key
    assert "id_token" not in suppressions.natural_key


def test_every_column_of_a_noun_has_a_sentence_and_stands_in_the_table_the_file_or_both():
    for name, noun in nouns.nouns().items():
        for column, described in noun["columns"].items():
            assert described["about"].endswith("."), f"{name}.{column}"
            assert {"table", "file"} & set(described), f"{name}.{column}"


def test_the_table_of_a_noun_is_described_in_the_words_of_its_noun():
    text = (nouns.PROJECT / "models" / "customer" / "_customer.yml").read_text(encoding="utf-8")
    tables = {model["name"]: model["description"] for model in yaml.safe_load(text)["models"]}
    assert tables == {name: noun["description"] for name, noun in nouns.nouns().items()}


def test_a_vocabulary_that_does_not_exist_is_named_with_its_column(tmp_path):
    text = (nouns.PROJECT / "nouns.yml").read_text(encoding="utf-8")
    (tmp_path / "nouns.yml").write_text(text.replace("words: order_statuses", "words: order_states"), encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"orders\.status: vocabularies\.py has no ORDER_STATES"):
        noun_files.datasets(tmp_path)
