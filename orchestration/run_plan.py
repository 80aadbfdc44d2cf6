"""Which dates a run computes: what it publishes, whose state it recomputes and which training cut-offs it needs."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from orchestration.business_time import closed_cut_offs, state_dates, training_date
from orchestration.seed_rows import SEEDS, read_seed
from orchestration.settings import Settings, SettingsError

_NUMBERS: Final = SEEDS / "segment_numbers.csv"


def transition_days(numbers: Path = _NUMBERS) -> int:
    """Return how far stages look back, as the seed segment_numbers says it to the models too.

    Raises
    ------
    SettingsError
        The seed lacks the row, or its value is no whole number.
    """
    values = {row.get("name"): row.get("value") for _, row in read_seed(numbers).cells()}
    try:
        return int(values["transition_days"] or "")
    except (KeyError, ValueError):
        raise SettingsError(f"{numbers}: transition_days needs a row whose value is a whole number of days") from None


@dataclasses.dataclass(frozen=True)
class RunPlan:
    """The dates of one run, each list sorted."""

    as_of_dates: list[dt.date]
    state_dates: list[dt.date]
    #: The day ``transition_days`` before each as-of date: segments and tags of then stand beside those of now.
    earlier_dates: list[dt.date]
    training_dates: list[dt.date]
    #: training date -> the closed cut-offs its models learn from, oldest first
    cut_offs: dict[dt.date, list[dt.date]]

    @property
    def feature_dates(self) -> list[dt.date]:
        """Dates that need a feature snapshot: those scored and those learned from."""
        return sorted({*self.as_of_dates, *(date for dates in self.cut_offs.values() for date in dates)})

    def dates_for_dbt(
        self, state: Sequence[dt.date] | None = None, features: Sequence[dt.date] | None = None
    ) -> dict[str, list[str]]:
        """Return the dates that the macro ``dates_of`` hands to the models, by kind, as ISO texts.

        Parameters
        ----------
        state, features
            The state and feature dates that are made, where the others are kept; all of them by default.
        """
        made, planned = self.state_dates if state is None else sorted(state), set(self.state_dates)
        eves = {date - dt.timedelta(days=1) for date in made} & planned
        kinds = {
            "as_of": self.as_of_dates,
            "state": made,
            "seen": sorted(eves.union(made)),
            "stepped": [date for date in made if date - dt.timedelta(days=1) in planned],
            "earlier": self.earlier_dates,
            "feature": self.feature_dates if features is None else sorted(features),
        }
        return {kind: [date.isoformat() for date in dates] for kind, dates in kinds.items()}


def plan_run(settings: Settings, dates: Sequence[dt.date], numbers: Path = _NUMBERS) -> RunPlan:
    """Return the plan of a run over a set of as-of dates, in whatever order they are given."""
    as_of = sorted(set(dates))
    trained_on = sorted({training_date(date) for date in as_of})
    days = transition_days(numbers)
    return RunPlan(
        as_of_dates=as_of,
        state_dates=state_dates(as_of, days),
        earlier_dates=[date - dt.timedelta(days=days) for date in as_of],
        training_dates=trained_on,
        cut_offs={
            date: closed_cut_offs(date, settings.horizon_days, settings.training_cut_offs) for date in trained_on
        },
    )
