"""Rows of what is infinite at some places, whatever the inputs are (see `memory.Excluded`).

A mask puts minus infinity where a softmax or a maximum shall not look, a table of shortest ways begins with infinity.
What an operation makes of that is a limit: another infinity, or a number that no input moves.
"""

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from diffcheck import ops
from diffcheck.program.traced import Traced
from diffcheck.sources.torch_code.memory import Excluded, chosen
from diffcheck.sources.torch_code.rows.elementwise import add
from diffcheck.sources.torch_code.rows.registry import Row, as_number, lifted, named, refuse

# Rows that take minus infinity as it is, and those that take plus infinity, which lies above all numbers.
_BELOW = named(
    "mul div neg amax max amin min addmm baddbmm _softmax _safe_softmax _log_softmax logsumexp nll_loss_forward "
    "_scaled_dot_product_flash_attention_for_cpu"
)
_ABOVE = named("neg amin min")

# What a function of one number tends to below and above all numbers; ``nan`` where it has no limit or does not exist.
_LIMITS: dict[str, tuple[float, float]] = {
    "exp": (0, math.inf),
    "exp2": (0, math.inf),
    "expm1": (-1, math.inf),
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "erf": (-1, 1),
    "relu": (0, math.inf),
    "softplus": (0, math.inf),
    "silu": (0, math.inf),
    "reciprocal": (0, 0),
    "abs": (math.inf, math.inf),
    "log": (math.nan, math.inf),
    "sqrt": (math.nan, math.inf),
    "log_sigmoid_forward": (-math.inf, 0),
}
_SMALLER = {"minimum": True, "fmin": True, "clamp_max": True, "maximum": False, "fmax": False, "clamp_min": False}
_COMPARED: dict[str, Callable[..., Any]] = {
    name: getattr(operator, name) for name in ("gt", "ge", "lt", "le", "eq", "ne")
}


def with_infinities(base: str, row: Row, values: Iterable[Any]) -> Row:
    """The row of an operation for these arguments: another one if some are infinite at some places.

    Raises
    ------
    Unsupported
        If the operation has no row for them.
    """
    excluded = [v for v in values if _is_infinite(v)]
    if not any(isinstance(v, Excluded) for v in excluded) and not (excluded and base in _OF_CONSTANTS):
        return row
    if base in _LIMITS:
        return lambda x, *options: _limit(row, _LIMITS[base], x, *options)
    if base in _SMALLER:
        return lambda x, y: _extreme(_SMALLER[base], x, y)
    if base in _COMPARED:
        return lambda x, y: _compared(row, _COMPARED[base], x, y)
    if base in _OWN:
        return _OWN[base]
    above = any(isinstance(v, Excluded) and v.above for v in excluded)
    return row if base in (_ABOVE if above else _BELOW) else refuse("infinity goes into it")


def _is_infinite(value: Any) -> bool:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return bool(np.isinf(value).any())
    return isinstance(value, Excluded) or (isinstance(value, float) and math.isinf(value))


def _limit(row: Row, limits: tuple[float, float], x: Excluded, *options: Any) -> Any:
    found = row(x.values, *options)
    value, *rest = found if isinstance(found, tuple) else (found,)
    limit = limits[x.above]
    if math.isnan(limit):
        return refuse("infinity goes into it")
    there = Excluded(value, x.places, limit > 0) if math.isinf(limit) else value.replaced(x.places, limit)
    return (there, *rest)


def _parts(x: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """The numbers, and which sign infinity has at each place, or zero."""
    if isinstance(x, Excluded):
        return x.values, np.broadcast_to(np.where(x.places, 1 if x.above else -1, 0), shape)
    if isinstance(x, Traced):
        return x, np.zeros(shape, int)
    x = np.asarray(x, float)
    return np.where(np.isfinite(x), x, 0), np.broadcast_to(np.where(np.isinf(x), np.sign(x), 0).astype(int), shape)


def _shape(*given: Any) -> tuple[int, ...]:
    shapes = (x.places.shape if isinstance(x, Excluded) else getattr(x, "shape", ()) for x in given)
    return np.broadcast_shapes(*shapes)


def _extreme(smaller: bool, x: Any, y: Any) -> Any:
    """The smaller or the larger one: an infinity that never is leaves the other, one that always is stays."""
    shape = _shape(x, y)
    (x, of_x), (y, of_y) = _parts(x, shape), _parts(y, shape)
    x, y = (v.spread(shape) for v in lifted(x, y))
    never, always = (1, -1) if smaller else (-1, 1)
    stays, nothing = (of_x == always) | (of_y == always), (of_x == never) & (of_y == never)
    between = (ops.minimum if smaller else ops.maximum)(x, y)
    value = chosen(of_x == never, y, chosen(of_y == never, x, between))
    return _excluded(value, np.where(stays, always, np.where(nothing, never, 0)))


def _excluded(value: Traced, signs: Any) -> Any:
    """What has these signs of infinity, or none."""
    if (signs > 0).any() and (signs < 0).any():
        return refuse("both infinities go into it")
    return Excluded(value, signs != 0, bool((signs > 0).any())) if signs.any() else value


def _clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    found = x if min is None else _extreme(False, x, min)
    return found if max is None else _extreme(True, found, max)


def added(x: Any, y: Any, alpha: Any = 1) -> Any:
    """The sum; infinities in it, of one sign at each place, are those of the sum."""
    x, y = as_number(x), as_number(y)
    shape = _shape(x, y)
    (x, of_x), (y, of_y) = _parts(x, shape), _parts(y, shape)
    of_y = of_y * np.sign(alpha)
    if (of_x * of_y < 0).any():
        return refuse("infinity is subtracted from infinity")
    return _excluded(add(*lifted(x, y), alpha=alpha).spread(shape), np.where(of_x != 0, of_x, of_y))


def _difference(x: Any, y: Any, alpha: Any = 1) -> Any:
    return added(x, y, -alpha)


def _compared(row: Row, compare: Callable[..., Any], x: Any, y: Any) -> Any:
    """Of what is infinite the outcome is known, and is the same at every point."""
    shape = _shape(x, y)
    (x, of_x), (y, of_y) = _parts(x, shape), _parts(y, shape)
    known = (of_x != 0) | (of_y != 0)
    outcome = np.asarray(compare(of_x, of_y))
    if known.all():
        return outcome
    like = x if isinstance(x, Traced) else y
    found = row(x, y)
    if not isinstance(found, Traced):
        return np.asarray(np.where(known, outcome, found))
    there = like.lift(known & outcome)
    return ops.logical_or(ops.logical_and(found.spread(shape), like.lift(~known)), there)


_OWN: dict[str, Row] = {
    "add": added,
    "sub": _difference,
    "clamp": _clamp,
    "isinf": lambda x: x.places,
    "isnan": lambda x: np.zeros(x.places.shape, bool),
}
# Those that take constants with infinities, too.
_OF_CONSTANTS = frozenset(("add", "sub", "clamp", *_SMALLER, *_COMPARED))
