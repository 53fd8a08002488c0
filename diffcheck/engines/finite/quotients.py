"""Difference quotients of one stage, with what rounding and seams may leave on them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.finite.extrapolation import EVERY, ODD, limits
from diffcheck.engines.finite.samples import CENTRAL_RATIO, FALL, FIRST, Mask, Rows, Samples

# What the powers of a step of the slope fall by from step to step, and those of a step of the value.
_BEND_AND_OFFSET = list(np.array([ODD, EVERY]).T[:, :, None, None])


@dataclass(frozen=True, slots=True, eq=False)
class Quotients:
    """Difference quotients of one stage, what rounding may leave on them, and what a seam does that they straddle.

    Shape (steps, rows, outputs). Where nothing bounds the ``doubt``, ``seen`` is the part of it that has a size.
    """

    quotient: Array
    rounding: Array
    doubt: Array
    seen: Array


def first_differences(samples: Samples, rows: Rows, lengths: Array) -> Quotients:
    """Quotients of first differences."""
    where, k = samples.where[rows], samples.by[rows, 0]
    longest, side, central = samples.room(where, k, lengths[:, 0], 1)
    step = samples.steps(where, k, longest, side, central)
    here, move = samples.here[where], step * side
    around, beside = _split(central)
    if beside is None:
        values, moved = samples.moved(where, (k, np.concatenate([move, -move])))
        (ahead, back), (moved_ahead, moved_back) = np.split(values, 2), np.split(moved, 2)
    else:
        ahead, moved_ahead = samples.moved(where, (k, move))
        back, moved_back = np.broadcast_to(here, ahead.shape).copy(), np.zeros_like(step)
        back[:, around], moved_back[:, around] = samples.moved(where[around], (k[around], -move[:, around]))
    width = (moved_ahead - moved_back)[..., None]
    noise = samples.rounding(where, np.maximum(np.abs(ahead), np.abs(back)), central)
    doubt = np.empty_like(ahead)
    doubt[:, around] = _around(here[around], ahead[:, around], back[:, around], step[:, around, None], noise[:, around])
    if beside is not None:
        doubt[:, beside] = _beside(here[beside], ahead[:, beside], noise[:, beside])
    quotient = (ahead - back) / width
    uneven = _uneven(quotient, samples.grain(where, k) / step[..., None])
    return Quotients(quotient, noise / np.abs(width) + uneven, doubt, doubt)


def second_differences(samples: Samples, rows: Rows, lengths: Array) -> Quotients:
    """Quotients of second differences, by one input twice or by two."""
    where, (i, j) = samples.where[rows], samples.by[rows].T
    (longest_i, side_i, central_i), (longest_j, side_j, central_j) = (
        samples.room(where, k, length, 2) for k, length in zip((i, j), lengths.T, strict=True)
    )
    pure = i == j
    central = central_i & central_j
    step_i, step_j = (
        samples.steps(where, k, longest, side, central)
        for k, longest, side in ((i, longest_i, side_i), (j, longest_j, side_j))
    )
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
    # Two steps to one side may lead between two numbers; all other moves are exact.
    grain_i, grain_j = (samples.grain(where, k) for k in (i, j))
    displaced = np.where((pure & ~central)[:, None], grain_i * slope, 0.0)
    noise = samples.rounding(where, size, central) + displaced
    doubt = np.zeros_like(quotient)
    here = samples.here[where]
    around, beside, across = central & pure, ~central & pure, central & ~pure
    doubt[:, around], curve = _between_sides(
        here[around], both[:, around], neither[:, around], step_i[:, around, None], noise[:, around]
    )
    doubt[:, beside] = _beside(here[beside], first[:, beside], noise[:, beside])
    if across.any():
        corners = tuple(corner[:, across] for corner in (both, first, second, neither))
        moves = tuple((k[across], up[:, across]) for k, up in ((i, up_i), (j, up_j)))
        doubt[:, across] = _between_quadrants(samples, where[across], moves, corners, noise[:, across])
    rounding = 4 * noise / np.abs(width_i) / np.abs(width_j)
    uneven = _uneven(quotient, grain_i / step_i[..., None] + grain_j / step_j[..., None])
    seen = doubt.copy()
    seen[:, around] = curve
    return Quotients(quotient, rounding + uneven, doubt, seen)


def least_rounding(samples: Samples, rows: Rows, lengths: Array) -> Array:
    """What rounding leaves at least on the extrapolated quotients of a stage, shape (rows, outputs).

    No quotient is believed alone, and of the combinations of two the one with the longest steps has least of it; a
    central one, for one-sided steps fall faster. ``lengths`` are those of the rows, shape (rows, order).
    """
    where, by = samples.where[rows], samples.by[rows]
    noise = samples.level[where] + 2 * samples.unit * np.abs(samples.here[where])
    # A difference over 2 h; of second order four values over h^2, or over the sides 2 h of a rectangle.
    pure = by[:, 0] == by[:, -1]
    share = 1 / 2 if samples.order == 1 else np.where(pure, 4.0, 1.0)
    longest = noise * (share / np.prod(FIRST * lengths, axis=1))[:, None]
    next_longest = longest * CENTRAL_RATIO**samples.order
    found: Array = (FALL * next_longest + longest) / (FALL - 1)
    return found


def _uneven(quotient: Array, grain: Array) -> Array:
    """What it costs that steps are numbers of the dtype and fall by a ratio that is not quite the same everywhere."""
    change = np.abs(quotient[1:] - quotient[:-1])
    cost: Array = grain * np.concatenate([change[:1], change])
    return cost


def _beside(here: Array, near: Array, noise: Array) -> Array:
    """What a step of the value at the point leaves on one-sided differences: no bound."""
    return np.where(limits(near - here, 2 * noise, EVERY) > 0, np.inf, 0.0)


def _around(here: Array, ahead: Array, back: Array, step: Array, noise: Array) -> Array:
    """What a step of the value beside the point, or of the slope, leaves on central first differences.

    Beside a step the point belongs to one of the sides; where it belongs to none, as on a spike, there is no bound.
    """
    bend, offset = _bend_and_offset(here, ahead, back, step, noise)
    off = (offset > 0).any((0, -1))
    if off.any():
        right, left = (limits(side[:, off] - here[off], 2 * noise[:, off], EVERY) > 0 for side in (ahead, back))
        offset[:, off] = np.where(right & left, np.inf, offset[:, off])
    return bend + 2 * offset / step


def _bend_and_offset(here: Array, ahead: Array, back: Array, step: Array, noise: Array) -> tuple[Array, Array]:
    """The steps of the slope, and of the value beside the point, that each step of central differences straddles."""
    series = np.stack([((ahead - here) - (here - back)) / step, ahead / 2 + back / 2 - here], axis=1)
    found = limits(series, np.stack([4 * noise / step, 2 * noise], axis=1), _BEND_AND_OFFSET)
    return found[:, 0], found[:, 1]


def _split(central: Mask) -> tuple[Any, Any]:
    """The central differences and the others as indices, ``None`` where there are no others."""
    return (slice(None), None) if central.all() else (central, ~central)


def _between_sides(here: Array, ahead: Array, back: Array, step: Array, noise: Array) -> tuple[Array, Array]:
    """What a seam leaves on second differences, and the part that a step of the second derivative has in that.

    A step of the slope or of the value leaves no bound.
    """
    bend, offset = _bend_and_offset(here, ahead, back, step, noise)
    # The slope (f(x + h) - f(x - h)) / 2 h has even powers of h, and across a step of the second derivative a fourth
    # of that times h.
    slope, rounding = (ahead - back) / (2 * step), noise / step
    apart = step[:-1] - step[1:]
    curve = np.zeros_like(slope)
    curve[1:] = limits((slope[:-1] - slope[1:]) / apart, (rounding[:-1] + rounding[1:]) / apart, ODD)
    return np.where((offset > 0) | (bend > 0), np.inf, 4 * curve), 4 * curve


def _between_quadrants(
    samples: Samples, where: Rows, moves: tuple[tuple[Rows, Array], ...], corners: tuple[Array, ...], noise: Array
) -> Array:
    """How far the mixed differences in the four quadrants around a point are apart in the limit."""
    here = samples.here[where]
    (right, left), (above, below) = (samples.axis(where, k, move) for k, move in moves)
    area = np.prod([np.abs(move) for _, move in moves], axis=0)[..., None]
    sides = ((right, above), (right, below), (left, above), (left, below))
    signs = (1, -1, -1, 1)
    north_east, south_east, north_west, south_west = (
        sign * (corner - side - other + here) / area
        for sign, corner, (side, other) in zip(signs, corners, sides, strict=True)
    )
    rounding = 8 * noise / area
    contrasts = (
        limits(north_east - south_west, rounding, ODD),
        limits(south_east - north_west, rounding, ODD),
        limits(north_east + south_west - south_east - north_west, 2 * rounding, EVERY),
    )
    found: Array = np.max(contrasts, axis=0)
    return found
