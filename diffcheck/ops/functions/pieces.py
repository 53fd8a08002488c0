"""What is made of pieces: sizes and signs, steps, remainders, the larger and the smaller one.

`switch` is positive on one piece, negative on the other and zero where they meet; `piece` is the operation there.
"""

import operator
from typing import Any

import numpy as np

from diffcheck.errors import CaseError
from diffcheck.ops.composites import composite
from diffcheck.ops.enclosures import balls
from diffcheck.ops.functions.relations import gt, lt, where
from diffcheck.ops.table import Function, Primitive, named_row

abs = named_row(
    "abs",
    "absolute value",
    sympy="sympy.Abs",
    python="fabs({0})",
    arb=lambda x: x,
    ulps=0,
    switch=lambda x: x,
    piece=lambda side, x, _: x[0] if side >= 0 else -x[0],
)
sign = named_row(
    "sign",
    "-1, 0 or 1",
    sympy=lambda sympy, x: sympy.Piecewise((1, x > 0), (-1, x < 0), (0, True)),
    sympy_name="sign",
    torch=lambda torch, x: torch.sgn(x) if x.is_complex() else torch.sign(x),
    arb=lambda x: x,
    ulps=0,
    switch=lambda x: x,
    piece=lambda side, x, _: side,
)


def _step(name: str, doc: str, switch: Function, value: Function, **columns: Any) -> Primitive:
    """A row of whole numbers: ``value`` of the side and of the ball that the argument lies in."""
    return named_row(
        name,
        doc,
        python=f"float({name}({{0}}))",
        ulps=0,
        switch=switch,
        piece=lambda side, x, b: value(side, b[0]),
        sympy_rule=False,  # SymPy leaves an unevaluated derivative
        forms=((lambda x, _: 0,),),
        **columns,
    )


def _nearest(x: Any) -> int:
    return int(balls.nearest_integer(x).unique_fmpz())


def _is_beside(x: Any, nearest: int) -> bool:
    """Whether a ball is so near to an integer that the side of it tells: half-way between two, either is nearest."""
    return bool(balls.magnitude(x - nearest) < balls.HALF / 2)


def _floor(side: int, x: Any) -> int:
    """The largest integer not above what lies to this side of the integer beside it."""
    nearest, below = _nearest(x), x.floor().unique_fmpz()
    return nearest - (side < 0) if below is None or _is_beside(x, nearest) else int(below)


def _is_nearest_to_zero(x: Any) -> bool:
    return bool(balls.nearest_integer(x).is_zero() and balls.magnitude(balls.head(x)) < 1)


def _ceil(side: int, x: Any) -> int:
    return -_floor(-side, -x)


def _trunc(side: int, x: Any) -> int:
    nearest = _nearest(x)
    return 0 if not nearest and _is_beside(x, 0) else _floor(side, x) if x > 0 else _ceil(side, x)


def _round(side: int, x: Any) -> int:
    below = _nearest(x - balls.HALF)
    if not side and _is_beside(x - balls.HALF, below):
        return below + below % 2
    return _ceil(side, x - balls.HALF)


def _rounded(x: Any, decimals: int = 0) -> Any:
    """To so many places behind the point, or before it, as libraries do it: by a power of ten."""
    scale = 10 ** max(decimals, -decimals)
    return round(x * scale) / scale if decimals > 0 else round(x / scale) * scale


floor = _step(
    "floor",
    "the largest integer not above x",
    switch=balls.distance_to_integer,
    value=_floor,
)
ceil = _step(
    "ceil",
    "the smallest integer not below x",
    switch=balls.distance_to_integer,
    value=_ceil,
    sympy="sympy.ceiling",
)
trunc = _step(
    "trunc",
    "the integer next to x towards zero",
    # Zero is no place where pieces meet; a wide ball around it may hold such places.
    switch=lambda x: 1 + 0 * x if _is_nearest_to_zero(x) else balls.distance_to_integer(x),
    value=_trunc,
    sympy=lambda sympy, x: sympy.Piecewise((sympy.floor(x), x >= 0), (sympy.ceiling(x), True)),
)
round = _step(
    "round",
    "the integer nearest to x, the even one of two",
    switch=lambda x: balls.distance_to_integer(x - balls.HALF),
    value=_round,
    numpy="numpy.rint",
    torch=lambda torch, x, decimals=0: torch.round(x, decimals=decimals),
    with_options=_rounded,
    sympy=lambda sympy, x: sympy.floor((2 * x + 1) / 4) + sympy.ceiling((2 * x - 1) / 4),
)
maximum = named_row(
    "maximum",
    "the larger one",
    sympy="sympy.Max",
    python="{0} if {0} >= {1} else {1} if {1} > {0} else nan",
    arb=lambda x, y: x - y,
    ulps=0,
    switch=operator.sub,
    takes=lambda side: 0 if side >= 0 else 1,
    folded=lambda x, y: x if x >= y else y,
)
minimum = named_row(
    "minimum",
    "the smaller one",
    sympy="sympy.Min",
    python="{0} if {0} <= {1} else {1} if {1} < {0} else nan",
    arb=lambda x, y: x - y,
    ulps=0,
    switch=operator.sub,
    takes=lambda side: 0 if side <= 0 else 1,
    folded=lambda x, y: x if x <= y else y,
)


def _demand_ends(name: str, low: Any, high: Any) -> None:
    if low is None and high is None:
        raise CaseError(f"{name}: give min or max, or both")


def _kept_between(name: str, x: Any, low: Any, high: Any) -> Any:
    _demand_ends(name, low, high)
    found = x if low is None else maximum(x, low)
    return found if high is None else minimum(found, high)


def _clamp(torch: Any, name: str, x: Any, low: Any = None, high: Any = None) -> Any:
    """Torch's clamp, which wants two numbers or two tensors."""
    _demand_ends(name, low, high)
    if isinstance(low, torch.Tensor) or isinstance(high, torch.Tensor):
        ends = (low, high)
        low, high = (end if end is None else torch.as_tensor(end, dtype=x.dtype, device=x.device) for end in ends)
    return torch.clamp(x, low, high)


def _clip_numpy(name: str, x: Any, low: Any = None, high: Any = None) -> Any:
    _demand_ends(name, low, high)
    return np.clip(x, low, high)


@composite(
    torch=lambda torch, *given: _clamp(torch, "clip", *given),
    numpy=lambda *given: _clip_numpy("clip", *given),
)
def clip(x: Any, lo: Any = None, hi: Any = None) -> Any:
    """x, kept between lo and hi, of which one may be left out."""
    return _kept_between("clip", x, lo, hi)


@composite(
    torch=lambda torch, *given: _clamp(torch, "clamp", *given),
    numpy=lambda *given: _clip_numpy("clamp", *given),
)
def clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    """x, kept from being smaller than min and larger than max, of which one may be left out."""
    return _kept_between("clamp", x, min, max)


@composite(torch="torch.copysign", numpy="numpy.copysign", aten="copysign")
def copysign(x: Any, y: Any) -> Any:
    """The size of x with the sign of y; that of zero is plus, for numbers have one zero."""
    return where(y >= 0, abs(x), -abs(x))


@composite(torch="torch.fmod", numpy="numpy.fmod", aten="fmod")
def fmod(x: Any, y: Any) -> Any:
    """X less the multiple of y next to it towards zero: what is left has the sign of x."""
    return x - y * trunc(x / y)


@composite(torch="torch.remainder", numpy="numpy.remainder", aten="remainder")
def remainder(x: Any, y: Any) -> Any:
    """X less the multiple of y below it: what is left has the sign of y."""
    return x - y * floor(x / y)


@composite(torch="torch.floor_divide", numpy="numpy.floor_divide")
def floor_divide(x: Any, y: Any) -> Any:
    """The largest integer not above x / y."""
    return floor(x / y)


@composite(torch="torch.heaviside", numpy="numpy.heaviside", aten="heaviside")
def heaviside(x: Any, values: Any) -> Any:
    """1 right of zero, 0 left of it, and these values at zero."""
    return where(gt(x, 0), 1, where(lt(x, 0), 0, values))


@composite(torch="torch.frac", numpy=lambda x: np.modf(x)[0], aten="frac")
def frac(x: Any) -> Any:
    """What follows the point: x less the integer next to it towards zero."""
    return x - trunc(x)


@composite(torch="torch.positive", numpy="numpy.positive")
def positive(x: Any) -> Any:
    """X itself."""
    return +x


@composite(torch="torch.signbit", numpy="numpy.signbit", aten="signbit")
def signbit(x: Any) -> Any:
    """X is smaller than zero; numbers have one zero here."""
    return lt(x, 0)
