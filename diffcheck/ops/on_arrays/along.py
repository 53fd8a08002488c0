"""Rows of operations of many arguments, which lie along the last axis."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.functions.basic import add, mul
from diffcheck.ops.functions.elementary import exp, log
from diffcheck.ops.own import Own
from diffcheck.ops.structure import Array, Shape
from diffcheck.ops.table import Primitive

# One node over all its operands, because any sum of exponentials needs a shift, and the shift is no part of the
# mathematics.
logsumexp_of = Primitive(
    name="logsumexp_of",
    doc="ln(exp(x1) + ... + exp(xn))",
    numpy=lambda *x: _logsumexp_numpy(np.stack(np.broadcast_arrays(*x), -1)),
    torch=lambda torch, *x: torch.logsumexp(torch.stack(torch.broadcast_tensors(*as_tensors(torch, x))), dim=0),
    sympy=lambda sympy, *x: sympy.log(sympy.Add(*map(sympy.exp, x))),
    arb=balls.logsumexp,
    series=series.logsumexp,
    elsewhere=lambda *x: log(functools.reduce(add, map(exp, x))),
    formula=lambda *x: log(functools.reduce(add, map(exp, x))),
    ulps=2,
    sympy_rule=False,
    forms=lambda i: (lambda *x: exp(x[i] - x[-1]),),
)


def _logsumexp_numpy(x: Any) -> Any:
    from scipy.special import logsumexp

    return logsumexp(x, axis=-1)


def _softmax_numpy(x: Any) -> Any:
    from scipy.special import softmax

    return softmax(x, axis=-1)


def _log_softmax_numpy(x: Any) -> Any:
    from scipy.special import log_softmax

    return log_softmax(x, axis=-1)


def _along(name: str, doc: str, *, keeps: bool, operations: Callable[[int], int], **columns: Any) -> Own:
    """A row of one operand; ``keeps`` says whether the result has as many elements."""

    def shape(_: Any, x: Shape) -> Shape:
        return x if keeps else ()

    return Own(name=name, doc=doc, axes=(1,), shape=shape, operations=lambda _, x: operations(x[0]), **columns)


def _behind(x: Any) -> Any:
    """With an axis of length one behind, for broadcasting along the last one."""
    return x.reshape((*x.shape, 1))


def _total(x: Any) -> Any:
    """The sum along the last axis, which is kept."""
    return _behind(x.sum(-1))


def _shifted(x: Array) -> Array:
    """The arguments less the largest one, which is how all implementations keep within the range."""
    found: Array = x - x.max(-1, keepdims=True)
    return found


def _lost_in_sum(x: Array) -> Array:
    """What the sum of the exponentials of shifted arguments loses, in units of itself: its terms', and its own."""
    shifted = _shifted(x)
    terms = np.exp(shifted)
    partial = np.cumsum(terms, -1)
    lost = (terms * (1 - shifted)).sum(-1, keepdims=True) + partial[..., 1:].sum(-1, keepdims=True)
    return np.asarray(lost / partial[..., -1:])


logsumexp = _along(
    "logsumexp",
    "ln(exp(x1) + ... + exp(xn))",
    keeps=False,
    operations=lambda _: 1,
    on_numpy=lambda _, x: _logsumexp_numpy(x),
    on_balls=lambda _, x: balls.logsumexp(*x),
    on_series=lambda _, x: series.logsumexp(*x),
    on_numbers=lambda _, x: logsumexp_of(*x),
    pulled=lambda p, k, g, v, x: _behind(g) * exp(x - _behind(v)),
    pushed=lambda p, size, v, x, m: (size(np.exp(x - v[..., None])) * m).sum(-1),
    back=lambda p, size, k, g, v, x: g[..., None] * size(np.exp(x - v[..., None])),
    lost=lambda p, v, x: logsumexp_of.ulps * np.abs(v),
)
softmax = _along(
    "softmax",
    "exp(xi) / (exp(x1) + ... + exp(xn))",
    keeps=True,
    operations=lambda n: 2 * n + 1,
    on_numpy=lambda _, x: _softmax_numpy(x),
    on_balls=lambda _, x: _less(x, balls.logsumexp(*x), _exp),
    on_series=lambda _, x: _less(x, series.logsumexp(*x), _exp),
    on_numbers=lambda _, x: _less(x, logsumexp_of(*x), exp),
    pulled=lambda p, k, g, v, x: v * (g - _total(v * g)),
    pushed=lambda p, size, v, x, m: v * (m + size(-1.0) * (v * m).sum(-1, keepdims=True)),
    back=lambda p, size, k, g, v, x: v * (g + size(-1.0) * (v * g).sum(-1, keepdims=True)),
    lost=lambda p, v, x: np.abs(v) * (2 - _shifted(x) + _lost_in_sum(x)),
)
log_softmax = _along(
    "log_softmax",
    "xi - ln(exp(x1) + ... + exp(xn))",
    keeps=True,
    operations=lambda n: n + 1,
    on_numpy=lambda _, x: _log_softmax_numpy(x),
    on_balls=lambda _, x: _less(x, balls.logsumexp(*x), _itself),
    on_series=lambda _, x: _less(x, series.logsumexp(*x), _itself),
    on_numbers=lambda _, x: _less(x, logsumexp_of(*x), _itself),
    pulled=lambda p, k, g, v, x: g - exp(v) * _total(g),
    pushed=lambda p, size, v, x, m: m + size(-1.0) * (np.exp(v) * m).sum(-1, keepdims=True),
    back=lambda p, size, k, g, v, x: g + size(-1.0) * np.exp(v) * g.sum(-1, keepdims=True),
    lost=lambda p, v, x: np.abs(v) - _shifted(x) + _lost_in_sum(x),
)


def _less(x: Any, total: Any, function: Callable[[Any], Any]) -> Any:
    """A function of each number less this one."""
    return np.frompyfunc(lambda number: function(number - total), 1, 1)(x)


def _itself(x: Any) -> Any:
    return x


def _exp(x: Any) -> Any:
    return x.exp()


def _others(x: Any) -> Any:
    """For each place along the last axis all elements with one in that place: their product is the slope there."""
    n = x.shape[-1]
    rows = x.reshape((*x.shape[:-1], 1, n)).spread((*x.shape[:-1], n, n))
    return rows.replaced(np.eye(n, dtype=bool), 1)


def _other_products(x: Array) -> Array:
    """The products of all elements but one, for each."""
    one = np.ones((*x.shape[:-1], 1))
    before = np.cumprod(np.concatenate([one, x[..., :-1]], -1), -1)
    behind = np.cumprod(np.concatenate([one, x[..., :0:-1]], -1), -1)[..., ::-1]
    return np.asarray(before * behind)


prod = _along(
    "prod",
    "x1 x2 ... xn",
    keeps=False,
    operations=lambda n: n - 1,
    on_numpy=lambda _, x: np.prod(x, -1),
    on_balls=lambda _, x: functools.reduce(lambda a, b: a * b, x),
    on_numbers=lambda _, x: functools.reduce(mul, x),
    pulled=lambda p, k, g, v, x: _behind(g) * _others(x).prod(-1),
    pushed=lambda p, size, v, x, m: (size(_other_products(x)) * m).sum(-1),
    back=lambda p, size, k, g, v, x: g[..., None] * size(_other_products(x)),
    lost=lambda p, v, x: (x.shape[-1] - 1) * np.abs(v),
)
