"""Products of arrays with something added, mixtures and distances, under the names and with the arguments of torch."""

import math
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import beside
from diffcheck.ops.complex_numbers.parts import conj
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import reciprocal
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.pieces import abs
from diffcheck.ops.functions.relations import ne, where
from diffcheck.ops.on_arrays.common import amax, reshape, sum
from diffcheck.ops.on_arrays.contraction import tensordot
from diffcheck.ops.on_arrays.statistics import outer


def _scaled(factor: Any, x: Any) -> Any:
    return x if isinstance(factor, (int, float)) and factor == 1 else factor * x


def _with_product(name: str, doc: str, product: Any, ndims: tuple[int, int]) -> Any:
    """An array times beta plus a product of two others times alpha."""

    def added(x: Any, first: Any, second: Any, *, beta: float = 1, alpha: float = 1) -> Any:
        if (len(first.shape), len(second.shape)) != ndims:
            raise CaseError(f"{name}: shapes {tuple(first.shape)} and {tuple(second.shape)}: it takes {ndims} axes")
        return _scaled(beta, x) + _scaled(alpha, product(first, second))

    added.__name__, added.__doc__ = name, doc
    return composite(torch=lambda torch, *x, **factors: getattr(torch, name)(*x, **factors))(added)


def _product(x: Any, y: Any) -> Any:
    return x @ y


addmm = _with_product("addmm", "Beta x plus alpha times the product of two matrices.", _product, (2, 2))
addmv = _with_product("addmv", "Beta x plus alpha times the product of a matrix and a vector.", _product, (2, 1))
addr = _with_product("addr", "Beta x plus alpha times the outer product of two vectors.", outer, (1, 1))
baddbmm = _with_product("baddbmm", "Beta x plus alpha times the products of two batches.", _product, (3, 3))
addbmm = _with_product(
    "addbmm",
    "Beta x plus alpha times the sum of the products of two batches of matrices.",
    lambda x, y: tensordot(x, y, ([0, 2], [0, 1])),
    (3, 3),
)


@composite(torch=lambda torch, x, t1, t2, *, value=1: torch.addcmul(x, t1, t2, value=value))
def addcmul(x: Any, t1: Any, t2: Any, *, value: float = 1) -> Any:
    """X plus a factor times the product of two others, element by element."""
    return x + _scaled(value, t1 * t2)


@composite(torch=lambda torch, x, t1, t2, *, value=1: torch.addcdiv(x, t1, t2, value=value))
def addcdiv(x: Any, t1: Any, t2: Any, *, value: float = 1) -> Any:
    """X plus a factor times the quotient of two others, element by element."""
    return x + _scaled(value, t1 / t2)


@composite(torch=lambda torch, x, end, weight: torch.lerp(x, end, weight))
def lerp(x: Any, end: Any, weight: Any) -> Any:
    """The point between x and an end, by how much of the way to the end it lies."""
    return x + weight * (end - x)


@composite(torch=lambda torch, x, other: torch.inner(x, other), numpy=np.inner)
def inner(x: Any, other: Any) -> Any:
    """The sums of the products along the last axes of both."""
    return tensordot(x, other, ([-1], [-1])) if len(x.shape) and len(other.shape) else x * other


@composite(torch=lambda torch, x, y: torch.vdot(x.ravel(), y.ravel()), numpy=np.vdot)
def vdot(x: Any, y: Any) -> Any:
    """The inner product of two vectors, of which the first is conjugated."""
    return sum(conj(x) * y)


@composite(torch=lambda torch, x, y, p=2: torch.dist(x, y, p))
def dist(x: Any, y: Any, p: float = 2) -> Any:
    """The p-th root of the sum of all |x - y|^p; of infinity the largest |x - y|, of zero how many are not zero."""
    apart = x - y
    if p == 2:
        return sqrt(sum(apart * apart))
    if p == math.inf:
        return amax(abs(apart))
    if not p >= 0:
        raise CaseError(f"dist: p={p}: it must be zero or a positive number")
    if p == 0:
        return sum(where(ne(apart, 0), 1, 0))
    return sum(abs(apart)) if p == 1 else sum(abs(apart) ** p) ** reciprocal(p)


@composite(torch=lambda torch, x, p, dim, maxnorm: torch.renorm(x, p, dim, maxnorm))
def renorm(x: Any, p: float, dim: int, maxnorm: float) -> Any:
    """What stands at each place along an axis made shorter, to this p-norm at most."""
    if not 0 < p < math.inf:
        raise CaseError(f"renorm: p={p}: it must be a positive number")
    axis = range(len(x.shape))[dim]
    others = tuple(a for a in range(len(x.shape)) if a != axis)
    size = sum(x * x, others) ** 0.5 if p == 2 else sum(abs(x) ** p, others) ** reciprocal(p)
    size = reshape(size, tuple(n if a == axis else 1 for a, n in enumerate(x.shape)))
    return where(size > maxnorm, x * (maxnorm / (size + _RENORM)), x)


# What torch adds to the norm that it divides by.
_RENORM = 1e-7


@composite(
    torch=lambda torch, x, other: torch.ldexp(x, torch.as_tensor(other, device=x.device)),
    numpy=lambda x, other: x * np.exp2(beside(x, other)),
)
def ldexp(x: Any, other: Any) -> Any:
    """X times two to this power."""
    return x * 2.0**other
