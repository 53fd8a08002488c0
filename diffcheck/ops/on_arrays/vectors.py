"""Products of vectors and of many matrices, powers side by side, and distances, under the names of torch."""

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.complex_numbers.parts import conj
from diffcheck.ops.composites import composite
from diffcheck.ops.exact import reciprocal
from diffcheck.ops.functions.basic import sqrt
from diffcheck.ops.functions.pieces import abs
from diffcheck.ops.functions.relations import ne, where
from diffcheck.ops.on_arrays.common import amax, stack, sum


@composite(
    torch=lambda torch, x, y, axis=-1: torch.linalg.cross(x, y, dim=axis),
    numpy=lambda x, y, axis=-1: np.cross(x, y, axis=axis),
)
def cross(x: Any, y: Any, axis: int = -1) -> Any:
    """The cross product of vectors of three elements, which lie along an axis."""
    if len(x.shape) != len(y.shape) or x.shape[axis] != 3 or y.shape[axis] != 3:
        raise CaseError(f"cross: shapes {tuple(x.shape)} and {tuple(y.shape)}: both need three elements along one axis")
    a, b = (_along(v, axis) for v in (x, y))
    return stack([a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))], axis)


def _along(x: Any, axis: int) -> list[Any]:
    """The elements along an axis."""
    before = (slice(None),) * range(len(x.shape))[axis]
    return [x[(*before, k)] for k in range(x.shape[axis])]


@composite(
    torch=lambda torch, x, y, axis=-1: torch.linalg.vecdot(x, y, dim=axis),
    numpy=lambda x, y, axis=-1: np.sum(np.conj(x) * y, axis),
)
def vecdot(x: Any, y: Any, axis: int = -1) -> Any:
    """The inner products of vectors, which lie along an axis; of complex ones the first is conjugated."""
    return sum(conj(x) * y, axis=axis)


@composite(
    torch=lambda torch, arrays: torch.linalg.multi_dot(as_tensors(torch, arrays)),
    numpy=lambda arrays: np.linalg.multi_dot(arrays),
)
def multi_dot(arrays: Sequence[Any]) -> Any:
    """The product of two matrices or more, in whichever order of products takes least; a vector may stand at an end."""
    if len(arrays) < 2:
        raise CaseError(f"multi_dot: {len(arrays)} array{'s' * (len(arrays) != 1)}: it takes two or more")
    return functools.reduce(lambda x, y: x @ y, arrays)


@composite(
    torch=lambda torch, *matrices: torch.linalg.multi_dot(as_tensors(torch, matrices)),
    numpy=lambda *matrices: np.linalg.multi_dot(matrices),
)
def chain_matmul(*matrices: Any) -> Any:
    """`multi_dot` of matrices that stand one by one."""
    return multi_dot(matrices)


def _vander_torch(torch: Any, x: Any, n: int | None = None, increasing: bool = False) -> Any:
    found = torch.linalg.vander(x, N=n)
    return found if increasing else found.flip(-1)


@composite(torch=_vander_torch)
def vander(x: Any, n: int | None = None, increasing: bool = False) -> Any:
    """For each element its powers down to 0 along a new last axis: n of them, or as many as there are elements."""
    count = x.shape[-1] if n is None else n
    if count < 2:
        raise CaseError(f"vander: n={count}: it must be two or more")
    powers = [1 + 0 * x, x]
    while len(powers) < count:
        powers.append(powers[-1] * x)
    return stack(powers if increasing else powers[::-1], -1)


@composite(torch=lambda torch, x1, x2, p=2.0: torch.cdist(x1, x2, p))
def cdist(x1: Any, x2: Any, p: float = 2.0) -> Any:
    """The distances of each row of one matrix from each of another: p-th roots of the sums of all |x1 - x2|^p.

    Of infinity the largest |x1 - x2|, of zero how many of them are not zero.
    """
    if not p >= 0:
        raise CaseError(f"cdist: p={p}: it must be zero or a positive number")
    if len(x1.shape) < 2 or len(x2.shape) < 2 or x1.shape[-1] != x2.shape[-1]:
        raise CaseError(f"cdist: shapes {tuple(x1.shape)} and {tuple(x2.shape)}: both need rows of one length")
    apart = x1.reshape((*x1.shape[:-1], 1, x1.shape[-1])) - x2.reshape((*x2.shape[:-2], 1, *x2.shape[-2:]))
    if p == 2:
        return sqrt((apart * apart).sum(-1))
    if p in (0, math.inf):
        return sum(where(ne(apart, 0), 1, 0), -1) if p == 0 else amax(abs(apart), -1)
    return abs(apart).sum(-1) if p == 1 else (abs(apart) ** p).sum(-1) ** reciprocal(p)
