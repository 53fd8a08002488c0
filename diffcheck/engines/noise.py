"""How noisy a function is in floating point, seen from outside.

Rounding inside a function makes it jitter by far more than the last place of its value: ``log(1 + exp(x))`` at -30 moves in steps of 2e-16, a
five-hundredth of its value. High-order differences of equally spaced values remove what is smooth and leave the jitter (Hamming 1962; the algorithm
ECnoise of More and Wild, SIAM J. Sci. Comput. 33, 2011).
"""

from collections.abc import Sequence
from math import comb, sqrt

import numpy as np

from diffcheck.case.case import Array

SAMPLES = 7
# Distances of the samples, relative to the scale of the coordinates: rounding jitters on all of them, smooth change shows on the widest only.
SPACINGS = (1e-2, 1e-3, 1e-5)
# Differences of the last orders must tell the same noise level within this factor.
_CONSISTENT = 8.0


def noise_level(lines: Sequence[Array], unit: float, magnitude: Array) -> Array:
    """The standard deviation of the jitter, one for each output: the largest over some lines, and one rounding of the value at least.

    Parameters
    ----------
    lines:
        Function values at `SAMPLES` equally spaced points, each of shape (SAMPLES, outputs).
    unit:
        The unit roundoff.
    magnitude:
        The function's absolute value at the point.
    """
    level = unit * magnitude
    moving = np.zeros(magnitude.shape, dtype=bool)
    for values in lines:
        moving |= (values != values[0]).any(0)
        found = [np.sqrt(np.mean(np.diff(values, order, axis=0) ** 2, axis=0) / comb(2 * order, order)) for order in (4, 5, 6)]
        low, high = np.min(found, axis=0), np.max(found, axis=0)
        consistent = np.isfinite(high) & (high <= _CONSISTENT * low)
        level = np.where(consistent, np.maximum(level, high), level)
    # A function that does not move at all may be constant, or all its changes are lost beside a value of order one.
    return np.where(moving, level, np.maximum(level, unit)) * sqrt(SAMPLES)
