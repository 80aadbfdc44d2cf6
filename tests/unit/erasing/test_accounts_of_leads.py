"""An account called after an erased lead goes; another company's account, and other contacts, stay."""

import datetime as dt

import pyarrow as pa

from orchestration.erasing.published import rows_to_go
from orchestration.erasing.tombstones import Erased, Tombstones, lead

STONES = Tombstones(b"a key of thirty-two bytes or more")
STONES.erased = [Erased("e-1", dt.datetime(2026, 3, 11), frozenset({STONES.hash(lead("crm", "L17"))}))]


def test_the_account_that_is_called_after_an_erased_lead_goes():
    accounts = pa.table({"account_id": ["crm:L17", "crm:L18", "web:L17"], "company": ["a", "b", "c"]})
    assert rows_to_go(accounts, STONES).tolist() == [True, False, False]


def test_other_contacts_of_that_account_stay():
    leads = pa.table({"lead_id": ["L19"], "one_id": ["p_other"], "account_id": ["crm:L17"]})
    assert rows_to_go(leads, STONES).tolist() == [False]
