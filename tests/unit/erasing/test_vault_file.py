"""What the vault forgets of a person: the value, and what its token was called before a change of keys."""

from ml.identity.first_names import read_first_names, sealed
from orchestration.channels.engine.keys import load_key
from orchestration.channels.engine.vault import first_names_file, home_tokeniser, open_vault
from orchestration.erasing.vault_file import forget
from orchestration.settings import Settings


def test_the_value_and_the_first_name_of_a_token_are_forgotten_and_nobody_elses(tmp_path):
    settings = Settings(home=tmp_path)
    with open_vault(settings) as vault:
        tokens = home_tokeniser(settings, vault)
        theirs, others = tokens.token("mobile", "13912345671"), tokens.token("mobile", "13912345672")
    key = load_key(settings, "one_id")
    first_names_file(settings).write_bytes(sealed({theirs: "k1:" + "a" * 32, others: "k1:" + "b" * 32}, key))
    assert forget(settings, [theirs]) == 1
    assert read_first_names(first_names_file(settings), key) == {others: "k1:" + "b" * 32}
    with open_vault(settings) as vault:
        assert vault.reveal([theirs, others]) == {others: "13912345672"}
