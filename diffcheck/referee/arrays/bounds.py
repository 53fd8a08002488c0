"""The two bounds on arrays: what an error may be, for all components of a derivative in a fixed number of sweeps."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, ctx

from diffcheck.formats import Format
from diffcheck.program.graph import Graph
from diffcheck.program.program import uncollected
from diffcheck.program.rules import STABLE
from diffcheck.referee.arrays.certify import Certified
from diffcheck.referee.arrays.enclose import Exact, floats
from diffcheck.referee.arrays.losses import losses, sizes_of_data
from diffcheck.referee.arrays.pieces import needed
from diffcheck.referee.arrays.sensitivity import Array, Sensitivity
from diffcheck.referee.evaluate import Ball
from diffcheck.referee.rounding.bound import Bound, alternatives, bound

# Sums outside this range are left to balls, whose exponents have no bounds.
_SMALLEST, _LARGEST = 1e-250, 1e250
# The formula's bounds of so many components are followed back one by one, exactly; when more are asked for, all are
# estimated together.
_FEW = 8
# For each node that is moved, how far.
Weights = Mapping[int, Array]


@uncollected()
def bounds(
    certified: Certified, point: Sequence[float], format: Format, otherwise: Callable[[int], Ball]
) -> list[Bound] | None:
    """The bounds of all components; ``None`` where double precision cannot tell the inherent ones.

    ``otherwise`` gives what rounding leaves on a component where double precision cannot tell that.
    """
    slopes = Slopes.of(certified.piece.derivative(), certified.derivatives)
    moved = None if slopes is None else _summed(slopes, sizes_of_data(slopes.graph, slopes.values))
    if moved is None:
        return None
    formulas = _Formulas(certified, point, format, otherwise)
    with ctx.workprec(certified.precision):
        return [
            bound(component.size, arb(m), formulas, format, k)
            for k, (component, m) in enumerate(zip(certified.components, moved.tolist(), strict=True))
        ]


def bounds_of_values(certified: Certified, format: Format) -> list[Bound] | None:
    """The same for the function's own value."""
    slopes = Slopes.of(certified.piece.graph, certified.values)
    if slopes is None:
        return None
    moved = _summed(slopes, sizes_of_data(slopes.graph, slopes.values))
    lost = _summed(slopes, losses(slopes.graph, slopes.values, format))
    if moved is None or lost is None:
        return None
    sizes = [abs(v).mid() for v in certified.value.ravel().tolist()]
    found = zip(sizes, moved.tolist(), lost.tolist(), strict=True)
    return [bound(size, arb(m), arb(f), format) for size, m, f in found]


class _Formulas:
    """What rounding of all nodes leaves on the components of a derivative, by the form that loses most."""

    def __init__(
        self, certified: Certified, point: Sequence[float], format: Format, otherwise: Callable[[int], Ball]
    ) -> None:
        self._certified = certified
        self._point = point
        self._format = format
        self._otherwise = otherwise
        self._exact: dict[int, float] = {}

    def of(self, place: int) -> Ball:
        """The sum of one component, by its place in row-major order."""
        if place not in self._exact and len(self._exact) < _FEW:
            self._exact[place] = max((slopes.sum_of(place, lost) for slopes, lost in self._forms), default=math.inf)
        largest = self._exact[place] if place in self._exact else self._together[place] if self._together else math.inf
        return arb(largest) if math.isfinite(largest) else self._otherwise(place)

    def in_any_order(self, place: int) -> Ball:
        """The same where sums may be added up in any order."""
        largest = 0.0
        for slopes, _ in self._forms:
            lost = losses(slopes.graph, slopes.values, self._format, in_any_order=True)
            finite = all(np.isfinite(w).all() for w in lost.values())
            largest = max(largest, slopes.sum_of(place, lost) if finite else math.inf)
        return max(self.of(place), arb(largest))

    @cached_property
    def _together(self) -> list[float]:
        sums = [slopes.sums(lost).ravel() for slopes, lost in self._forms]
        found: list[float] = np.max(sums, axis=0).tolist() if sums else []
        return found

    @cached_property
    def _forms(self) -> list[tuple[Sensitivity, Weights]]:
        """The slopes of each form, and what rounding leaves on its nodes; empty where double precision ends."""
        certified, piece = self._certified, self._certified.piece
        found: list[tuple[Sensitivity, Weights]] = []
        with ctx.workprec(certified.precision):
            inputs = np.asarray(self._point, float)
            for form in range(max((alternatives(name) for name in piece.names), default=1)):
                stable = form == STABLE
                enclosed = certified.derivatives if stable else piece.enclosed(inputs, certified.values, form)
                slopes = Slopes.of(piece.derivative(form), enclosed)
                lost = None if slopes is None else losses(slopes.graph, slopes.values, self._format)
                made = None if slopes is None or lost is None else slopes.moved_by(lost)
                if made is None or lost is None:
                    return []
                found.append((made, lost))
        return found


class Slopes:
    """A graph with the values of its nodes in double precision."""

    def __init__(self, graph: Graph, values: list[Array], matters: Mapping[int, Any]) -> None:
        self.graph = graph
        self.values = values
        self._matters = matters

    @staticmethod
    def of(graph: Graph, enclosed: Sequence[Exact]) -> "Slopes | None":
        """From enclosures; ``None`` where they are beyond double precision."""
        values = [floats(x) for x in enclosed]
        matters = needed(graph)
        for number, mask in matters.items():
            # What holds in a branch that is not taken is no number of this function; any will do.
            values[number] = np.where(mask, values[number], 1.0)
        good = all(np.isfinite(v).all() and _in_range(v) for v in values)
        return Slopes(graph, values, matters) if good else None

    def moved_by(self, weights: Weights) -> Sensitivity | None:
        """What moves the result with these nodes; ``None`` where some number of it is not finite."""
        if any(not np.isfinite(w).all() for w in weights.values()):
            return None
        found = Sensitivity(self.graph, self.values, weights, self._matters)
        return found if found.is_finite else None


def _summed(slopes: Slopes, weights: Weights) -> Array | None:
    """What these weights move all elements of the result by; ``None`` where double precision cannot tell it."""
    sensitivity = slopes.moved_by(weights)
    if sensitivity is None:
        return None
    sums = sensitivity.sums(weights).ravel()
    return sums if np.isfinite(sums).all() else None


def _in_range(values: Array) -> bool:
    sizes = np.abs(values[values != 0])
    return bool(((sizes > _SMALLEST) & (sizes < _LARGEST)).all())
