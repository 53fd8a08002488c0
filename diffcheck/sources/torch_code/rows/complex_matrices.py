"""Rows of linear algebra, products and running sums of complex numbers."""

from typing import Any

from diffcheck.ops.complex_numbers.matrices import det, inverse, prod, slogdet, solve
from diffcheck.ops.complex_numbers.pairs import Pair, mul
from diffcheck.sources.torch_code.rows.linear import no_error
from diffcheck.sources.torch_code.rows.registry import lifted, row


def _lifted(x: Any) -> Pair:
    return Pair(*lifted(x.re, x.im))


@row("complex linalg_inv_ex")
def _inverse(a: Any, check_errors: bool = False) -> Any:
    return inverse(_lifted(a)), no_error(a.re)


@row("complex _linalg_solve_ex")
def _solve(a: Any, b: Any, left: bool = True, check_errors: bool = False) -> Any:
    a, b = _lifted(a), _lifted(b)
    if not left:
        a, b = _turned(a), _turned(b)
    # Torch takes some arrays for vectors, one for each matrix.
    vectors = 1 < b.re.ndim == a.re.ndim - 1
    found = solve(a, _each(b, lambda part: part.reshape((*part.shape, 1)))) if vectors else solve(a, b)
    if vectors:
        found = _each(found, lambda part: part[..., 0])
    return found if left else _turned(found), None, None, no_error(a.re)


def _each(x: Pair, move: Any) -> Pair:
    return Pair(move(x.re), move(x.im))


def _turned(x: Pair) -> Pair:
    return _each(x, lambda part: part.swapaxes(-1, -2))


@row("complex _linalg_det")
def _det(a: Any) -> Any:
    return det(_lifted(a)), None, None


@row("complex _linalg_slogdet")
def _slogdet(a: Any) -> Any:
    return (*slogdet(_lifted(a)), None, None)


@row("complex prod")
def _prod(x: Any, dim: int | None = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return prod(_lifted(x), dim, keepdim)


@row("complex cumsum")
def _cumsum(x: Any, dim: int, dtype: Any = None) -> Any:
    return Pair(*(part.cumsum(dim) for part in lifted(x.re, x.im)))


@row("complex cumprod")
def _cumprod(x: Any, dim: int, dtype: Any = None) -> Any:
    x = _lifted(x)
    before = (slice(None),) * range(x.re.ndim)[dim]
    found = [_each(x, lambda part: part[(*before, 0)])]
    for k in range(1, x.re.shape[dim]):
        found.append(mul(found[-1], _each(x, lambda part, k=k: part[(*before, k)])))
    return Pair(*(x.re.stack([getattr(number, part) for number in found], dim) for part in ("re", "im")))
