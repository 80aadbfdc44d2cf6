"""Rolling origin with a purge: which closed cut-offs teach and which judge."""

import dataclasses
import datetime as dt
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Split:
    """Cut-offs of one training date, oldest first."""

    train: tuple[dt.date, ...]
    purged: tuple[dt.date, ...]
    test: tuple[dt.date, ...]

    @property
    def closed(self) -> tuple[dt.date, ...]:
        """Every cut-off whose label is closed: what the deployed model learns from once the test has been read."""
        return (*self.train, *self.purged, *self.test)


def rolling_split(cut_offs: Sequence[dt.date], horizon_days: int, test_cut_offs: int) -> Split:
    """Split closed cut-offs by time.

    The newest ``test_cut_offs`` judge. A cut-off teaches only when its label window ends at or before the moment the
    first judging snapshot is taken (``cut_off + horizon_days <= first test cut-off``); the ones between are purged.

    Parameters
    ----------
    cut_offs
        Closed cut-offs, in any order.
    horizon_days
        Days of the label window.
    test_cut_offs
        How many of the newest judge.
    """
    ordered = sorted(set(cut_offs))
    test = tuple(ordered[-test_cut_offs:]) if test_cut_offs else ()
    if not test:
        return Split(train=tuple(ordered), purged=(), test=())
    last = test[0] - dt.timedelta(days=horizon_days)
    earlier = ordered[: -len(test)]
    return Split(
        train=tuple(date for date in earlier if date <= last),
        purged=tuple(date for date in earlier if date > last),
        test=test,
    )
