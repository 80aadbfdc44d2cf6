"""The interval of a whole audience, where the cells' errors do not average out.

Every customer of one cell (band x channel x depth) shares that cell's lift: if what is known of it is too high it is
too high for all of them, and cells err together as far as they were learned together. Spend and calibration errors of
single customers do average out. Adding up customers' P10s would treat all errors as one; drawing each customer's lift
for itself would treat none as shared. Neither is right.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.posterior import Posterior
from ml.recall.roi import INPUTS, net_draws

Floats = npt.NDArray[np.float64]
_DRAWS: Final = 512


def portfolio_net(options: pd.DataFrame, posterior: Posterior, levels: Sequence[float]) -> Floats:
    """Return quantiles of the summed net profit in fen, one per level.

    Parameters
    ----------
    options
        The chosen (customer, treatment) rows with the columns ``roi.INPUTS`` and ``cell``.
    posterior
        Whose cells err together as its covariance says.
    levels
        For example ``(0.1, 0.5, 0.9)``.
    """
    if options.empty:
        return np.zeros(len(levels))
    return np.asarray(np.quantile(portfolio_draws(options, posterior).sum(axis=0), levels))


def portfolio_draws(options: pd.DataFrame, posterior: Posterior) -> Floats:
    """Return each cell's summed net profit under shared draws, shape (cells, draws), cells in sorted order."""
    strata = np.array([NormalDist().inv_cdf((at + 0.5) / _DRAWS) for at in range(_DRAWS)])
    generator = np.random.Generator(np.random.Philox(key=20090104))
    calibration = generator.permutation(strata)[None, :]
    zero = np.zeros((1, _DRAWS))
    cells = options["cell"].to_numpy(dtype=np.int64)
    spread = np.sqrt(np.diag(posterior.covariance))
    lift = (posterior.draws(_DRAWS) - posterior.mean) / np.where(spread > 0, spread, 1.0)
    columns = {name: options[name].to_numpy(dtype=np.float64) for name in INPUTS}
    sums = []
    for cell in sorted(set(cells)):
        rows = {name: values[cells == cell] for name, values in columns.items()}
        z = {axis: generator.permutation(strata)[None, :] for axis in ("redemption", "basket", "pull")}
        net, _ = net_draws(rows, {**z, "lift": lift[:, cell][None, :], "p0": calibration, "spend": zero})
        sums.append(net.sum(axis=0))
    return np.array(sums)
