"""Enclosures of every row: tight wherever they can be, exact where the number is, and never without the number."""

import copy
import importlib
import itertools
import math
import random
from fractions import Fraction
from pathlib import Path

import pytest
import wave_rows
from flint import arb, arb_series, ctx

from diffcheck import ops
from diffcheck.ops.enclosures import balls, series
from diffcheck.ops.table import Primitive
from diffcheck.program.trace import trace
from diffcheck.referee.beside.germs import Germ
from diffcheck.referee.beside.jets import Jets, along, coefficient
from diffcheck.referee.evaluate import Balls, evaluate

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
CONSTANTS = {"pi", "e"}
ROWS = sorted(set(Primitive.rows) - CONSTANTS)
# Binades between two arguments; the benchmark itself tries every binade.
STEP = 300
# Of rows that end at 1 or 2 there are fewer.
INVERSES = (
    *("gammainc_a_of", "gammaincc_a_of", "betainc_a_of", "betaincc_a_of", "chndtr_df_of", "noncentral_beta_rate_of"),
    *("nctdtr_nc_of", "nctdtr_t_of", "erfcinv", "ndtri", "kolmogi"),
)
FINER = {
    **dict.fromkeys(INVERSES, 240),
    **dict.fromkeys(("smirnov_of", "smirnov_of_slope", "smirnovi", "beta_share_of_slope", "beta_share_u_of"), 120),
}
# Rows whose sums Arb adds up for seconds.
SLOW = {
    *("betainc", "betaln", "bessel_k", "bessel_ke", "gammainc", "gammaincc", "owens_t", "zeta"),
    *("zeta_slope", "betaincc", "betaincc_slope", "dirichlet_eta", "dirichlet_eta_slope", "polylog", "lerchphi_of"),
    *("keip", "kerp", "betaincinv", "betainccinv", "gammaincinv", "gammainccinv", "hyp2f1_slope"),
    *("elliptic_e_inc", "elliptic_e_inc_slope", "ndtri_exp"),
    *("nctdtr", "nctdtr_slope", "noncentral_beta_of", "noncentral_beta_of_slope", "chndtr_slope"),
    *("wright_bessel", "wright_bessel_slope", "chndtr_x_of", "chndtr_nc_of", "noncentral_beta_y_of", "stdtr_df_of"),
    *("it2j0", "it2y0", "it2k0", "it2i0", "itstruve0", "itmodstruve0", "it2struve0", "itairy_ai", "itairy_bi"),
    *("pbvv", "pbvv_slope", "pbwa", "pbwa_slope", "beta_share_of_slope", "beta_share_u_of", "smirnovi"),
    *wave_rows.FUNCTIONS,
    *wave_rows.SLOPES,
    *INVERSES[:-1],
}


@pytest.fixture(scope="module")
def audit_balls():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield importlib.import_module("audit_balls")


def audited(audit_balls, row):
    """What the audit finds about a row, coarsely."""
    tally = audit_balls.Tally()
    for use in audit_balls.uses():
        if use.row == row:
            audit_balls.audit(use, FINER.get(row, STEP), tally)
    return tally


def test_the_audit_asks_every_row(audit_balls):
    assert {use.row for use in audit_balls.uses()} == set(ROWS)


# Rows whose power series are not known everywhere, which is told as such.
UNDECIDED = {"keip": "the power series at the smallest subnormals"}


def marks(row):
    """Whether a row takes long, and what is not known of it."""
    known = [pytest.mark.xfail(reason=UNDECIDED[row], strict=True)] if row in UNDECIDED else []
    return [*known, *[pytest.mark.long] * (row in SLOW)]


@pytest.mark.parametrize("row", [pytest.param(r, marks=marks(r)) for r in ROWS])
def test_no_enclosure_is_wide_undecided_or_wrong(audit_balls, row):
    tally = audited(audit_balls, row)
    assert list(tally.told()) == []
    assert tally.counts[audit_balls.Outcome.TIGHT] > 100


@pytest.mark.parametrize("k", range(9))
def test_what_has_no_series_has_no_coefficient(k):
    """One that is not there would read as zero, a slope."""
    assert not series.undefined()[k].is_finite()


@pytest.mark.parametrize("head", [1.0, float("nan")])
def test_the_series_of_an_inverse_is_known_where_that_of_the_function_is(head):
    """The inverse of x^2 at 4: 2 + t / 4 - t^2 / 64."""

    def square(x):
        found = x * x
        return found if head == 1 else arb_series([arb(head)], found.prec)

    found = series.implicit(square, arb(2), arb(4), arb_series([4, 1], 3), 3)
    assert [found[k].is_finite() for k in range(3)] == [head == 1] * 3
    if head == 1:
        assert [float(found[k]) for k in range(3)] == [2, 0.25, -1 / 64]


PLANTED = {
    "Arb's erfc of a ball far out": ("erfc", {"arb": "erfc"}, "wide: value at relative"),
    "Arb's Ei of a ball far out": ("expi", {"arb": "ei"}, "wide: value at relative"),
    "Arb's Fresnel S beside zero": ("fresnels", {"arb": "fresnel_s"}, "wide: value at absolute"),
    "an integral a hair off far out": (
        "fresnelc",
        {"arb": lambda x: x.fresnel_c() + (arb(2.0**-60) if x > 1000 else 0), "series": lambda x: x.fresnel_c()},
        "contradicted: value at exact",
    ),
    "a product with a rounded factor": ("mul", {"arb": lambda x, y: x * y * arb(1 + 2.0**-52)}, "contradicted: value"),
    "a logarithm a hair off": ("log", {"arb": lambda x: x.log() * arb(1 + 2.0**-52)}, "contradicted: value at exact"),
    "a slope of the wrong sign": ("exp", {"forms": ((lambda x, y: -y,),)}, "contradicted: slope 0 at exact"),
    "a series of exact arguments only": (
        "digamma",
        {"series": lambda x: arb_series([x[0].digamma(), x[1]]) if x[0].is_exact() else series.undefined()},
        "undecided: series 0 by 0 at relative",
    ),
    "no series where there is a number": ("erf", {"series": lambda x: series.undefined()}, "undecided: series 1"),
    "a pole that is not known": ("div", {"outside": None}, "undecided: value at exact"),
    "a step to the wrong side": ("floor", {"piece": Primitive.rows["ceil"].piece}, "contradicted: value at exact"),
}


@pytest.mark.parametrize(("row", "columns", "finding"), PLANTED.values(), ids=PLANTED)
def test_the_audit_finds_what_is_planted(audit_balls, monkeypatch, row, columns, finding):
    changed = copy.copy(Primitive.rows[row])
    for column, function in columns.items():
        object.__setattr__(changed, column, function)
    monkeypatch.setitem(Primitive.rows, row, changed)
    assert any(line.startswith(finding) for line in audited(audit_balls, row).told())


HALF = Fraction(1, 2)
EXACT = {
    "log2(8)": ("log2", (8,), 3),
    "log2(2^-1074)": ("log2", (Fraction(1, 2**1074),), -1074),
    "log10(1000)": ("log10", (1000,), 3),
    "log10(10^22)": ("log10", (10**22,), 22),
    "log(1)": ("log", (1,), 0),
    "exp(0)": ("exp", (0,), 1),
    "exp2(-1074)": ("exp2", (-1074,), Fraction(1, 2**1074)),
    "exp2(10)": ("exp2", (10,), 1024),
    "sqrt(9/4)": ("sqrt", (Fraction(9, 4),), Fraction(3, 2)),
    "cbrt(27)": ("cbrt", (27,), 3),
    "cbrt(-1/8)": ("cbrt", (Fraction(-1, 8),), -HALF),
    "cbrt(2^-1074)": ("cbrt", (Fraction(1, 2**1074),), Fraction(1, 2**358)),
    "power(4, 1/2)": ("power", (4, HALF), 2),
    "power(2, -10)": ("power", (2, -10), Fraction(1, 1024)),
    "power(-3, 3)": ("power", (-3, 3), -27),
    "hypot(3, 4)": ("hypot", (3, 4), 5),
    "hypot(2, 3, 6)": ("hypot", (2, 3, 6), 7),
    "sigmoid(0)": ("sigmoid", (0,), HALF),
    "tanh(0)": ("tanh", (0,), 0),
    "erfc(0)": ("erfc", (0,), 1),
    "lgamma(2)": ("lgamma", (2,), 0),
    "acos(1)": ("acos", (1,), 0),
    "atan2(0, 2)": ("atan2", (0, 2), 0),
    "xlogy(0, -1)": ("xlogy", (0, -1), 0),
    "floor(2^80 + 1/2)": ("floor", (2**80 + HALF,), 2**80),
    "ceil(2^80 + 1/2)": ("ceil", (2**80 + HALF,), 2**80 + 1),
    "round(2^80 + 1/2)": ("round", (2**80 + HALF,), 2**80),
    "trunc(-2^80 - 1/2)": ("trunc", (-(2**80) - HALF,), -(2**80)),
}


@pytest.mark.parametrize(("row", "arguments", "number"), EXACT.values(), ids=EXACT)
def test_what_is_an_exact_number_is_enclosed_as_one(row, arguments, number):
    names = "abc"[: len(arguments)]
    program = trace(lambda **x: Primitive.rows[row](*x.values()), dict.fromkeys(names, ()), {})
    output = int(program.outputs)
    with ctx.workprec(128):
        value = evaluate(program.nodes, [balls.ball(Fraction(v)) for v in arguments], Balls()).values[output]
        assert value.is_exact()
        assert value == balls.ball(Fraction(number))
        jets = evaluate(program.nodes, along([Fraction(v) for v in arguments], [0] * len(arguments), 2), Jets())
        assert coefficient(jets.values[output], 0) == balls.ball(Fraction(number))


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (lambda x: ops.floor(ops.log2(x)), 8.0, 3),
        (lambda x: ops.where(ops.cbrt(x) >= 3, x, -x), 27.0, 27),
        (lambda x: ops.floor(ops.log10(x) / 3), 1000.0, 1),
        (lambda x: ops.maximum(ops.sqrt(x), 3), 9.0, 3),
    ],
    ids=["floor of log2", "relation of cbrt", "floor of log10", "maximum of sqrt"],
)
def test_pieces_meet_where_an_exact_number_says_so(function, x, expected):
    program = trace(function, {"x": ()}, {})
    with ctx.workprec(128):
        result = evaluate(program.nodes, [balls.ball(Fraction(x))], Balls())
    assert result.values[int(program.outputs)] == expected


# Enclosures of our own, and where wide balls for them lie.
WIDE = {
    "cbrt": [(-3, 3)],
    "erfc": [(-3, 40)],
    "erfinv": [(-1, 1)],
    "log_ndtr": [(-60, 9)],
    "lgamma": [(-4, 9)],
    "digamma": [(-4, 9)],
    "polygamma": [(1, 1), (-6, 9)],
    "bessel_i": [(1, 1), (-6, 9)],
    "power": [(0, 4), (-5, 5)],
    "atan2": [(-2, 2), (-2, 2)],
    "sigmoid": [(-50, 50)],
    "softplus": [(-50, 50)],
    "logsumexp_of": [(-90, 9), (-90, 9), (-90, 9)],
    "hypot": [(-4, 4), (-4, 4), (-4, 4)],
    "xlogy": [(-4, 4), (0, 4)],
    "log2": [(0, 20)],
    "exp2": [(-20, 20)],
}


@pytest.mark.parametrize(("row", "domains"), WIDE.items(), ids=WIDE)
def test_a_wide_ball_s_value_encloses_the_values_inside(row, domains):
    generator = random.Random(1)
    function = Primitive.rows[row].on_balls()
    kept = 0
    with ctx.workprec(256):
        for _ in range(60):
            middles = [generator.uniform(*domain) for domain in domains]
            radii = [
                0.0 if lo == hi else math.ldexp(generator.random(), -generator.randrange(60)) for lo, hi in domains
            ]
            wide = function(*(arb(m, r) if r else arb(m) for m, r in zip(middles, radii, strict=True)))
            for ends in itertools.product((-1, 0, 1), repeat=len(domains)):
                inside = [arb(m) + e * arb(r) for m, e, r in zip(middles, ends, radii, strict=True)]
                assert all(point.is_exact() for point in inside)
                with ctx.workprec(1024):
                    value = function(*inside)
                # The value is as good as exact. A ball that is not finite contains anything, and does not count.
                kept += wide.is_finite()
                assert wide.contains(value)
    assert kept > 100


SERIES_AT_ENDS = {
    "acos(cos t)": (lambda x: ops.acos(ops.cos(x)), 0.0, [0, 1, 0]),
    "acos(1 - t^2)": (lambda x: ops.acos(1 - x * x), 0.0, [0, "1.4142135623730950488016887242", 0]),
    "asin(cos t)": (lambda x: ops.asin(ops.cos(x)), 0.0, ["1.5707963267948966192313216916", -1, 0]),
    "acosh(cosh t)": (lambda x: ops.acosh(ops.cosh(x)), 0.0, [0, 1, 0]),
    "cbrt(t^3)": (lambda x: ops.cbrt(-(x**3)), 0.0, [0, -1, 0]),
    "power(t^4, 1/4)": (lambda x: ops.power(x**4, 0.25), 0.0, [0, 1, 0]),
    "hypot(t, 2t, 2t)": (lambda x: ops.hypot(x, 2 * x, 2 * x), 0.0, [0, 3, 0]),
}


@pytest.mark.parametrize(("function", "x", "coefficients"), SERIES_AT_ENDS.values(), ids=SERIES_AT_ENDS)
def test_series_at_the_end_of_a_domain(function, x, coefficients):
    program = trace(function, {"x": ()}, {})
    output = int(program.outputs)
    with ctx.workprec(200):
        jets = evaluate(program.nodes, along([Fraction(x)], [1], 8), Jets())
        assert output not in jets.faults
        for k, expected in enumerate(coefficients):
            assert abs(coefficient(jets.values[output], k) - arb(expected)) < 1e-27


BETWEEN = {
    "sqrt(t)": lambda x: ops.sqrt(x),
    "cbrt(t)": lambda x: ops.cbrt(x),
    "cbrt(t^2)": lambda x: ops.cbrt(x * x),
    "t^(1/3)": lambda x: x ** ops.rational(1, 3),
    "(t^2)^(1/4)": lambda x: (x * x) ** 0.25,
    "acosh(1 + t)": lambda x: ops.acosh(1 + x),
    "t ln(t)": lambda x: ops.xlogy(x, x),
}
MISSING = {
    "sqrt(-t^2)": lambda x: ops.sqrt(-x * x),
    "asin(1 + t)": lambda x: ops.asin(1 + x),
    "(-1)^t": lambda x: ops.power(x - 1, x),
}


@pytest.mark.parametrize("function", BETWEEN.values(), ids=BETWEEN)
def test_a_vertical_tangent_is_a_term_between_the_powers(function):
    program = trace(function, {"x": ()}, {})
    with ctx.workprec(200):
        jets = evaluate(program.nodes, along([Fraction(0)], [1], 6), Jets())
    assert isinstance(jets.values[int(program.outputs)], Germ)


@pytest.mark.parametrize("function", MISSING.values(), ids=MISSING)
def test_a_series_that_certainly_does_not_exist(function):
    program = trace(function, {"x": ()}, {})
    with ctx.workprec(200):
        jets = evaluate(program.nodes, along([Fraction(0)], [1], 6), Jets())
    assert jets.faults[int(program.outputs)][0].name == "UNDEFINED"
