"""Arithmetic, powers, exponentials, logarithms, trigonometric and hyperbolic functions, and what is made of pieces."""

import operator
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from diffcheck.ops import balls, series
from diffcheck.ops.exact import exact_power, pi
from diffcheck.ops.table import Column, Function, Primitive, composite


def _sigmoid(x: Any) -> Any:
    return Primitive.rows["sigmoid"](x)


def _angle(y: Any, x: Any) -> Any:
    """The angle of (y, x), by quotients that stay bounded, from the side of the cut on which ``y`` is."""
    if balls.magnitude(x) > balls.magnitude(y):
        return atan(y / x) + (0 if x > 0 else -pi if y < 0 else pi)
    return (pi if y > 0 else -pi) / 2 - atan(x / y)


def _where(c: Any, x: Any, y: Any) -> Any:
    return Primitive.rows["where"](c, x, y)


def _row(name: str, doc: str, **columns: Any) -> Primitive:
    """A row whose NumPy, torch, SymPy and Arb functions have the operation's own name, but for the columns given."""
    named: dict[str, Column] = {
        "numpy": f"numpy.{name}",
        "torch": f"torch.{name}",
        "sympy": f"sympy.{name}",
        "arb": name,
    }
    return Primitive(name=name, doc=doc, **(named | columns))


def _operator(name: str, doc: str, function: Function, numpy: str, **columns: Any) -> Primitive:
    """A row that is one of Python's operators, the same for arrays, tensors, SymPy expressions and balls."""
    same = {"torch": lambda _, *a: function(*a), "sympy": lambda _, *a: function(*a), "arb": function}
    return Primitive(name=name, doc=doc, numpy=f"numpy.{numpy}", **(same | columns))


add = _operator("add", "x + y", operator.add, "add")
sub = _operator("sub", "x - y", operator.sub, "subtract")
mul = _operator("mul", "x y", operator.mul, "multiply")
neg = _operator("neg", "-x", operator.neg, "negative", ulps=0)
div = _operator(
    "div",
    "x / y",
    operator.truediv,
    "divide",
    outside=lambda x, y: y.is_zero(),
    forms=((lambda x, y, _: 1 / y, lambda x, y, _: 1 / y), (lambda x, y, v: -v / y, lambda x, y, _: -x / y**2)),
)
power = _operator(
    "power",
    "x to the power y",
    lambda x, y: x**y,
    "power",
    arb=balls.power,
    series=series.power,
    outside=balls.outside_power,
    at_edge=lambda x, y: x.contains(0) and not (y.is_exact() and y.is_integer()),
    exactly=exact_power,
    ulps=2,
    forms=((lambda x, y, _: y * x ** (y - 1),), (lambda x, _, v: v * Primitive.rows["log"](x),)),
)
sqrt = _row(
    "sqrt",
    "square root",
    series=series.sqrt,
    outside=lambda x: x < 0,
    at_edge=lambda x: x.contains(0),
    exactly=lambda x: exact_power(x, Fraction(1, 2)),
)

exp = _row("exp", "e to the power x")
exp2 = _row("exp2", "2 to the power x", sympy=lambda _, x: 2**x, arb=lambda x: 2**x)
expm1 = _row(
    "expm1",
    "e to the power x, minus 1",
    sympy="sympy.codegen.cfunctions.expm1",
    series=lambda x: x.exp() - 1,
    forms=((lambda x, _: exp(x), lambda _, y: y + 1),),
)
log = _row("log", "natural logarithm", outside=lambda x: x <= 0)
log2 = _row(
    "log2",
    "logarithm to base 2",
    sympy="sympy.codegen.cfunctions.log2",
    arb=lambda x: x.log() / arb.const_log2(),
    outside=lambda x: x <= 0,
    elsewhere=lambda x: log(x) / log(2),
)
log10 = _row(
    "log10",
    "logarithm to base 10",
    sympy="sympy.codegen.cfunctions.log10",
    arb=lambda x: x.log() / arb.const_log10(),
    outside=lambda x: x <= 0,
    elsewhere=lambda x: log(x) / log(10),
)
log1p = _row(
    "log1p",
    "ln(1 + x)",
    sympy="sympy.codegen.cfunctions.log1p",
    series=lambda x: (1 + x).log(),
    outside=lambda x: x <= -1,
    elsewhere=lambda x: log(1 + x),
)

sin = _row("sin", "sine", of_pi=balls.sin_pi)
cos = _row("cos", "cosine", of_pi=balls.cos_pi)
tan = _row(
    "tan",
    "tangent",
    of_pi=lambda x: balls.sin_pi(x) / balls.cos_pi(x),
    elsewhere=lambda x: sin(x) / cos(x),
    ulps=2,
)
asin = _row(
    "asin",
    "inverse sine",
    numpy="numpy.arcsin",
    outside=lambda x: balls.magnitude(x) > 1,
    at_edge=lambda x: balls.magnitude(x).contains(1),
    elsewhere=lambda x: pi / 2 - Primitive.rows["acos"](x),
    undoes="sin",
)
acos = _row(
    "acos",
    "inverse cosine",
    numpy="numpy.arccos",
    outside=lambda x: balls.magnitude(x) > 1,
    at_edge=lambda x: balls.magnitude(x).contains(1),
    elsewhere=lambda x: 2 * asin(sqrt((1 - x) / 2)) if x > 0 else pi - 2 * asin(sqrt((1 + x) / 2)),
    undoes="cos",
)
atan = _row(
    "atan",
    "inverse tangent",
    numpy="numpy.arctan",
    elsewhere=lambda x: (pi if x > 0 else -pi) / 2 - Primitive.rows["atan"](1 / x),
)
atan2 = _row(
    "atan2",
    "the angle of the point (y, x), arguments in this order",
    numpy="numpy.arctan2",
    arb=balls.atan2,
    series=series.atan2,
    outside=lambda y, x: y.is_zero() and x.is_zero(),
    at_edge=lambda y, x: y.contains(0) and not x > 0,
    elsewhere=_angle,
)
sinh = _row("sinh", "hyperbolic sine", series=lambda x: (x.exp() - (-x).exp()) / 2, ulps=2)
cosh = _row("cosh", "hyperbolic cosine", series=lambda x: (x.exp() + (-x).exp()) / 2, ulps=2)
tanh = _row(
    "tanh",
    "hyperbolic tangent",
    series=lambda x: 2 * series.sigmoid(2 * x) - 1,
    elsewhere=lambda x: 2 * _sigmoid(2 * x) - 1,
    ulps=2,
    forms=((lambda x, _: 4 * (_sigmoid(2 * x) * _sigmoid(-2 * x)), lambda _, y: 1 - y**2),),
)
asinh = _row(
    "asinh",
    "inverse hyperbolic sine",
    numpy="numpy.arcsinh",
    series=lambda x: (x + (x * x + 1).sqrt()).log(),
    ulps=2,
)
acosh = _row(
    "acosh",
    "inverse hyperbolic cosine",
    numpy="numpy.arccosh",
    series=lambda x: (x + (x * x - 1).sqrt()).log(),
    outside=lambda x: x < 1,
    at_edge=lambda x: x.contains(1),
    elsewhere=lambda x: 2 * asinh(sqrt((x - 1) / 2)),
    ulps=2,
)
atanh = _row(
    "atanh",
    "inverse hyperbolic tangent",
    numpy="numpy.arctanh",
    series=lambda x: ((1 + x) / (1 - x)).log() / 2,
    outside=lambda x: balls.magnitude(x) >= 1,
    elsewhere=lambda x: (log(1 + x) - log(1 - x)) / 2,
    ulps=2,
)
hypot = _row(
    "hypot",
    "sqrt(x^2 + y^2), without the overflow of the squares",
    sympy="sympy.codegen.cfunctions.hypot",
    arb=lambda x, y: (x * x + y * y).sqrt(),
    series=lambda x, y: series.sqrt(x * x + y * y),
    elsewhere=lambda x, y: sqrt(x * x + y * y),
    exactly=lambda x, y: exact_power(x * x + y * y, Fraction(1, 2)),
    forms=((lambda x, _, v: x / v,), (lambda _, y, v: y / v,)),
)
sigmoid = _row(
    "sigmoid",
    "1 / (1 + exp(-x))",
    numpy="scipy.special.expit",
    sympy=lambda sympy, x: 1 / (1 + sympy.exp(-x)),
    arb=balls.sigmoid,
    series=series.sigmoid,
    elsewhere=lambda x: 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x)),
    ulps=2,
    forms=((lambda x, _: _sigmoid(x) * _sigmoid(-x), lambda _, y: y * (1 - y)),),
)

# What is made of pieces. `switch` is positive on one, negative on the other and zero where they meet; `piece` is the
# operation there.


def _relation(name: str, doc: str, numpy: str, sympy: str, holds: Function) -> Primitive:
    return Primitive(
        name=name,
        doc=doc,
        numpy=f"numpy.{numpy}",
        torch=f"torch.{name}",
        sympy=f"sympy.{sympy}",
        arb=lambda x, y: x - y,
        ulps=0,
        switch=operator.sub,
        piece=lambda side, arguments, _: int(holds(side)),
        forms=((lambda x, y, _: 0,), (lambda x, y, _: 0,)),
    )


gt = _relation("gt", "x > y", "greater", "Gt", lambda side: side > 0)
ge = _relation("ge", "x >= y", "greater_equal", "Ge", lambda side: side >= 0)
lt = _relation("lt", "x < y", "less", "Lt", lambda side: side < 0)
le = _relation("le", "x <= y", "less_equal", "Le", lambda side: side <= 0)
eq = _relation("eq", "x == y", "equal", "Eq", lambda side: side == 0)
ne = _relation("ne", "x != y", "not_equal", "Ne", lambda side: side != 0)

abs = _row(
    "abs",
    "absolute value",
    sympy="sympy.Abs",
    arb=lambda x: x,
    ulps=0,
    switch=lambda x: x,
    piece=lambda side, x, _: x[0] if side >= 0 else -x[0],
)
sign = _row(
    "sign",
    "-1, 0 or 1",
    sympy=lambda sympy, x: sympy.Piecewise((1, x > 0), (-1, x < 0), (0, True)),
    arb=lambda x: x,
    ulps=0,
    switch=lambda x: x,
    piece=lambda side, x, _: side,
)
floor = _row(
    "floor",
    "the largest integer not above x",
    ulps=0,
    switch=balls.distance_to_integer,
    piece=lambda side, x, b: int(balls.nearest_integer(b[0]).unique_fmpz()) - (side < 0),
)
maximum = _row(
    "maximum",
    "the larger one",
    sympy="sympy.Max",
    arb=lambda x, y: x - y,
    ulps=0,
    switch=operator.sub,
    takes=lambda side: 0 if side >= 0 else 1,
)
minimum = _row(
    "minimum",
    "the smaller one",
    sympy="sympy.Min",
    arb=lambda x, y: x - y,
    ulps=0,
    switch=operator.sub,
    takes=lambda side: 0 if side <= 0 else 1,
)
where = Primitive(
    name="where",
    doc="x where the condition holds, else y",
    numpy="numpy.where",
    torch="torch.where",
    sympy=lambda sympy, c, x, y: sympy.Piecewise((x, c), (y, True)),
    arb=lambda c, x, y: c,
    ulps=0,
    switch=lambda c: c - arb(0.5),
    takes=lambda side: 1 if side > 0 else 2,
    deciding=1,
    forms=((lambda c, x, y, _: 0,), (lambda c, x, y, _: _where(c, 1, 0),), (lambda c, x, y, _: _where(c, 0, 1),)),
)


def _clamp(torch: Any, x: Any, lo: Any, hi: Any) -> Any:
    """Torch's clamp, which wants two numbers or two tensors."""
    if isinstance(lo, torch.Tensor) or isinstance(hi, torch.Tensor):
        lo, hi = (torch.as_tensor(end, dtype=x.dtype, device=x.device) for end in (lo, hi))
    return torch.clamp(x, lo, hi)


@composite(torch=_clamp, numpy=np.clip)
def clip(x: Any, lo: Any, hi: Any) -> Any:
    """x, kept between lo and hi."""
    return minimum(maximum(x, lo), hi)


@composite(torch="torch.square", numpy="numpy.square")
def square(x: Any) -> Any:
    """X squared."""
    return x**2
