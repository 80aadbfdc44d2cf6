"""After a rekey people are told apart by what a contact was called first: nobody becomes another person."""

import re

import pandas as pd

from ml.identity import replay
from ml.identity.first_names import read_first_names, sealed, with_first_names, with_present_names
from ml.identity.history import long_table
from tests.unit.identity.rows import CUT_OFF, KEY, alone, link, rules

A, B, C = (f"k1:{letter * 32}" for letter in "abc")
#: The new names turn the order of the old ones round.
NAMES = {"k2:" + "9" * 32: A, "k2:" + "5" * 32: B, "k2:" + "1" * 32: C}


def _people(*numbers: str):
    """Three records: two joined by the first number, one of the others has a number for its own id."""
    one, two, three = numbers
    rows = [
        link("crm/1", f"mobile={one}", "2026-01-05"), alone("crm/1", "2026-01-05"),
        link("app/1", f"mobile={one}", "2026-01-05"), link("app/1", f"mobile={two}", "2026-01-05"),
        alone(f"pos/{three}", "2026-01-06"), link(f"pos/{three}", f"mobile={three}", "2026-01-06"),
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _told(links, names):
    rows = with_present_names(long_table(replay(with_first_names(links, names), rules(), KEY, CUT_OFF)), names)
    return rows.to_pandas()


def test_the_ids_and_their_records_are_those_from_before():
    before, after = _told(_people(A, B, C), {}), _told(_people(*NAMES), NAMES)
    assert list(after["one_id"]) == list(before["one_id"])
    assert list(after["id_token"].dropna().replace(NAMES)) == list(before["id_token"].dropna())
    assert list(after["customer_id"].dropna().replace(NAMES)) == list(before["customer_id"].dropna())
    assert not any(re.search("k1:", str(text)) for column in ("id_token", "customer_id") for text in after[column])


def test_without_the_first_names_somebody_would_get_another_id():
    before, after = _told(_people(A, B, C), {}), _told(_people(*NAMES), {})
    assert set(after["one_id"].dropna()) != set(before["one_id"].dropna())


def test_a_contact_that_came_after_the_rekey_keeps_its_own_name():
    new = "k2:" + "0" * 32
    told = _told(_people("k2:" + "9" * 32, new, "k2:" + "1" * 32), NAMES)
    assert new in set(told["id_token"])


def test_the_names_are_read_with_the_key_alone(tmp_path):
    file = tmp_path / "first_names"
    assert read_first_names(file, KEY) == {} and read_first_names(None, KEY) == {}
    file.write_bytes(sealed(NAMES, KEY))
    assert read_first_names(file, KEY) == NAMES
    assert A.encode() not in file.read_bytes()
