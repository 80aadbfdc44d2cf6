"""Every kind of row that the replay of the identity links gives, in one long table (record_kind tells them apart).

Python, because splits, caps and re-issued numbers depend on the day before: ml/identity folds the links day by day.
The run names the file of the key from which ids are made; the key itself stands nowhere that dbt writes.
"""

import datetime as dt
import os
from pathlib import Path

from ml.identity import IdentityRules, long_table, replay
from ml.identity.replay import LINK_COLUMNS
from orchestration.erasing.tombstones import ANYWHERE, Key, Tombstones, read


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
    was_erased = (lambda one_id: stones.of(Key(ANYWHERE, one_id)) is not None) if stones else (lambda one_id: False)
    return long_table(replay(links, rules, key, cut_off, was_erased=was_erased))
