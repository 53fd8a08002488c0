"""Rows of what is done element by element, where torch's arguments are not those of the table."""

import operator
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.memory import Excluded
from diffcheck.sources.torch_code.rows.registry import as_number, lifted, nothing, refuse, row


@row("add")
def add(x: Any, y: Any, alpha: Any = 1) -> Any:
    """The sum."""
    x, y = as_number(x), as_number(y)
    return x + (y if alpha == 1 else alpha * y)


@row("sub")
def _sub(x: Any, y: Any, alpha: Any = 1) -> Any:
    return add(x, y, -alpha) if alpha != 1 else as_number(x) - as_number(y)


@row("rsub")
def _rsub(x: Any, y: Any, alpha: Any = 1) -> Any:
    return y - (x if alpha == 1 else alpha * x)


@row("neg")
def _neg(x: Any) -> Any:
    return Excluded(-x.values, x.places, not x.above) if isinstance(x, Excluded) else -x


@row("mul")
def mul(x: Any, y: Any) -> Any:
    """The product."""
    x, y = as_number(x), as_number(y)
    if isinstance(x, Excluded) or isinstance(y, Excluded):
        return _scaled(x, y, ops.mul) if isinstance(x, Excluded) else _scaled(y, x, ops.mul)
    return x * y


@row("div")
def _div(x: Any, y: Any, rounding_mode: str | None = None) -> Any:
    x, y = as_number(x), as_number(y)
    if isinstance(x, Excluded) and rounding_mode is None:
        return _scaled(x, y, ops.div)
    found = x / y
    return found if rounding_mode is None else {"floor": ops.floor, "trunc": ops.trunc}[rounding_mode](found)


def _scaled(x: Excluded, by: Any, operation: Any) -> Excluded:
    """Minus infinity times a positive constant is minus infinity."""
    if isinstance(by, (Traced, Excluded)) or not np.all(np.asarray(by) > 0):
        refuse("minus infinity is multiplied or divided by what is not a positive constant")
    return Excluded(operation(x.values, by), x.places)


for _name, _operation in {
    "addcdiv": ops.addcdiv,
    "addcmul": ops.addcmul,
    "clamp": ops.clamp,
    "clamp_max": ops.minimum,
    "clamp_min": ops.maximum,
    "fmax": ops.maximum,
    "fmin": ops.minimum,
    "lerp": ops.lerp,
    "polygamma": ops.polygamma,
    "pow": ops.power,
}.items():
    row(_name)(_operation)


@row("hardtanh")
def _hardtanh(x: Any, low: Any = -1, high: Any = 1) -> Any:
    return ops.minimum(ops.maximum(x, low), high)


@row("threshold")
def _threshold(x: Any, threshold: Any, value: Any) -> Any:
    return ops.where(x > threshold, x, value)


@row("gelu")
def _gelu(x: Any, approximate: str = "none") -> Any:
    return ops.gelu(x) if approximate == "none" else ops.gelu_tanh(x)


@row("angle")
def _angle(x: Any) -> Any:
    """Of real numbers; see `pairs`."""
    return ops.where(x < 0, ops.pi, 0)


@row("leaky_relu")
def _leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    return ops.leaky_relu(x, slope)


@row("_prelu_kernel")
def _prelu(x: Any, slope: Any) -> Any:
    return ops.where(x > 0, x, slope * x)


@row("elu")
def _elu(x: Any, alpha: Any = 1, scale: Any = 1, input_scale: Any = 1) -> Any:
    return ops.where(x > 0, scale * x, scale * alpha * ops.expm1(input_scale * x))


@row("softplus")
def _softplus(x: Any, beta: Any = 1, threshold: Any = 20) -> Any:
    """As it is documented: the identity beyond the threshold, which is a jump of its own."""
    z = x if beta == 1 else beta * x
    smooth = ops.softplus(z) if beta == 1 else ops.softplus(z) / beta
    return ops.where(z > threshold, x, smooth)


@row("log_sigmoid_forward")
def _log_sigmoid(x: Any) -> Any:
    return ops.log_sigmoid(x), ops.exp(-ops.abs(x))


@row("native_dropout", "bernoulli", "normal", "multinomial", "poisson")
def _drawn(*_: Any, **__: Any) -> Any:
    return refuse("what is drawn cannot be told from what it is drawn by")


@row("rrelu_with_noise")
def _rrelu(
    x: Any, noise: Any, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, generator: Any = None
) -> Any:
    """The mean slope left of zero, where none is drawn."""
    return _drawn() if training else ops.where(x >= 0, x, x * ((lower + upper) / 2))


@row("argmax", "argmin", "argsort")
def _positions(*_: Any, **__: Any) -> Any:
    """Whole numbers, which no node says; see `places`."""
    return None


@row("bucketize")
def _bucketize(x: Any, boundaries: Any, out_int32: bool = False, right: bool = False) -> Any:
    """How many of the boundaries lie below."""
    if isinstance(boundaries, Traced):
        return refuse("the boundaries depend on an input")
    below = (ops.ge if right else ops.gt)(x.reshape((*x.shape, 1)), boundaries)
    return ops.sum(ops.where(below, 1, 0), -1)


@row("searchsorted")
def _searchsorted(
    boundaries: Any, x: Any, out_int32: bool = False, right: bool = False, side: str | None = None, sorter: Any = None
) -> Any:
    if sorter is not None or isinstance(boundaries, Traced) or boundaries.ndim != 1:
        return refuse("the boundaries are not one sequence of constants")
    return _bucketize(x, boundaries, right=right or side == "right")


@row("round")
def _round(x: Any, decimals: int = 0) -> Any:
    if decimals < 0:
        return ops.round(x / 10**-decimals) * 10**-decimals
    return ops.round(x * 10**decimals) / 10**decimals if decimals else ops.round(x)


# Comparisons. What is compared with itself has no other side, and so has what is compared with infinity.


def _comparison(name: str, of_equal: bool) -> None:
    operation, python = getattr(ops, name), getattr(operator, name)

    def compared(x: Any, y: Any) -> Any:
        if not isinstance(y, Traced) and np.isinf(y).all():
            return np.asarray(python(np.zeros(x.shape), y))  # every number lies between the infinities
        x, y = lifted(as_number(x), as_number(y))
        if x.node == y.node:
            return np.full(x.shape, of_equal)
        return operation(x, y)

    row(name)(compared)


for _name, _of_equal in (("gt", False), ("ge", True), ("lt", False), ("le", True), ("eq", True), ("ne", False)):
    _comparison(_name, _of_equal)


@row("logical_and", "bitwise_and", "__and__")
def _and(x: Any, y: Any) -> Any:
    return ops.logical_and(*lifted(x, y))


@row("logical_or", "bitwise_or", "__or__")
def _or(x: Any, y: Any) -> Any:
    return ops.logical_or(*lifted(x, y))


@row("logical_not", "bitwise_not")
def _not(x: Any) -> Any:
    return ops.logical_not(x)


@row("isnan", "isinf")
def _never(x: Any) -> Any:
    return np.zeros(x.shape, bool)


@row("where")
def _where(condition: Any, x: Any, y: Any) -> Any:
    c, *_ = lifted(condition, *(v for v in (x, y) if isinstance(v, Traced)))
    return ops.where(c, _or_nothing(c, x), _or_nothing(c, y))


def _or_nothing(like: Traced, x: Any) -> Any:
    """A constant that is no finite number as 0 / 0, which has no value."""
    x = as_number(x)
    constant = np.asarray(x) if isinstance(x, (float, np.ndarray)) else np.zeros(())
    if constant.dtype.kind == "f" and not np.isfinite(constant).any():
        return nothing(like).spread(constant.shape)
    return x


@row("masked_fill")
def _masked_fill(x: Any, mask: Any, value: Any) -> Any:
    return _where(mask, value, x)


row("all", "_is_all_true")(ops.all)
row("any", "_is_any_true")(ops.any)
