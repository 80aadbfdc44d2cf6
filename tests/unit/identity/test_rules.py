"""What the seeds say of identifiers, read as they stand."""

import pandas as pd
import pytest

from ml.identity.rules import IdentityRules, IdType, UnknownOrigin

DAY = 24 * 60 * 60 * 1_000_000


def read() -> IdentityRules:
    mobile = {"id_type": "mobile", "strength": 90, "weak_strength": 40, "per_person_cap": 3, "people_cap": 5}
    nick = {"id_type": "nick", "strength": 0, "weak_strength": 0, "per_person_cap": None, "people_cap": None}
    types = pd.DataFrame([
        mobile | {"silence_days": 180, "marketplace": None}, nick | {"silence_days": None, "marketplace": "taobao"},
    ])  # fmt: skip
    origins = pd.DataFrame({"origin": ["verified", "order"], "is_asserted": [True, False]})
    limits = pd.DataFrame({"limit_name": ["strong_link", "doubtful_link", "large_cluster"], "value": [60, 30, 50]})
    return IdentityRules.from_seeds(types, origins, limits)


def test_an_empty_cell_is_no_limit_and_silence_is_counted_in_microseconds():
    assert read().id_types == {
        "mobile": IdType("mobile", 90, 40, 3, 5, 180 * DAY, ""),
        "nick": IdType("nick", 0, 0, None, None, None, "taobao"),
    }
    assert (read().strong_link, read().doubtful_link, read().large_cluster) == (60, 30, 50)


def test_who_asserts_and_who_typed_is_known_and_hearsay_is_named():
    assert read().is_asserted("verified") and not read().is_asserted("order")
    with pytest.raises(UnknownOrigin, match="origin 'hearsay' of a link is unknown"):
        read().is_asserted("hearsay")
