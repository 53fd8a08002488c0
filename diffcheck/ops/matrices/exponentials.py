"""Rows of the exponential of a matrix: all its derivatives are parts of exponentials of larger ones.

``exp([[A, E], [0, A]])`` holds beside ``exp(A)`` how that moves when A moves by E (Van Loan 1978); how an element moves
with all those of A is in that of the transpose, for the adjoint of the one is the other (Higham 2008, 3.2). In the same
way the coefficients of a power series are those of the exponential of a matrix of matrices that are alike along
diagonals.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb, arb_mat, arb_series

from diffcheck.ops.enclosures import balls
from diffcheck.ops.functions.elementary import exp
from diffcheck.ops.matrices.elimination import numbers, turned
from diffcheck.ops.own import Own, Size
from diffcheck.ops.structure import Array, Parameters
from diffcheck.ops.table import Primitive, Without

# For matrices of a norm below one the terms behind this one are below double precision, as torch has it.
_TERMS = 18


@balls.remembering
def _of_balls(rows: balls.Rows) -> Any:
    if not all(x.is_finite() for row in rows for x in row):
        return arb_mat(len(rows), len(rows), [arb.nan()] * len(rows) ** 2)
    return arb_mat(rows).exp()


def _coefficients(rows: Sequence[Sequence[Any]], size: int) -> Any:
    """The exponential of power series: in its first n rows the matrices of the coefficients, beside each other."""
    n, zero = len(rows), balls.ZERO
    return _of_balls(
        [
            [rows[i % n][j % n][j // n - i // n] if j // n >= i // n else zero for j in range(n * size)]
            for i in range(n * size)
        ]
    )


def _rows(x: Sequence[Any]) -> list[list[Any]]:
    n = math.isqrt(len(x))
    return [list(x[i * n : (i + 1) * n]) for i in range(n)]


def _on_series(i: Any, j: Any, *x: Any) -> Any:
    size, rows = min(v.prec for v in x), _rows(x)
    return _entry(_coefficients(rows, size), _whole(i[0]), _whole(j[0]), len(rows), size)


def _entry(found: Any, i: int, j: int, n: int, size: int) -> Any:
    return arb_series([found[i, k * n + j] for k in range(size)], size)


def _whole(x: Any) -> int:
    return int(x.unique_fmpz())


def _slope(position: int) -> Any:
    def of(i: Any, j: Any, *x: Any) -> Any:
        if position < 2:
            return 0
        rows = _rows(x[:-1])
        n = len(rows)
        beside = [[int((k, m) == divmod(position - 2, n)) for m in range(n)] for k in range(n)]
        above = [a + e for a, e in zip(rows, beside, strict=True)]
        below = [[0] * n + a for a in rows]
        return exponential_of(i, j + n, *(v for row in (*above, *below) for v in row))

    return (of,)


def _slopes_at_once(i: Any, j: Any, *x: Any) -> list[Any]:
    """The slopes by all elements in balls: how the exponential of the transpose moves with one at i and j."""
    rows = _rows(x)
    n, zero, one = len(rows), balls.ZERO, arb(1)
    turned_rows = [list(column) for column in zip(*rows, strict=True)]
    beside = [[one if (k, m) == (_whole(i), _whole(j)) else zero for m in range(n)] for k in range(n)]
    above = [a + e for a, e in zip(turned_rows, beside, strict=True)]
    found = _of_balls([*above, *([zero] * n + a for a in turned_rows)])
    return [zero, zero, *(found[k, n + m] for k in range(n) for m in range(n))]


def _scaled(a: Array) -> tuple[Array, Array]:
    """A matrix halved until its norm is below one, and how often."""
    norm = np.abs(a).sum(-2).max(-1, initial=0)
    squarings = np.where(np.isfinite(norm), np.ceil(np.log2(np.maximum(norm, 1))), 0).astype(int)
    return np.ldexp(a, -squarings[..., None, None]).astype(a.dtype), squarings


def _floats(a: Array) -> Array:
    """The exponential in floating point, by its series and squares.

    SciPy's own loses up to four digits of matrices as ordinary as ``[[1, 2], [3, -1.5]]`` (scipy 1.17).
    """
    scaled, squarings = _scaled(a)
    one = np.eye(a.shape[-1], dtype=a.dtype)
    found = one + scaled / _TERMS
    for k in range(_TERMS - 1, 0, -1):
        found = one + scaled @ found / k
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(int(squarings.max(initial=0))):
            found = np.where((step < squarings)[..., None, None], found @ found, found)
    return found


def _on_numpy(i: Any, j: Any, *x: Any) -> Array:
    row, column, *entries = np.broadcast_arrays(i, j, *x)
    n, spread = math.isqrt(len(x)), np.stack(entries, -1)
    found = _floats(spread.reshape(*spread.shape[:-1], n, n)).reshape(spread.shape)
    # Who measures rounding errors rounds places as well.
    place = np.rint(row).astype(int) * n + np.rint(column).astype(int)
    return np.asarray(np.take_along_axis(found, place[..., None], -1)[..., 0])


def _lost(a: Array) -> Array:
    """What scaling and squaring loses in unit roundoffs: what the sums of each step do, and the steps after it.

    In the series all terms count, whatever their signs.
    """
    n, (scaled, squarings) = a.shape[-1], _scaled(a)
    x, lost = _floats(scaled), n * _floats(np.abs(scaled))
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(int(squarings.max(initial=0))):
            size, still = np.abs(x), (step < squarings)[..., None, None]
            lost = np.where(still, size @ lost + lost @ size + n * (size @ size), lost)
            x = np.where(still, x @ x, x)
    return np.asarray(lost)


def _beside(i: Any, j: Any, *x: Any) -> Any:
    rows = np.array([[float(v.mid()) for v in row] for row in _rows(x)])
    return arb(float(_lost(rows)[_whole(i), _whole(j)]))


exponential_of = Primitive(
    name="exponential_of",
    doc="an element of the exponential of a matrix: its row, its column, and the matrix row by row",
    numpy=_on_numpy,
    torch=Without("torch has no single element of the exponential of a matrix: matrix_exp gives all of them"),
    sympy=Without("SymPy has no closed form of the exponential of a matrix by its elements"),
    sympy_rule=False,
    arb=lambda i, j, *x: _of_balls(_rows(x))[_whole(i), _whole(j)],
    series=_on_series,
    beside=_beside,
    rule_by=(0, 1),
    forms=_slope,
    slopes=_slopes_at_once,
)


def _by_numbers(_: Parameters, a: Array) -> Array:
    n, entries = len(a), a.ravel().tolist()
    if n == 1:
        return numbers([[exp(entries[0])]], a.shape)
    return numbers([[exponential_of(i, j, *entries) for j in range(n)] for i in range(n)], a.shape)


def _by_series(_: Parameters, a: Array) -> Array:
    n, size = len(a), min(x.prec for x in a.ravel())
    found = _coefficients(a.tolist(), size)
    return numbers([[_entry(found, i, j, n, size) for j in range(n)] for i in range(n)], a.shape)


def _pulled(p: Parameters, _: int, g: Any, v: Any, a: Any) -> Any:
    n, zero = a.shape[-1], a.lift(np.zeros(g.shape))
    back = turned(a).spread(g.shape)
    above, below = back.concatenate([back, g], -1), zero.concatenate([zero, back], -1)
    return above.concatenate([above, below], -2).own(matrix_exp)[..., :n, n:]


def _slopes(a: Array) -> Array:
    """In floating point, of each element by each: with two axes for the result, and two for the matrix."""
    n = a.shape[-1]
    each = np.eye(n * n).reshape(n * n, n, n)
    spread = np.broadcast_to(a[..., None, :, :], (*a.shape[:-2], n * n, n, n))
    above = np.concatenate([spread, np.broadcast_to(each, spread.shape)], -1)
    below = np.concatenate([np.zeros(spread.shape), spread], -1)
    found = _floats(np.concatenate([above, below], -2))[..., :n, n:]
    return np.moveaxis(found, -3, -1).reshape(*a.shape, n, n)


def _moved(p: Parameters, size: Size, v: Array, a: Array, m: Array) -> Array:
    return np.asarray(np.einsum("...ijkl,...kl->...ij", size(_slopes(a)), m))


def _back(p: Parameters, size: Size, _: int, g: Array, v: Array, a: Array) -> Array:
    return np.asarray(np.einsum("...ijkl,...ij->...kl", size(_slopes(a)), g))


matrix_exp = Own(
    name="matrix_exp",
    doc="the exponential of a matrix",
    axes=(2,),
    shape=lambda _, a: a,
    operations=lambda _, a: 20 * a[0] ** 3,
    on_numpy=lambda _, a: _floats(a),
    on_balls=lambda _, a: numbers(_of_balls(a.tolist()).tolist(), a.shape),
    on_series=_by_series,
    on_numbers=_by_numbers,
    pulled=_pulled,
    pushed=_moved,
    back=_back,
    lost=lambda p, v, a: _lost(a),
)
