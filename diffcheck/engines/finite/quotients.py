"""Difference quotients of one stage, with what rounding and seams may leave on them."""

from dataclasses import dataclass

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.finite.extrapolation import limits
from diffcheck.engines.finite.samples import RATIO, Rows, Samples

# What the powers of a step fall by from step to step.
_ODD, _EVEN, _ALL = ([np.asarray(RATIO**k) for k in powers] for powers in (range(1, 12, 2), range(2, 13, 2), range(1, 7)))


@dataclass(frozen=True, slots=True, eq=False)
class Quotients:
    """Difference quotients of one stage, what rounding may leave on them, and what a seam does that they straddle.

    Shape (steps, rows, outputs); ``base``, of shape (rows, 1), is what further powers of the error fall by.
    """

    quotient: Array
    rounding: Array
    doubt: Array
    base: Array


def first_differences(samples: Samples, rows: Rows, lengths: Array) -> Quotients:
    """Quotients of first differences."""
    where, k = samples.where[rows], samples.by[rows, 0]
    step, side, central = samples.steps(where, k, lengths[:, 0], 1)
    here = samples.here[where]
    ahead, moved_ahead = samples.moved(where, (k, step * side))
    back, moved_back = np.broadcast_to(here, ahead.shape).copy(), np.zeros_like(step)
    back[:, central], moved_back[:, central] = samples.moved(where[central], (k[central], -(step * side)[:, central]))
    width = (moved_ahead - moved_back)[..., None]
    quotient = (ahead - back) / width
    noise = samples.rounding(where, np.maximum(np.abs(ahead), np.abs(back)))
    steps = np.abs(step)[..., None]
    both = central[:, None]
    bend = limits(((ahead - here) - (here - back)) / steps, 4 * noise / steps, _ODD)
    doubt = np.where(both, bend + _step(here, ahead, back, noise) / steps, _offset(here, ahead, noise, _ALL) * np.inf)
    doubt = np.where(np.isnan(doubt), 0.0, doubt)
    return Quotients(quotient, noise / np.abs(width), doubt, np.where(central, RATIO**2, RATIO)[:, None])


def second_differences(samples: Samples, rows: Rows, lengths: Array) -> Quotients:
    """Quotients of second differences, by one input twice or by two."""
    where, (i, j) = samples.where[rows], samples.by[rows].T
    (step_i, side_i, central_i), (step_j, side_j, central_j) = (
        samples.steps(where, k, length, 2) for k, length in zip((i, j), lengths.T, strict=True)
    )
    pure = i == j
    central = central_i & central_j
    up_i, up_j = step_i * side_i, step_j * side_j
    # By one input twice: f(x - h) - 2 f(x) + f(x + h); one-sided f(x) - 2 f(x + h) + f(x + 2 h). By two inputs the
    # corners of a rectangle, around the point or with the point for one of them.
    far_i, far_j = np.where(central, up_i, np.where(pure, 2 * up_i, up_i)), np.where(pure, 0.0, up_j)
    low_i, low_j = np.where(central, -up_i, 0.0), np.where(central & ~pure, -up_j, 0.0)
    near_i = np.where(central, 0.0, up_i)
    both, moved = samples.moved(where, (i, far_i), (j, far_j))
    neither, _ = samples.moved(where, (i, low_i), (j, low_j))
    first, _ = samples.moved(where, (i, np.where(pure, near_i, far_i)), (j, low_j))
    second, _ = samples.moved(where, (i, np.where(pure, near_i, low_i)), (j, far_j))
    # Divided by one width after the other: their product may underflow.
    width_i = np.where(pure, step_i, far_i - low_i)[..., None]
    width_j = np.where(pure, step_i, far_j - low_j)[..., None]
    quotient = ((both - first) - (second - neither)) / width_i / width_j
    size = np.max(np.abs([both, first, second, neither]), axis=0)
    slope = np.abs(both - first) / np.abs(moved[..., None])
    noise = samples.rounding(where, size) + samples.displaced(where, i, slope)
    rounding = 4 * noise / np.abs(width_i) / np.abs(width_j)
    doubt = np.zeros_like(quotient)
    here = samples.here[where]
    around, across, beside = central & pure, central & ~pure, ~central & pure
    steps = np.abs(step_i)[..., None]
    doubt[:, around] = _between_sides(
        here[around], both[:, around], neither[:, around], steps[:, around], noise[:, around]
    )
    off = _offset(here[beside], first[:, beside], noise[:, beside], _ALL)
    doubt[:, beside] = np.where(off > 0, np.inf, 0.0)
    if across.any():
        corners = tuple(corner[:, across] for corner in (both, first, second, neither))
        doubt[:, across] = _between_quadrants(
            samples,
            where[across],
            (i[across], up_i[:, across]),
            (j[across], up_j[:, across]),
            corners,
            noise[:, across],
        )
    return Quotients(quotient, rounding, doubt, np.where(central, RATIO**2, RATIO)[:, None])


def _offset(here: Array, around: Array, noise: Array, factors: list[Array]) -> Array:
    """How far the value at the point is from what the values around it tend to."""
    return limits(around - here, 2 * noise, factors)


def _step(here: Array, ahead: Array, back: Array, noise: Array) -> Array:
    """A step of the value beside the point; infinite where the point belongs to neither side, as on a spike."""
    middle = _offset(here, (ahead + back) / 2, noise, _EVEN)
    sides = [_offset(here, side, noise, _ALL) for side in (ahead, back)]
    return np.where((sides[0] > 0) & (sides[1] > 0), np.inf, 2 * middle)


def _between_sides(here: Array, ahead: Array, back: Array, step: Array, noise: Array) -> Array:
    """What a seam leaves on second differences: a step of the value, of the slope, of the second derivative."""
    offset = limits((ahead + back) / 2 - here, 2 * noise, _EVEN)
    bend = limits(((ahead - here) - (here - back)) / step, 4 * noise / step, _ODD)
    # Across a seam of the second derivative the slope (f(x + h) - f(x - h)) / 2 h has a part in h itself.
    slope = (ahead - back) / (2 * step)
    series = np.zeros_like(slope)
    apart = step[:-1] - step[1:]
    series[1:] = (slope[:-1] - slope[1:]) / apart
    weight = np.broadcast_to(noise / step, slope.shape)
    curve = np.zeros_like(slope)
    curve[1:] = limits(series[1:], (weight[:-1] + weight[1:]) / apart, _ODD)
    return np.where((offset > 0) | (bend > 0), np.inf, 2 * curve)


def _between_quadrants(
    samples: Samples,
    where: Rows,
    first: tuple[Rows, Array],
    second: tuple[Rows, Array],
    corners: tuple[Array, ...],
    noise: Array,
) -> Array:
    """How far the mixed differences in the four quadrants around a point are apart in the limit."""
    here = samples.here[where]
    (right, left), (above, below) = (samples.axis(where, k, move) for k, move in (first, second))
    area = (np.abs(first[1]) * np.abs(second[1]))[..., None]
    sides = ((right, above), (right, below), (left, above), (left, below))
    signs = (1, -1, -1, 1)
    north_east, south_east, north_west, south_west = (
        sign * (corner - side - other + here) / area
        for sign, corner, (side, other) in zip(signs, corners, sides, strict=True)
    )
    left_over = 8 * noise / area
    return np.max(
        [
            limits(north_east - south_west, left_over, _ODD),
            limits(south_east - north_west, left_over, _ODD),
            limits(north_east + south_west - south_east - north_west, 2 * left_over, _EVEN),
        ],
        axis=0,
    )
