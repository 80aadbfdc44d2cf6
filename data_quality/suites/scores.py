"""The gate of scores: probabilities, deciles, and every model heard from."""

import datetime as dt
from collections.abc import Sequence

from data_quality.checks import Check, duplicates, nulls


def scores_checks(dates: Sequence[dt.date]) -> list[Check]:
    """Return the checks over ``scores.customer_scores`` for the as-of dates of a run."""
    listed = ", ".join(f"date '{date.isoformat()}'" for date in dates)
    rows = f"(select * from scores.customer_scores where as_of_date in ({listed})) as customer_scores"
    table = "customer_scores"
    return [
        Check(
            "scores_keys_are_unique",
            table,
            duplicates(("as_of_date", "one_id", "model")),
            "Two scores of a person and model.",
            relation=rows,
        ),
        Check(
            "scores_are_never_null",
            table,
            nulls(("as_of_date", "one_id", "model", "score", "decile", "basis")),
            "A score is missing.",
            relation=rows,
        ),
        Check(
            "scores_lie_between_0_and_1",
            table,
            "count(case when score not between 0 and 1 or not isfinite(score) then 1 end)",
            "A score is no probability; look at the model's card.",
            relation=rows,
        ),
        Check(
            "deciles_lie_between_1_and_10",
            table,
            "count(case when decile not between 1 and 10 then 1 end)",
            "Look at how ml/scores ranks.",
            relation=rows,
        ),
        Check(
            "every_model_is_heard_from_or_says_why_not",
            "registry",
            "count(case when scored.model is null and registered.model is null then 1 end)",
            "A model of the seed model_specs has neither scores nor a row in models.registry.",
            stage="models",
            relation=(
                f"seeds.model_specs as specs left join (select distinct model from {rows}) as scored"
                f" on specs.model = scored.model"
                " left join (select distinct model from models.registry) as registered on"
                " specs.model = registered.model"
            ),
        ),
    ]
