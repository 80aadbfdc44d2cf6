"""Why somebody for whom an option was open is written nothing, though nothing refused and no lot held them out.

Whom a draw left out is not told to be worth nothing: of an option whose value is unsure, one draw of what is believed
is taken each night, and tomorrow's may fall the other way.
"""

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

#: By the mean of what is believed an option earns something, and the night's draw said no, or the lot of a cut band.
NOT_DRAWN: Final = "not_drawn"
#: The draw said yes, and the budget or the channel's day went to others.
NO_ROOM: Final = "no_room"
#: By the mean of what is believed no option earns what it costs.
NOT_WORTH: Final = "not_worth"


def passed_over(options: pd.DataFrame, cut: Collection[object]) -> pd.Series:
    """Return by candidate why none of their options is sent, should none be.

    Parameters
    ----------
    options
        ``Night.options``: ``candidate``, ``value_fen`` under the night's own draw, and what the mean of the belief says
        of the same (``base_fen + unit_fen * lift``).
    cut
        Candidates whose chosen option a lot took away again (``lots.stopped_bands``).
    """
    mean = options["base_fen"].astype(float) + options["unit_fen"].astype(float) * options["lift"].astype(float)
    rows = pd.DataFrame({"candidate": options["candidate"], "drew": options["value_fen"] > 0, "earns": mean > 0})
    found = rows.groupby("candidate")[["drew", "earns"]].any()
    is_cut = found.index.isin(list(cut))
    reason = np.select([is_cut, found["drew"], found["earns"]], [NOT_DRAWN, NO_ROOM, NOT_DRAWN], NOT_WORTH)
    return pd.Series(reason, index=found.index, dtype=object)
