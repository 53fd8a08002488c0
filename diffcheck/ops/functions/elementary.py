"""Exponentials, logarithms, trigonometric and hyperbolic functions."""

import functools
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from diffcheck.ops.arguments import as_tensors
from diffcheck.ops.composites import composite
from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.exact import exact_power, pi
from diffcheck.ops.functions.basic import add, power, sqrt
from diffcheck.ops.table import Primitive, Without, named_row


def _sigmoid(x: Any) -> Any:
    return Primitive.rows["sigmoid"](x)


def _angle(y: Any, x: Any) -> Any:
    """The angle of (y, x), by quotients that stay bounded, from the side of the cut on which ``y`` is."""
    if balls.magnitude(x) > balls.magnitude(y):
        return atan(y / x) + (0 if x > 0 else -pi if y < 0 else pi)
    return (pi if y > 0 else -pi) / 2 - atan(x / y)


exp = named_row("exp", "e to the power x")
exp2 = named_row(
    "exp2",
    "2 to the power x",
    sympy=lambda _, x: 2**x,
    arb=lambda x: 2**x,
    series=lambda x: series.beginning(2 ** x[0], (x * arb.const_log2()).exp()),
    formula=lambda x: power(2, x),
)
exp10 = named_row(
    "exp10",
    "10 to the power x",
    numpy="scipy.special.exp10",
    torch=Without("torch has no exp10"),
    aten="",
    sympy=lambda _, x: 10**x,
    arb=lambda x: 10**x,
    series=lambda x: series.beginning(10 ** x[0], (x * arb.const_log10()).exp()),
    formula=lambda x: power(10, x),
)
expm1 = named_row(
    "expm1",
    "e to the power x, minus 1",
    sympy="sympy.codegen.cfunctions.expm1",
    series=lambda x: series.beginning(x[0].expm1(), x.exp()),
    forms=((lambda x, _: exp(x), lambda _, y: y + 1),),
    elsewhere=lambda x: exp(x) - 1,
    formula=lambda x: exp(x) - 1,
)
log = named_row("log", "natural logarithm", outside=lambda x: x <= 0)
log2 = named_row(
    "log2",
    "logarithm to base 2",
    sympy="sympy.codegen.cfunctions.log2",
    arb=lambda x: x.log_base(2),
    series=lambda x: series.beginning(x[0].log_base(2), x.log() / arb.const_log2()),
    outside=lambda x: x <= 0,
    elsewhere=lambda x: log(x) / log(2),
    formula=lambda x: log(x) / log(2),
)
log10 = named_row(
    "log10",
    "logarithm to base 10",
    sympy="sympy.codegen.cfunctions.log10",
    arb=lambda x: x.log_base(10),
    series=lambda x: series.beginning(x[0].log_base(10), x.log() / arb.const_log10()),
    outside=lambda x: x <= 0,
    elsewhere=lambda x: log(x) / log(10),
    formula=lambda x: log(x) / log(10),
)
log1p = named_row(
    "log1p",
    "ln(1 + x)",
    sympy="sympy.codegen.cfunctions.log1p",
    series=series.log1p,
    outside=lambda x: x <= -1,
    elsewhere=lambda x: log(1 + x),
    formula=lambda x: log(1 + x),
)

sin = named_row("sin", "sine", of_pi=balls.sin_pi, parity=-1, squared=lambda x: 1 - Primitive.rows["cos"](x) ** 2)
cos = named_row("cos", "cosine", of_pi=balls.cos_pi, parity=1)
tan = named_row(
    "tan",
    "tangent",
    of_pi=lambda x: balls.sin_pi(x) / balls.cos_pi(x),
    elsewhere=lambda x: sin(x) / cos(x),
    formula=lambda x: sin(x) / cos(x),
)
asin = named_row(
    "asin",
    "inverse sine",
    numpy="numpy.arcsin",
    series=series.asin,
    outside=lambda x: balls.magnitude(x) > 1,
    at_edge=lambda x: balls.magnitude(x).contains(1),
    elsewhere=lambda x: pi / 2 - Primitive.rows["acos"](x),
    undoes="sin",
    parity=-1,
)
acos = named_row(
    "acos",
    "inverse cosine",
    numpy="numpy.arccos",
    series=series.acos,
    outside=lambda x: balls.magnitude(x) > 1,
    at_edge=lambda x: balls.magnitude(x).contains(1),
    elsewhere=lambda x: 2 * asin(sqrt((1 - x) / 2)) if x > 0 else pi - 2 * asin(sqrt((1 + x) / 2)),
    undoes="cos",
    formula=lambda x: pi / 2 - asin(x),
)
atan = named_row(
    "atan",
    "inverse tangent",
    numpy="numpy.arctan",
    elsewhere=lambda x: (pi if x > 0 else -pi) / 2 - Primitive.rows["atan"](1 / x),
    undoes="tan",
    parity=-1,
)
atan2 = named_row(
    "atan2",
    "the angle of the point (y, x), arguments in this order",
    numpy="numpy.arctan2",
    arb=balls.atan2,
    series=series.atan2,
    outside=lambda y, x: y.is_zero() and x.is_zero(),
    at_edge=lambda y, x: y.contains(0) and not x > 0,
    elsewhere=_angle,
)
sinh = named_row("sinh", "hyperbolic sine", series=series.sinh, ulps=2, formula=lambda x: (exp(x) - exp(-x)) / 2)
cosh = named_row("cosh", "hyperbolic cosine", series=series.cosh, ulps=2, formula=lambda x: (exp(x) + exp(-x)) / 2)
tanh = named_row(
    "tanh",
    "hyperbolic tangent",
    series=series.tanh,
    elsewhere=lambda x: 2 * _sigmoid(2 * x) - 1,
    formula=lambda x: sinh(x) / cosh(x),
    ulps=2,
    forms=((lambda x, _: 4 * (_sigmoid(2 * x) * _sigmoid(-2 * x)), lambda _, y: 1 - y**2),),
)
asinh = named_row(
    "asinh",
    "inverse hyperbolic sine",
    numpy="numpy.arcsinh",
    series=series.asinh,
    formula=lambda x: log(x + sqrt(x * x + 1)),
    ulps=2,
)
acosh = named_row(
    "acosh",
    "inverse hyperbolic cosine",
    numpy="numpy.arccosh",
    series=series.acosh,
    outside=lambda x: x < 1,
    at_edge=lambda x: x.contains(1),
    elsewhere=lambda x: 2 * asinh(sqrt((x - 1) / 2)),
    formula=lambda x: log(x + sqrt(x * x - 1)),
    ulps=2,
)
atanh = named_row(
    "atanh",
    "inverse hyperbolic tangent",
    numpy="numpy.arctanh",
    series=series.atanh,
    outside=lambda x: balls.magnitude(x) >= 1,
    elsewhere=lambda x: (log(1 + x) - log(1 - x)) / 2,
    formula=lambda x: (log(1 + x) - log(1 - x)) / 2,
    ulps=2,
)


def _sympy_hypot(sympy: Any, *x: Any) -> Any:
    """SymPy's own function of two arguments; of others the formula."""
    if len(x) == 2:
        return resolve("sympy.codegen.cfunctions.hypot")(*x)
    return sympy.sqrt(sympy.Add(*(v**2 for v in x)))


def _torch_hypot(torch: Any, *x: Any) -> Any:
    """Torch's own function of two arguments; of others its norm, with the largest one divided out."""
    tensors = as_tensors(torch, x)
    if len(x) == 2:
        return torch.hypot(*tensors)
    rows = torch.stack(torch.broadcast_tensors(*tensors))
    largest = rows.detach().abs().amax(0)
    largest = torch.where(largest > 0, largest, 1)
    return largest * torch.linalg.vector_norm(rows / largest, dim=0)


hypot = named_row(
    "hypot",
    "sqrt(x1^2 + ... + xn^2), without the overflow of the squares",
    numpy=lambda *x: functools.reduce(np.hypot, x[1:], np.abs(x[0])),
    torch=_torch_hypot,
    sympy=_sympy_hypot,
    sympy_name="hypot",
    arb=balls.hypot,
    series=lambda *x: series.sqrt(series.total(s * s for s in x)),
    at_edge=lambda *x: all(v.contains(0) for v in x),
    forms=lambda i: (lambda *x: x[i] / x[-1],),
    elsewhere=lambda *x: sqrt(functools.reduce(add, (v * v for v in x))),
    formula=lambda *x: sqrt(functools.reduce(add, (v * v for v in x))),
    exactly=lambda *x: exact_power(sum(v * v for v in x), Fraction(1, 2)),
)
sigmoid = named_row(
    "sigmoid",
    "1 / (1 + exp(-x))",
    numpy="scipy.special.expit",
    sympy=lambda sympy, x: 1 / (1 + sympy.exp(-x)),
    arb=balls.sigmoid,
    series=series.sigmoid,
    elsewhere=lambda x: 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x)),
    formula=lambda x: 1 / (1 + exp(-x)),
    ulps=2,
    forms=((lambda x, _: _sigmoid(x) * _sigmoid(-x), lambda _, y: y * (1 - y)),),
)


@composite(torch="torch.rad2deg", numpy="numpy.rad2deg", aten="rad2deg")
def rad2deg(x: Any) -> Any:
    """The angle x in degrees."""
    return x * 180 / pi


@composite(torch="torch.deg2rad", numpy="numpy.deg2rad", aten="deg2rad")
def deg2rad(x: Any) -> Any:
    """The angle of x degrees."""
    return x * pi / 180
