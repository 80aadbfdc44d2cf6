"""Every kind of row that the replay of the identity links gives, in one long table (record_kind tells them apart).

Python, because splits, caps and re-issued numbers depend on the day before: ml/identity folds the links day by day.
The run names the file of the key from which ids are made; the key itself stands nowhere that dbt writes.
"""

import datetime as dt
import os
from pathlib import Path

from ml.identity import IdentityRules, long_table, replay
from ml.identity.first_names import read_first_names, with_first_names, with_present_names
from ml.identity.replay import LINK_COLUMNS
from ml.identity.tombstones import ANYWHERE, Key, Tombstones, read


def model(dbt, session):
    dbt.config(materialized="table")
    links = dbt.ref("identifier_links").filter("not is_repeat").project(", ".join(LINK_COLUMNS)).distinct().df()
    rules = IdentityRules.from_seeds(
        dbt.ref("id_types").df(), dbt.ref("identifier_origins").df(), dbt.ref("identity_limits").df()
    )
    named = os.environ.get("SIYU_ONE_ID_KEY")
    if not named:
        raise RuntimeError("SIYU_ONE_ID_KEY names no file; it is vault/keys/one_id.key of the home, and siyu sets it")
    key = Path(named).read_bytes().strip()
    stones = Tombstones(key, read(erased)) if (erased := Path(os.environ.get("SIYU_ERASED", "-"))).exists() else None
    hour = dbt.config.meta_get("cut_off_hour")  # a statement of its own, or dbt does not hand it in
    cut_off = dt.timedelta(hours=16 + int(hour))
    file = os.environ.get("SIYU_FIRST_NAMES")
    names = read_first_names(Path(file) if file else None, key)
    was_erased = (lambda one_id: stones.of(Key(ANYWHERE, one_id)) is not None) if stones else (lambda one_id: False)
    history = replay(with_first_names(links, names), rules, key, cut_off, was_erased=was_erased)
    return with_present_names(long_table(history), names)
