"""What the names of FPCore mean: operations and constants as operations of `diffcheck.ops`, and what has no meaning."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from diffcheck import ops
from diffcheck.ops.exact import Exact

Function = Callable[..., Any]


def _round(x: Any) -> Any:
    """To the nearest whole number, from the middle away from zero, as `round` of C does."""
    return ops.sign(x) * ops.floor(ops.abs(x) + 0.5)


def _remainder(x: Any, y: Any) -> Any:
    """X less the nearest multiple of y, as `remainder` of C."""
    return x - y * ops.round(x / y)


# Operations of so many operands.
OPERATIONS: Mapping[str, tuple[int, Function]] = {
    **{
        name: (1, vars(ops)[name]) for name in ("exp", "exp2", "expm1", "log", "log10", "log2", "log1p", "sqrt", "cbrt")
    },
    **{name: (1, vars(ops)[name]) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")},
    **{
        name: (1, vars(ops)[name])
        for name in ("asinh", "acosh", "atanh", "erf", "erfc", "lgamma", "ceil", "floor", "trunc")
    },
    **{name: (2, vars(ops)[name]) for name in ("hypot", "atan2", "fmod", "copysign")},
    "fabs": (1, ops.abs),
    "tgamma": (1, ops.gamma),
    "fma": (3, ops.fma),
    "pow": (2, ops.power),
    "remainder": (2, _remainder),
    "fmax": (2, ops.maximum),
    "fmin": (2, ops.minimum),
    "fdim": (2, lambda x, y: ops.maximum(x - y, 0)),
    "round": (1, _round),
    "nearbyint": (1, ops.round),
    "not": (1, ops.logical_not),
    "signbit": (1, lambda x: x < 0),
    # All numbers here are finite, and none is too small for its digits to count.
    "isfinite": (1, lambda x: ops.eq(x, x)),
    "isinf": (1, lambda x: ops.ne(x, x)),
    "isnan": (1, lambda x: ops.ne(x, x)),
    "isnormal": (1, lambda x: ops.abs(x) >= sys.float_info.min),
}
# Operations of two operands that are also written with more, taken from left to right.
CHAINED: Mapping[str, Function] = {"+": ops.add, "-": ops.sub, "*": ops.mul, "/": ops.div}
# Relations of any number of operands, each with the next one.
RELATIONS: Mapping[str, Function] = {"<": ops.lt, "<=": ops.le, ">": ops.gt, ">=": ops.ge, "==": ops.eq, "!=": ops.ne}
# What joins any number of conditions, and what it is of none.
JOINING: Mapping[str, tuple[Function, bool]] = {"and": (ops.logical_and, True), "or": (ops.logical_or, False)}

CONSTANTS: Mapping[str, Exact | bool] = {
    "TRUE": True,
    "FALSE": False,
    "E": ops.e,
    "LOG2E": ops.div(1, ops.log(2)),
    "LOG10E": ops.div(1, ops.log(10)),
    "LN2": ops.log(2),
    "LN10": ops.log(10),
    "PI": ops.pi,
    "PI_2": ops.div(ops.pi, 2),
    "PI_4": ops.div(ops.pi, 4),
    "M_1_PI": ops.div(1, ops.pi),
    "M_2_PI": ops.div(2, ops.pi),
    "M_2_SQRTPI": ops.div(2, ops.sqrt(ops.pi)),
    "SQRT2": ops.sqrt(2),
    "SQRT1_2": ops.sqrt(ops.rational(1, 2)),
}
INFINITE: Mapping[str, float] = {"INFINITY": float("inf"), "NAN": float("nan")}

_LOOP, _ARRAY = "a loop; only straight-line programs are differentiated", "an array"
# What FPCore has and this does not, with its reason.
UNSUPPORTED: Mapping[str, str] = {
    **dict.fromkeys(("while", "while*", "for", "for*"), _LOOP),
    **dict.fromkeys(("tensor", "tensor*", "array", "dim", "size", "ref"), _ARRAY),
}
FORMS = ("let", "let*", "if", "!", "cast", "digits")
# In which formats numbers are rounded says nothing of the function; others make steps of it.
FORMATS = ("real", "binary16", "binary32", "binary64", "binary80", "binary128")
KNOWN = (*OPERATIONS, *CHAINED, *RELATIONS, *JOINING, *FORMS, *UNSUPPORTED)
