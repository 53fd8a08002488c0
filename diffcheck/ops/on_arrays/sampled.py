"""Integrals and slopes of sampled functions, and polynomials by their coefficients."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.composites import composite
from diffcheck.ops.on_arrays.common import concatenate, cumsum, sum


def _strips(y: Any, x: Any, dx: float | None, dim: int) -> Any:
    """The areas between neighbours along an axis, which is the last one of the result."""
    if x is not None and dx is not None:
        raise CaseError("trapezoid: give x or dx, not both")
    rows = y.swapaxes(dim, -1)
    middle = (rows[..., 1:] + rows[..., :-1]) / 2
    if x is None:
        return middle if dx is None else middle * dx
    places = x if len(x.shape) < 2 else x.swapaxes(dim, -1)
    return middle * (places[..., 1:] - places[..., :-1])


def _options(x: Any, dx: float | None, dim: int) -> dict[str, Any]:
    return {"dim": dim, **({} if x is not None or dx is None else {"dx": dx})}


def _trapezoid_torch(name: str) -> Any:
    def function(torch: Any, y: Any, x: Any = None, dx: float | None = None, dim: int = -1) -> Any:
        given = [y] if x is None else as_tensors(torch, (y, x))
        return getattr(torch, name)(*given, **_options(x, dx, dim))

    return function


@composite(torch=_trapezoid_torch("trapezoid"))
def trapezoid(y: Any, x: Any = None, dx: float | None = None, dim: int = -1) -> Any:
    """The integral of what is sampled along an axis at the places x or dx apart, by straight lines."""
    return sum(_strips(y, x, dx, dim), -1)


@composite(torch=_trapezoid_torch("cumulative_trapezoid"))
def cumulative_trapezoid(y: Any, x: Any = None, dx: float | None = None, dim: int = -1) -> Any:
    """The integrals from the first sample up to each later one, by straight lines."""
    return cumsum(_strips(y, x, dx, dim), -1).swapaxes(dim, -1)


def _asked(x: Any, steps: Any, spacing: Any, dim: Any, axis: Any) -> tuple[Any, Any, bool]:
    """The spacing, the axes, and whether the slopes along a single one stand alone: with NumPy's `steps` or `axis`."""
    if (steps and spacing is not None) or (axis is not None and dim is not None):
        raise CaseError("gradient: it says twice how far apart, or along which axes: use spacing and dim, or NumPy's")
    if not all(isinstance(step, (int, float, np.generic)) for step in steps):
        raise CaseError(
            "gradient: places in the place of steps: give how far apart samples are, a number for each axis"
        )
    given = (steps[0] if len(steps) == 1 else steps) if steps else 1 if spacing is None else spacing
    dim = dim if axis is None else axis
    axes = range(len(x.shape)) if dim is None else [int(a) for a in np.atleast_1d(dim)]
    alone = isinstance(axis, int) or (bool(steps) and dim is None and len(axes) == 1)
    return given, axes, alone


def _gradient_torch(
    torch: Any, x: Any, *steps: float, spacing: Any = None, dim: Any = None, axis: Any = None, edge_order: int = 1
) -> Any:
    given, axes, alone = _asked(x, steps, spacing, dim, axis)
    found = tuple(torch.gradient(x, spacing=given, dim=tuple(axes), edge_order=edge_order))
    return found[0] if alone else found


@composite(torch=_gradient_torch)
def gradient(
    x: Any,
    *steps: float,
    spacing: float | Sequence[float] | None = None,
    dim: int | Sequence[int] | None = None,
    axis: int | Sequence[int] | None = None,
    edge_order: int = 1,
) -> Any:
    """For each axis the slopes of what is sampled along it: central quotients, one-sided ones at both ends.

    As NumPy has it, steps may stand without a name, and the slopes along one `axis` alone.
    """
    given, axes, alone = _asked(x, steps, spacing, dim, axis)
    apart = np.broadcast_to(np.asarray(given, dtype=float), len(axes)).tolist()
    if edge_order not in (1, 2):
        raise CaseError(f"gradient: edge_order={edge_order}: it must be 1 or 2")
    found = tuple(_slopes(x, a, step, edge_order) for a, step in zip(axes, apart, strict=True))
    return found[0] if alone else found


def _slopes(x: Any, axis: int, step: float, edge_order: int) -> Any:
    rows = x.swapaxes(axis, -1)
    if rows.shape[-1] <= edge_order:
        raise CaseError(f"gradient: {rows.shape[-1]} elements along axis {axis}: edge_order={edge_order} needs more")
    inner = (rows[..., 2:] - rows[..., :-2]) / (2 * step)
    ends = [_end(rows, edge_order) / step, -_end(rows[..., ::-1], edge_order) / step]
    return concatenate([ends[0], inner, ends[1]], -1).swapaxes(axis, -1)


def _end(rows: Any, edge_order: int) -> Any:
    """The slope at the first place, from the one behind it or the two behind it."""
    if edge_order == 1:
        return rows[..., 1:2] - rows[..., :1]
    return (4 * rows[..., 1:2] - 3 * rows[..., :1] - rows[..., 2:3]) / 2


def _horner(p: Any, x: Any) -> Any:
    found = 0 * x + p[0]
    for k in range(1, len(p)):
        found = found * x + p[k]
    return found


@composite(torch=lambda torch, p, x: _horner(p, x), numpy=np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """NumPy's polynomial of these coefficients, that of the highest power first, at x."""
    return _horner(p, x)
