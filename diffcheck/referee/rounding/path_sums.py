"""Sums over the paths of a large program, for all its outputs together, in floating point where that is certain enough.

The adjoints solve a sparse triangular system whose matrix has the local partial derivatives, ``(I - L)^T a = e``, with
as many right sides as there are outputs. Beyond a few hundred outputs a forward solution moves every value at random
instead, by weights with a Cauchy distribution: what reaches an output is Cauchy again, its scale the sum of the
absolute values asked for, and the median of its size estimates that scale (Indyk 2006). The cost is then that of the
program, however many outputs it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from flint import arb
from scipy.sparse.linalg import splu

from diffcheck.ops.enclosures import balls
from diffcheck.referee.evaluate import Ball

Array = np.ndarray[Any, np.dtype[Any]]

# Up to so many outputs each has its own adjoints: the samples of two lists of weights cost as much.
EXACT = 512
# The median of so many samples estimates the scale within a tenth (one standard deviation).
_SAMPLES = 256
# Right sides that are solved for together.
_BLOCK = 64
# The sum over paths may be so many times what remains of it after cancellation: rounding stays below a hundredth.
_CANCELLATION = 1e12
# Partial derivatives and sums outside this range are left to balls, whose exponents have no bounds.
_SMALLEST, _LARGEST = 1e-75, 1e75


@dataclass(frozen=True, slots=True)
class Edges:
    """The uses of values: a node, one of its operands, and the derivative of the one by the other (a ball)."""

    nodes: Sequence[int]
    operands: Sequence[int]
    slopes: Sequence[Ball]


def path_sums(
    size: int, edges: Edges, outputs: Sequence[int], weights: Sequence[Sequence[Ball]]
) -> list[list[Ball | None]]:
    """For each list of weights and each output ``y`` the sum of ``|dy/dv| w_v`` over all nodes ``v``.

    Parameters
    ----------
    size:
        How many nodes there are.
    weights:
        Lists with the weight of each node, not negative, infinity allowed.

    Returns
    -------
    list
        ``None`` for a sum that floats cannot tell.
    """
    slopes = np.array([float(s) for s in edges.slopes])
    used = np.abs(slopes[slopes != 0])
    if not np.all((used >= _SMALLEST) & (used <= _LARGEST)) or any(
        not s.contains(0) for s, found in zip(edges.slopes, slopes.tolist(), strict=True) if found == 0
    ):
        return [[None] * len(outputs) for _ in weights]
    scaled = [_Weights.of(w) for w in weights]
    finite = np.stack([w.finite for w in scaled], 1)
    infinite = np.stack([w.infinite for w in scaled], 1)
    places = np.asarray(edges.nodes), np.asarray(edges.operands)
    system = _Triangular(size, places, slopes)
    with np.errstate(all="ignore"):
        reaching = _Triangular(size, places, np.abs(slopes)).forward(np.concatenate([finite, infinite], 1))[outputs].T
        most, unbounded = reaching[: len(weights)], reaching[len(weights) :]
        sums = (_adjoint_sums if len(outputs) <= EXACT else _sketched)(system, outputs, finite)
        enough = (sums * _CANCELLATION >= most) & (sums >= _SMALLEST) & (sums <= _LARGEST)
    enough |= (most == 0) & ~np.array([[w.vanished] for w in scaled])
    enough &= unbounded == 0
    return [
        [w.unit * arb(s) if known else None for s, known in zip(*rows, strict=True)]
        for w, *rows in zip(scaled, sums.tolist(), enough.tolist(), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Weights:
    """Weights in units of the largest finite one; where one is infinite there is a 1 in ``infinite``."""

    unit: Ball
    finite: Array
    infinite: Array
    vanished: bool
    """Whether one is too small to be a float."""

    @staticmethod
    def of(weights: Sequence[Ball]) -> "_Weights":
        bounded = [w.is_finite() for w in weights]
        unit = max((w.mid() for w, finite in zip(weights, bounded, strict=True) if finite), default=balls.ZERO)
        if unit.is_zero():
            unit = arb(1)
        scaled = [float(w / unit) if finite else 0.0 for w, finite in zip(weights, bounded, strict=True)]
        vanished = any(
            not w.is_zero() for w, found in zip(weights, scaled, strict=True) if found == 0 and w.is_finite()
        )
        return _Weights(unit, np.array(scaled), 1.0 - np.array(bounded), vanished)


class _Triangular:
    """The matrix ``I - L`` of a program's local partial derivatives."""

    def __init__(self, size: int, places: tuple[Array, Array], slopes: Array) -> None:
        self.size = size
        local = scipy.sparse.csc_array((slopes, places), shape=(size, size))
        matrix = (scipy.sparse.eye_array(size, format="csc") - local).tocsc()
        # It is triangular with ones on its diagonal: nothing to exchange, nothing fills in.
        self._solver = splu(matrix, permc_spec="NATURAL", diag_pivot_thresh=0.0)

    def forward(self, right: Array) -> Array:
        """How much reaches each node of what starts anywhere; shape (nodes, right sides)."""
        found: Array = self._solver.solve(right)
        return found

    def adjoints(self, outputs: Sequence[int]) -> Array:
        """The derivative of each output by each node; shape (nodes, outputs)."""
        right = np.zeros((self.size, len(outputs)))
        right[outputs, range(len(outputs))] = 1.0
        found: Array = self._solver.solve(right, trans="T")
        return found


def _adjoint_sums(system: _Triangular, outputs: Sequence[int], weights: Array) -> Array:
    """The sums from the adjoints themselves; shape (lists of weights, outputs)."""
    blocks = (outputs[start : start + _BLOCK] for start in range(0, len(outputs), _BLOCK))
    return np.concatenate([weights.T @ np.abs(system.adjoints(block)) for block in blocks], 1)


def _sketched(system: _Triangular, outputs: Sequence[int], weights: Array) -> Array:
    """The sums estimated; shape (lists of weights, outputs)."""
    random = np.random.default_rng(0)

    def sizes(w: Array) -> Array:
        return np.abs(system.forward(w[:, None] * random.standard_cauchy((system.size, _BLOCK)))[outputs])

    samples = ([sizes(w) for _ in range(_SAMPLES // _BLOCK)] for w in weights.T)
    return np.stack([np.median(np.concatenate(found, 1), 1) for found in samples])
