"""Richardson extrapolation of difference quotients, with an estimate of the error of what it gives.

Quotients with steps that fall by a ratio have an error in powers of the step, even powers only for central ones.
Combining neighbours removes one power after the other (Romberg 1955); the last combinations that agree with those they
were made of are believed (as in Ridders 1982), and rounding is added. A series that does not fall as powers do has no
such limit, and an estimate without bounds.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.finite.samples import FALL, STEPS

# What the powers of a step fall by from step to step: those that errors are made of, and the odd ones of central steps.
EVERY = [FALL**power for power in range(1, STEPS)]
ODD = [FALL ** (power - 0.5) for power in range(1, STEPS)]
# The combination is better than what it was made of; the distance to that, times this, is the estimate of its error.
_SAFETY = 2.0
# A limit is one if it is so many times what the combinations that lead to it are apart.
_SURE = 2.0
# What extrapolation in odd powers makes of the rounding of a series: a limit below that many times it is not seen.
UNSEEN = math.prod((factor + 1) / (factor - 1) for factor in ODD)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of Romberg's table: combinations of ``order + 1`` neighbouring steps, the widest first.

    ``apart`` is how far each is from what it was made of and from the combination before, ``noise`` what rounding may
    leave on it; ``change`` is what each but the first differs by from the one before.
    """

    order: int
    values: Array
    apart: Array
    noise: Array
    change: Array


def table(series: Array, noise: Array, factors: Sequence[Array | float]) -> Iterator[Column]:
    """The columns of Romberg's table, that of the series itself first.

    Parameters
    ----------
    series, noise:
        Shape (steps,) + any, the widest step first.
    factors:
        What the power that each further column removes falls by from step to step.
    """
    values, difference = series, series[1:] - series[:-1]
    change, apart = np.abs(difference), np.empty(series.shape)
    apart[0], apart[1:] = np.inf, change
    yield Column(0, values, apart, noise, change)
    for order, factor in enumerate(factors[: len(series) - 1], 1):
        values = values[1:] + difference / (factor - 1)
        noise = noise[1:] * (factor / (factor - 1)) + noise[:-1] / (factor - 1)
        # The farther of the two that a value was made of is so many times its change from the nearer one.
        apart = change * (factor / (factor - 1))
        difference = values[1:] - values[:-1]
        change = np.abs(difference)
        np.maximum(apart[1:], change, out=apart[1:])
        yield Column(order, values, apart, noise, change)


def tail(column: Column) -> Array:
    """How much more than its last change a series may still change, as a part of it; shape (steps,) + any.

    Changes that fall by r from step to step add up to r / (1 - r) of the last one: to infinity if they do not fall.
    Changes within rounding say nothing, and one small change may be luck. What shorter steps are not done with, longer
    ones are not either.
    """
    change, noise = column.change, column.noise
    found = np.zeros(column.values.shape)
    significant = change[1:] > noise[2:] + noise[1:-1]
    if not significant.any():
        return found
    ratio = change[1:] / change[:-1]
    ratio[1:] = np.fmin(ratio[1:], np.sqrt(change[2:] / change[:-2]))
    found[2:] = np.where(significant, np.where(ratio < 1, ratio / (1 - ratio), np.inf), 0.0)
    return largest_onwards(found)


def largest_onwards(series: Array) -> Array:
    """The largest of each step and all shorter ones, in place."""
    for k in range(len(series) - 2, -1, -1):
        np.maximum(series[k], series[k + 1], out=series[k, ...])
    return series


def limits(series: Array, noise: Array, factors: Sequence[Array | float]) -> Array:
    """The absolute limits of a series that should tend to zero, zeros where it does.

    Shape (steps,) + any: the limit that is seen from each step and wider ones; it is one only if the combinations that
    lead there agree on it, beyond rounding. Infinite where the series has no limit, or is no number.
    """
    found, columns = np.zeros(series.shape), list(table(series, noise, factors))
    for column in columns:
        size = np.abs(column.values)
        seen = size > _SURE * column.apart + column.noise
        if seen.any():
            found[column.order :] = np.fmax(found[column.order :], np.where(seen, size, 0.0))
    rest = np.where(np.isfinite(series), tail(columns[0]), np.inf)
    return np.where(np.isfinite(rest), found * np.where(rest > _SAFETY, rest, 1.0), np.inf)


def extrapolated(quotients: Array, noise: Array, doubt: Array) -> tuple[Array, Array, Array]:
    """The best combination of the quotients, the estimate of its error, and the part of that which is not rounding.

    Parameters
    ----------
    quotients:
        Shape (steps,) + any, that of the widest step first.
    noise:
        The error that rounding may leave on each of them, in the same shape.
    doubt:
        The error of a quotient whose step straddles a seam, in the same shape.
    """
    # Where a step straddles a seam all wider ones do.
    doubt = largest_onwards(doubt.copy())
    rest = np.full(quotients.shape, _SAFETY)
    errors, values, left = [], [], []
    for column in table(quotients, noise, EVERY):
        rest[column.order :] = np.fmax(rest[column.order :], tail(column))
        if column.order:
            errors.append(rest[column.order :] * column.apart + column.noise + doubt[: len(column.values)])
            values.append(column.values)
            left.append(column.noise)
    found = np.fmin(np.concatenate(errors), np.inf)  # what is no number has no bound
    chosen = np.argmin(found, axis=0)[None]
    error, value, rounding = (
        np.take_along_axis(a, chosen, 0)[0] for a in (found, np.concatenate(values), np.concatenate(left))
    )
    known = error < np.inf
    # Combinations that rounding alone keeps apart are so by what it may leave on each.
    excess = np.where(known, np.fmax(error - (1 + _SAFETY) * rounding, 0.0), np.inf)
    return np.where(known, value, quotients[-1]), error, excess
