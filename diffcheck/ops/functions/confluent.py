"""Tricomi's confluent hypergeometric function, and the parabolic cylinder functions that it gives."""

from typing import Any

from flint import acb, arb

from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures.analytic import Throughout, on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.orders import ANY
from diffcheck.ops.table import Primitive, Without

hyperu: Primitive = analytic_row(
    "hyperu",
    "Tricomi's confluent hypergeometric function U(a, b, x) of a positive x",
    on_reals(lambda a, b, x: x.hypgeom_u(a, b)),
    {2: lambda a, b, x, _: -a * hyperu(a + 1, b + 1, x)},
    arity=3,
    analytic=Throughout(lambda a, b, x: x.real > 0),
    outside=lambda a, b, x: x <= 0,
    numpy="scipy.special.hyperu",
    sympy=Without("SymPy has no counterpart of hyperu"),
    sympy_rule=False,
    ulps=32,
)


def _parabolic(v: Any, x: Any) -> Any:
    """By U on the right, DLMF 12.7.14; elsewhere by two functions 1F1, an entire function, DLMF 12.4.1 and 12.7.12."""
    square, scale = x * x / 2, (v / 2 * acb(2).log() - x * x / 4).exp()
    if x.real > 1:
        return scale * square.hypgeom_u(-v / 2, HALF)
    even = (HALF - v / 2).rgamma() * square.hypgeom_1f1(-v / 2, HALF)
    odd = (-v / 2).rgamma() * square.hypgeom_1f1(HALF - v / 2, 3 * HALF)
    return scale * arb.const_sqrt_pi() * (even - arb(2).sqrt() * x * odd)


pbdv: Primitive = analytic_row(
    "pbdv",
    "the parabolic cylinder function D_v(x), its order v a constant",
    on_reals(_parabolic),
    {1: lambda v, x, value: x / 2 * value - pbdv(v + 1, x)},
    arity=2,
    orders=(ANY,),
    numpy=lambda v, x: resolve("scipy.special.pbdv")(v, x)[0],
    sympy=Without("SymPy has no counterpart of pbdv"),
    sympy_rule=False,
    ulps=16,
)
