"""Links in parts that never touch: each folded alone, together what one fold of them all says."""

import pandas as pd
import pyarrow as pa
import pytest

from ml.identity import long_table, replay
from ml.identity.components import bucket, components, fold_of, in_order
from tests.unit.identity.rows import CUT_OFF, KEY, alone, link, merged, rules

SHOP_PHONE = [link(f"pos/S{number}", "mobile=k1:shop", "2017-01-03") for number in range(30)]
LINKS = [
    alone("crm/M1", "2017-01-01"),
    alone("crm/M2", "2017-01-02"),
    alone("app/A", "2017-01-02"),
    link("crm/M1", "mobile=k1:a", "2017-01-01"),
    link("app/A", "mobile=k1:a", "2017-01-04"),
    link("app/A", "sa_login_id@p=L", "2017-01-04", until="2017-06-01"),
    link("app/B", "sa_login_id@p=L", "2017-06-10"),
    link("crm/M2", "mobile=k1:b", "2017-01-02", blocked="shop_phone", blocked_from="2017-03-01"),
    link("mini/o1", "mobile=k1:b", "2017-02-02"),
    link("crm/M7", "mobile=k1:c", "2017-02-03"),  # never said alone: a record has its own key without a word
    merged("crm/M7", "crm/M8", "2017-05-05"),
    *SHOP_PHONE,
]


def test_a_component_is_all_that_a_chain_of_records_and_values_reaches():
    links = pd.DataFrame(LINKS)
    found = (
        links.assign(component=components(links)).groupby("component")["customer_id"].agg(lambda ids: sorted(set(ids)))
    )
    assert found.to_dict() == {
        "app\x1fA": ["A", "B", "M1"],
        "crm\x1fM2": ["M2", "o1"],
        "crm\x1fM7": ["M7", "M8"],
        "pos\x1fS0": sorted(f"S{number}" for number in range(30)),
    }


def test_the_order_of_the_links_does_not_name_a_component():
    links = pd.DataFrame(LINKS)
    mixed = links.sample(frac=1, random_state=7)
    assert components(mixed).sort_index().tolist() == components(links).tolist()


@pytest.mark.parametrize("buckets", [1, 2, 7, 1000])
def test_folded_by_bucket_they_say_what_one_fold_says(buckets):
    """Splits, re-issued ids, a ruling and a shop's phone; a thousand buckets are one a component."""
    links = pd.DataFrame(LINKS)
    whole = long_table(replay(links, rules(), KEY, CUT_OFF))
    folded = fold_of(rules(), KEY, CUT_OFF)
    places = components(links).map(lambda one: bucket(one, buckets))
    parts = [folded(pa.Table.from_pandas(part, preserve_index=False)) for _, part in links.groupby(places)]
    assert whole.num_rows > 60
    assert in_order(pa.concat_tables(parts)).equals(whole)
