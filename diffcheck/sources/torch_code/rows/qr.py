"""The row of factors by reflections, whose signs hold under a condition."""

from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.ops.on_arrays.conditions import all_joined
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.rows.registry import nothing, refuse, row


@row("linalg_qr")
def _qr(a: Any, mode: str = "reduced", *, outcome: Any) -> Any:
    """A matrix of orthonormal columns, and a triangle: Householder's, with the signs that LAPACK chose."""
    m, n = a.shape[-2:]
    if not min(m, n):
        return refuse("a matrix without elements")
    conditions: list[Traced] = []
    vectors, upper = _reflected(a, np.where(np.diagonal(outcome[1], axis1=-2, axis2=-1) < 0, -1, 1), conditions)
    columns = m if mode == "complete" else min(m, n)
    if m > n and mode == "complete":
        upper = upper.concatenate([upper, upper.lift(np.zeros((*a.shape[:-2], m - n, n)))], -2)
    factors = [] if mode == "r" else [_of_identity(a, vectors, columns)]
    factors.append(upper)
    if conditions:
        held = all_joined(conditions[0].concatenate(conditions, 0), ops.logical_and)
        factors = [ops.where(held, factor, nothing(a)) for factor in factors]
    return (None, *factors) if mode == "r" else tuple(factors)


def _reflected(a: Traced, signs: Any, conditions: list[Traced]) -> tuple[list[Traced], Traced]:
    """The vectors of the reflections that turn matrices into triangles, one after another, and these."""
    vectors, rows, rest = [], [], a
    for k in range(min(a.shape[-2:])):
        above = a.lift(np.zeros((*a.shape[:-2], 1, k)))
        if rest.shape[-2] == 1:
            rows.append(above.concatenate([above, rest], -1) if k else rest)
            break
        column, sign = rest[..., :1], signs[..., k].reshape((*a.shape[:-2], 1, 1))
        first = column[..., :1, :]
        # The sign is that by which nothing cancels here.
        conditions.append(ops.lt(first * sign, 0).ravel())
        corner = ops.sqrt((column * column).sum(column.ndim - 2)).reshape(first.shape) * sign
        v = column.concatenate([first - corner, column[..., 1:, :]], -2)
        vectors.append(v)
        turned = _turned(v, rest)
        parts = [*([above] if k else []), corner, turned[..., :1, 1:]]
        rows.append(corner.concatenate([part for part in parts if part.shape[-1]], -1))
        rest = turned[..., 1:, 1:]
    return vectors, rows[0].concatenate(rows, -2)


def _of_identity(a: Traced, vectors: list[Traced], columns: int) -> Traced:
    """The first columns of the product of the reflections."""
    m = a.shape[-2]
    found = a.lift(np.broadcast_to(np.eye(m, columns), (*a.shape[:-2], m, columns)))
    for k, v in reversed(list(enumerate(vectors))):
        part = _turned(v, found[..., k:, :])
        found = found.concatenate([found[..., :k, :], part], -2) if k else part
    return found


def _turned(v: Traced, x: Traced) -> Traced:
    """The reflection ``x - 2 v v^T x / v^T v``."""
    across = v.swapaxes(-1, -2)
    found: Traced = x - v @ (across @ x) * (2 / (across @ v))
    return found
