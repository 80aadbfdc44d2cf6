"""The nouns have one description, and a channel's model joins them by its folder and name."""

import shutil

from orchestration import nouns


def test_the_macros_are_what_the_description_and_the_folders_say():
    written = (nouns.PROJECT / "macros" / "generated" / "nouns.sql").read_text(encoding="utf-8")
    assert written == nouns.macros(), "run python -m orchestration.nouns"


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
