"""A witness to the derivatives: differences along one direction of all inputs together, with ever shorter steps.

Whatever the number of inputs it takes a few evaluations. Quotients of wide steps that have mistaken a seam, a spike or
a wave that they step over are contradicted by it.
"""

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.finite.samples import FIRST, RATIO, STEPS, Mask, Rows, Samples

SCALES = 6
# The widest and the narrowest scale, as powers of the unit roundoff, relative to the first stage's length and to the
# coordinate.
_WIDEST, _NARROWEST = 1 / 6, 4 / 6
# What the two steps of a scale disagree by, times this, is the witness's own error.
_SAFETY = 2.0


class Witness:
    """Directional differences at points, on several scales, the widest first.

    Attributes
    ----------
    lengths:
        The stages whose longest steps are those of a scale, shape (scales, points, inputs).
    """

    def __init__(self, samples: Samples, first: Array, wrt: list[int], order: int) -> None:
        self._samples = samples
        region, points = samples.region, samples.points
        ends = np.log2(first) + np.log2(region.unit) * _WIDEST, np.log2(samples.own) + np.log2(region.unit) * _NARROWEST
        part = np.arange(SCALES)[:, None, None] / (SCALES - 1)
        # Few bits: steps that are exact on both sides of a point.
        bits = (4 + np.arange(points.shape[1]) % 4) / 8
        size = np.exp2(np.floor(ends[0] * (1 - part) + ends[1] * part)) * bits
        self.lengths = size / FIRST
        above, below = region.hi - points, points - region.lo
        moving = np.isin(np.arange(points.shape[1]), wrt)
        self.steps = np.where(moving, np.where(above >= below, size, -size), 0.0)
        everywhere = np.arange(len(points))
        moves = np.stack([self.steps, self.steps / 2])
        central = (((points - moves) >= region.lo) & ((points - moves) <= region.hi)).all(-1)[..., None]
        ahead = samples.evaluate(region.inside(points + moves), everywhere)
        other = samples.evaluate(region.inside(np.where(central, points - moves, points + 2 * moves)), everywhere)
        here = samples.here
        noise = samples.level + 2 * samples.unit * np.maximum(np.abs(ahead), np.abs(other))
        if order == 1:
            change = np.where(central, ahead - other, 4 * ahead - other - 3 * here) / 2
            noise = np.where(central, 1.0, 4.0) * noise
            base = np.full(central.shape, 4.0)
        else:
            change = np.where(central, ahead - 2 * here + other, here - 2 * ahead + other)
            moved = np.where(moving, samples.unit * np.abs(points / moves), 0.0).max(-1)[..., None]
            noise = 4 * (noise + moved * np.abs(ahead - here))
            base = np.where(central, 4.0, 2.0)
        # In units of the wider of the two steps.
        wide, fine = change[0], change[1] * 2**order
        base = base[0]
        self.changes = fine + (fine - wide) / (base - 1)
        noise = (base * 2**order * noise[1] + noise[0]) / (base - 1)
        self.errors = noise + _SAFETY * self._truncation(np.abs(self.changes - fine), noise, order + np.log2(base))
        by = samples.by.reshape(len(points), -1, order)
        weights = np.prod(self.steps[:, everywhere[:, None, None], by], axis=-1)
        self.weights = np.where(by[..., 0] == by[..., -1], weights, 2 * weights)[..., None]

    def _truncation(self, own: Array, noise: Array, power: Array) -> Array:
        """What the two steps of each scale disagree by, but no more than the scale before says that it may be."""
        found = own.copy()
        size = np.abs(self.steps)
        for k in range(1, len(found)):
            ratio = np.where(size[k - 1] > 0, size[k] / size[k - 1], 0.0).max(-1)[:, None]
            found[k] = np.minimum(own[k], (found[k - 1] + noise[k - 1]) * ratio ** power[k])
        return found

    def contradicts(self, value: Array, error: Array, width: Array) -> Array:
        """By how much each scale contradicts derivatives of shape (points, columns, outputs).

        Shape (scales, points, outputs), zero where it does not. Scales that are wider than a stage which a derivative
        comes from have nothing to say; ``width``, of the shape of the derivatives, are these stages' lengths.
        """
        expected = (self.weights * value).sum(2)
        allowed = (np.abs(self.weights) * error).sum(2)
        beyond = np.abs(self.changes - expected) - self.errors - allowed
        return np.where(np.isfinite(beyond) & self._within(width), np.maximum(beyond, 0.0), 0.0)

    def _within(self, width: Array) -> Mask:
        """Whether a scale is shorter than the shortest steps of all the stages, shape (scales, points, outputs)."""
        samples = self._samples
        by = samples.by.reshape(len(samples.points), -1, samples.by.shape[-1])
        own: Rows = np.arange(len(samples.points))[:, None, None]
        longest = self.lengths[:, own, by].max(-1)[..., None]
        found: Mask = (longest <= width * RATIO ** (1 - STEPS)).all(2)
        return found
