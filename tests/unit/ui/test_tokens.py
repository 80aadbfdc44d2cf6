"""Tokens of the page are read from files that nobody else reads, or the page does not start."""

import pytest

from orchestration.settings import Settings, SettingsError
from orchestration.ui.serving import origins
from orchestration.ui.sessions import Role, read_tokens

OPERATOR, VIEWER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def token_file(folder, text, mode=0o600, name="page.token"):
    file = folder / name
    file.write_text(text)
    file.chmod(mode)
    return str(file)


def test_each_token_opens_its_role(tmp_path):
    files = {
        "page_token_file": token_file(tmp_path, OPERATOR + "\n"),
        "page_viewer_token_file": token_file(tmp_path, VIEWER, name="viewer.token"),
    }
    tokens = read_tokens(Settings(home=tmp_path, **files))
    assert (tokens.role_of(OPERATOR), tokens.role_of(VIEWER)) == (Role.OPERATOR, Role.VIEWER)
    assert tokens.role_of("") is tokens.role_of(OPERATOR[:-1]) is None
    assert OPERATOR not in repr(tokens)


def test_without_a_file_there_is_no_token(tmp_path):
    assert read_tokens(Settings(home=tmp_path)).roles == {}


@pytest.mark.parametrize(
    ("text", "mode", "match"),
    [
        (OPERATOR, 0o640, "can be read by others: chmod 600"),
        (OPERATOR, 0o604, "can be read by others"),
        (OPERATOR[:-1], 0o600, "32 letters and digits at the least"),
        ("a token with blanks, that is long enough", 0o600, "letters and digits"),
        ("", 0o600, "openssl rand -hex 32"),
        ("口令" * 20, 0o600, "cannot be read"),
    ],
)
def test_a_bad_file_is_refused_and_what_it_holds_is_not_repeated(tmp_path, text, mode, match):
    with pytest.raises(SettingsError, match=match) as refused:
        read_tokens(Settings(home=tmp_path, page_token_file=token_file(tmp_path, text, mode)))
    assert not text or text not in str(refused.value)


def test_a_viewers_token_needs_an_operators_and_another_one(tmp_path):
    file = token_file(tmp_path, VIEWER)
    with pytest.raises(SettingsError, match="needs page_token_file beside it"):
        read_tokens(Settings(home=tmp_path, page_viewer_token_file=file))
    with pytest.raises(SettingsError, match="holds the operator's token"):
        read_tokens(Settings(home=tmp_path, page_token_file=file, page_viewer_token_file=file))
    with pytest.raises(SettingsError, match="cannot be read.*openssl"):
        read_tokens(Settings(home=tmp_path, page_token_file=str(tmp_path / "none")))


def test_a_page_that_others_reach_asks_for_a_token(tmp_path):
    with pytest.raises(SettingsError, match="name a page_token_file too"):
        read_tokens(Settings(home=tmp_path, page_hosts=("siyu.brand.example",)))


def test_the_page_answers_under_loopbacks_names_and_those_of_a_proxy():
    assert origins(3000, ("siyu.brand.example",)) == {
        "127.0.0.1:3000": "http://127.0.0.1:3000",
        "localhost:3000": "http://localhost:3000",
        "siyu.brand.example": "https://siyu.brand.example",
    }
    assert origins(80, ())["127.0.0.1"] == "http://127.0.0.1"
