"""Sums, products, quotients, powers and roots."""

import operator
from fractions import Fraction
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.exact import exact_power
from diffcheck.ops.table import Function, Primitive, named_row

_THIRD = Fraction(1, 3)


def _exact_cbrt(x: Fraction) -> Fraction | None:
    root = exact_power(balls.magnitude(x), _THIRD)
    return -root if root is not None and x < 0 else root


def _small_power(x: Fraction, y: Fraction) -> Fraction | None:
    """A power that takes few multiplications; zero has no negative ones."""
    return x ** int(y) if y.denominator == 1 and balls.magnitude(y) <= 16 and (x != 0 or y >= 0) else None


def _operator(name: str, doc: str, function: Function, numpy: str, **columns: Any) -> Primitive:
    """A row that is one of Python's operators, the same for arrays, tensors, SymPy expressions and balls."""

    def on_tensors(torch: Any, *a: Any, **options: Any) -> Any:
        return getattr(torch, name)(*a, **options) if options else function(*a)

    same = {"torch": on_tensors, "sympy": lambda _, *a: function(*a), "arb": function}
    return Primitive(name=name, doc=doc, numpy=f"numpy.{numpy}", **(same | columns))


def _added(x: Any, y: Any, *, alpha: Any = 1) -> Any:
    return add(x, mul(alpha, y))


def _taken_away(x: Any, y: Any, *, alpha: Any = 1) -> Any:
    return sub(x, mul(alpha, y))


def _divided(x: Any, y: Any, *, rounding_mode: str | None = None) -> Any:
    """The quotient, or the integer next to it towards zero, or below it."""
    return div(x, y) if rounding_mode is None else Primitive.rows[_known(rounding_mode)](div(x, y))


def _div_torch(torch: Any, x: Any, y: Any, *, rounding_mode: str | None = None) -> Any:
    return x / y if rounding_mode is None else torch.div(x, y, rounding_mode=_known(rounding_mode))


def _known(rounding_mode: str) -> str:
    if rounding_mode not in ("trunc", "floor"):
        raise CaseError(f"div: rounding_mode={rounding_mode!r}: it must be None, 'trunc' or 'floor'")
    return rounding_mode


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


add = _operator(
    "add",
    "x + y",
    operator.add,
    "add",
    folded=operator.add,
    gives_back=_of_sum,
    signs=(1, 1),
    with_options=_added,
    written=("{0} + {1}", 1, (1, 1)),
)
sub = _operator(
    "sub",
    "x - y",
    operator.sub,
    "subtract",
    folded=operator.sub,
    gives_back=_of_difference,
    signs=(1, -1),
    with_options=_taken_away,
    written=("{0} - {1}", 1, (1, 2)),
)
mul = _operator(
    "mul",
    "x y",
    operator.mul,
    "multiply",
    folded=operator.mul,
    gives_back=_of_product,
    product=True,
    settled=((0, 0, 0), (1, 0, 0)),
    written=("{0} * {1}", 2, (2, 2)),
)
neg = _operator(
    "neg",
    "-x",
    operator.neg,
    "negative",
    folded=operator.neg,
    signs=(-1,),
    ulps=0,
    aten="neg",
    written=("-{0}", 3, (3,)),
)
div = _operator(
    "div",
    "x / y",
    operator.truediv,
    "divide",
    folded=lambda x, y: None if y == 0 else x / y,
    gives_back=_with_one,
    written=("{0} / {1}", 2, (2, 3)),
    outside=lambda x, y: y.is_zero(),
    settled=((0, 0, 0),),
    torch=_div_torch,
    with_options=_divided,
    forms=((lambda x, y, _: 1 / y, lambda x, y, _: 1 / y), (lambda x, y, v: -v / y, lambda x, y, _: -x / y**2)),
)
power = _operator(
    "power",
    "x to the power y",
    lambda x, y: x**y,
    "power",
    folded=_small_power,
    gives_back=_with_one,
    written=("{0}**{1}", 4, (5, 4)),
    python="pow({0}, {1})",
    numpy_at=lambda y: np.square if y == 2 else None,  # NumPy's power of an array of exponents is many times slower
    rule_by=(1,),
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
    at_edge=lambda x: x.contains(0),
    ulps=8,  # NumPy's loses one, but SymPy's code is the power of a rounded third, which loses 124 at 1e-323
    forms=((lambda _, y: 1 / (3 * y * y),),),
    elsewhere=lambda x: power(x, _THIRD) if x > 0 else -power(-x, _THIRD),
    exactly=_exact_cbrt,
    parity=-1,
)


@composite(torch="torch.square", numpy="numpy.square")
def square(x: Any) -> Any:
    """X squared."""
    return x**2


@composite(torch=lambda torch, x, y, z: x * y + z)
def fma(x: Any, y: Any, z: Any) -> Any:
    """X y + z; neither NumPy nor torch rounds it once only."""
    return x * y + z


@composite(torch=lambda torch, x, other, alpha=1: torch.rsub(x, other, alpha=alpha))
def rsub(x: Any, other: Any, alpha: float = 1) -> Any:
    """Another one less x, or x times a factor."""
    return other - x if isinstance(alpha, int) and alpha == 1 else other - alpha * x


@composite(torch="torch.reciprocal", numpy="numpy.reciprocal", aten="reciprocal")
def reciprocal(x: Any) -> Any:
    """One over x."""
    return 1 / x


@composite(torch="torch.rsqrt", aten="rsqrt")
def rsqrt(x: Any) -> Any:
    """One over the square root of x."""
    return 1 / sqrt(x)
