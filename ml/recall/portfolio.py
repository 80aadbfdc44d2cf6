"""The interval of a whole audience, where the curves' errors do not average out.

Every customer of one curve (band x channel x depth) shares that curve's lift: if the prior is too high it is too high
for all of them. Spend and calibration errors of single customers do average out. Adding up customers' P10s would
treat all errors as one; drawing each customer's lift for itself would treat none as shared. Neither is right.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.roi import INPUTS, net_draws

Floats = npt.NDArray[np.float64]
_DRAWS: Final = 512


def portfolio_net(options: pd.DataFrame, curves: pd.Series, deflation: float, levels: Sequence[float]) -> Floats:
    """Return quantiles of the summed net profit in fen, one per level.

    Parameters
    ----------
    options
        The chosen (customer, treatment) rows with the columns ``roi.INPUTS``.
    curves
        The response curve of each row, aligned with ``options``.
    deflation
        Factor on the lift, as in ``roi.net_profit``.
    levels
        For example ``(0.1, 0.5, 0.9)``.
    """
    if options.empty:
        return np.zeros(len(levels))
    return np.asarray(np.quantile(portfolio_draws(options, curves, deflation).sum(axis=0), levels))


def portfolio_draws(options: pd.DataFrame, curves: pd.Series, deflation: float) -> Floats:
    """Return each curve's summed net profit under shared draws, shape (curves, draws), curves in sorted order."""
    strata = np.array([NormalDist().inv_cdf((at + 0.5) / _DRAWS) for at in range(_DRAWS)])
    generator = np.random.Generator(np.random.Philox(key=20090104))
    calibration = generator.permutation(strata)[None, :]
    zero = np.zeros((1, _DRAWS))
    names = curves.to_numpy()
    sums = []
    for curve in sorted(set(names)):
        rows = {name: options[name].to_numpy(dtype=np.float64)[names == curve] for name in INPUTS}
        z = {axis: generator.permutation(strata)[None, :] for axis in ("lift", "redemption", "basket", "pull")}
        net, _ = net_draws(rows, {**z, "p0": calibration, "spend": zero}, deflation)
        sums.append(net.sum(axis=0))
    return np.array(sums)
