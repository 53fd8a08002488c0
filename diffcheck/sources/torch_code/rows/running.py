"""Rows of what runs along an axis: each element together with all before it."""

from collections.abc import Callable
from typing import Any

from diffcheck import ops
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.rows.registry import row, with_an_axis


def _running(x: Traced, dim: int, joined: Callable[[Traced, Traced], Traced]) -> Traced:
    """The first element, this joined with the second one, that with the third ..."""
    if not x.size:
        return x
    rows = x.swapaxes(dim, 0)
    found = [rows[0]]
    for k in range(1, rows.shape[0]):
        found.append(joined(found[-1], rows[k]))
    return rows.stack(found, 0).swapaxes(dim, 0)


@row("cummax")
@with_an_axis
def _cummax(x: Any, dim: int) -> Any:
    return _running(x, dim, ops.maximum), None


@row("cummin")
@with_an_axis
def _cummin(x: Any, dim: int) -> Any:
    return _running(x, dim, ops.minimum), None


@row("logcumsumexp")
@with_an_axis
def _logcumsumexp(x: Any, dim: int) -> Any:
    return _running(x, dim, lambda one, two: ops.logsumexp(ops.stack([one, two], -1), -1))
