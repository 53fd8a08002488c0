"""Special functions where their domains end: one-sided slopes, and expansions against mpmath's values beside an end."""

import math
from fractions import Fraction

import mpmath as mp
import pytest
from flint import arb, ctx

from diffcheck import ops
from diffcheck.case.operators import Operator
from diffcheck.ops.table import Primitive
from diffcheck.program.trace import trace
from diffcheck.referee.beside.germs import Germ, germ
from diffcheck.referee.component import Status
from diffcheck.referee.truth import Referee

# mpmath's differences keep more than these digits at this precision.
PRECISION, NEAR = 600, "1e-25"


def slope_of(function, end, operator=Operator.GRADIENT):
    """The one component of the derivative of a function of one number."""
    program = trace(lambda x: function(x), {"x": ()}, {})
    (found,) = Referee(program, operator, [0]).truth([end]).components
    return found


def _elliptic(kind, u=0.75):
    """A slope by the parameter, which mpmath has beyond 0 and 1."""
    return lambda m: mp.re(mp.diff(lambda t: mp.ellipfun(kind, mp.mpf(u), m=t), m))


def _angle_by_m(m):
    return mp.re(mp.diff(lambda t: mp.asin(mp.ellipfun("sn", mp.mpf(0.75), m=t)), m))


# The function, the end of its domain, and the slope there: a number, or a function of the end.
ENDS = {
    "gammainc 2.5": (lambda x: ops.gammainc(2.5, x), 0.0, 0),
    "gammainc 1": (lambda x: ops.gammainc(1, x), 0.0, 1),
    "gammaincc 2.5": (lambda x: ops.gammaincc(2.5, x), 0.0, 0),
    "betainc at 0": (lambda x: ops.betainc(2.5, 1.5, x), 0.0, 0),
    "betainc at 1": (lambda x: ops.betainc(2.5, 1.5, x), 1.0, 0),
    "betaincc at 1": (lambda x: ops.betaincc(0.5, 1, x), 1.0, -0.5),
    "chdtr": (lambda x: ops.chdtr(2, x), 0.0, 0.5),
    "fdtr": (lambda x: ops.fdtr(2, 5, x), 0.0, 1),
    "bessel_j 1.5": (lambda x: ops.bessel_j(1.5, x), 0.0, 0),
    "betaincinv at 0": (lambda y: ops.betaincinv(1, 3, y), 0.0, lambda _: mp.mpf(1) / 3),
    "betaincinv at 1": (lambda y: ops.betaincinv(2, 1, y), 1.0, 0.5),
    "betainccinv at 1": (lambda y: ops.betainccinv(1, 3, y), 1.0, lambda _: -mp.mpf(1) / 3),
    "betainccinv at 0": (lambda y: ops.betainccinv(3, 0.5, y), 0.0, 0),
    "gammaincinv 1": (lambda y: ops.gammaincinv(1, y), 0.0, 1),
    "gammaincinv 0.5": (lambda y: ops.gammaincinv(0.5, y), 0.0, 0),
    "gammainccinv 1": (lambda y: ops.gammainccinv(1, y), 1.0, -1),
    "chdtri": (lambda p: ops.chdtri(2, p), 1.0, -2),
    "boxcox 2": (lambda x: ops.boxcox(x, 2), 0.0, 0),
    "boxcox 1": (lambda x: ops.boxcox(x, 1), 0.0, 1),
    "boxcox1p 1.5": (lambda x: ops.boxcox1p(x, 1.5), -1.0, 0),
    "inv_boxcox 0.5": (lambda y: ops.inv_boxcox(y, 0.5), -2.0, 0),
    "inv_boxcox 1": (lambda y: ops.inv_boxcox(y, 1), -1.0, 1),
    "inv_boxcox1p 0.5": (lambda y: ops.inv_boxcox1p(y, 0.5), -2.0, 0),
    "powm1": (lambda x: ops.powm1(x, 1.5), 0.0, 0),
    **{
        f"jacobi_{kind} by m at {m:g}": (lambda m, kind=kind: getattr(ops, f"jacobi_{kind}")(0.75, m), m, slope)
        for kind, slope in (*((kind, _elliptic(kind)) for kind in ("sn", "cn", "dn")), ("am", _angle_by_m))
        for m in (0.0, 1.0)
    },
    "jacobi_epsilon by m": (lambda m: ops.jacobi_epsilon(1, m), 0.0, lambda _: (mp.sin(2) / 2 - 1) / 2),
    "elliptic_f by m": (lambda m: ops.elliptic_f(1, m), 1.0, lambda m: mp.diff(lambda t: mp.ellipf(1, t), m)),
    "elliptic_e_inc by m": (lambda m: ops.elliptic_e_inc(1, m), 1.0, lambda m: mp.diff(lambda t: mp.ellipe(1, t), m)),
    "hyperu, a polynomial": (lambda x: ops.hyperu(-2, 1, x), 0.0, -4),
    "hyperu by powers": (lambda x: ops.hyperu(0.5, -0.5, x), 0.0, lambda _: -mp.sqrt(mp.pi) / 2),
    "hyperu by a logarithm": (lambda x: ops.hyperu(0.5, -1, x), 0.0, lambda _: -2 / (3 * mp.sqrt(mp.pi))),
    "hyp2f1 by a logarithm": (lambda x: ops.hyp2f1(0.5, 0.5, 4, x), 1.0, lambda x: mp.hyp2f1(1.5, 1.5, 5, x) / 16),
    "hyp2f1 by powers": (lambda x: ops.hyp2f1(0.5, 0.5, 2.25, x), 1.0, lambda x: mp.hyp2f1(1.5, 1.5, 3.25, x) / 9),
    "expn 3": (lambda x: ops.expn(3, x), 0.0, -1),
    "besselpoly 0": (lambda a: ops.besselpoly(a, 1, 0), 0.0, 0),
    "besselpoly 1": (lambda a: ops.besselpoly(a, 1, 1), 0.0, lambda _: mp.mpf(1) / 3),
    "struve 0.5": (lambda x: ops.struve(0.5, x), 0.0, 0),
    "chndtr by x": (lambda x: ops.chndtr(x, 2, 1), 0.0, lambda _: mp.exp(-0.5) / 2),
    "chndtr by nc": (lambda nc: ops.chndtr(1, 2, nc), 0.0, lambda _: -mp.exp(-0.5) / 4),
    "ncfdtr": (lambda f: ops.ncfdtr(2, 3, 1, f), 0.0, lambda _: mp.exp(-0.5)),
    "wright_bessel by a": (lambda a: ops.wright_bessel(a, 2, 1), 0.0, lambda _: -mp.e * mp.digamma(2)),
    "wright_bessel by b": (lambda b: ops.wright_bessel(1, b, 0), 0.0, 1),
    "elliprf times x": (lambda x: x * ops.elliprf(2, x, 3), 0.0, lambda x: mp.elliprf(x, 2, 3)),
    "elliprg": (lambda x: ops.elliprg(2, 3, x), 0.0, lambda x: mp.elliprf(x, 2, 3) / 4),
    "rel_entr along the diagonal": (lambda x: ops.rel_entr(x, x), 0.0, 0),
    "rel_entr by y": (lambda y: ops.rel_entr(0, y), 0.0, 0),
    "smirnov at 0": (lambda d: ops.smirnov(3, d), 0.0, -1),
    "smirnov at 1": (lambda d: ops.smirnov(3, d), 1.0, 0),
}


@pytest.mark.parametrize(("function", "end", "slope"), ENDS.values(), ids=ENDS)
def test_at_the_ends_of_a_domain_there_is_one_side(function, end, slope):
    found = slope_of(function, end)
    assert found.status is Status.ONE_SIDED
    with mp.workprec(PRECISION), ctx.workprec(PRECISION):
        expected = slope(mp.mpf(end)) if callable(slope) else mp.mpf(slope)
        assert abs(found.left - arb(mp.nstr(expected, 60))) < arb(NEAR)


# The function, the end of its domain, and the sign of the infinite slope there.
STEEP = {
    "gammainc 0.5": (lambda x: ops.gammainc(0.5, x), 0.0, 1),
    "betainc to infinity": (lambda x: ops.betainc(2.5, 0.5, x), 1.0, 1),
    "spence": (lambda x: ops.spence(x), 0.0, -1),
    "bessel_i 0.5": (lambda x: ops.bessel_i(0.5, x), 0.0, 1),
    "betaincinv to infinity": (lambda y: ops.betaincinv(2, 1, y), 0.0, 1),
    "gammaincinv 3": (lambda y: ops.gammaincinv(3, y), 0.0, 1),
    "boxcox 0.5": (lambda x: ops.boxcox(x, 0.5), 0.0, 1),
    "elliptic_e_inc beyond a right angle": (lambda m: ops.elliptic_e_inc(2, m), 1.0, -1),
    "elliptic_e": (lambda m: ops.elliptic_e(m), 1.0, -1),
    "expn 2": (lambda x: ops.expn(2, x), 0.0, -1),
    "hyperu to infinity": (lambda x: ops.hyperu(1, 0, x), 0.0, -1),
    "hyp2f1 to infinity": (lambda x: ops.hyp2f1(0.5, 0.5, 1.5, x), 1.0, 1),
    "besselpoly 0.5": (lambda a: ops.besselpoly(a, 1, 0.5), 0.0, 1),
    "modstruve -0.5": (lambda x: ops.modstruve(-0.5, x), 0.0, 1),
    "elliprf": (lambda x: ops.elliprf(x, 2, 3), 0.0, -1),
    "elliprc": (lambda x: ops.elliprc(x, 2), 0.0, -1),
    "elliprd": (lambda x: ops.elliprd(x, 2, 3), 0.0, -1),
    "elliprj": (lambda x: ops.elliprj(2, x, 3, 4), 0.0, -1),
}


@pytest.mark.parametrize(("function", "end", "sign"), STEEP.values(), ids=STEEP)
def test_at_some_ends_the_slope_is_infinite(function, end, sign):
    found = slope_of(function, end)
    assert found.status is Status.UNDEFINED
    assert [float(side) for side in (found.left, found.right) if side is not None] == [sign * math.inf]


# What goes on beyond: from both sides, the slopes by hand.
BOTH = {
    "poch at 0": (lambda a: ops.poch(a, 2), 0.0, 1, 1),
    "poch left of 0": (lambda a: ops.poch(a, 2), -3.0, -5, -5),
    "hyp2f1, a polynomial, at 1": (lambda x: ops.hyp2f1(-2, 3, 4, x), 1.0, -0.3, -0.3),
    "hyp2f1, a polynomial, beyond 1": (lambda x: ops.hyp2f1(-2, 3, 4, x), 3.0, 2.1, 2.1),
    "tklmbda beside 1": (lambda x: ops.tklmbda(x, 2.0), 0.5, 1, 0),
    "tklmbda, uniform": (lambda x: ops.tklmbda(x, 1.0), -1.0, 0, 0.5),
    "tklmbda by lmbda": (lambda lmbda: ops.tklmbda(0.5, lmbda), 2.0, 0.25, 0),
    "tklmbda, flat": (lambda x: ops.tklmbda(x, 0.5), -2.0, 0, 0),
    "powm1 left of 0": (lambda x: ops.powm1(x, 3), -2.0, 12, 12),
}


@pytest.mark.parametrize(("function", "end", "left", "right"), BOTH.values(), ids=BOTH)
def test_both_sides_of_what_is_no_end(function, end, left, right):
    found = slope_of(function, end)
    assert found.status is (Status.CERTIFIED if left == right else Status.KINK)
    assert abs(found.left - left) < 1e-15
    assert abs(found.right - right) < 1e-15


NOTHING = {
    "gammaincinv": (lambda y: ops.gammaincinv(2, y), 1.0),
    "betaincinv": (lambda y: ops.betaincinv(1, 3, y), 1.5),
    "elliptic_f": (lambda m: ops.elliptic_f(2, m), 1.0),
    "hyperu": (lambda x: ops.hyperu(1, 1, x), 0.0),
    "hyp2f1": (lambda x: ops.hyp2f1(0.5, 0.5, 1, x), 1.0),
    "poch": (lambda a: ops.poch(a, -1), 1.0),
    "boxcox": (lambda x: ops.boxcox(x, -1), 0.0),
    "rel_entr": (lambda y: ops.rel_entr(0, y), -1.0),
    "smirnov below": (lambda d: ops.smirnov(3, d), -0.5),
    "smirnov above": (lambda d: ops.smirnov(3, d), 1.5),
}


@pytest.mark.parametrize(("function", "x"), NOTHING.values(), ids=NOTHING)
def test_outside_there_is_nothing(function, x):
    found = slope_of(function, x)
    assert found.status is Status.UNDEFINED
    assert "does not exist here" in found.reason


# How many arguments the operations below have that do not have two.
_ARITY = {
    **dict.fromkeys(("betainc", "betaincc", "betaincinv", "betainccinv", "chndtr"), 3),
    "noncentral_beta_of": 4,
}
SETTLED = {
    f"{name} {position}={number}": (row, position, number, value)
    for name, row in Primitive.rows.items()
    for position, number, value in row.settled
}


@pytest.mark.parametrize(("row", "position", "number", "value"), SETTLED.values(), ids=SETTLED)
def test_what_settles_a_value_settles_the_slopes_by_all_others(row, position, number, value):
    others = [k for k in range(_ARITY.get(row.name, 2)) if k != position]
    inside = dict(zip(others, (0.75, 1.5, 0.5), strict=False))

    def function(x, place):
        return x + row(*(number if k == position else x + inside[k] - 1 if k == place else inside[k] for k in all_of))

    all_of = sorted([*others, position])
    for place in others:
        found = slope_of(lambda x, place=place: function(x, place), 1.0)
        assert (found.status, found.left) == (Status.CERTIFIED, 1)
    with ctx.workprec(128):
        assert row.on_balls()(*(arb(inside.get(k, number)) for k in all_of)) == value


def _of_gamma(a, y):
    return mp.findroot(lambda x: mp.gammainc(a, 0, x, regularized=True) - y, (y * mp.gamma(a + 1)) ** (1 / a))


def _of_beta(a, b, y):
    return mp.findroot(lambda x: mp.betainc(a, b, 0, x, regularized=True) - y, (y * a * mp.beta(a, b)) ** (1 / a))


def _wright(a, b, x):
    return mp.fsum(x**k / mp.factorial(k) * mp.rgamma(a * k + b) for k in range(60))


def _of_powers(a, lmbda, nu):
    return mp.quad(lambda x: x**lmbda * mp.besselj(nu, 2 * a * x), [0, 1])


def _mixture(term):
    """The sum over Poisson's weights of a mean."""
    return lambda rate: mp.fsum(mp.exp(-rate) * rate**k / mp.factorial(k) * term(k) for k in range(30))


def _chi_square(x, df, nc):
    return _mixture(lambda k: mp.gammainc(df / 2 + k, 0, x / 2, regularized=True))(nc / 2)


def _non_central_beta(a, b, rate, y):
    return _mixture(lambda k: mp.betainc(a + k, b, 0, y, regularized=True))(rate)


def _tukey(lmbda, x):
    """Nearly one at x above zero: found for the power of what is left of one that is nearly linear."""
    rest, s = 1 - lmbda * x, min(lmbda, 1)
    v = mp.findroot(lambda v: v ** (lmbda / s) + 1 - (1 - v ** (1 / s)) ** lmbda - rest, rest / max(lmbda, 1))
    return 1 - v ** (1 / s)


# The operation's arguments, of which one is where it ends, that end, the way from there, and what mpmath has beside it.
BESIDE = {
    "gammaincinv": ((0.75, None), 0, 1, _of_gamma),
    "gammainccinv": ((0.75, None), 1, -1, lambda a, y: _of_gamma(a, 1 - y)),
    "betaincinv": ((0.75, 2.0, None), 0, 1, _of_beta),
    "betainccinv": ((2.0, 0.75, None), 0, 1, lambda a, b, y: 1 - _of_beta(b, a, y)),
    "wright_bessel": ((None, 2.0, 1.5), 0, 1, _wright),
    "besselpoly": ((None, 1.0, 0.5), 0, 1, _of_powers),
    "struve": ((0.5, None), 0, 1, mp.struveh),
    "modstruve": ((1.5, None), 0, 1, mp.struvel),
    "chndtr": ((None, 3.0, 1.5), 0, 1, _chi_square),
    "noncentral_beta_of": ((1.5, 2.5, 0.75, None), 0, 1, _non_central_beta),
    "tklmbda_of-flat": ((0.5, None), 2, -1, _tukey),
    "tklmbda_of": ((2.0, None), 0.5, -1, _tukey),
    "elliprf": ((None, 2.0, 3.0), 0, 1, mp.elliprf),
    "elliprd": ((2.0, None, 3.0), 0, 1, mp.elliprd),
    "elliprj": ((2.0, None, 3.0, 4.0), 0, 1, mp.elliprj),
    "elliprg": ((2.0, 3.0, None), 0, 1, mp.elliprg),
    "elliprc": ((None, 3.0), 0, 1, mp.elliprc),
    "hyperu-logarithm": ((0.5, -1.0, None), 0, 1, mp.hyperu),
    "hyperu-powers": ((0.5, -0.5, None), 0, 1, mp.hyperu),
    "hyperu-pole": ((0.5, 3.0, None), 0, 1, mp.hyperu),
    "hyp2f1-logarithm": ((0.5, 0.5, 4.0, None), 1, -1, mp.hyp2f1),
    "hyp2f1-powers": ((0.5, 0.5, 2.25, None), 1, -1, mp.hyp2f1),
    "hyp2f1-pole": ((1.5, 2.5, 2.0, None), 1, -1, mp.hyp2f1),
    "expn": ((3, None), 0, 1, mp.expint),
    "elliptic_e": ((None,), 1, -1, mp.ellipe),
    "elliptic_e_inc": ((2.0, None), 1, -1, mp.ellipe),
}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("hyp2f1", (0.5, 1.5, 2.25, Germ.of({(Fraction(1, 2), 0): arb(1)}))), ("elliptic_e_inc", (1.0, Fraction(1, 2)))],
    ids=["hyp2f1 at 0", "elliptic_e_inc below a right angle"],
)
def test_an_expansion_at_an_end_is_refused_elsewhere(name, arguments):
    with pytest.raises(ArithmeticError):
        Primitive.rows[name].elsewhere(*map(germ, arguments))


@pytest.mark.parametrize("case", BESIDE)
def test_an_expansion_at_an_end_is_the_function_beside_it(case):
    """What is left out is as small as the power of the distance that is told."""
    arguments, end, way, reference = BESIDE[case]
    with mp.workprec(256), ctx.workprec(256):
        moving = Germ.of({(Fraction(0), 0): arb(end), (Fraction(1), 0): arb(way)})
        row = Primitive.rows[case.partition("-")[0]]
        found = germ(row.elsewhere(*(germ(moving if x is None else x) for x in arguments)))
        order, t = min(found.order, Fraction(5)), mp.mpf(2) ** -30
        expected = mp.re(reference(*(end + way * t if x is None else mp.mpf(x) for x in arguments)))
        terms = (_number(c) * _power(t, a) * mp.log(t) ** b for (a, b), c in found.terms.items())
        assert order > 1
        assert abs(mp.fsum(terms) - expected) < 2**20 * _power(t, order)


def _number(ball):
    return mp.mpf(ball.mid().str(80, radius=False))


def _power(t, exponent):
    return t ** (mp.mpf(exponent.numerator) / exponent.denominator)
