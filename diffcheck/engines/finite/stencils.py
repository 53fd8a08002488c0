"""Difference quotients: their stencils, their errors on a ladder of steps, and which of them to believe."""

from dataclasses import dataclass, field, replace

import numpy as np

from diffcheck.case.case import Array
from diffcheck.case.domain import Interval

# What two neighbouring steps disagree by, times this, is the estimate of the truncation: beside a kink the error is
# up to 1.5 times as large.
_SAFETY = 2.0
# The difference of the one-sided slopes falls by 0.5 from step to step where the function is smooth, by nothing
# across a kink.
_KINKED = 0.6
# An error below this part of the value makes it a sure one.
_SURE = 0.1


@dataclass(frozen=True, slots=True)
class Stencil:
    """Where the function is evaluated, in steps from the point, and with which weights."""

    offsets: tuple[int, ...]
    weights: tuple[float, ...]
    derivative: int


# Second-order formulas; the one-sided ones for domain ends (Fornberg 1988).
CENTRAL = {1: Stencil((-1, 1), (-0.5, 0.5), 1), 2: Stencil((-1, 0, 1), (1.0, -2.0, 1.0), 2)}
_FORWARD = {1: Stencil((0, 1, 2), (-1.5, 2.0, -0.5), 1), 2: Stencil((0, 1, 2, 3), (2.0, -5.0, 4.0, -1.0), 2)}


def _mirrored(s: Stencil) -> Stencil:
    return Stencil(tuple(-o for o in s.offsets), tuple(w * (-1) ** s.derivative for w in s.weights), s.derivative)


_BACKWARD = {order: _mirrored(s) for order, s in _FORWARD.items()}


def fitting(x: float, h: float, order: int, domain: Interval) -> Stencil | None:
    """The stencil whose nodes all lie in the domain: the central one, else towards the wider side."""
    below, above = x - domain.lo, domain.hi - x
    if min(below, above) >= h:
        return CENTRAL[order]
    stencil = (_FORWARD if above >= below else _BACKWARD)[order]
    return stencil if max(below, above) >= h * max(map(abs, stencil.offsets)) else None


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """Difference quotients with one step, one for each output.

    ``bend`` is the difference of the two one-sided slopes; ``gap`` what the step before disagrees by, and ``error``
    the estimate made of it.
    """

    quotient: Array
    rounding: Array
    bend: Array
    gap: Array | float = np.inf
    error: Array = field(default_factory=lambda: np.asarray(np.inf))

    def compared(self, before: "Rung") -> "Rung":
        """With the error estimate that follows from the step before, which is twice this one."""
        gap = np.abs(self.quotient - before.quotient)
        # One small difference may be luck, two are not; truncation falls by four from step to step.
        lucky = before.gap / 4 if np.all(np.isfinite(before.gap)) else gap
        error = _SAFETY * np.maximum(gap, lucky) + self.rounding
        error = np.where(self.bend > _KINKED * before.bend, error + self.bend, error)
        return Rung(self.quotient, self.rounding, self.bend, gap, np.where(np.isfinite(error), error, np.inf))

    def checked(self, finer: "Rung") -> "Rung":
        """With an error no smaller than what a finer step contradicts this one by, beyond that step's own rounding."""
        apart = np.abs(self.quotient - finer.quotient) - finer.rounding
        return replace(self, error=np.where(apart > self.error, apart, self.error))

    def or_better(self, other: "Rung") -> "Rung":
        """For each output the one with the smaller error."""
        better = other.error < self.error
        return Rung(
            np.where(better, other.quotient, self.quotient),
            other.rounding,
            other.bend,
            other.gap,
            np.where(better, other.error, self.error),
        )


def most_certain(candidates: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """For each output the value with the smallest error, among those that are sure of themselves if any is.

    Two that are sure and contradict each other are both not believed: the error then covers their distance.
    """
    values = np.stack([value for value, _ in candidates])
    errors = np.stack([error for _, error in candidates])
    sure = errors <= _SURE * np.abs(values)
    chosen = np.argmin(np.where(sure | ~sure.any(0), errors, np.inf), axis=0)[None]
    value, error = np.take_along_axis(values, chosen, 0), np.take_along_axis(errors, chosen, 0)
    # Where nothing is sure and a scale overflows, nothing is known.
    error = np.where(~sure.any(0) & ~np.isfinite(errors).all(0), np.inf, error)
    apart = np.where(sure, np.abs(values - value) - errors, 0.0)
    return value[0], np.fmax(error[0], np.where(np.isfinite(apart), apart, 0.0).max(0))
