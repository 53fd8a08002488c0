"""The two bounds against values derived by hand, and every verdict on made-up numbers, in every format."""

import itertools
import math

import numpy as np
import pytest
from flint import arb
from made_up import INF, NAN, bound_in_units, certified, judgement, kink, off

from diffcheck import case, interval
from diffcheck.case.operators import Operator
from diffcheck.formats import FORMATS
from diffcheck.judgement.numbers import judge, worst
from diffcheck.ops import (
    cos,
    exp,
    expm1,
    log,
    log1p,
    logsumexp,
    maximum,
    pi,
    rational,
    relu,
    sigmoid,
    sin,
    softplus,
    sqrt,
    stack,
    tanh,
)
from diffcheck.ops.table import Primitive
from diffcheck.program.trace import trace
from diffcheck.referee.component import Component, Status
from diffcheck.referee.rounding import path_sums, tape
from diffcheck.referee.rounding.bound import FORMULA_FACTOR, INHERENT_FACTOR, Bound
from diffcheck.referee.rounding.bounds import Bounds
from diffcheck.referee.truth import Referee
from diffcheck.verdict import Reason, Verdict

FLOAT64 = FORMATS["float64"]
WIDE = interval(-1e308, 1e308)
TENTH = 0.1
each_format = pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)


def referee_of(function, operator):
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    made = case(**dict.fromkeys(names, WIDE))(function)
    return Referee(trace(made.function, made.shapes, made.constants), operator, made.wrt_positions)


def found(function, *point, operator=Operator.GRADIENT, format=FLOAT64):
    """Truths and bounds of all components, by all inputs."""
    referee = referee_of(function, operator)
    truth = referee.truth(list(point))
    return truth.components, Bounds(referee).at(truth, list(point), format)


def bound_of(function, *point, **options):
    """The first component's bound."""
    return found(function, *point, **options)[1][0]


# |D| + sum over inputs and constants of |x dD/dx|, by hand.
SCALES = {
    "x x": (lambda x: x * x, [3.0], 6 + 6),
    "x^3": (lambda x: x**3, [2.0], 12 + 24),
    "exp": (lambda x: exp(x), [1.0], 2 * math.e),
    "log": (lambda x: log(x), [2.0], 0.5 + 0.5),
    "sin": (lambda x: sin(x), [1e10], abs(math.cos(1e10)) + 1e10 * abs(math.sin(1e10))),
    "sqrt": (lambda x: sqrt(x), [4.0], 1 / 4 + 4 / 32),
    "1/x": (lambda x: 1 / x, [4.0], 1 / 16 + 4 * 2 / 64),
    "tanh at 20": (lambda x: tanh(x), [20.0], 41 / math.cosh(20) ** 2),
    "x y by x": (lambda x, y: x * y, [3.0, 5.0], 5 + 5),
    "x^2 y by x": (lambda x, y: x**2 * y, [3.0, 5.0], 30 + 30 + 30),
    "linear has no condition": (lambda x: x * 1, [7.0], 1),
    "at zero": (lambda x: x * x, [0.0], 0),
    "the constant 1 does not count": (lambda x: 1 / (1 + x), [1.0], 0.25 + 0.25),
    "the constant 2 does not count": (lambda x: 2 * x, [7.0], 2),
    "the constant 0.5 does not count": (lambda x: 0.5 * x, [7.0], 0.5),
    "the constant 0.1 counts": (lambda x: TENTH * x, [7.0], TENTH + TENTH),
    "a float of many digits counts": (lambda x: 1001.0 * x, [7.0], 2002),
    "a whole number does not count": (lambda x: 1001 * x, [7.0], 1001),
    "a fraction does not count": (lambda x: rational(1, 3) * x, [7.0], 1 / 3),
    "pi does not count": (lambda x: pi * x, [7.0], math.pi),
    "a root of a whole number does not count": (lambda x: sqrt(3) * x, [7.0], math.sqrt(3)),
    "a root of a float counts": (lambda x: sqrt(TENTH) * x, [7.0], 1.5 * math.sqrt(TENTH)),
    "an array of floats counts": (lambda x: (np.array([TENTH, 0.5]) * x).sum(), [7.0], 0.6 + TENTH),
    "an array of whole numbers does not count": (lambda x: (np.array([1001, 3]) * x).sum(), [7.0], 1004),
    "data times a fraction is data": (lambda x: (TENTH * rational(1, 3)) * x, [7.0], 2 * TENTH / 3),
    "data minus a whole number is data": (lambda x: (3 - TENTH) * x, [7.0], 2 * (3 - TENTH)),
    "fractions among themselves are no data": (lambda x: (3 - rational(1, 3)) * x, [7.0], 8 / 3),
    "a comparison of data is no data": (lambda x: maximum(rational(1, 20) < TENTH, 0) * x, [7.0], 1),
    "data is data on its piece": (lambda x: maximum(TENTH * x, 0), [7.0], 2 * TENTH),
    "a fraction is none on its piece": (lambda x: maximum(rational(1, 3) * x, 0), [7.0], 1 / 3),
    "an equal fraction beside data": (lambda x: TENTH * x + rational(*TENTH.as_integer_ratio()) * x, [7.0], 0.3),
    "1/4 does not count": (lambda x: rational(1, 4) * x, [7.0], 1 / 4),
    "in an exponent": (lambda x: exp(TENTH * x), [10.0], TENTH * math.e * (1 + 1) + TENTH * math.e * (1 + 1)),
}


@pytest.mark.parametrize(("function", "point", "scale"), SCALES.values(), ids=SCALES)
def test_scale(function, point, scale):
    bound = bound_of(function, *point)
    assert float(bound.scale.mid()) == pytest.approx(scale, rel=1e-13)


@pytest.mark.parametrize("x", [1e-300, 3.0])
def test_an_exact_exponent_is_no_source_of_error(x):
    """|D| + |x dD/dx| of x^(4/3): 4/3 x^(1/3) and a third of it, however small x is."""
    exact = bound_of(lambda x: x ** rational(4, 3), x)
    assert float(exact.scale.mid()) == pytest.approx(16 / 9 * x ** (1 / 3), rel=1e-13)
    measured = bound_of(lambda x: x ** (4 / 3), x)
    assert measured.scale.mid() > 1.3 * exact.scale.mid()


def test_scale_of_a_hessian():
    # f = x^2 y at (3, 5): f_xx = 2 y, f_xy = f_yx = 2 x, f_yy = 0.
    _, bounds = found(lambda x, y: x**2 * y, 3.0, 5.0, operator=Operator.HESSIAN)
    assert [float(b.scale.mid()) for b in bounds] == [10 + 10, 6 + 6, 6 + 6, 0]


@each_format
@pytest.mark.parametrize(
    ("function", "x", "size", "scale"),
    [
        (lambda x: x * x, 3.0, 6, 12),
        (lambda x: x**16, 1.0, 16, 256),
        (lambda x: sin(1024 * x), 0.0, 1024, 1024),
        (lambda x: (x - 1) ** 3, 1.125, 3 / 64, 3 / 64 + 6 * 1.125 / 8),
        (lambda x: (x - 1) ** 2, 1.0, 0, 2),
    ],
    ids=["square", "steep", "flat", "cancelling", "zero"],
)
def test_inherent_gives_away_no_more_than_half_of_the_digits_that_are_possible(format, function, x, size, scale):
    bound = bound_of(function, x, format=format)
    subnormal = 2.0 ** (format.minimum_exponent - format.precision + 1)
    u = 2.0**-format.precision
    unavoidable = u * scale
    half = math.sqrt(unavoidable * size) if size else math.sqrt(u) * scale
    expected = max(min(INHERENT_FACTOR * unavoidable, half), unavoidable) + subnormal
    assert float(bound.scale.mid()) == pytest.approx(scale, rel=1e-15)
    assert float(bound.inherent.mid()) == pytest.approx(expected, rel=1e-14)


def test_the_factors_are_those_of_the_design():
    assert (INHERENT_FACTOR, FORMULA_FACTOR) == (128, 16)


def ulps(name):
    return Primitive.rows[name].ulps


# Sums of ulps |dD/dv| |v| over the intermediate values v of the derivative program, by hand, without c u.
FORMULAS = {
    # D = x + x
    "x x": (lambda x: x * x, 3.0, ulps("add") * 6),
    # D = exp(x)
    "exp": (lambda x: exp(x), 1.0, ulps("exp") * math.e),
    # D = 1 - y y, y = tanh x: y is 1, so is y^2, and D is as good as nothing.
    "tanh at 20 is dominated by 1 - y^2": (lambda x: tanh(x), 20.0, ulps("tanh") * 2 + ulps("power")),
    # D = y (1 - y), y = sigmoid x: dD/dy = 1 - 2 y = -1.
    "sigmoid at 40 is dominated by 1 - y": (lambda x: sigmoid(x), 40.0, ulps("sigmoid")),
    # D = y + 1, y = expm1 x.
    "expm1 at -40 is dominated by y + 1": (lambda x: expm1(x), -40.0, ulps("expm1")),
    # D = 1 / (1 + x): the sum loses 1, the quotient 1, both worth 1/(1 + x).
    "log1p": (lambda x: log1p(x), 3.0, (ulps("add") + ulps("div")) / 4),
}


@pytest.mark.parametrize(("function", "x", "losses"), FORMULAS.values(), ids=FORMULAS)
@each_format
def test_formula(function, x, losses, format):
    formula = float(bound_of(function, x, format=format).formula.mid())
    # Values below the normal range lose half a subnormal each.
    underflow = 4 * 2.0 ** (format.minimum_exponent - format.precision)
    expected = FORMULA_FACTOR * 2.0**-format.precision * losses
    assert formula == pytest.approx(expected, rel=1e-6, abs=FORMULA_FACTOR * underflow)


def test_a_cancelling_formula_is_far_above_the_inherent_bound_and_a_stable_one_beside_it():
    cancelling = bound_of(lambda x: (1 - cos(x)) / x**2, 1e-6)
    assert cancelling.formula.mid() > 1e15 * cancelling.inherent.mid()
    stable = bound_of(lambda x: 2 * (sin(x / 2) / x) ** 2, 1.0)
    assert stable.formula.mid() < 16 * stable.inherent.mid()


OVERFLOWS = {
    "log(1 + exp 800)": (lambda x: log(1 + exp(x)), 800.0, ["float64", "float32", "bfloat16", "float16", "tf32"]),
    "log(1 + exp 100)": (lambda x: log(1 + exp(x)), 100.0, ["float32", "bfloat16", "float16", "tf32"]),
    "log(1 + exp 20)": (lambda x: log(1 + exp(x)), 20.0, ["float16"]),
    "softplus 800": (lambda x: softplus(x), 800.0, []),
    "1 / x^2 at 1e200": (lambda x: 1 / (1 + x * x), 1e200, ["float64", "float32", "bfloat16", "float16", "tf32"]),
    "the derivative itself": (lambda x: x**3, 1e160, ["float64", "float32", "bfloat16", "float16", "tf32"]),
}


@pytest.mark.parametrize(("function", "x", "names"), OVERFLOWS.values(), ids=OVERFLOWS)
def test_an_intermediate_value_beyond_the_largest_number_allows_any_error(function, x, names):
    infinite = [n for n, f in FORMATS.items() if not bound_of(function, x, format=f).formula.is_finite()]
    assert infinite == names


@pytest.mark.parametrize(("function", "x", "names"), OVERFLOWS.values(), ids=OVERFLOWS)
def test_the_inherent_bound_knows_no_intermediate_values(function, x, names):
    for format in FORMATS.values():
        bound = bound_of(function, x, format=format)
        u, scale = 2.0**-format.precision, bound.scale.mid()
        subnormal = 2.0 ** (format.minimum_exponent - format.precision + 1)
        # Between what is unavoidable and k times that, however many intermediate values overflow.
        assert 0.999 * u * scale <= bound.inherent.mid() <= 1.001 * INHERENT_FACTOR * u * scale + 2 * subnormal


def test_a_value_below_the_normal_range_loses_half_a_subnormal():
    # D = exp(x) at -740 is 4.2e-322, made of 85 subnormal units: one half of them is more than an ulp.
    formula = bound_of(lambda x: exp(x), -740.0).formula
    assert formula.mid() == FORMULA_FACTOR * arb((1, -1075))


def test_an_exact_number_is_rounded_to_the_format():
    # D = pi: half an ulp of one rounding.
    formula = float(bound_of(lambda x: pi * x, 3.0).formula.mid())
    assert formula == pytest.approx(FORMULA_FACTOR * 0.5 * 2.0**-53 * math.pi)


def test_components_of_outputs_that_do_not_exist_have_no_bound():
    components, bounds = found(lambda x, y: stack([log(x) * y, x * x]), -1.0, 2.0, operator=Operator.JACOBIAN)
    assert [c.status for c in components] == [Status.UNDEFINED] * 2 + [Status.CERTIFIED] * 2
    assert bounds[:2] == [None, None]
    assert [float(b.scale.mid()) for b in bounds[2:]] == [2 + 2, 0]


def test_nothing_exists_nothing_is_bounded():
    assert found(lambda x: log(x), -1.0)[1] == [None]
    referee = referee_of(lambda x: log(x), Operator.GRADIENT)
    assert Bounds(referee).of_values(referee.truth([-1.0]), [-1.0], FLOAT64) == []


def test_a_kink_has_the_bound_of_the_piece_at_the_point():
    components, bounds = found(lambda x: relu(3 * x), 0.0)
    assert components[0].status is Status.KINK
    assert bounds[0].inherent.is_finite()


def culprit_of(function, *point, component=0, operator=Operator.GRADIENT):
    """What loses a component's digits: the text, and whether another form would keep them."""
    referee = referee_of(function, operator)
    truth = referee.truth(list(point))
    names = "xyz"
    found = Bounds(referee).culprit(truth, list(point), component, FLOAT64, lambda k: names[k])
    return found and (found.text, found.avoidable)


CULPRITS = {
    # 1 - y^2 is 1.7e-17, made of numbers of size one: log10 of their quotient.
    "another form keeps the digits": (lambda x: tanh(x), 20.0, ("1 - tanh(x)**2 cancels 17 digits", True)),
    "nothing to lose": (lambda x: 3 * x, 7.0, ("", False)),
    "every form overflows": (lambda x: log(1 + exp(x)), 800.0, ("exp(x) overflows in float64", False)),
    "every form keeps them": (lambda x: tanh(x), 0.5, ("", False)),
    "no other form": (lambda x: x * (1 - cos(x)), 1e-6, ("1 - cos(x) cancels 12 digits", False)),
    # 1 - tanh(x + 20)^2 is in it too, where it loses a thousandth of that.
    "another form keeps others": (
        lambda x: x * (1 - cos(x)) + tanh(x + 20) / 1024,
        1e-6,
        ("1 - cos(x) cancels 12 digits", False),
    ),
}


@pytest.mark.parametrize(("function", "x", "told"), CULPRITS.values(), ids=CULPRITS)
def test_what_loses_the_digits(function, x, told):
    assert culprit_of(function, x) == told


def test_what_loses_the_digits_of_each_component():
    """Three rows, the first of which does not exist; in the others one component loses digits."""

    def function(x, y):
        return stack([log(x) * y, x * x + tanh(y), y * y + x * (1 - cos(x))])

    def told(component):
        return culprit_of(function, -1e-6, 20.0, component=component, operator=Operator.JACOBIAN)

    assert [told(k) for k in (0, 1)] == [None, None]
    assert [told(k) for k in (2, 3)] == [("", False), ("1 - tanh(y)**2 cancels 17 digits", True)]
    assert [told(k) for k in (4, 5)] == [("1 - cos(x) cancels 12 digits", False), ("", False)]


@pytest.mark.parametrize(
    ("function", "x"), [(lambda x: log(x), -1.0), (lambda x: sqrt(x), 0.0)], ids=["no value", "no derivative"]
)
def test_where_there_is_no_derivative_nothing_loses_its_digits(function, x):
    assert culprit_of(function, x) is None


# Verdicts on made-up numbers: a truth of 1, and bounds of 4 and 1000 units of roundoff.


@each_format
@pytest.mark.parametrize(
    ("units", "verdict", "reason"),
    [
        pytest.param(0, Verdict.AGREE, Reason.NONE, id="exact"),
        pytest.param(-4, Verdict.AGREE, Reason.NONE, id="on the inherent bound"),
        pytest.param(6, Verdict.LOSSY, Reason.CANCELLATION, id="beyond the inherent bound"),
        pytest.param(1000, Verdict.LOSSY, Reason.CANCELLATION, id="on the formula bound"),
        pytest.param(-1002, Verdict.DISAGREE, Reason.WRONG, id="beyond both"),
        pytest.param(1e9, Verdict.DISAGREE, Reason.WRONG, id="far off"),
    ],
)
def test_verdict_by_distance(format, units, verdict, reason):
    judgement = judge(off(format, units), None, certified(1), bound_in_units(format), format)
    assert (judgement.verdict, judgement.reason) == (verdict, reason)
    # At 1 an ulp is two units of roundoff.
    assert judgement.error_ulp == pytest.approx(abs(units) / 2, rel=1e-6)
    assert (judgement.inherent_ulp, judgement.formula_ulp) == (2, 500)


@each_format
@pytest.mark.parametrize("inherent", [4.0, 1e30], ids=["tight", "loose"])
@pytest.mark.parametrize("formula", [1000.0, INF], ids=["finite", "infinite"])
@pytest.mark.parametrize("own_error", [None, 0.5, INF, NAN], ids=["none", "some", "inf", "nan"])
def test_nan_never_passes(format, inherent, formula, own_error):
    for truth in (certified(1), certified(0), kink(-1, 1)):
        judgement = judge(NAN, own_error, truth, bound_in_units(format, inherent, formula), format)
        assert judgement.verdict is Verdict.NONFINITE
        assert judgement.verdict.fails


@each_format
@pytest.mark.parametrize("value", [INF, -INF, NAN], ids=str)
def test_infinity_where_a_finite_truth_exists(format, value):
    singular = judge(value, None, certified(1), bound_in_units(format), format)
    assert (singular.verdict, singular.reason) == (Verdict.NONFINITE, Reason.SINGULAR)
    overflow = judge(value, None, certified(1), bound_in_units(format, formula=INF), format)
    assert (overflow.verdict, overflow.reason) == (Verdict.NONFINITE, Reason.OVERFLOW)


@each_format
def test_infinity_is_right_where_the_truth_is_beyond_the_largest_number(format):
    beyond = arb((1, format.maximum_exponent + 2))
    bound = bound_in_units(format, formula=INF)
    assert judge(INF, None, certified(beyond), bound, format).verdict is Verdict.AGREE
    assert judge(-INF, None, certified(-beyond), bound, format).verdict is Verdict.AGREE
    assert judge(-INF, None, certified(beyond), bound, format).verdict is Verdict.NONFINITE
    assert judge(INF, None, certified(-beyond), bound, format).verdict is Verdict.NONFINITE
    below = arb((1, format.maximum_exponent))
    assert judge(INF, None, certified(below), bound_in_units(format), format).verdict is Verdict.NONFINITE


@each_format
@pytest.mark.parametrize("largest", [2, -2])
def test_a_finite_number_is_wrong_where_the_truth_is_far_beyond_the_largest(format, largest):
    beyond = arb(largest) * arb((1, format.maximum_exponent + 10))
    judgement = judge(1.0, None, certified(beyond), bound_in_units(format), format)
    assert (judgement.verdict, judgement.reason) == (Verdict.DISAGREE, Reason.WRONG)


@each_format
@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        pytest.param(-1.0, Verdict.KINK, Reason.NONE, id="left"),
        pytest.param(2.0, Verdict.KINK, Reason.NONE, id="right"),
        pytest.param(0.0, Verdict.KINK, Reason.NONE, id="between"),
        pytest.param(-1.5, Verdict.DISAGREE, Reason.KINK_SIDE, id="below"),
        pytest.param(2.5, Verdict.DISAGREE, Reason.KINK_SIDE, id="above"),
        pytest.param(NAN, Verdict.NONFINITE, Reason.SINGULAR, id="nan"),
        pytest.param(INF, Verdict.NONFINITE, Reason.SINGULAR, id="inf"),
    ],
)
@pytest.mark.parametrize(("left", "right"), [(-1, 2), (2, -1)], ids=["rising", "falling"])
def test_kink(format, value, verdict, reason, left, right):
    judgement = judge(value, None, kink(left, right), bound_in_units(format, formula=8.0), format)
    assert (judgement.verdict, judgement.reason) == (verdict, reason)


@each_format
def test_digits_lost_at_a_kink_are_lost_digits(format):
    """The sides are tiny and the formula cancels: zero is no wrong slope, but another number is."""
    tiny = Bound(bound_in_units(format).scale, inherent=arb(0), formula=arb(2) ** -20)
    sides = kink(arb(2) ** -30, arb(2) ** -29)
    lossy, wrong = (judge(value, None, sides, tiny, format) for value in (0.0, 2.0**-10))
    assert (lossy.verdict, lossy.reason) == (Verdict.LOSSY, Reason.CANCELLATION)
    assert (wrong.verdict, wrong.reason) == (Verdict.DISAGREE, Reason.KINK_SIDE)


@each_format
@pytest.mark.parametrize("value", [1.0, NAN, INF], ids=str)
def test_without_a_truth_there_is_nothing_to_compare(format, value):
    undefined = judge(value, None, Component(Status.UNDEFINED, reason="a pole"), None, format)
    assert (undefined.verdict, undefined.note) == (Verdict.UNDEFINED, "a pole")
    wide = Component(Status.UNCERTAIN, arb(1), arb(1), reason="too wide")
    uncertain = judge(value, None, wide, bound_in_units(format), format)
    assert (uncertain.verdict, uncertain.note) == (Verdict.UNCERTAIN, "too wide")


@pytest.mark.parametrize("value", [1.0, NAN], ids=str)
def test_uncertain_stays_uncertain_without_a_bound(value):
    judgement = judge(value, None, Component(Status.UNCERTAIN, reason="not decided"), None, FLOAT64)
    assert judgement.verdict is Verdict.UNCERTAIN


@each_format
def test_ill_conditioned_leaves_less_than_half_of_the_digits(format):
    half = 2.0 ** (format.precision / 2)
    hard = bound_in_units(format, inherent=128 * 2 * half, formula=1.0, scale=2 * half)
    assert judge(off(format, 2), None, certified(1), hard, format).verdict is Verdict.ILL_CONDITIONED
    easy = bound_in_units(format, inherent=64 * half, formula=1.0, scale=half / 2)
    assert judge(off(format, 2), None, certified(1), easy, format).verdict is Verdict.AGREE


@pytest.mark.parametrize(
    ("x", "name", "verdict"),
    [
        (1e10, "float64", Verdict.ILL_CONDITIONED),
        (1e6, "float64", Verdict.AGREE),
        (1e6, "float32", Verdict.ILL_CONDITIONED),
        (1e2, "float32", Verdict.AGREE),
    ],
)
def test_the_sine_of_a_large_number_is_ill_conditioned(x, name, verdict):
    format = FORMATS[name]
    (truth,), (bound,) = found(lambda x: sin(x), x, format=format)
    value = format.round(math.cos(x)) + 2.0**-format.precision
    assert judge(value, None, truth, bound, format).verdict is verdict


def test_tanh_at_20_as_everybody_computes_it_is_lossy():
    (truth,), (bound,) = found(lambda x: tanh(x), 20.0)
    judgement = judge(1 - math.tanh(20.0) ** 2, None, truth, bound, FLOAT64)
    assert (judgement.verdict, judgement.reason) == (Verdict.LOSSY, Reason.CANCELLATION)
    assert judgement.digits == 0
    assert judge(1 / math.cosh(20.0) ** 2, None, truth, bound, FLOAT64).verdict is Verdict.AGREE


def test_log_one_plus_exp_at_800_is_lossy_by_overflow():
    (truth,), (bound,) = found(lambda x: log(1 + exp(x)), 800.0)
    judgement = judge(0.0, None, truth, bound, FLOAT64)
    assert (judgement.verdict, judgement.reason) == (Verdict.LOSSY, Reason.OVERFLOW)


@each_format
@pytest.mark.parametrize(
    ("units", "own_units", "verdict", "reason"),
    [
        pytest.param(3, 0, Verdict.AGREE, Reason.NONE, id="within inherent"),
        pytest.param(6, 8, Verdict.AGREE, Reason.NONE, id="within a small estimate"),
    ],
)
def test_a_method_with_an_estimate_of_its_own(format, units, own_units, verdict, reason):
    u = 2.0**-format.precision
    judgement = judge(off(format, units), own_units * u, certified(1), bound_in_units(format), format)
    assert (judgement.verdict, judgement.reason) == (verdict, reason)
    assert judgement.estimate == "honest"


@pytest.mark.parametrize("format", [FLOAT64, FORMATS["float32"]], ids=["float64", "float32"])
@pytest.mark.parametrize(
    ("part", "own", "verdict", "reason", "estimate"),
    [
        pytest.param(3 / 16, 1 / 4, Verdict.AGREE, Reason.NONE, "honest", id="covered"),
        pytest.param(3 / 8, 0, Verdict.AGREE, Reason.NONE, "overconfident", id="right enough, not covered"),
        pytest.param(4, 8, Verdict.LOSSY, Reason.TRUNCATION, "honest", id="too few digits, and says so"),
        pytest.param(4, 1 / 16, Verdict.DISAGREE, Reason.OVERCONFIDENT, "overconfident", id="too few digits"),
    ],
)
def test_the_verdict_follows_the_error_and_the_estimate_has_a_quality(format, part, own, verdict, reason, estimate):
    quarter = 2.0 ** (-format.precision / 4)
    value = format.round(1 - min(part * quarter, 0.9))
    judgement = judge(value, own * quarter, certified(1), bound_in_units(format), format)
    assert (judgement.verdict, judgement.reason, judgement.estimate) == (verdict, reason, estimate)


def test_an_estimate_that_claims_nothing_of_a_good_value_is_pessimistic():
    judgement = judge(1 + 2.0**-40, 0.5, certified(1), bound_in_units(FLOAT64), FLOAT64)
    assert (judgement.verdict, judgement.estimate) == (Verdict.AGREE, "pessimistic")


@each_format
@pytest.mark.parametrize(
    ("own", "verdict", "reason"),
    [
        pytest.param(0.9, Verdict.LOSSY, Reason.TRUNCATION, id="all digits"),
        pytest.param(INF, Verdict.LOSSY, Reason.TRUNCATION, id="infinity"),
        pytest.param(NAN, Verdict.DISAGREE, Reason.OVERCONFIDENT, id="nan excuses nothing"),
    ],
)
def test_an_estimate_that_admits_everything_is_lossy(format, own, verdict, reason):
    judgement = judge(1.75, own, certified(1), bound_in_units(format, formula=8.0), format)
    assert (judgement.verdict, judgement.reason) == (verdict, reason)


def test_an_estimate_does_not_widen_a_kink():
    judgement = judge(3.0, 100.0, kink(0, 1), bound_in_units(FLOAT64), FLOAT64)
    assert (judgement.verdict, judgement.reason) == (Verdict.DISAGREE, Reason.KINK_SIDE)


@pytest.mark.parametrize(
    ("error", "digits"),
    [(0.0, 53 * math.log10(2)), (1e-3, 3.0), (1e-10, 10.0), (1.0, 0.0), (7.0, 0.0)],
    ids=str,
)
def test_digits(error, digits):
    judgement = judge(1.0 + error, None, certified(1), bound_in_units(FLOAT64), FLOAT64)
    assert judgement.digits == pytest.approx(digits, abs=1e-6)


@each_format
def test_the_unit_at_a_zero_truth_is_the_smallest_subnormal(format):
    smallest = 2.0 ** (format.minimum_exponent - format.precision + 1)
    bound = Bound(scale=arb(0), inherent=arb(smallest), formula=arb(0))
    assert judge(smallest, None, certified(0), bound, format).error_ulp == 1
    assert judge(3 * smallest, None, certified(0), bound, format).error_ulp == 3
    assert judge(3 * smallest, None, certified(0), bound, format).verdict is Verdict.DISAGREE


@each_format
def test_where_the_truth_is_zero_there_are_no_digits_to_lose(format):
    u = 2.0**-format.precision
    within, beyond = 1000 * u, 1008 * u
    assert judge(within, None, certified(0), bound_in_units(format), format).verdict is Verdict.AGREE
    assert judge(beyond, None, certified(0), bound_in_units(format), format).verdict is Verdict.DISAGREE


@each_format
def test_what_overflows_comes_back_as_zero_and_excuses_nothing_else(format):
    unbounded = bound_in_units(format, formula=INF)
    vanished = judge(0.0, None, certified(1), unbounded, format)
    invented = judge(7.0, None, certified(1), unbounded, format)
    assert (vanished.verdict, vanished.reason) == (Verdict.LOSSY, Reason.OVERFLOW)
    assert (invented.verdict, invented.reason) == (Verdict.DISAGREE, Reason.WRONG)


def test_an_enclosure_counts_as_its_interval():
    wide = Component(Status.CERTIFIED, arb(1, 1e-3), arb(1, 1e-3))
    bound = bound_in_units(FLOAT64)
    # Not certainly within the bound, not certainly outside the enclosure: never a pass.
    assert judge(1.0, None, wide, bound, FLOAT64).verdict is not Verdict.AGREE


def test_worst_is_the_most_severe():
    order = [
        Verdict.UNDEFINED,
        Verdict.AGREE,
        Verdict.KINK,
        Verdict.ILL_CONDITIONED,
        Verdict.LOSSY,
        Verdict.UNSUPPORTED,
        Verdict.UNCERTAIN,
        Verdict.DISAGREE,
        Verdict.NONFINITE,
        Verdict.ERROR,
        Verdict.TIMEOUT,
        Verdict.CRASH,
    ]
    assert set(order) == set(Verdict)
    for better, worse in itertools.pairwise(order):
        assert worst([judgement(worse), judgement(better)]).verdict is worse
        assert worst([judgement(better), judgement(worse)]).verdict is worse


def test_worst_among_equals_is_the_largest_error_for_what_is_allowed():
    small, large = judgement(Verdict.AGREE, 5.0, 100.0), judgement(Verdict.AGREE, 4.0, 10.0)
    assert worst([small, large]) is large
    assert worst([judgement(Verdict.AGREE, NAN), small]) is small


def test_which_verdicts_fail():
    assert {v for v in Verdict if v.fails} == {
        *(Verdict.DISAGREE, Verdict.NONFINITE),
        *(Verdict.ERROR, Verdict.TIMEOUT, Verdict.CRASH),
    }


def layered(n):
    """A gradient with n components, every one of them with paths through all others."""

    def function(x):
        total = sum(tanh(x[i] * (i + 1) / n) for i in range(n))
        return exp(total / n) + sum(x[i] * x[(i + 1) % n] ** 2 for i in range(n))

    made = case(x=interval(-2, 2, shape=n))(function)
    return Referee(trace(made.function, made.shapes, made.constants), Operator.GRADIENT, made.wrt_positions)


def bounds_together_and_alone(referee, point, monkeypatch):
    truth = referee.truth(point)
    together = Bounds(referee).at(truth, point, FLOAT64)
    assert all(bound.formula.is_finite() for bound in together)  # asked for now, while they come together
    monkeypatch.setattr(tape, "_MANY", math.inf)
    return zip(together, Bounds(referee).at(truth, point, FLOAT64), strict=True)


def test_many_outputs_have_the_bounds_that_each_has_alone(monkeypatch):
    referee, point = layered(40), [math.sin(k) for k in range(40)]
    for one, other in bounds_together_and_alone(referee, point, monkeypatch):
        assert float(one.scale.mid()) == pytest.approx(float(other.scale.mid()), rel=1e-12)
        assert float(one.formula.mid()) == pytest.approx(float(other.formula.mid()), rel=1e-12)


def test_very_many_outputs_have_about_the_bounds_that_each_has_alone(monkeypatch):
    """The sketch estimates within a factor; four standard deviations of the median of its samples."""
    monkeypatch.setattr(path_sums, "EXACT", 1)
    referee, point = layered(40), [math.sin(k) for k in range(40)]
    for one, other in bounds_together_and_alone(referee, point, monkeypatch):
        assert 0.6 < float(one.scale.mid() / other.scale.mid()) < 1.6
        assert 0.6 < float(one.formula.mid() / other.formula.mid()) < 1.6


@pytest.mark.parametrize(
    "function",
    {
        "cancellation": lambda x: log(exp(40 + x) / exp(40 + x[::-1])) - (x - x[::-1]) + x * 2.0**-80,
        "huge": lambda x: exp(400 * x) * exp(-400 * x + x[::-1]),
        "tiny": lambda x: (x * 2.0**-1000) ** 2 * 2.0**1000,
        "subnormal": lambda x: x * 2.0**-1060,
    }.values(),
    ids=["cancellation", "huge", "tiny", "subnormal"],
)
def test_what_floats_cannot_add_up_is_added_up_in_balls(function, monkeypatch):
    monkeypatch.setattr(tape, "_MANY", 0)
    made = case(x=interval(0.5, 2, shape=4))(function)
    referee = Referee(trace(made.function, made.shapes, made.constants), Operator.JACOBIAN, made.wrt_positions)
    for one, other in bounds_together_and_alone(referee, [0.5, 0.75, 1.5, 1.25], monkeypatch):
        assert abs(one.scale - other.scale) <= 1e-2 * other.scale
        assert abs(one.formula - other.formula) <= 1e-2 * other.formula


def test_many_outputs_know_what_overflows():
    made = case(x=interval(-2000, 2000, shape=20))(lambda x: stack([*(x[:19] ** 3), exp(x[19]) * exp(-x[19]) * x[0]]))
    referee = Referee(trace(made.function, made.shapes, made.constants), Operator.JACOBIAN, made.wrt_positions)
    point = [1.5] * 19 + [1000.0]
    bounds = Bounds(referee).at(referee.truth(point), point, FLOAT64)
    assert bounds[0].formula.is_finite()
    assert not bounds[-20].formula.is_finite()


def test_the_cost_of_bounds_grows_with_the_program_not_with_its_outputs(monkeypatch):
    """Local slopes are asked for once for each use of a value, for the rounding and for the inputs."""
    counts = []
    edges = tape.Edges
    monkeypatch.setattr(tape, "Edges", lambda *columns: counts.append(len(columns[-1])) or edges(*columns))
    per_operation = []
    for n in (20, 80):
        referee, point = layered(n), [math.sin(k) for k in range(n)]
        truth = referee.truth(point)
        counts.clear()
        assert all(bound.formula.is_finite() for bound in Bounds(referee).at(truth, point, FLOAT64))
        per_operation.append(sum(counts) / referee.derivatives.program(truth.smooth).operations)
    assert per_operation[1] < 1.1 * per_operation[0]


@pytest.mark.parametrize("size", [1e17, 1e150, 1e300])
def test_bounds_are_taken_where_the_balls_tell_what_a_formula_knows(size):
    """The softmax of two equal numbers is a half without any ball, which is wide at the truth's precision."""
    program = trace(lambda x: logsumexp(x, 0), {"x": (2,)}, {})
    referee = Referee(program, Operator.GRADIENT, [0, 1])
    bounds = Bounds(referee).at(referee.truth([size, size]), [size, size], FORMATS["float64"])
    # It moves by a quarter for each unit by which one of both does.
    assert [float(bound.scale) for bound in bounds] == pytest.approx([size / 2 + 0.5] * 2, rel=1e-3)
