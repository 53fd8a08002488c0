"""Rows of what runs along an axis: each element together with all before it."""

from typing import Any

from diffcheck import ops
from diffcheck.ops.on_arrays.running import running
from diffcheck.sources.torch_code.rows.registry import row, with_an_axis


@row("cummax")
@with_an_axis
def _cummax(x: Any, dim: int) -> Any:
    return ops.cummax(x, dim) if x.size else x, None


@row("cummin")
@with_an_axis
def _cummin(x: Any, dim: int) -> Any:
    return ops.cummin(x, dim) if x.size else x, None


@row("logcumsumexp")
@with_an_axis
def _logcumsumexp(x: Any, dim: int) -> Any:
    return x if not x.size else running(x, dim, lambda one, two: ops.logsumexp(ops.stack([one, two], -1), -1))
