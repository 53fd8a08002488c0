"""Rows of the eigenvalues of matrices that need not be symmetric, both parts of each; all of them are simple.

What their slopes are made of is told in `diffcheck.ops.matrices.general_eigenpairs`.
"""

from typing import Any

import numpy as np

from diffcheck.ops.complex_numbers.pairs import Pair, conj, matmul, reciprocal
from diffcheck.ops.matrices import eigensystems
from diffcheck.ops.matrices.eigenpairs import series_of
from diffcheck.ops.matrices.eigensystems import part_of
from diffcheck.ops.matrices.elimination import turned
from diffcheck.ops.matrices.general_eigenpairs import (
    COARSEST,
    LOST,
    coefficients,
    general_eigenprojection_of,
    general_eigenvalue_of,
    in_parts,
    projections_of,
    resolvents_of,
    values_of,
)
from diffcheck.ops.own import Own, Size
from diffcheck.ops.structure import Array, Parameters


def _filled(shape: tuple[int, ...], element: Any) -> Array:
    """An array of numbers of any kind by a function of their places."""
    found = np.empty(shape, object)
    for place in np.ndindex(shape):
        found[place] = element(*place)
    return found


def _by_numbers(_: Parameters, a: Array) -> Array:
    """That of one row is the number itself."""
    entries = a.ravel().tolist()
    if len(a) == 1:
        return _filled((2, 1), lambda part, _: 0 if part else entries[0])
    return _filled((2, len(a)), lambda part, rank: general_eigenvalue_of(part, rank, *entries))


def _projections_by_numbers(_: Parameters, a: Array) -> Array:
    entries = a.ravel().tolist()
    if len(a) == 1:
        return _filled((2, 1, 1, 1), lambda part, *_: 1 - part)
    return _filled((2, *(len(a),) * 3), lambda *place: general_eigenprojection_of(*place, *entries))


def _in_balls(_: Parameters, a: Array) -> Array:
    found = eigensystems.eigensystem(a.tolist())
    return _filled((2, len(a)), lambda part, rank: part_of(found.value(rank), part))


def _projections_in_balls(_: Parameters, a: Array) -> Array:
    found = eigensystems.eigensystem(a.tolist())
    matrices = [found.projection(rank) for rank in range(len(a))]
    return _filled((2, *(len(a),) * 3), lambda part, rank, i, j: part_of(matrices[rank][i, j], part))


def _in_series(_: Parameters, a: Array) -> Array:
    whole = coefficients(a.tolist())
    found = [eigensystems.eigenvalue(whole, rank) for rank in range(len(a))]
    return _filled((2, len(a)), lambda part, rank: series_of([part_of(c, part) for c in found[rank]]))


def _projections_in_series(_: Parameters, a: Array) -> Array:
    whole = coefficients(a.tolist())
    found = [eigensystems.projections(whole, rank) for rank in range(len(a))]
    return _filled(
        (2, *(len(a),) * 3),
        lambda part, rank, i, j: series_of([part_of(c[i, j], part) for c in found[rank]]),
    )


def _pulled(p: Parameters, _: int, g: Any, v: Any, a: Any) -> Any:
    """What ``dl = tr(P dA)`` gives back, for both parts."""
    n = a.shape[-1]
    back = turned(a.own(general_eigenprojections))
    return (g.reshape((*g.shape, 1, 1)) * back).reshape((*g.shape[:-2], 2 * n, n, n)).sum(g.ndim - 2)


def _projections_pulled(p: Parameters, _: int, g: Any, v: Any, a: Any) -> Any:
    """Of ``dP = S dA P + P dA S`` the real part of ``(P H S + S H P)^T``, H the adjoint's conjugate transposed."""
    n = a.shape[-1]
    values = a.own(general_eigenvalues)
    apart = [values[..., k, :].reshape((*a.shape[:-2], n, 1)) - values[..., k, None, :] for k in (0, 1)]
    one = np.eye(n)
    inverse = reciprocal(Pair(apart[0] + one, apart[1]))  # beside the diagonal, where it is one
    projections = Pair(*(v[..., k, :, :, :] for k in (0, 1)))
    flat = Pair(*(x.reshape((*a.shape[:-2], n, n * n)) for x in (projections.re, projections.im)))
    weighted = matmul(Pair(inverse.re - one, inverse.im), flat)
    resolvents = Pair(*(x.reshape(projections.re.shape) for x in (weighted.re, weighted.im)))
    adjoint = conj(Pair(*(turned(g[..., k, :, :, :]) for k in (0, 1))))
    both = [matmul(x, matmul(adjoint, y)).re for x, y in ((projections, resolvents), (resolvents, projections))]
    return turned((both[0] + both[1]).sum(g.ndim - 4))


def _slopes(a: Array) -> Array:
    """Of both parts of the eigenvalues by each element."""
    return np.asarray(turned(in_parts(projections_of(a)[1], 3)))


def _moved(p: Parameters, size: Size, v: Array, a: Array, m: Array) -> Array:
    return np.asarray((size(_slopes(a)) * m[..., None, None, :, :]).sum((-1, -2)))


def _back(p: Parameters, size: Size, _: int, g: Array, v: Array, a: Array) -> Array:
    return np.asarray((size(_slopes(a)) * g[..., None, None]).sum((-3, -4)))


def _sizes(size: Size, a: Array) -> tuple[Array, Array]:
    values, projections = projections_of(a)
    return size(projections), size(resolvents_of(values, projections))


def _projections_moved(p: Parameters, size: Size, v: Array, a: Array, m: Array) -> Array:
    (x, y), m = _sizes(size, a), m[..., None, :, :]
    return in_parts(x @ m @ y + y @ m @ x, 3)


def _projections_back(p: Parameters, size: Size, _: int, g: Array, v: Array, a: Array) -> Array:
    x, y = _sizes(size, a)
    adjoint = turned(g[..., 0, :, :, :] + size(np.asarray(-1j)) * g[..., 1, :, :, :])
    return np.asarray(turned((x @ adjoint @ y + y @ adjoint @ x).real.sum(-3)))


def _steeper(a: Array, resolvents: Array) -> Array:
    """The norm, and for each eigenvalue what the second order adds to its effect."""
    norm = np.linalg.norm(a, axis=(-2, -1))[..., None]
    return np.asarray(norm * (1 + COARSEST * norm * np.linalg.norm(resolvents, axis=(-2, -1))))


def _near(values: Array, projections: Array) -> Array:
    """For each two eigenvalues that are no conjugates how near their real parts are, as in `eigensystems.Exchange`."""
    slopes = np.linalg.norm(projections, axis=(-2, -1))
    apart = np.abs(values.real[..., :, None] - values.real[..., None, :])
    with np.errstate(divide="ignore", invalid="ignore"):
        near = (slopes[..., :, None] + slopes[..., None, :]) / apart
    same = (values[..., :, None] == values[..., None, :]) | (values[..., :, None] == values[..., None, :].conj())
    return np.where(same, 0, near)


def _lost(p: Parameters, v: Array, a: Array) -> Array:
    """What a matrix that differs by `LOST` roundoffs of its norm, however, has other eigenvalues by: jumps count."""
    values, projections = projections_of(a)
    jumps = _near(values, projections) * np.abs(values[..., :, None] - values[..., None, :])
    slopes = np.maximum(np.linalg.norm(projections, axis=(-2, -1)), jumps.max(-1))
    steeper = _steeper(a, resolvents_of(values, projections))
    return np.asarray(np.broadcast_to((LOST * steeper * slopes)[..., None, :], v.shape))


def _projections_lost(p: Parameters, v: Array, a: Array) -> Array:
    """The same of projections, and rounding."""
    values, projections = projections_of(a)
    parts = projections, resolvents_of(values, projections)
    (p_rows, s_rows), (p_columns, s_columns) = ([np.linalg.norm(x, axis=axis) for x in parts] for axis in (-1, -2))
    crossed = s_rows[..., :, None] * p_columns[..., None, :] + p_rows[..., :, None] * s_columns[..., None, :]
    near = _near(values, projections)[..., None, None]
    jumps = near * np.abs(projections[..., :, None, :, :] - projections[..., None, :, :, :])
    slopes = np.maximum(crossed, jumps.max(-3))
    steeper = _steeper(a, parts[1])[..., None, None]
    return np.asarray(np.abs(v) + (LOST * steeper * slopes)[..., None, :, :, :])


general_eigenvalues = Own(
    name="general_eigenvalues",
    doc="the simple eigenvalues of a matrix by their real parts: all real parts, and all imaginary ones",
    axes=(2,),
    shape=lambda _, a: (2, a[0]),
    operations=lambda _, a: 25 * a[0] ** 3,
    on_numpy=lambda _, a: values_of(a),
    on_balls=_in_balls,
    on_series=_in_series,
    on_numbers=_by_numbers,
    pulled=_pulled,
    pushed=_moved,
    back=_back,
    lost=_lost,
)
general_eigenprojections = Own(
    name="general_eigenprojections",
    doc="x y^T for the right and left eigenvectors of each simple eigenvalue, y^T x = 1: real and imaginary parts",
    axes=(2,),
    shape=lambda _, a: (2, a[0], *a),
    operations=lambda _, a: 25 * a[0] ** 3 + 2 * a[0] ** 3,
    on_numpy=lambda _, a: in_parts(projections_of(a)[1], 3),
    on_balls=_projections_in_balls,
    on_series=_projections_in_series,
    on_numbers=_projections_by_numbers,
    pulled=_projections_pulled,
    pushed=_projections_moved,
    back=_projections_back,
    lost=_projections_lost,
)
