"""The two bounds on arrays: what an error may be, for all components of a derivative in a fixed number of sweeps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb, ctx

from diffcheck.formats import Format
from diffcheck.program.graph import Graph
from diffcheck.program.rules import STABLE
from diffcheck.referee.arrays.certify import Certified
from diffcheck.referee.arrays.enclose import BallArray, ball_array, floats
from diffcheck.referee.arrays.losses import losses, sizes_of_data
from diffcheck.referee.arrays.pieces import needed
from diffcheck.referee.arrays.sensitivity import Array, Sensitivity
from diffcheck.referee.bound import Bound, alternatives, bound

# Sums outside this range are left to balls, whose exponents have no bounds.
_SMALLEST, _LARGEST = 1e-250, 1e250


def bounds(certified: Certified, point: Sequence[float], format: Format) -> list[Bound] | None:
    """The bounds of all components; ``None`` where double precision cannot tell them."""
    piece, components = certified.piece, certified.components
    forms = max((alternatives(name) for name in piece.names), default=1)
    vanished = list(certified.vanished)
    moved: Array | None = None
    formulas = np.zeros(len(components))
    with ctx.workprec(certified.precision):
        inputs = ball_array([arb(v) for v in point], (len(point),))
        for form in range(forms):
            enclosed = certified.derivatives
            if form != STABLE:
                enclosed = piece.enclosed(inputs, certified.values, form)
            found = _sums(piece.derivative(form), enclosed, format, form == STABLE)
            if found is None:
                return None
            for sums in found:
                # What is zero by identity is not moved by its inputs; of what rounding leaves on it there is no less.
                sums[vanished] = np.nan_to_num(sums[vanished])
            if not all(np.isfinite(sums).all() for sums in found):
                return None
            lost, *rest = found
            formulas = np.maximum(formulas, lost)
            moved = rest[0] if rest else moved
        assert moved is not None
        return [
            bound(component.size, arb(m), arb(f), format)
            for component, m, f in zip(components, moved.tolist(), formulas.tolist(), strict=True)
        ]


def bounds_of_values(certified: Certified, format: Format) -> list[Bound] | None:
    """The same for the function's own value."""
    found = _sums(certified.piece.graph, certified.values, format, True)
    if found is None or not all(np.isfinite(sums).all() for sums in found):
        return None
    sizes = [abs(v).mid() for v in certified.value.ravel().tolist()]
    lost, moved = (sums.tolist() for sums in found)
    return [bound(size, arb(m), arb(f), format) for size, m, f in zip(sizes, moved, lost, strict=True)]


def _sums(graph: Graph, enclosed: Sequence[BallArray], format: Format, data: bool) -> list[Array] | None:
    """What rounding of all nodes, and where it is asked for that of the data, moves the elements of the result by."""
    values = [floats(x) for x in enclosed]
    matters = needed(graph)
    for number, mask in matters.items():
        # What holds in a branch that is not taken is no number of this function; any will do.
        values[number] = np.where(mask, values[number], 1.0)
    if not all(np.isfinite(v).all() and _in_range(v) for v in values):
        return None
    weights = [losses(graph, values, format)]
    if any(not np.isfinite(w).all() for w in weights[0].values()):
        return None
    if data:
        weights.append(sizes_of_data(graph, values))
    sensitivity = Sensitivity(graph, values, {number for w in weights for number in w}, matters)
    if not sensitivity.is_finite:
        return None
    return [sensitivity.sums(w).ravel() for w in weights]


def _in_range(values: Any) -> bool:
    sizes = np.abs(values[values != 0])
    return bool(((sizes > _SMALLEST) & (sizes < _LARGEST)).all())
