"""How noisy a function is in floating point, seen from outside.

Rounding inside a function makes it jitter by far more than the last place of its value: ``log(1 + exp(x))`` at -30
moves in steps of 2e-16, a five-hundredth of its value. High-order differences of equally spaced values remove what is
smooth and leave the jitter (Hamming 1962; the algorithm ECnoise of More and Wild, SIAM J. Sci. Comput. 33, 2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from diffcheck.case.case import Array

SAMPLES = 7
# Distances of the samples, relative to the coordinates: the widest first. Rounding jitters on most of them.
SPACINGS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10)
# Differences of the last orders must tell the same noise level within this factor ...
_CONSISTENT = 8.0
# ... and what falls by this factor on a line ten times as fine is structure of the function, not noise.
_STRUCTURE = 20.0


# The largest deviation of a jitter against its standard deviation: sqrt(12) for rounding to a grid, twice.
_WORST = 7.0
# Jitter that costs the value this part of its digits may be oscillation that no step resolves.
_LARGE = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """The jitter of a function, one number for each output.

    Attributes
    ----------
    level:
        Its largest deviation: the largest over some lines, and that of one rounding of the value at least.
    spacing:
        Where the jitter is large, the relative distance below which the function was seen to be smooth; infinite
        elsewhere.
    """

    level: Array
    spacing: Array


def measured(lines: Sequence[Array], unit: float, magnitude: Array) -> Noise:
    """The noise seen along lines through a point.

    Parameters
    ----------
    lines:
        Function values at `SAMPLES` equally spaced points, each of shape (SAMPLES, outputs), for `SPACINGS`.
    unit:
        The unit roundoff.
    magnitude:
        The function's absolute value at the point.
    """
    level = unit * magnitude
    smooth_below = np.full(magnitude.shape, np.inf)
    still = np.ones(magnitude.shape, dtype=bool)
    finer = np.full(magnitude.shape, np.inf)
    # The line next to the finest jittery one is in between; the one after it is surely smooth.
    smooth = (*SPACINGS[2:], SPACINGS[-1], SPACINGS[-1])
    for values, beyond in zip(reversed(lines), reversed(smooth), strict=True):
        still &= (values == values[0]).all(0)
        found = [np.sqrt(np.mean(np.diff(values, k, axis=0) ** 2, axis=0) / comb(2 * k, k)) for k in (4, 5, 6)]
        low, high = np.min(found, axis=0), np.max(found, axis=0)
        noisy = np.isfinite(high) & (high <= _CONSISTENT * low) & (high <= _STRUCTURE * finer)
        level = np.where(noisy, np.maximum(level, high), level)
        large = noisy & (high > unit ** (1 - _LARGE) * magnitude)
        smooth_below = np.where(large, np.minimum(smooth_below, beyond), smooth_below)
        # Equal neighbours are a step of the jitter itself: such a line says nothing about wider ones.
        stairs = (np.diff(values, axis=0) == 0).any(0)
        finer = np.where(stairs, np.inf, high)
    # A function that does not move at all may be constant, or all its changes are lost beside a value of order one.
    level = _WORST * np.where(still, np.maximum(level, unit), level)
    return Noise(level, smooth_below)
