"""Richardson extrapolation of difference quotients, with an estimate of the error of what it gives.

Quotients with steps that halve have an error in powers of the step, even powers only for central ones. Combining
neighbours removes one power after the other (Romberg 1955); the last combinations that agree with those they were
made of are believed (as in Ridders 1982), and rounding is added.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from diffcheck.case.case import Array

# The combination is better than what it was made of; the distance to that, times this, is the estimate of its error.
_SAFETY = 2.0
# A limit is one if it is so many times what the combinations that lead to it are apart.
_SURE_LIMIT = 2.0
# A limit is seen if it is so many times what rounding leaves on a quotient: what the combinations make of that.
_SEEN = 8.0
# Columns of the table: beyond this the rounding that the combinations add up outweighs what they remove.
_COLUMNS = 7


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of Romberg's table: combinations of ``order + 1`` neighbouring steps, the widest first.

    ``apart`` is how far each is from what it was made of and from the combination before, ``noise`` what rounding may
    leave on it.
    """

    order: int
    values: Array
    apart: Array
    noise: Array


def table(series: Array, noise: Array, factors: list[Array]) -> Iterator[Column]:
    """The columns of Romberg's table, that of the series itself first.

    Parameters
    ----------
    series, noise:
        Shape (steps,) + any; each step is the one before over `RATIO`.
    factors:
        What the power that each further column removes falls by from step to step.
    """
    apart = np.full(series.shape, np.inf)
    apart[1:] = np.abs(np.diff(series, axis=0))
    yield Column(0, series, apart, noise)
    column = series
    for order, factor in enumerate(factors[: min(len(series) - 1, _COLUMNS)], 1):
        before = column
        column = before[1:] + (before[1:] - before[:-1]) / (factor - 1)
        noise = (factor * noise[1:] + noise[:-1]) / (factor - 1)
        apart = np.maximum(np.abs(column - before[1:]), np.abs(column - before[:-1]))
        apart[1:] = np.maximum(apart[1:], np.abs(column[1:] - column[:-1]))
        yield Column(order, column, apart, noise)


def tail(series: Array, noise: Array) -> Array:
    """How much more than its last change a series may still change, as a part of it; shape (steps,) + any.

    Changes that fall by r from step to step add up to r / (1 - r) of the last one: to infinity if they do not fall.
    Changes within rounding say nothing, and one small change may be luck. What shorter steps are not done with, longer
    ones are not either.
    """
    found = np.zeros(series.shape)
    if len(series) < 3:
        return found
    change = np.abs(np.diff(series, axis=0))
    ratio = change[1:] / change[:-1]
    ratio[1:] = np.fmin(ratio[1:], np.sqrt(change[2:] / change[:-2]))
    significant = change[1:] > noise[2:] + noise[1:-1]
    found[2:] = np.where(significant, np.where(ratio < 1, ratio / (1 - ratio), np.inf), 0.0)
    return np.maximum.accumulate(found[::-1])[::-1]


def limits(series: Array, noise: Array, factors: list[Array]) -> Array:
    """The absolute limits of a series that should tend to zero, zeros where it does.

    Shape (steps,) + any: the limit that is seen from each step and wider ones; it is one only if the combinations that
    lead there agree on it, beyond rounding.
    """
    found = np.zeros(series.shape)
    growth = np.fmax(tail(series, noise), 1.0)
    for column in table(series, noise, factors):
        size = np.abs(column.values)
        sure = size > _SURE_LIMIT * column.apart + column.noise
        seen = np.where(sure, size * growth[column.order :], 0.0)
        found[column.order :] = np.fmax(found[column.order :], seen)
    return np.where(np.isfinite(series) & np.isfinite(growth), found, np.inf)


def extrapolated(quotients: Array, rounding: Array, doubt: Array, base: Array) -> tuple[Array, Array, Array]:
    """The best combination of the quotients, the estimate of its error, and the part of that which is not rounding.

    Parameters
    ----------
    quotients:
        Shape (steps,) + any; each step is the one before over `RATIO`.
    rounding:
        The error that rounding may leave on each of them, in the same shape.
    doubt:
        The error of a quotient with each step that straddles a seam, in the same shape.
    base:
        What each further power of the error falls by from step to step, shape any: 4 for central quotients, whose error
        has even powers only, 2 for one-sided ones.
    """
    # Where a step straddles a seam all wider ones do.
    doubt = np.maximum.accumulate(doubt[::-1])[::-1]
    shape = quotients.shape[1:]
    rest = np.full(quotients.shape, _SAFETY)
    best, error, excess = quotients[-1], np.full(shape, np.inf), np.full(shape, np.inf)
    for column in table(quotients, rounding, [base**k for k in range(1, len(quotients))]):
        rest[column.order :] = np.fmax(rest[column.order :], tail(column.values, column.noise))
        if column.order == 0:
            continue
        found = rest[column.order :] * column.apart + column.noise + doubt[: len(column.values)]
        found = np.where(np.isfinite(found), found, np.inf)
        chosen = np.argmin(found, axis=0)[None]
        least, value, left = (np.take_along_axis(a, chosen, 0)[0] for a in (found, column.values, column.noise))
        better = least < error
        best, error = np.where(better, value, best), np.where(better, least, error)
        # Combinations that rounding alone keeps apart are so by what it may leave on each.
        excess = np.where(better, np.fmax(least - (1 + _SAFETY) * left, 0.0), excess)
    return best, error, excess


def most_certain(values: Array, errors: Array, excess: Array, widths: Array) -> tuple[Array, Array, Array]:
    """Of several stages the value with the smallest error, that error, and the length of its stage.

    A stage that a stage of shorter steps refutes is not believed. What shorter steps have not resolved longer ones have
    not either, and what grows with shorter steps has no bound.

    Parameters
    ----------
    values, errors, excess, widths:
        Shape (stages,) + any; a stage that was not tried has NaN for its error. ``excess`` is the part of the errors
        that is not rounding, ``widths`` the lengths of the stages.
    """
    tried = ~np.isnan(errors)
    shorter = tried & (widths[:, None] > widths)
    inherited = np.where(shorter, excess, 0.0).max(1)
    errors = np.where(tried, np.fmax(errors, inherited), np.inf)
    # A seam that longer steps straddle may be in reach of shorter ones that rounding keeps from seeing it.
    wider = np.where(tried & (widths[:, None] < widths) & np.isfinite(excess), excess, 0.0).max(1)
    errors = np.where((errors < wider) & (wider < _SEEN * errors), wider, errors)
    apart = np.abs(values[:, None] - values) > errors[:, None] + errors
    refuted = (apart & shorter).any(1)
    chosen = np.argmin(np.where(refuted, np.inf, errors), axis=0)[None]
    value, error, width = (np.take_along_axis(a, chosen, 0)[0] for a in (values, errors, widths))
    return value, np.where(_growing(excess, widths, tried), np.inf, error), width


def _growing(excess: Array, widths: Array, tried: Array) -> Array:
    """Whether the shortest steps leave more unresolved than the next longer ones; of the shape of a stage."""
    order = np.argsort(np.where(tried, widths, np.inf), axis=0)
    first, second = (np.take_along_axis(excess, order[k : k + 1], 0)[0] for k in (0, min(1, len(order) - 1)))
    found: Array = first > second
    return found & (tried.sum(0) > 1)
