"""Hypergeometric functions, complete elliptic integrals, and Lambert's W."""

from typing import Any

import numpy as np
from flint import arb

from diffcheck.ops.dotted import resolve
from diffcheck.ops.enclosures.analytic import Throughout, on_reals
from diffcheck.ops.enclosures.balls import HALF
from diffcheck.ops.functions.differentiated import analytic_row
from diffcheck.ops.functions.elementary import exp
from diffcheck.ops.table import Primitive

hyp0f1: Primitive = analytic_row(
    "hyp0f1",
    "the confluent hypergeometric limit function 0F1(; b; x)",
    lambda b, x: x.hypgeom_0f1(b),
    {1: lambda b, x, _: hyp0f1(b + 1, x) / b},
    arity=2,
    outside=lambda b, x: _is_pole(b),
    numpy="scipy.special.hyp0f1",
    sympy=lambda sympy, b, x: sympy.hyper((), (b,), x),
    ulps=8,
)
hyp1f1: Primitive = analytic_row(
    "hyp1f1",
    "Kummer's confluent hypergeometric function 1F1(a; b; x)",
    lambda a, b, x: x.hypgeom_1f1(a, b),
    {2: lambda a, b, x, _: a / b * hyp1f1(a + 1, b + 1, x)},
    arity=3,
    outside=lambda a, b, x: _is_pole(b),
    numpy="scipy.special.hyp1f1",
    sympy=lambda sympy, a, b, x: sympy.hyper((a,), (b,), x),
    ulps=32,
)
hyp2f1: Primitive = analytic_row(
    "hyp2f1",
    "Gauss's hypergeometric function 2F1(a, b; c; x), for x < 1",
    lambda a, b, c, x: x.hypgeom_2f1(a, b, c),
    {3: lambda a, b, c, x, _: a * b / c * hyp2f1(a + 1, b + 1, c + 1, x)},
    arity=4,
    analytic=Throughout(lambda a, b, c, x: x.real < 1 and not _may_be_pole(c)),
    outside=lambda a, b, c, x: _is_pole(c) or x >= 1,
    numpy="scipy.special.hyp2f1",
    sympy=lambda sympy, a, b, c, x: sympy.hyper((a, b), (c,), x),
    ulps=20,
)


def _is_pole(x: Any) -> bool:
    return bool(x.is_exact() and x.is_integer() and x <= 0)


def _may_be_pole(x: Any) -> bool:
    """Whether zero or a negative whole number lies in a box."""
    return not x.real > 0 and bool(x.imag.contains(0) and x.real.contains_integer())


def _below_one(m: Any) -> bool:
    return bool(m.real < 1)


def _elliptic_e(m: Any) -> Any:
    """Of a complex box around zero by the hypergeometric function: Arb's own formula divides by the parameter."""
    return m.hypgeom_2f1(-HALF, HALF, 1) * arb.pi() / 2 if m.contains(0) else m.elliptic_e()


elliptic_k = analytic_row(
    "elliptic_k",
    "the complete elliptic integral K of the parameter m = k^2",
    on_reals(lambda m: m.elliptic_k()),
    analytic=_below_one,
    outside=lambda m: m >= 1,
    numpy="scipy.special.ellipk",
    sympy="sympy.elliptic_k",
    ulps=4,
)
elliptic_e = analytic_row(
    "elliptic_e",
    "the complete elliptic integral E of the parameter m = k^2",
    on_reals(_elliptic_e),
    analytic=_below_one,
    outside=lambda m: m > 1,
    at_edge=lambda m: m.contains(1),
    numpy="scipy.special.ellipe",
    sympy="sympy.elliptic_e",
    ulps=4,
)


def _least() -> Any:
    """Where the branch ends: -1/e."""
    return -(-arb(1)).exp()


def _lambert_numpy(x: Any) -> Any:
    """SciPy's is complex; a number that is not real is none."""
    found = resolve("scipy.special.lambertw")(x)
    return np.where(found.imag == 0, found.real, np.nan)


lambert_w = analytic_row(
    "lambert_w",
    "Lambert's W, the inverse of w exp(w), its branch from -1 on",
    lambda x: x.lambertw(),
    {0: lambda _, w: exp(-w) / (1 + w)},
    analytic=lambda x: x.real > _least(),
    outside=lambda x: x < _least(),
    numpy=_lambert_numpy,
    sympy="sympy.LambertW",
    ulps=2,
)
