"""Arithmetic, powers, exponentials, logarithms, trigonometric and hyperbolic functions."""

import functools
import operator
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from diffcheck.ops import balls, series
from diffcheck.ops.dotted import resolve
from diffcheck.ops.exact import exact_power, pi
from diffcheck.ops.table import Function, Primitive, as_tensors, composite, named_row


def _sigmoid(x: Any) -> Any:
    return Primitive.rows["sigmoid"](x)


_THIRD = Fraction(1, 3)


def _exact_cbrt(x: Fraction) -> Fraction | None:
    root = exact_power(balls.magnitude(x), _THIRD)
    return -root if root is not None and x < 0 else root


def _small_power(x: Fraction, y: Fraction) -> Fraction | None:
    """A power that takes few multiplications; zero has no negative ones."""
    return x ** int(y) if y.denominator == 1 and balls.magnitude(y) <= 16 and (x != 0 or y >= 0) else None


def _angle(y: Any, x: Any) -> Any:
    """The angle of (y, x), by quotients that stay bounded, from the side of the cut on which ``y`` is."""
    if balls.magnitude(x) > balls.magnitude(y):
        return atan(y / x) + (0 if x > 0 else -pi if y < 0 else pi)
    return (pi if y > 0 else -pi) / 2 - atan(x / y)


def _operator(name: str, doc: str, function: Function, numpy: str, **columns: Any) -> Primitive:
    """A row that is one of Python's operators, the same for arrays, tensors, SymPy expressions and balls."""
    same = {"torch": lambda _, *a: function(*a), "sympy": lambda _, *a: function(*a), "arb": function}
    return Primitive(name=name, doc=doc, numpy=f"numpy.{numpy}", **(same | columns))


def _of_sum(x: Any, y: Any) -> tuple[int, bool] | None:
    return (1, False) if x == 0 else (0, False) if y == 0 else None


def _of_difference(x: Any, y: Any) -> tuple[int, bool] | None:
    return (0, False) if y == 0 else (1, True) if x == 0 else None


def _of_product(x: Any, y: Any) -> tuple[int, bool] | None:
    if x in (1, -1):
        return 1, x == -1
    return (0, y == -1) if y in (1, -1) else None


def _with_one(_: Any, y: Any) -> tuple[int, bool] | None:
    return (0, False) if y == 1 else None


add = _operator("add", "x + y", operator.add, "add", folded=operator.add, gives_back=_of_sum, signs=(1, 1))
sub = _operator("sub", "x - y", operator.sub, "subtract", folded=operator.sub, gives_back=_of_difference, signs=(1, -1))
mul = _operator("mul", "x y", operator.mul, "multiply", folded=operator.mul, gives_back=_of_product, product=True)
neg = _operator("neg", "-x", operator.neg, "negative", folded=operator.neg, signs=(-1,), ulps=0, aten="neg")
div = _operator(
    "div",
    "x / y",
    operator.truediv,
    "divide",
    folded=lambda x, y: None if y == 0 else x / y,
    gives_back=_with_one,
    outside=lambda x, y: y.is_zero(),
    forms=((lambda x, y, _: 1 / y, lambda x, y, _: 1 / y), (lambda x, y, v: -v / y, lambda x, y, _: -x / y**2)),
)
power = _operator(
    "power",
    "x to the power y",
    lambda x, y: x**y,
    "power",
    folded=_small_power,
    gives_back=_with_one,
    arb=balls.power,
    series=series.power,
    outside=balls.outside_power,
    at_edge=lambda x, y: x.contains(0) and not (y.is_exact() and y.is_integer()),
    exactly=exact_power,
    ulps=2,
    forms=((lambda x, y, _: y * x ** (y - 1),), (lambda x, _, v: v * Primitive.rows["log"](x),)),
)
sqrt = named_row(
    "sqrt",
    "square root",
    series=series.sqrt,
    outside=lambda x: x < 0,
    at_edge=lambda x: x.contains(0),
    exactly=lambda x: exact_power(x, Fraction(1, 2)),
    squared=lambda x: x,
)


def _torch_cbrt(torch: Any, x: Any) -> Any:
    """The power of a third; torch has to round the exponent, which is harmless for numbers between one and eight."""
    size = torch.abs(x)
    scale = torch.exp2(torch.floor(torch.log2(size.detach()) / 3))
    scale = torch.where(size == 0, 1, scale)
    return torch.sign(x) * scale * (size / scale / scale / scale) ** (1 / 3)


cbrt = named_row(
    "cbrt",
    "the real cube root",
    aten="",
    torch=_torch_cbrt,
    sympy=lambda sympy, x: sympy.Piecewise((sympy.cbrt(x), x >= 0), (-sympy.cbrt(-x), True)),
    sympy_rule=False,  # SymPy's derivative is one formula left of zero and another one right of it
    arb=balls.cbrt,
    series=series.cbrt,
    ulps=8,  # NumPy's loses one, but SymPy's code is the power of a rounded third, which loses 124 at 1e-323
    forms=((lambda _, y: 1 / (3 * y * y),),),
    elsewhere=lambda x: power(x, _THIRD) if x > 0 else -power(-x, _THIRD),
    exactly=_exact_cbrt,
    parity=-1,
)

exp = named_row("exp", "e to the power x")
exp2 = named_row(
    "exp2",
    "2 to the power x",
    sympy=lambda _, x: 2**x,
    arb=lambda x: 2**x,
    series=lambda x: series.beginning(2 ** x[0], (x * arb.const_log2()).exp()),
    formula=lambda x: power(2, x),
)
expm1 = named_row(
    "expm1",
    "e to the power x, minus 1",
    sympy="sympy.codegen.cfunctions.expm1",
    series=lambda x: series.beginning(x[0].expm1(), x.exp()),
    forms=((lambda x, _: exp(x), lambda _, y: y + 1),),
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


@composite(torch="torch.square", numpy="numpy.square")
def square(x: Any) -> Any:
    """X squared."""
    return x**2


@composite(torch=lambda torch, x, y, z: x * y + z)
def fma(x: Any, y: Any, z: Any) -> Any:
    """X y + z; neither NumPy nor torch rounds it once only."""
    return x * y + z
