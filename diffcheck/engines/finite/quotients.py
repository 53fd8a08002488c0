"""Difference quotients of one stage, with what rounding may leave on them."""

from dataclasses import dataclass

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.finite.samples import Rows, Samples

# Rounding of a value at its worst, in unit roundoffs.
_WORST = 7.0
# The second differences of two sides may be apart by so many times what rounding leaves on one.
_NOISY = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Quotients:
    """Difference quotients of one stage, what rounding may leave on them, and the difference of one-sided slopes.

    Shape (steps, rows, outputs); ``base``, of shape (rows, 1), is what further powers of the error fall by.
    """

    quotient: Array
    rounding: Array
    bend: Array
    base: Array


def first_differences(samples: Samples, rows: Rows, lengths: Array) -> Quotients:
    """Quotients of first differences."""
    where, k = samples.where[rows], samples.by[rows, 0]
    step, side, central = samples.steps(where, k, lengths, 1)
    here = samples.here[where]
    ahead, moved_ahead = samples.moved(where, (k, step * side))
    back, moved_back = np.broadcast_to(here, ahead.shape).copy(), np.zeros_like(step)
    back[:, central], moved_back[:, central] = samples.moved(where[central], (k[central], -(step * side)[:, central]))
    width = (moved_ahead - moved_back)[..., None]
    quotient = (ahead - back) / width
    bend = np.abs((ahead - here) - (here - back)) / step[..., None]
    one_sided = ~central
    if one_sided.any():
        # The slopes of the nearer and of the farther half of a step that is twice this one.
        gap = 2 * np.abs(np.diff(quotient[:, one_sided], axis=0))
        bend[:, one_sided] = np.concatenate([gap[:1], gap])
    size = np.maximum(np.abs(ahead), np.abs(back))
    rounding = samples.rounding(where, k, quotient, size) / np.abs(width)
    # Below that distance the jitter is a part of the function, unless the function does not move at all.
    moved = np.abs(samples.points[where, k])[:, None] * np.abs(quotient)
    distances = samples.smooth_below(rows)
    below = (np.abs(width) <= np.where(np.isfinite(distances), distances, 0.0)) & (quotient != 0)
    rounding = np.where(below, _WORST * (size + moved) * samples.unit / np.abs(width), rounding)
    return Quotients(quotient, rounding, bend, np.where(central, 4.0, 2.0)[:, None])


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
    rounding = 4 * samples.rounding(where, i, slope, size) / np.abs(width_i) / np.abs(width_j)
    bend = np.zeros_like(quotient)
    around, across = central & pure, central & ~pure
    bend[:, around] = _between_sides(
        samples.here[where[around]], both[:, around], neither[:, around], step_i[:, around]
    )
    if across.any():
        corners = tuple(corner[:, across] for corner in (both, first, second, neither))
        bend[:, across] = _between_quadrants(
            samples, where[across], (i[across], up_i[:, across]), (j[across], up_j[:, across]), corners
        )
    # The quadrants are a fourth of the rectangle, what rounding leaves on them four times as much.
    noise = _NOISY * rounding * np.where(pure, 1.0, 4.0)[:, None]
    bend = np.where(bend > noise, bend, 0.0)
    return Quotients(quotient, rounding, bend, np.where(central, 4.0, 2.0)[:, None])


def _between_sides(here: Array, ahead: Array, back: Array, step: Array) -> Array:
    """How far the second differences on both sides of a point are apart; they reach to the step before."""
    if not here.size:
        return ahead
    right, left = (here - 2 * side[1:] + side[:-1] for side in (ahead, back))
    gap = np.abs(right - left) / step[1:, :, None] ** 2
    return np.concatenate([gap[:1], gap])


def _between_quadrants(
    samples: Samples, where: Rows, first: tuple[Rows, Array], second: tuple[Rows, Array], corners: tuple[Array, ...]
) -> Array:
    """How far the mixed differences in the four quadrants around a point are apart."""
    here = samples.here[where]
    (right, left), (above, below) = (samples.axis(where, k, move) for k, move in (first, second))
    area = (np.abs(first[1]) * np.abs(second[1]))[..., None]
    sides = ((right, above), (right, below), (left, above), (left, below))
    signs = (1, -1, -1, 1)
    quadrants = [
        sign * (corner - side - other + here) / area
        for sign, corner, (side, other) in zip(signs, corners, sides, strict=True)
    ]
    gap: Array = np.ptp(quadrants, axis=0)
    return gap
