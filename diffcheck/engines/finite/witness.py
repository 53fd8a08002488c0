"""A witness to the derivatives: differences along one direction of all inputs together, with ever shorter steps.

Whatever the number of inputs it takes a few evaluations. Quotients of wide steps that have mistaken a seam, a spike or
a wave that they step over are contradicted by it.
"""

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.finite.samples import CENTRAL_RATIO, FIRST, STEPS, Mask, Samples

_SCALES = 8
# The widest and the narrowest scale, as powers of the unit roundoff, relative to the first stage's length and to the
# coordinate: from the middle of the first stage's steps to where rounding leaves a third of the digits.
_WIDEST, _NARROWEST = 1 / 6, 4 / 6
# What the two steps of a scale disagree by, times this, is the witness's own error.
_SAFETY = 2.0


class Witness:
    """Directional differences at points, on several scales, the widest first.

    Attributes
    ----------
    lengths:
        The stages whose longest steps are those of a scale, shape (scales, points, inputs).
    weights:
        What each column of derivatives counts in the changes of a scale, shape (scales, points, columns, 1).
    """

    def __init__(self, samples: Samples, first: Array) -> None:
        self._samples = samples
        region, points, order = samples.region, samples.points, samples.order
        wide, narrow = (
            np.log2(length) + np.log2(region.unit) * power
            for length, power in ((first, _WIDEST), (samples.own, _NARROWEST))
        )
        part = np.arange(_SCALES)[:, None, None] / (_SCALES - 1)
        # Few bits: steps that are exact on both sides of a point.
        bits = (4 + np.arange(points.shape[1]) % 4) / 8
        size = np.exp2(np.floor(wide * (1 - part) + narrow * part)) * bits
        self.lengths = size / FIRST
        above, below = region.hi - points, points - region.lo
        moving = np.zeros(points.shape[1], dtype=bool)
        moving[samples.columns] = True
        self._steps = np.where(moving, np.where(above >= below, size, -size), 0.0)
        by = samples.columns
        weights = np.prod(self._steps[:, np.arange(len(points))[:, None, None], by], axis=-1)
        self.weights = np.where(by[:, 0] == by[:, -1], weights, 2 * weights)[..., None]
        self._changes, self._errors = self._measured(moving, order)

    def _measured(self, moving: Mask, order: int) -> tuple[Array, Array]:
        """The changes that the derivatives must explain, and their errors, shape (scales, points, outputs).

        Of first order half of what the function changes by from back to ahead, or its likeness on one side; of second
        order the second difference.
        """
        samples = self._samples
        region, points, here = samples.region, samples.points, samples.here
        everywhere = np.arange(len(points))
        moves = np.stack([self._steps, self._steps / 2])
        central = (((points - moves) >= region.lo) & ((points - moves) <= region.hi)).all(-1)[..., None]
        places = np.stack([points + moves, np.where(central, points - moves, points + 2 * moves)])
        ahead, other = samples.evaluate(region.nearest(places, slice(None)), everywhere)
        noise = samples.level + 2 * samples.unit * np.maximum(np.abs(ahead), np.abs(other))
        if order == 1:
            changes = np.where(central, ahead - other, 4 * ahead - other - 3 * here) / 2
            noise = np.where(central, 1.0, 4.0) * noise
            base = np.full(central.shape, 4.0)
        else:
            changes = np.where(central, ahead - 2 * here + other, here - 2 * ahead + other)
            moved = np.where(moving, samples.unit * np.abs(points / moves), 0.0).max(-1)[..., None]
            noise = 4 * (noise + moved * np.abs(ahead - here))
            base = np.where(central, 4.0, 2.0)
        # In units of the wider of the two steps.
        wide, fine, base = changes[0], changes[1] * 2**order, base[0]
        found = fine + (fine - wide) / (base - 1)
        noise = (base * 2**order * noise[1] + noise[0]) / (base - 1)
        return found, noise + _SAFETY * self._truncation(np.abs(found - fine), noise, order + np.log2(base))

    def _truncation(self, own: Array, noise: Array, power: Array) -> Array:
        """What the two steps of each scale disagree by, but no more than the scale before says that it may be."""
        found = own.copy()
        size = np.abs(self._steps)
        ratio = np.where(size[:-1] > 0, size[1:] / size[:-1], 0.0).max(-1)[..., None]
        falls = ratio ** power[1:]
        for k, fall in enumerate(falls, 1):
            found[k] = np.minimum(own[k], (found[k - 1] + noise[k - 1]) * fall)
        return found

    def contradicts(self, value: Array, error: Array, length: Array) -> Array:
        """By how much each scale contradicts derivatives of shape (points, columns, outputs).

        Shape (scales, points, outputs), zero where it does not. A scale that is wider than the shortest steps of a
        stage which a derivative comes from has nothing to say; ``length``, of the shape of the derivatives, are the
        lengths of these stages (of two inputs, their geometric mean).
        """
        expected = (self.weights * value).sum(2)
        allowed = (np.abs(self.weights) * error).sum(2)
        beyond = np.abs(self._changes - expected) - self._errors - allowed
        own = np.arange(len(value))[:, None, None]
        mean = np.exp2(np.log2(self.lengths[:, own, self._samples.columns]).mean(-1))[..., None]
        within = (mean <= length * CENTRAL_RATIO ** (1 - STEPS)).all(2)
        return np.where(np.isfinite(beyond) & within, np.maximum(beyond, 0.0), 0.0)
