"""Which of several stages to believe: their lengths differ, and shorter steps know what longer ones step over."""

import numpy as np

from diffcheck.case.case import Array
from diffcheck.engines.finite.extrapolation import UNSEEN
from diffcheck.engines.finite.samples import Mask, Rows


class Stages:
    """What was found with steps of several lengths, for each row of differences and each output.

    Attributes
    ----------
    value, error, length:
        The value with the smallest error, that error, and the length of its stage; shape (rows, outputs).
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.value, self.length = np.zeros(shape), np.zeros(shape)
        self.error = np.full(shape, np.inf)
        self._all: list[tuple[Array, ...]] = []

    def add(self, rows: Rows, value: Array, error: Array, excess: Array, seam: Array, length: Array) -> None:
        """Another stage, tried for some rows.

        Parameters
        ----------
        value, error, excess, seam:
            Shape (rows, outputs). ``excess`` is the part of the error that is not rounding, ``seam`` the size of what
            the shortest steps straddle.
        length:
            The stage's for each row, shape (rows,); of two inputs the geometric mean.
        """
        stage = tuple(np.full(self.value.shape, empty) for empty in (0.0, np.inf, 0.0, 0.0, np.nan))
        for array, part in zip(stage, (value, error, excess, seam, length[:, None]), strict=True):
            array[rows] = part
        self._all.append(stage)
        if len(self._all) == 1:
            self.value[rows], self.length[rows] = value, length[:, None]
            self.error[rows] = np.where(np.isfinite(value), error, np.inf)
            return
        # Where nothing is known any number will do, but it should be one: that of a stage which was not tried.
        nothing = ~np.isfinite(self.value)
        self.value[nothing], self.length[nothing] = 0.0, np.nan
        every = ([array[rows] for array in known] for known in self._all)
        values, errors, excesses, seams, lengths = map(np.stack, zip(*every, strict=True))
        shorter, longer = lengths[:, None] > lengths, lengths[:, None] < lengths
        # What shorter steps have not resolved longer ones have not either.
        errors = np.fmax(errors, np.where(shorter, excesses, 0.0).max(1))
        # A seam that longer steps straddle may be in reach of shorter ones that rounding keeps from seeing it.
        straddled = np.where(longer & np.isfinite(seams), seams, 0.0).max(1)
        errors = np.where((errors < straddled) & (straddled < UNSEEN * errors), straddled, errors)
        apart = np.abs(values[:, None] - values) > errors[:, None] + errors
        refuted = (apart & shorter).any(1)
        errors = np.where(refuted | ~np.isfinite(values), np.inf, errors)
        known = np.isfinite(errors).any(0)
        chosen = np.where(known, np.argmin(errors, axis=0), np.argmax(np.isfinite(values), axis=0))[None]
        value, error, length = (np.take_along_axis(a, chosen, 0)[0] for a in (values, errors, lengths))
        self.value[rows], self.length[rows] = value, length
        self.error[rows] = np.where(_growing(excesses, lengths), np.inf, error)


def _growing(excesses: Array, lengths: Array) -> Mask:
    """Whether the shortest steps leave more unresolved than the next longer ones: then it has no bound."""
    if len(lengths) < 2:
        return np.zeros(lengths.shape[1:], dtype=bool)
    order = np.argsort(lengths, axis=0)  # stages that were not tried come last
    shortest, next_longer = (np.take_along_axis(excesses, order[k : k + 1], 0)[0] for k in (0, 1))
    found: Mask = (shortest > next_longer) & (np.isfinite(lengths).sum(0) > 1)
    return found
