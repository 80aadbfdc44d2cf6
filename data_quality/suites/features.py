"""The gate of features: one row per person and date, of people who are customers, with finite numbers."""

import datetime as dt
from collections.abc import Sequence

from data_quality.checks import Check, duplicates, nulls


def _dates(dates: Sequence[dt.date]) -> str:
    return ", ".join(f"date '{date.isoformat()}'" for date in dates)


def features_checks(dates: Sequence[dt.date], doubles: Sequence[str]) -> list[Check]:
    """Return the checks over ``features.customer_features`` for some dates; ``doubles`` are its floating columns."""
    rows = f"(select * from features.customer_features where as_of_date in ({_dates(dates)})) as customer_features"
    finite = " + ".join(f'count(case when not isfinite("{column}") then 1 end)' for column in doubles) or "0"
    table = "customer_features"
    return [
        Check(
            "features_keys_are_unique",
            table,
            duplicates(("as_of_date", "one_id")),
            "Two rows of a person and date.",
            relation=rows,
        ),
        Check(
            "features_keys_are_never_null",
            table,
            nulls(("as_of_date", "one_id")),
            "A feature row without a person.",
            relation=rows,
        ),
        Check(
            "features_are_there_for_every_date",
            table,
            f"(select count(distinct as_of_date) from people.customer_profile where as_of_date in ({_dates(dates)}))"
            " - count(distinct as_of_date)",
            "A date at which somebody is known has no feature rows; run features for it.",
            relation=rows,
        ),
        Check(
            "features_are_finite",
            table,
            finite,
            "A feature is infinite or not a number; look at its division.",
            relation=rows,
        ),
        Check(
            "features_are_of_customers",
            table,
            "count(case when profile.one_id is null then 1 end)",
            "Features speak of somebody who is no customer at the date.",
            relation=f"{rows} left join people.customer_profile as profile using (as_of_date, one_id)",
        ),
    ]
