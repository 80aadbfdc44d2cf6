"""Every kind of row that the replay of the identity links gives, in one long table (record_kind tells them apart).

Python, because splits, caps and re-issued numbers depend on the day before: ml/identity folds the links day by day.
"""

import datetime as dt

from ml.identity import IdentityRules, long_table, replay
from ml.identity.replay import LINK_COLUMNS
from orchestration.channels.keys import load_key
from orchestration.settings import load_settings


def model(dbt, session):
    dbt.config(materialized="table")
    links = dbt.ref("identifier_links").filter("not is_repeat").project(", ".join(LINK_COLUMNS)).distinct().df()
    rules = IdentityRules.from_seeds(
        dbt.ref("id_types").df(), dbt.ref("identifier_origins").df(), dbt.ref("identity_limits").df()
    )
    settings = load_settings()
    cut_off = dt.timedelta(hours=16 + settings.cut_off_hour)
    return long_table(replay(links, rules, load_key(settings, "one_id"), cut_off))
