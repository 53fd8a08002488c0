"""Richardson extrapolation of difference quotients, with an estimate of the error of what it gives.

Quotients with steps that halve have an error in powers of the step, even powers only for central ones. Combining
neighbours removes one power after the other (Romberg 1955); the last combinations that agree with those they were
made of are believed (as in Ridders 1982), and rounding is added.
"""

import numpy as np

from diffcheck.case.case import Array

# The combination is better than what it was made of; the distance to that, times this, is the estimate of its error.
_SAFETY = 2.0
# The difference of the one-sided slopes falls by 0.5 from step to step where the function is smooth, by nothing
# across a kink.
_KINKED = 0.6
# Columns of the table: beyond this the rounding that the combinations add up outweighs what they remove.
_COLUMNS = 7
# An error below this part of the value makes it a sure one.
_SURE = 0.1


def extrapolated(quotients: Array, rounding: Array, bends: Array, base: Array) -> tuple[Array, Array]:
    """The best combination of the quotients and the estimate of its error.

    Parameters
    ----------
    quotients:
        Shape (steps,) + any; each step is half the one before.
    rounding:
        The error that rounding may leave on each of them, in the same shape.
    bends:
        The difference of the one-sided slopes with each step, in the same shape; zeros where there is no such thing.
    base:
        What each further power of the error falls by from step to step, shape any: 4 for central quotients, whose error
        has even powers only, 2 for one-sided ones.
    """
    steps = len(quotients)
    straddling = np.zeros_like(bends)
    straddling[1:] = np.where(bends[1:] > np.maximum(_KINKED * bends[:-1], rounding[1:]), bends[1:], 0.0)
    # Where a step straddles a kink all wider ones do.
    straddling = np.maximum.accumulate(straddling[::-1])[::-1]
    column = quotients
    noise = rounding
    best, error = quotients[-1], np.full(quotients.shape[1:], np.inf)
    for order in range(1, min(steps, _COLUMNS + 1)):
        factor = base**order
        before = column
        column = before[1:] + (before[1:] - before[:-1]) / (factor - 1)
        noise = (factor * noise[1:] + noise[:-1]) / (factor - 1)
        apart = np.maximum(np.abs(column - before[1:]), np.abs(column - before[:-1]))
        apart[1:] = np.maximum(apart[1:], np.abs(column[1:] - column[:-1]))
        found = _SAFETY * apart + noise + straddling[order:]
        found = np.where(np.isfinite(found), found, np.inf)
        chosen = np.argmin(found, axis=0)[None]
        least = np.take_along_axis(found, chosen, 0)[0]
        better = least < error
        best = np.where(better, np.take_along_axis(column, chosen, 0)[0], best)
        error = np.where(better, least, error)
    return best, error


def most_certain(values: Array, errors: Array) -> tuple[Array, Array]:
    """Of several stages the value with the smallest error, among those that are sure of themselves if any is.

    Of those the ones that the fewest others contradict are taken. Two that are sure and contradict each other are both
    not believed: the error then covers their distance.

    Parameters
    ----------
    values, errors:
        Shape (stages,) + any; a stage that was not tried has NaN for its error.
    """
    tried = ~np.isnan(errors)
    errors = np.where(tried, errors, np.inf)
    sure = errors <= _SURE * np.abs(values)
    apart = np.abs(values[:, None] - values) > errors[:, None] + errors
    contradicted = (apart & sure[:, None] & sure).sum(1)
    believed = ~sure.any(0) | (sure & (contradicted == np.where(sure, contradicted, len(sure)).min(0)))
    chosen = np.argmin(np.where(believed, errors, np.inf), axis=0)[None]
    value, error = np.take_along_axis(values, chosen, 0), np.take_along_axis(errors, chosen, 0)
    # Where nothing is sure and a stage overflows, nothing is known.
    error = np.where(~sure.any(0) & (tried & ~np.isfinite(errors)).any(0), np.inf, error)
    apart = np.where(sure, np.abs(values - value) - errors, 0.0)
    return value[0], np.fmax(error[0], np.where(np.isfinite(apart), apart, 0.0).max(0))
