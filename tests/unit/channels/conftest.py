import pytest

from tests.unit.channels.door import Door, use_shop


@pytest.fixture
def door(tmp_path, monkeypatch):
    """An empty home with the shop's channel."""
    use_shop(monkeypatch)
    return Door(tmp_path / "home")
