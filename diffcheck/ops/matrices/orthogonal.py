"""The factors of a matrix of full column rank, the triangle with a positive diagonal, and what is solved with them."""

from typing import Any

import numpy as np
from flint import arb

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.matrices.elimination import numbers, together, turned
from diffcheck.ops.matrices.triangles import halved, inverted, times, triangular
from diffcheck.ops.on_arrays.common import reshape
from diffcheck.ops.own import Own, Size
from diffcheck.ops.structure import Array, Parameters


def _orthogonalised(root: Any, zero: Any, a: Array) -> Array:
    """The triangle, of numbers of any kind, by Gram and Schmidt in the order that is stable (Bjoerck 1967)."""
    columns, n = turned(a).tolist(), a.shape[1]
    found = [[zero] * n for _ in range(n)]
    for k in range(n):
        found[k][k] = root(times(columns[k], columns[k]))
        unit = [x / found[k][k] for x in columns[k]]
        for j in range(k + 1, n):
            found[k][j] = times(unit, columns[j])
            columns[j] = [x - found[k][j] * u for x, u in zip(columns[j], unit, strict=True)]
    return numbers(found, (n, n))


def _signed(r: Array) -> Array:
    return np.where(np.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0).astype(r.dtype)


def _triangle(a: Array) -> Array:
    if not np.isfinite(a).all():
        return np.stack([_triangle(x) for x in a]) if a.ndim > 2 else np.full((a.shape[-1],) * 2, np.nan)
    r = np.asarray(np.linalg.qr(a, mode="r"))
    found: Array = _signed(r)[..., None] * r
    return found


def _folded(c: Any) -> Any:
    """An upper triangle that makes the same symmetric matrix with its transpose: what stands below is added above."""
    return np.triu(c) + turned(np.tril(c, -1))


def _columns(size: Size, r: Array, a: Array) -> tuple[Array, Array]:
    """The orthonormal columns and the inverse of the triangle."""
    inverse = inverted(False, r)
    return np.asarray(size(a @ inverse)), np.asarray(size(inverse))


def _moved(p: Parameters, size: Size, r: Array, a: Array, m: Array) -> Array:
    q, inverse = _columns(size, r, a)
    return np.asarray(_folded(turned(q) @ m @ inverse) @ size(r))


def _back(p: Parameters, size: Size, _: int, g: Array, r: Array, a: Array) -> Array:
    q, inverse = _columns(size, r, a)
    above = np.triu(np.triu(g) @ turned(size(r)))
    return np.asarray(q @ halved(above + turned(above)) @ turned(inverse))


def _pulled(p: Parameters, _: int, g: Any, r: Any, a: Any) -> Any:
    """With ``A = Q R`` the triangle moves by what ``Q^T dA R^-1`` is, folded above the diagonal, times R."""
    above = (g.triangle(False) @ turned(r)).triangle(False)
    moved = _orthonormal(r, a) @ halved(above + turned(above))
    return turned(together(triangular, r, turned(moved), (False,)))


def _orthonormal(r: Any, a: Any) -> Any:
    return turned(together(triangular, turned(r), turned(a), (True,)))


def _disturbed(a: Array) -> Array:
    """By how much Householder's method may change each column: roundoffs of its length (Higham 2002, 19.4)."""
    length = np.linalg.norm(a, axis=-2, keepdims=True)
    return np.asarray(np.broadcast_to(length * a.shape[-1] / np.sqrt(a.shape[-2]), a.shape))


upper_factor = Own(
    name="upper_factor",
    doc="the upper triangle R with a positive diagonal of A = Q R, Q of orthonormal columns",
    axes=(2,),
    shape=lambda _, a: (a[1], a[1]),
    operations=lambda _, a: 2 * a[0] * a[1] ** 2,
    on_numpy=lambda _, a: _triangle(a),
    on_balls=lambda _, a: _orthogonalised(arb.sqrt, arb(0), a),
    on_series=lambda _, a: _orthogonalised(lambda x: x.sqrt(), 0 * a[0, 0], a),
    on_numbers=lambda _, a: _orthogonalised(sqrt, 0, a),
    pulled=_pulled,
    pushed=_moved,
    back=_back,
    lost=lambda p, r, a: _moved(p, np.abs, r, a, _disturbed(a)),
)


def _demand_tall(name: str, a: Any) -> None:
    if a.ndim < 2 or a.shape[-2] < a.shape[-1]:
        raise CaseError(f"{name}: an array of shape {tuple(a.shape)} holds no matrices of full column rank")


def _qr_torch(torch: Any, a: Any) -> Any:
    q, r = torch.linalg.qr(a)
    signs = torch.where(torch.diagonal(r, dim1=-2, dim2=-1).real < 0, -1.0, 1.0).to(a.dtype)
    return q * signs.unsqueeze(-2), r * signs.unsqueeze(-1)


def _qr_numpy(a: Any) -> Any:
    q, r = np.linalg.qr(a)
    return q * _signed(r)[..., None, :], r * _signed(r)[..., None]


@composite(torch=_qr_torch, numpy=_qr_numpy)
def qr(a: Any) -> Any:
    """Q of orthonormal columns and the upper triangle R, A = Q R, with a positive diagonal, which makes them unique."""
    _demand_tall("qr", a)
    r = a.own(upper_factor)
    return _orthonormal(r, a), r


@composite(
    torch=lambda torch, a: torch.linalg.pinv(a),
    numpy="numpy.linalg.pinv",
)
def pinv(a: Any) -> Any:
    """The pseudo-inverse of a matrix of full rank."""
    if a.ndim < 2:
        raise CaseError(f"pinv: an array of shape {tuple(a.shape)} holds no matrices")
    if a.shape[-2] < a.shape[-1]:
        return turned(pinv(turned(a)))
    q, r = qr(a)
    return together(triangular, r, turned(q), (False,))


def _lstsq_torch(torch: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        return torch.linalg.lstsq(a, b.unsqueeze(-1)).solution.squeeze(-1)
    return torch.linalg.lstsq(a, b).solution


def _lstsq_numpy(a: Any, b: Any) -> Any:
    if np.ndim(b) == 1:
        return np.linalg.lstsq(a, b, rcond=None)[0]
    return np.vectorize(lambda x, y: np.linalg.lstsq(x, y, rcond=None)[0], signature="(m,n),(m,k)->(n,k)")(a, b)


@composite(torch=_lstsq_torch, numpy=_lstsq_numpy)
def lstsq(a: Any, b: Any) -> Any:
    """The X for which A X is nearest to B, A of full column rank; b is a vector, or matrices along the last axes."""
    _demand_tall("lstsq", a)
    right = b if len(b.shape) > 1 else reshape(b, (-1, 1))
    if right.shape[-2] != a.shape[-2]:
        raise CaseError(f"lstsq: shapes {tuple(a.shape)} and {tuple(b.shape)}: the right side needs {a.shape[-2]} rows")
    traced = a if hasattr(a, "own") else b
    q, r = qr(traced.lift(a))
    found = together(triangular, r, turned(q) @ right, (False,))
    return found if len(b.shape) > 1 else reshape(found, found.shape[:-1])
