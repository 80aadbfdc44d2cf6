"""A kept model is the one that this home made, or it is refused by name."""

import pytest

from ml.models.artefacts import ModelRefused, keep_model
from orchestration.model_seals import check_models, seal_models
from orchestration.settings import Settings


@pytest.fixture
def home(tmp_path):
    settings = Settings(home=tmp_path)
    keep_model(tmp_path / "models", "churn", "churn-1", "model.json", '{"weights": [1, 2]}', {"model": "churn"})
    keep_model(tmp_path / "models", "churn", "churn-2", "model.json", '{"weights": [3, 4]}', {"model": "churn"})
    return settings


def test_a_model_and_its_card_changed_together_are_refused_by_name(home):
    assert check_models(home) == 2  # a home of an earlier release: sealed now
    keep_model(home.home / "forged", "churn", "churn-1", "model.json", '{"weights": [9, 9]}', {"model": "churn"})
    forged, mine = (home.home / folder / "churn" / "churn-1" for folder in ("forged", "models"))
    for name in ("model.json", "card.json"):
        (mine / name).write_bytes((forged / name).read_bytes())
    with pytest.raises(ModelRefused, match=r"models/churn/churn-1 is not as this home made it"):
        check_models(home)


@pytest.mark.parametrize("name", ["model.json", "card.json", "more.json"])
def test_any_file_of_a_model_that_changes_or_comes_is_seen(home, name):
    check_models(home)
    with (home.home / "models" / "churn" / "churn-2" / name).open("a", encoding="utf-8") as file:
        file.write(" ")
    with pytest.raises(ModelRefused, match="churn-2"):
        check_models(home)


def test_a_seal_of_another_model_or_home_does_not_fit(home):
    check_models(home)
    one, two = (home.home / "models" / "churn" / name / "seal" for name in ("churn-1", "churn-2"))
    one.write_bytes(two.read_bytes())
    with pytest.raises(ModelRefused, match="churn-1"):
        check_models(home)


def test_a_model_without_a_seal_goes_and_is_trained_anew(home):
    check_models(home)
    (home.home / "models" / "churn" / "churn-1" / "seal").unlink()
    assert check_models(home) == 1
    assert not (home.home / "models" / "churn" / "churn-1").exists()
    keep_model(home.home / "models", "churn", "churn-1", "model.json", "{}", {"model": "churn"})
    seal_models(home)
    assert check_models(home) == 2
